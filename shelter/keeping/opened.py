"""Opening a backup and putting it back: everything is checked before anything is touched."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
import sqlalchemy as sa
from pyrage.x25519 import Identity

from shelter.config import Settings
from shelter.crypto import Damaged, KeyRing, chest
from shelter.db import migrate
from shelter.db.base import configure
from shelter.texts import say as _

from .backup import FORMAT
from .folders import FOLDERS
from .places import Artefacts
from .snapshot import Wrapped, put_postgresql, put_sqlite

Manifest = dict[str, Any]


class BadBackup(ValueError):
    """A backup that cannot be restored here; the message says why, and the way out."""


@dataclass(frozen=True)
class Opened:
    """A backup lying open in a private folder, checked as far as its files say."""

    folder: Path
    manifest: Manifest
    wrapped: Wrapped
    sealed_ring: bytes

    @property
    def files(self) -> list[Path]:
        """The database's files."""
        return sorted((self.folder / "database").iterdir())

    def ring(self, recovery: Identity) -> KeyRing:
        """The programme's key as it was then: only the recovery key opens it."""
        try:
            return KeyRing.parse(pyrage.decrypt(self.sealed_ring, [recovery]).decode())
        except (pyrage.DecryptError, ValueError):
            raise BadBackup(_("this recovery key does not open the programme's key in this backup")) from None

    def put(self, engine: sa.Engine) -> int:
        """Fill an empty database; how many data keys are no longer among the wrapped ones (erased since)."""
        if engine.dialect.name == "sqlite":
            file = Path(engine.url.database or "")
            shutil.copyfile(self.files[0], file)
            file.chmod(0o600)
            return put_sqlite(file, self.wrapped)
        if migrate.current(engine) is None:
            migrate.upgrade(engine, self.manifest["schema"])
        return put_postgresql(engine, self.files, self.wrapped)

    def put_folders(self, settings: Settings) -> None:
        """The folders that travelled along."""
        for name, where in FOLDERS.items():
            if (source := self.folder / "folders" / name).is_dir():
                target = where(settings)
                target.mkdir(mode=0o700, parents=True, exist_ok=True)
                shutil.copytree(source, target, dirs_exist_ok=True)


def open_backup(files: Artefacts, identities: Sequence[Identity], folder: Path) -> Opened:
    """Open both files into a private folder and compare every digest; BadBackup says what is wrong with which."""
    data, keys = (_unpacked(file, identities, folder / name)
                  for file, name in ((files.data, "data"), (files.keys, "keys")))
    manifest, wrapped = _read(files.data, data / "manifest.json"), _read(files.keys, keys / "keys.json")
    for name, said in manifest["files"].items():
        if not (file := data / name).is_file() or _sha256(file) != said["sha256"]:
            raise _damaged(files.data)
    return Opened(data, manifest, wrapped["wrapped"], (keys / "programme.key.age").read_bytes())


def _unpacked(file: Path, identities: Sequence[Identity], into: Path) -> Path:
    if not file.is_file():
        raise BadBackup(_("there is no %(file)s: a backup is two files, the data and the keys", file=file))
    into.mkdir(mode=0o700)
    packed = into.with_suffix(".tar")
    try:
        with packed.open("xb") as out:
            chest.open_file(file, out, identities)
        with tarfile.open(packed) as content:
            content.extractall(into, filter="data")
    except Damaged as error:
        if "No matching keys" in str(error.__cause__):
            raise BadBackup(_("%(file)s is sealed for another key: give the key file of then (SHELTER_KEY_FILE) or "
                              "the recovery key (--recovery)", file=file)) from None
        raise _damaged(file) from None
    except tarfile.TarError:
        raise _damaged(file) from None
    packed.unlink()
    return into


def _read(of: Path, file: Path) -> Manifest:
    try:
        found: Manifest = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        raise _damaged(of) from None
    if found.get("format") != FORMAT:
        raise BadBackup(_("%(file)s was made by a newer program: use the one that made it", file=of))
    return found


def _damaged(file: Path) -> BadBackup:
    return BadBackup(_("%(file)s is damaged or cut short: nothing was changed; use another backup", file=file))


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def check_fits(opened: Opened, engine: sa.Engine) -> None:
    """Refuse what this program or this database cannot take."""
    schema, made_on = opened.manifest["schema"], opened.manifest["engine"]
    if schema != migrate.newest() and not migrate.is_earlier(schema):
        raise BadBackup(_("the backup has version %(found)s, this program knows none after %(known)s: use the program "
                          "that made it", found=schema, known=migrate.newest()))
    if made_on != engine.dialect.name:
        raise BadBackup(_("the backup is of %(made)s and SHELTER_DATABASE_URL names %(here)s: restore it onto the same",
                          made=made_on, here=engine.dialect.name))


def check_is_empty(settings: Settings) -> None:
    """Refuse a database that somebody uses: nothing is ever written over."""
    file = settings.database_file
    if file and not file.exists():
        return
    engine = sa.create_engine(settings.url)
    try:
        if migrate.current(engine) is not None and _has_rows(engine):
            raise BadBackup(_("there is a database already (%(where)s) and it was not touched: restore into another "
                              "folder (SHELTER_INSTANCE) or an empty database", where=file or engine.url.database))
    except sqlite3.DatabaseError:
        raise BadBackup(_("%(file)s is there and is no database: move it away first", file=file)) from None
    finally:
        engine.dispose()


def _has_rows(engine: sa.Engine) -> bool:
    with engine.connect() as connection:
        return connection.execute(sa.text("SELECT 1 FROM audit_entry LIMIT 1")).first() is not None


def engine_for(url: str) -> sa.Engine:
    """An engine set up as the application's."""
    engine = sa.create_engine(url)
    configure(engine)
    return engine


@contextmanager
def staging(settings: Settings, folder: Path) -> Iterator[str]:
    """The address of an empty database beside the real one, gone afterwards: a file, or a schema of its own."""
    if settings.database_file:
        yield f"sqlite:///{folder / 'staged.db'}"
        return
    name = f"staged_{secrets.token_hex(6)}"
    engine = sa.create_engine(settings.url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE SCHEMA "{name}"')
            try:
                url = engine.url.update_query_dict({"options": f"-csearch_path={name}"})
                yield url.render_as_string(hide_password=False)
            finally:
                connection.exec_driver_sql(f'DROP SCHEMA "{name}" CASCADE')
    finally:
        engine.dispose()


def counts(engine: sa.Engine, tables: Iterable[str]) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {name: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(name))) or 0
                for name in tables}

"""Making a backup: a snapshot, sealed to two recipients, its wrapped keys in a second file that lives shortly."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

import pyrage
from flask import current_app
from pyrage.x25519 import Identity, Recipient

from shelter.audit import Actor, anchor, note
from shelter.calendar import now
from shelter.config import Settings
from shelter.crypto import chest
from shelter.db import vault
from shelter.texts import say as _

from .folders import FOLDERS
from .places import Artefacts, recovery_public, recovery_secret
from .snapshot import Snapshot, take

FORMAT = 1
PART = 1 << 20  # bytes
Bits = Iterator[bytes]


@dataclass(frozen=True)
class Made:
    """A backup that was made and read back."""

    files: Artefacts
    schema: str
    rows: int


def make(to: Artefacts, *, by: Actor) -> Made:
    """Write both files of a backup, read them back, and leave a trace.

    OSError when there is no room or no right, sqlite3.DatabaseError when the database is damaged: then nothing is left.
    """
    settings: Settings = current_app.extensions["settings"]
    recipients = [chest.operations(vault.keys).to_public(), recovery_recipient(settings)]
    to.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with private_folder(settings.instance) as folder, _both_or_none(to) as parts:
        found = take(folder)
        backup_id = secrets.token_hex(16)
        _write(parts.data, _data(settings, found, backup_id), recipients)
        _write(parts.keys, _keys(found, backup_id, recipients[1]), recipients)
    note("backup.make", by=by, schema=found.schema, rows=sum(found.counts.values()))
    return Made(to, found.schema, sum(found.counts.values()))


def recovery_recipient(settings: Settings) -> Recipient:
    """Who opens backups when the programme's key is lost; the recovery key is made when there is none yet."""
    public = recovery_public(settings)
    if not public.exists():
        make_recovery_key(settings)
    return chest.read_recipient(public.read_text("ascii"))


def make_recovery_key(settings: Settings) -> Path:
    """Write a new recovery key into a file that is to be carried away, and its public half beside the database."""
    identity, secret = Identity.generate(), recovery_secret(settings)
    said = _("Recovery key. With it and a backup everything can be restored, and read: carry it to a safe place far "
             "from this machine, and delete it here.")
    descriptor = os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"# {said}\n{identity}\n")
    recovery_public(settings).write_text(f"{identity.to_public()}\n", "ascii")
    return secret


@contextmanager
def private_folder(beside: Path) -> Iterator[Path]:
    """A folder for what lies open for a moment: on the database's own disk, for its owner alone, gone afterwards."""
    for old in beside.glob(".keeping-*"):  # of a process that was killed
        if not _is_in_use(old):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".keeping-{os.getpid()}-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_in_use(folder: Path) -> bool:
    try:
        os.kill(int(folder.name.split("-")[1]), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError):
        return True
    return True


@contextmanager
def _both_or_none(to: Artefacts) -> Iterator[Artefacts]:
    """Write beside the names, and give both files their names when both are whole: the data last."""
    parts = Artefacts(*(file.with_name(f".{file.name}.part") for file in to))
    try:
        for part in parts:
            part.unlink(missing_ok=True)
        yield parts
        for part, file in (parts.keys, to.keys), (parts.data, to.data):
            part.replace(file)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _write(out: Path, content: Bits, recipients: list[Recipient]) -> None:
    """Seal, and read back what lies there: a backup that cannot be read is none."""
    digest = hashlib.sha256()

    def counted() -> Bits:
        for part in content:
            digest.update(part)
            yield part

    chest.seal_file(counted(), out, recipients)
    out.chmod(0o600)
    with out.open("rb") as file:
        os.fsync(file.fileno())
    back = _Digest()
    chest.open_file(out, back, [chest.operations(vault.keys)])  # type: ignore[arg-type]
    if back.digest.digest() != digest.digest():
        raise OSError(_("the backup cannot be read back from %(file)s: is the medium sound?", file=out))


class _Digest:
    """A file that keeps nothing but the digest of what is written into it."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        return len(content)

    def flush(self) -> None:
        """Nothing waits."""


# --- what is in them --------------------------------------------------------------------------------------------------

def _data(settings: Settings, found: Snapshot, backup_id: str) -> Bits:
    members = {f"database/{file.name}": file for file in found.files}
    for name, where in FOLDERS.items():
        folder = where(settings)
        members |= {f"folders/{name}/{file.relative_to(folder)}": file
                    for file in sorted(folder.rglob("*")) if file.is_file()}
    sizes = {name: file.stat().st_size for name, file in members.items()}  # the signed heads may grow meanwhile
    manifest = {
        "format": FORMAT, "id": backup_id, "made_at": now().isoformat(timespec="seconds"), "engine": found.engine,
        "schema": found.schema, "counts": found.counts, "head": json.loads(anchor(found.head)),
        "recovery": str(recovery_recipient(settings)),
        "files": {name: {"size": sizes[name], "sha256": _sha256(file, sizes[name])} for name, file in members.items()},
    }
    yield from _tar([("manifest.json", json.dumps(manifest, indent=1).encode())])
    for name, file in members.items():
        yield _header(name, sizes[name])
        with file.open("rb") as content:
            yield from _padded(content, sizes[name])
    yield b"\0" * 1024


def _keys(found: Snapshot, backup_id: str, recovery: Recipient) -> Bits:
    """The wrapped keys; and the programme's key, which the recovery key alone opens."""
    ring = pyrage.encrypt(vault.keys.fresh().text.encode(), [recovery])
    head = {"format": FORMAT, "id": backup_id, "made_at": now().isoformat(timespec="seconds")}
    yield from _tar([
        ("keys.json", json.dumps({**head, "wrapped": found.wrapped}).encode()), ("programme.key.age", ring),
    ])
    yield b"\0" * 1024


def _tar(contents: Iterable[tuple[str, bytes]]) -> Bits:
    for name, content in contents:
        yield _header(name, len(content))
        yield from _padded(BytesIO(content), len(content))


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


def _padded(content: IO[bytes], size: int) -> Bits:
    yield from _parts(content, size)
    yield b"\0" * (-size % 512)


def _parts(content: IO[bytes], size: int) -> Bits:
    left = size
    while left:
        part = content.read(min(PART, left))
        if not part:
            raise OSError("a file became shorter while it was copied")
        left -= len(part)
        yield part


def _sha256(file: Path, size: int) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        for part in _parts(content, size):
            digest.update(part)
    return digest.hexdigest()

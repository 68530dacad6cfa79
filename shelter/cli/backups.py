"""`shelter backup`, `restore`, `drill` and `verify`: that nothing is lost, and how one knows."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from flask_babel import format_decimal
from pyrage.x25519 import Identity

from shelter import keeping
from shelter.accounts import sessions
from shelter.audit import head, note, operator, work
from shelter.calendar import local, now
from shelter.cli.plain import Refused, application, check_version, in_app, plainly, settings
from shelter.config import Settings
from shelter.crypto import BadKey, KeyRing, chest
from shelter.db import db, migrate, vault
from shelter.indicators import recounting
from shelter.keeping import BadBackup, Made, Opened, Report, opened
from shelter.keeping.backup import private_folder
from shelter.keeping.checking import how_many
from shelter.keeping.places import Artefacts, artefacts, backups, named, recovery_public
from shelter.route import kept as routes
from shelter.texts import say as _
from shelter.texts import say_many


@click.command("backup")
@click.argument("out", type=click.Path(path_type=Path))
@in_app
def backup_command(out: Path) -> None:
    """Write a sealed backup to OUT (a file, or a folder that is there) and its keys into a second file beside it."""
    out = out.absolute()
    to = named(out, now()) if out.is_dir() else artefacts(out)
    if not to.data.parent.is_dir():
        raise Refused(_("there is no folder %(folder)s: is the medium plugged in?", folder=to.data.parent))
    if taken := next((file for file in to if file.exists()), None):
        raise Refused(_("%(file)s is there already and was not written over", file=taken))
    made = make(to)
    click.echo(_("Backup of %(rows)s rows: %(file)s", rows=format_decimal(made.rows), file=made.files.data))
    click.echo(_("Its keys, to be kept apart and at most 35 days: %(file)s", file=made.files.keys))


def make(to: Artefacts) -> Made:
    """A backup; Refused with the reason when none can be made."""
    try:
        return keeping.make(to, by=operator)
    except sqlite3.DatabaseError as error:
        raise Refused(_("the database is damaged (%(why)s): restore the last backup, `shelter restore`", why=error)
                      ) from None
    except OSError as error:
        raise Refused(_("no backup could be written to %(file)s: %(why)s", file=to.data.parent,
                        why=error.strerror or error)) from None


@click.command("verify")
@click.option("--rebuild", is_flag=True, help="Count the figures that are kept anew, before looking at everything.")
@in_app
def verify_command(rebuild: bool) -> None:
    """Open every sealed value, check database, audit trail and kept figures; says where damage is, never what was."""
    if rebuild:
        count_anew()
    report = _looked_at()
    note("verify.run", by=operator, sound=report.is_sound, values=report.values, keys=report.keys)
    if not report.is_sound:
        for line in report.lines:
            click.echo(f"- {line}", err=True)
        _refuse(report, _("something is damaged: restore the newest backup from before it, `shelter restore`"))
    click.echo(_("Whole: %(values)s sealed values, %(keys)s keys, %(rows)s rows of the audit trail",
                 values=format_decimal(report.values), keys=format_decimal(report.keys),
                 rows=format_decimal(report.rows_of_trail)))


def count_anew() -> None:
    """Mend the kept figures, and say how many pages of them were wrong."""
    steps = recounting.how_many() + routes.how_many()
    with click.progressbar(length=steps, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        mended = recounting.rebuild(by=operator, progress=bar.update)
        routes.renew_all(bar.update)
    click.echo(say_many("The figures were counted anew: %(num)s page of them was put right",
                        "The figures were counted anew: %(num)s pages of them were put right", mended))


def _refuse(report: Report, why: str) -> None:
    if report.is_whole:
        why = _("kept figures are not what the records say: `shelter verify --rebuild` counts them anew")
    raise Refused(why)


def _looked_at() -> Report:
    with click.progressbar(length=how_many(), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        return keeping.check(bar.update)


# --- restoring --------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Keys:
    """What somebody has to open a backup with: the programme's key file, the recovery key, or both."""

    ring: KeyRing | None
    recovery: Identity | None

    @property
    def identities(self) -> list[Identity]:
        """Those that may open its files."""
        return [*([chest.operations(self.ring)] if self.ring else []), *([self.recovery] if self.recovery else [])]

    def ring_of(self, backup: Opened) -> KeyRing:
        """The programme's key for this backup; what the file says by now and what it said then stand side by side."""
        then = backup.ring(self.recovery) if self.recovery else None
        if then is None or self.ring is None:
            found = then or self.ring
            assert found is not None, "Keys.at_hand refuses who has none"
            return found
        try:
            return self.ring.beside(then)
        except BadKey as problem:
            raise Refused(str(problem)) from None

    @classmethod
    def at_hand(cls, found: Settings, recovery: Path | None) -> Keys:
        """Those of the settings and the one that was named; Refused when there is none."""
        try:
            ring = KeyRing.read(found.key_path) if found.key_path.exists() else None
            identity = chest.read_identity(recovery.read_text("utf-8")) if recovery else None
        except BadKey as problem:
            raise Refused(str(problem)) from None
        except (OSError, ValueError):
            raise Refused(_("%(file)s holds no recovery key", file=recovery)) from None
        if not ring and not identity:
            raise Refused(_("there is no key file at %(file)s: put it there, or give the recovery key, --recovery FILE",
                            file=found.key_path))
        return cls(ring, identity)


@click.command("restore")
@click.argument("file", metavar="IN", type=click.Path(path_type=Path))
@click.option("--keys", type=click.Path(path_type=Path), default=None, help="The file of wrapped keys (default: the "
              "one beside IN).")
@click.option("--recovery", type=click.Path(path_type=Path), default=None, help="The recovery key, when the "
              "programme's key file is lost.")
@click.option("--anyway", is_flag=True, help="Restore also what was damaged when the backup was made.")
def restore_command(file: Path, keys: Path | None, recovery: Path | None, anyway: bool) -> None:
    """Put the backup IN back onto a machine that has no database yet; everything is checked before."""
    found = settings()
    files = Artefacts(file, keys or artefacts(file).keys)
    with _plainly(), _opened(found, files, Keys.at_hand(found, recovery)) as (backup, ring):
        opened.check_is_empty(found)
        with _staged(found, backup, ring) as (report, missing, _time):
            if missing:
                click.echo(_("%(count)s data keys were erased since this backup: what they sealed stays erased",
                             count=missing), err=True)
            if not report.is_whole and not anyway:
                raise Refused(_("what is in this backup is damaged (%(why)s) and nothing was changed: use another one, "
                                "or --anyway", why="; ".join(report.lines)))
            _put(found, backup, ring)
    click.echo(_("Restored into %(where)s as it was on %(when)s", where=found.instance, when=_when(backup)))
    click.echo(_("Everybody signs in again. `shelter run` starts it."))
    click.echo(_("Settings are no part of a backup: say again here what config.toml and SHELTER_* said there."))


def _when(backup: Opened) -> str:
    return f"{local(datetime.fromisoformat(backup.manifest['made_at'])):%Y-%m-%d %H:%M}"


@contextmanager
def _opened(found: Settings, files: Artefacts, keys: Keys) -> Iterator[tuple[Opened, KeyRing]]:
    """The backup open in a private folder, and the programme's key that belongs to it."""
    found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with private_folder(found.instance) as folder:
        backup = opened.open_backup(files, keys.identities, folder)
        opened.check_fits(backup, sa.create_engine(found.url))
        yield backup, keys.ring_of(backup)


@contextmanager
def _staged(found: Settings, backup: Opened, ring: KeyRing) -> Iterator[tuple[Report, int, float]]:
    """The backup restored beside the real place and looked at: what was found, how many keys are gone, seconds."""
    began = time.monotonic()
    house = backup.folder.parent / "house"
    house.mkdir(mode=0o700)
    ring.keep(house / "key")
    with opened.staging(found, house) as url:
        engine = opened.engine_for(url)
        missing = backup.put(engine)
        counted = opened.counts(engine, backup.manifest["counts"])
        counted["data_key"] += missing
        migrate.upgrade(engine)
        engine.dispose()
        app = application(instance=house, database_url=url, key_file=house / "key", anchor_folder=house / "anchors")
        backup.put_folders(app.extensions["settings"])
        with app.test_request_context(), plainly():
            if not vault.proves() and not missing:
                raise Refused(_("the key file does not open this backup: give the one of then, or the recovery key, "
                                "--recovery FILE"))
            report = _looked_at()
            report.problems += _differences(backup, counted)
        _close(app)
        yield report, missing, time.monotonic() - began


def _differences(backup: Opened, counted: dict[str, int]) -> list[str]:
    said = backup.manifest["counts"]
    return [_("%(table)s has %(here)s rows and had %(then)s", table=table, here=counted[table], then=said[table])
            for table in said if counted[table] != said[table]]


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _put(found: Settings, backup: Opened, ring: KeyRing) -> None:
    """Into its place: what stood there (an empty database) is kept beside."""
    if file := found.database_file:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
            if each.exists():
                each.replace(each.with_name(f"{each.name}.before-{now():%Y%m%dT%H%M%SZ}"))
    ring.keep(found.key_path)
    engine = opened.engine_for(found.url)
    backup.put(engine)
    migrate.upgrade(engine)
    engine.dispose()
    backup.put_folders(found)
    recovery_public(found).write_text(f"{backup.manifest['recovery']}\n", "ascii")
    app = application()
    with app.test_request_context(), plainly(), work("backup.restore", by=operator, made=backup.manifest["made_at"]):
        sessions.end_everybodys()
    _close(app)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        with plainly():
            yield
    except BadBackup as bad:
        raise Refused(str(bad)) from None


# --- rehearsing -------------------------------------------------------------------------------------------------------

@click.command("drill")
@click.argument("file", metavar="[IN]", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Where to write the report (default: beside "
              "the backups).")
def drill_command(file: Path | None, out: Path | None) -> None:
    """Rehearse: restore the newest backup (or IN) into a temporary place and look at everything in it."""
    found = settings()
    app = application()
    check_version(app)
    with app.test_request_context():
        ring = vault.keys
        files = artefacts(file.absolute()) if file else _newest(found)
    _close(app)
    with _plainly(), _opened(found, files, Keys(ring, None)) as (backup, _ring):
        with _staged(found, backup, ring) as (report, missing, seconds):
            pass
        lines = _told(files, backup, report, missing, seconds)
    app = application()
    with app.test_request_context(), plainly():
        note("drill.run", by=operator, sound=report.is_sound, made_at=backup.manifest["made_at"], head=head().seq)
        place = out or found.backups / f"drill-{now():%Y%m%dT%H%M%SZ}.txt"
        place.write_text("\n".join(lines) + "\n", "utf-8")
    _close(app)
    click.echo("\n".join(lines))
    click.echo(_("The report is in %(file)s", file=place))
    if not report.is_sound:
        _refuse(report, _("this backup would not restore whole: make another one, `shelter backup`, and rehearse it"))


def _newest(found: Settings) -> Artefacts:
    if there := backups(found.backups):
        return artefacts(next(iter(there)))
    found.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
    return make(named(found.backups, now())).files


def _told(files: Artefacts, backup: Opened, report: Report, missing: int, seconds: float) -> list[str]:
    said: dict[str, Any] = backup.manifest
    return [
        _("Restore drill of %(when)s", when=f"{local(now()):%Y-%m-%d %H:%M}"),
        _("Backup: %(file)s, of %(when)s, version %(version)s", file=files.data, when=_when(backup),
          version=said["schema"]),
        _("Restored and looked at in %(seconds)s s", seconds=f"{seconds:.1f}"),
        _("Rows: %(rows)s in %(tables)s tables", rows=sum(said["counts"].values()), tables=len(said["counts"])),
        _("Sealed values opened: %(values)s; keys: %(keys)s; erased since: %(missing)s", values=report.values,
          keys=report.keys, missing=missing),
        _("Audit trail: %(rows)s rows, head %(head)s", rows=report.rows_of_trail, head=said["head"]["hash"]),
        *(report.lines or [_("Whole.")]),
    ]

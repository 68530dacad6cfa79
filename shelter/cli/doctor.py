"""`shelter doctor`: what is unsafe here, and the way out of each."""

from __future__ import annotations

import importlib
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile

import click
import sqlalchemy as sa

from shelter.accounts import queries
from shelter.audit import AuditEntry, clock, verify
from shelter.calendar import local, now
from shelter.cli.plain import in_app, settings
from shelter.cli.process import swaps_in_clear
from shelter.config import Settings
from shelter.db import db, vault
from shelter.keeping.places import backups, recovery_public, recovery_secret
from shelter.keeping.rounds import ENOUGH
from shelter.rounds import LastRound, is_somebody_working
from shelter.texts import say as _

OLDEST_BACKUP = timedelta(hours=26)
OLDEST_DRILL = timedelta(days=100)
OLDEST_SQLITE = (3, 35, 0)


@click.command("doctor")
@in_app
def doctor_command() -> None:
    """Say what is unsafe and the way out of it; exit status 1 when something is."""
    found = settings()
    problems = [each for look in LOOKS for each in look(found)]
    for each in problems:
        click.echo(f"- {each}")
    click.echo(_("Last restore drill: %(when)s", when=_said(_last("drill.run"))))
    if problems:
        sys.exit(1)
    click.echo(_("Nothing unsafe was found."))


def _said(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else _("never")


def _last(action: str) -> datetime | None:
    """When something was done last, by the trail."""
    query = sa.select(AuditEntry.at).where(AuditEntry.action == action)
    return db.session.scalar(query.order_by(AuditEntry.seq.desc()).limit(1))


def is_demonstration() -> bool:
    """Whether this is the invented programme, for which much is forgiven."""
    return queries.by_email("administrator@demo.invalid") is not None


def _keys(found: Settings) -> Iterator[str]:
    if found.key_path.is_relative_to(found.instance) and not is_demonstration():
        yield _("the key lies beside the database (%(file)s): put it on another medium and set SHELTER_KEY_FILE",
                file=found.key_path)
    if recovery_secret(found).exists() and not is_demonstration():
        yield _("the recovery key still lies here (%(file)s): carry it to a safe place and delete it here",
                file=recovery_secret(found))
    if not recovery_public(found).exists():
        yield _("there is no recovery key: the next backup makes one, `shelter backup`")
    if vault.keys.is_rotating:
        yield _("a rotation was broken off; nothing is lost: `shelter keys rotate` continues")


def _memory(_found: Settings) -> Iterator[str]:
    if swaps_in_clear() and not is_demonstration():
        yield _("memory may be written to the disk in clear: encrypt the swap, or take it away with `swapoff -a`")


def _settings(found: Settings) -> Iterator[str]:
    if not found.mfa_required and not is_demonstration():
        yield _("SHELTER_MFA_REQUIRED is off: whoever learns a password gets in; set it to true")
    if found.tls and not found.trusted_hosts:
        yield _("SHELTER_TRUSTED_HOSTS is not set: name the addresses under which the house is reached")
    if found.tls and not found.proxy:
        yield _("SHELTER_PROXY is not set: behind a proxy all readers look like one, and one who guesses shuts the "
                "others out; set it to true where a proxy serves")
    if found.read_only:
        yield _("SHELTER_READ_ONLY is on: nobody can write; take it away when the work is done")


def _libraries(found: Settings) -> Iterator[str]:
    for name in ("weasyprint", "pyrage", *(() if found.database_file else ("psycopg",))):
        try:
            importlib.import_module(name)
        except (ImportError, OSError):
            yield _("%(name)s is missing or incomplete: run `make run` once, or install the requirements", name=name)
    if found.database_file and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield _("SQLite %(version)s is too old: a newer Python brings a newer one", version=sqlite3.sqlite_version)


def _disk(found: Settings) -> Iterator[str]:
    for place in {found.instance, found.backups}:
        if place.is_dir() and shutil.disk_usage(place).free < ENOUGH:
            yield _("less than 500 MB are free for %(place)s: make room, or soon nothing can be saved", place=place)


def folders(found: Settings) -> Iterator[str]:
    """Where backups and signed heads cannot be written."""
    for name, folder in (("SHELTER_BACKUP_FOLDER", found.backups), ("SHELTER_ANCHOR_FOLDER", found.anchors)):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()
        except OSError as error:
            yield _("nothing can be written in %(folder)s (%(why)s): mend that, or name another folder in %(name)s",
                    folder=folder, why=error.strerror, name=name)


def _modes(found: Settings) -> Iterator[str]:
    files = [found.key_path, *found.instance.glob("[!.]*"), *found.backups.glob("*"), *found.anchors.glob("*")]
    for place in dict.fromkeys([found.instance, found.backups, found.anchors, *files]):
        if place.exists() and place.stat().st_mode & 0o077:
            yield _("others can read %(place)s: run `chmod %(mode)s %(place)s`", place=place, mode=_closed(place))


def _closed(place: Path) -> str:
    return "700" if place.is_dir() else "600"


def _clock(_found: Settings) -> Iterator[str]:
    if back := clock.behind():
        yield _("the clock lies %(minutes)s minutes behind what was written last: set it, `timedatectl set-ntp true`",
                minutes=int(back.total_seconds() // 60))


def _backups(found: Settings) -> Iterator[str]:
    newest = next(iter(backups(found.backups).values()), None)
    if newest is None:
        yield _("there is no backup in %(place)s: `shelter run` makes one each hour", place=found.backups)
    elif now() - newest > OLDEST_BACKUP:
        yield _("the newest backup is of %(when)s: see that `shelter run` runs and the disk has room",
                when=_said(newest))
    drilled = _last("drill.run")
    if newest and drilled and now() - drilled > OLDEST_DRILL:
        yield _("the last restore drill was long ago: run `shelter drill`")


def _trail(_found: Settings) -> Iterator[str]:
    verdict = verify()
    if not verdict.is_sound:
        yield _("the audit trail is not whole: %(why)s", why=verdict.problem)


def _rounds(_found: Settings) -> Iterator[str]:
    db.session.rollback()
    if not is_somebody_working():
        yield _("nobody does the hourly and nightly jobs: start `shelter run`, or `shelter jobs`")
    for run in db.session.scalars(sa.select(LastRound).where(LastRound.failures > 1).order_by(LastRound.name)):
        yield _("the round %(name)s failed %(count)s times (%(why)s): see what the server says", name=run.name,
                count=run.failures, why=run.problem)


LOOKS = (_settings, _keys, _memory, _modes, _libraries, _disk, folders, _clock, _backups, _trail, _rounds)

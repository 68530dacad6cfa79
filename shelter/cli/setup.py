"""First steps: keys, database, the first administrator, more staff; and a check of what is unsafe."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import uuid
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import actions, queries
from shelter.accounts.models import Staff
from shelter.audit import operator, verify, work
from shelter.calendar import now
from shelter.cli.plain import Refused, application, in_app, plainly, settings
from shelter.config import Settings
from shelter.crypto import KeyRing
from shelter.db import db, migrate
from shelter.partners import actions as partners
from shelter.partners.models import Foundation, House


def prepare(found: Settings) -> None:
    """Make the instance folder and the key file (both for their owner alone) and bring the database up to date."""
    found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if found.instance.stat().st_mode & 0o077:
        found.instance.chmod(0o700)
    if not found.key_path.exists():
        KeyRing.create(found.key_path)
    app = application(instance=found.instance)
    with app.app_context(), plainly():
        migrate.upgrade(db.engine)
    close_to_others(found)


def bring_up_to_date(found: Settings) -> None:
    """Migrate the database of an earlier version of the program; what it was like is kept (SQLite)."""
    app = application(instance=found.instance)
    with app.app_context(), plainly():
        version = migrate.current(db.engine)
        if not migrate.is_earlier(version):
            return
        if found.database_file:
            click.echo(f"The database as it was is kept in {_copy(found.database_file, found.instance / 'backups')}")
        migrate.upgrade(db.engine)
        click.echo(f"The database was brought from version {version} to {migrate.newest()}")


def _copy(file: Path, folder: Path) -> Path:
    """A whole and checked copy; Refused when there is no room for it or it cannot be read."""
    copy = folder / f"{file.stem}-{now():%Y%m%dT%H%M%SZ}.db"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        copy.touch(mode=0o600)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            whole = target.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            copy.unlink()
        raise Refused(f"no copy could be made before bringing the database up to date: {error}") from None
    if not whole:
        raise Refused(f"the database is damaged; nothing was changed. What could be copied is in {copy}")
    return copy


def close_to_others(found: Settings) -> None:
    """The database's files belong to their owner alone."""
    if file := found.database_file:
        for each in (file, file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
            if each.exists():
                each.chmod(0o600)


def is_prepared(found: Settings) -> bool:
    """Whether there is a database with tables in it; Refused when its key is gone (a new one would open nothing)."""
    if found.database_file and not found.database_file.exists():
        return False
    engine = sa.create_engine(found.url)
    with plainly():
        has_tables = migrate.current(engine) is not None
    engine.dispose()
    if has_tables and not found.key_path.exists():
        raise Refused(f"there is a database and no key file at {found.key_path}: put its key back")
    return has_tables


@click.command("init")
@click.option("--email", default="administrator@example.invalid", show_default=True,
              help="The first administrator's e-mail.")
@click.option("--name", default="Administración", show_default=True, help="The first administrator's name.")
def init_command(email: str, name: str) -> None:
    """Make keys, database and the first administrator; prints a one-time activation link."""
    found = settings()
    if is_prepared(found):
        raise Refused(f"{found.instance} is set up already; nothing was changed")
    prepare(found)
    app = application()
    with app.test_request_context(), plainly():
        with work("staff.invite", by=operator):
            partners.seed_institutions()
            _staff, token = actions.invite(email=email, name=name, role=Role.ADMINISTRATOR)
        click.echo(f"Ready in {found.instance}")
        click.echo(f"Key: {found.key_path} (keep a copy elsewhere: without it everything sealed is lost)")
        click.echo(f"Activation link, once, within 72 hours: /activar/{token}")


@click.group("staff")
def staff_command() -> None:
    """Accounts of staff."""


@staff_command.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([str(role.value) for role in Role]))
@click.option("--name", default="", help="Name (default: the first part of the e-mail).")
@click.option("--foundation", default=None, help="Name or id of the foundation.")
@click.option("--house", default=None, help="Name or id of the house.")
@in_app
def add(email: str, role: str, name: str, foundation: str | None, house: str | None) -> None:
    """Invite somebody; prints the activation link."""
    place = _house(house) if house else None
    partner = place.foundation_id if place else _foundation(foundation) if foundation else None
    with work("staff.invite", by=operator):
        _staff, token = actions.invite(
            email=email, name=name or email.partition("@")[0], role=Role(role),
            foundation_id=partner, house_id=place.id if place else None,
        )
    click.echo(f"Activation link, once, within 72 hours: /activar/{token}")


@staff_command.command("list")
@in_app
def list_staff() -> None:
    """Roles and states, without names (names are read on the screen)."""
    for each in queries.everyone():
        roles = ", ".join(str(assignment.role.value) for assignment in each.assignments) or "-"
        click.echo(f"{each.id}  {'active' if each.is_active else 'closed'}  {roles}")


@staff_command.command("disable")
@click.argument("email")
@in_app
def disable(email: str) -> None:
    """Close an account; its sessions end at once."""
    with work("staff.disable", by=operator):
        staff = queries.by_email(email)
        if staff is None:
            raise Refused("nobody has that e-mail")
        actions.disable(staff)
    click.echo("Closed.")


@click.command("doctor")
@in_app
def doctor_command() -> None:
    """Say what is unsafe; exit status 1 when something is."""
    found = settings()
    problems = list(_problems(found))
    for each in problems:
        click.echo(f"- {each}")
    if problems:
        sys.exit(1)
    click.echo("Nothing unsafe was found.")


def _problems(found: Settings) -> list[str]:
    problems = []
    if found.key_path.is_relative_to(found.instance) and not _is_demonstration():
        problems.append(f"the key lies beside the database ({found.key_path}): put it on another medium "
                        "and set SHELTER_KEY_FILE")
    if not found.mfa_required and not _is_demonstration():
        problems.append("SHELTER_MFA_REQUIRED is off")
    if found.instance.stat().st_mode & 0o077:
        problems.append(f"others can read {found.instance}: run `chmod 700 {found.instance}`")
    if shutil.disk_usage(found.instance).free < 500 * 1024 * 1024:
        problems.append("less than 500 MB of disk are free")
    verdict = verify()
    if not verdict.is_sound:
        problems.append(f"the audit trail is not whole: {verdict.problem}")
    return problems


def _is_demonstration() -> bool:
    return queries.by_email("administrator@demo.invalid") is not None


def _house(name: str) -> House:
    house: House = _one(House, name, "house")
    return house


def _foundation(name: str) -> uuid.UUID:
    foundation: Foundation = _one(Foundation, name, "foundation")
    return foundation.id


def _one(model: Any, name: str, what: str) -> Any:
    found = list(db.session.scalars(sa.select(model)))
    for each in found:
        if name in {each.name, str(each.id)}:
            return each
    known = ", ".join(sorted(each.name for each in found)) or "none yet"
    raise Refused(f"there is no {what} {name!r} (there are: {known})")


def has_staff() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(sa.select(Staff.id).limit(1)) is not None

"""First steps: keys, database, the first administrator, more staff."""

from __future__ import annotations

import uuid
from typing import Any

import click
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import actions, queries
from shelter.accounts.models import Staff
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cli import backups
from shelter.cli.plain import Refused, application, in_app, plainly, settings
from shelter.config import Settings
from shelter.crypto import KeyRing
from shelter.db import db, migrate
from shelter.desk import pairs
from shelter.indicators import recounting
from shelter.keeping.backup import make_recovery_key
from shelter.keeping.places import named, recovery_public, recovery_secret
from shelter.partners import actions as partners
from shelter.partners.models import Foundation, House
from shelter.route import kept as routes
from shelter.texts import say as _


def prepare(found: Settings) -> None:
    """Make the instance folder and the key file (both for their owner alone) and bring the database up to date."""
    found.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if found.instance.stat().st_mode & 0o077:
        found.instance.chmod(0o700)
    if not found.key_path.exists():
        KeyRing.create(found.key_path)
    if not recovery_public(found).exists():
        make_recovery_key(found)
    app = application(instance=found.instance)
    with app.app_context(), plainly():
        migrate.upgrade(db.engine)
    close_to_others(found)


def bring_up_to_date(found: Settings) -> None:
    """Migrate the database of an earlier version of the program; what it was like is kept, sealed and read back."""
    app = application(instance=found.instance)
    with app.test_request_context(), plainly():
        version = migrate.current(db.engine)
        if migrate.is_earlier(version):
            made = backups.make(named(found.backups, now()))
            click.echo(_("The database as it was is kept in %(file)s", file=made.files.data))
            migrate.upgrade(db.engine)
            click.echo(_("The database was brought from version %(before)s to %(now)s", before=version,
                         now=migrate.newest()))
        if migrate.current(db.engine) == migrate.newest():
            recounting.bring_up_to_date(by=operator)
            routes.bring_up_to_date()


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
        raise Refused(_("there is a database and no key file at %(file)s: put its key back", file=found.key_path))
    return has_tables


@click.command("init")
@click.option("--email", default="administrator@example.invalid", show_default=True,
              help="The first administrator's e-mail.")
@click.option("--name", default="Administración", show_default=True, help="The first administrator's name.")
def init_command(email: str, name: str) -> None:
    """Make keys, database and the first administrator; prints a one-time activation link."""
    found = settings()
    if is_prepared(found):
        raise Refused(_("%(place)s is set up already; nothing was changed", place=found.instance))
    prepare(found)
    app = application()
    with app.test_request_context(), plainly():
        with work("staff.invite", by=operator):
            partners.seed_institutions()
            _staff, token = actions.invite(email=email, name=name, role=Role.ADMINISTRATOR)
        click.echo(_("Ready in %(place)s", place=found.instance))
        click.echo(_("Key: %(file)s (keep a copy elsewhere: without it everything sealed is lost)",
                     file=found.key_path))
        click.echo(_("Recovery key: %(file)s (carry it to a safe place far from here, and delete it on this machine)",
                     file=recovery_secret(found)))
        _say_link(token)


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
    _say_link(token)


def _say_link(token: str) -> None:
    click.echo(_("Activation link, once, within 72 hours: %(link)s", link=f"/activar/{token}"))


@staff_command.command("list")
@in_app
def list_staff() -> None:
    """Roles and states, without names (names are read on the screen)."""
    for each in queries.everyone():
        roles = ", ".join(str(assignment.role.value) for assignment in each.assignments) or "-"
        click.echo(f"{each.id}  {_('active') if each.is_active else _('closed')}  {roles}")


@staff_command.command("disable")
@click.argument("email")
@in_app
def disable(email: str) -> None:
    """Close an account; its sessions end at once."""
    with work("staff.disable", by=operator):
        staff = queries.by_email(email)
        if staff is None:
            raise Refused(_("nobody has that e-mail"))
        actions.disable(staff)
    click.echo(_("Closed."))


@staff_command.command("recover")
@click.argument("email")
@in_app
def recover(email: str) -> None:
    """A new link for somebody who cannot sign in, where nobody else can be the second person: you are."""
    with work("staff.recover", by=operator) as doing:
        doing.on = staff = queries.by_email(email)
        if staff is None:
            raise Refused(_("nobody has that e-mail"))
        token = pairs.recover(staff)
    click.echo(_("The old password and second factor stopped working, its sessions have ended."))
    click.echo(_("Activation link, once, within 72 hours: %(link)s", link=f"/activar/{token}"))


def _house(name: str) -> House:
    house: House = _one(House, name, _("house"))
    return house


def _foundation(name: str) -> uuid.UUID:
    foundation: Foundation = _one(Foundation, name, _("foundation"))
    return foundation.id


def _one(model: Any, name: str, what: str) -> Any:
    found = list(db.session.scalars(sa.select(model)))
    for each in found:
        if name in {each.name, str(each.id)}:
            return each
    known = ", ".join(sorted(each.name for each in found)) or _("none yet")
    raise Refused(_("there is no %(what)s %(name)s (there are: %(known)s)", what=what, name=repr(name), known=known))


def has_staff() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(sa.select(Staff.id).limit(1)) is not None

"""`shelter keys`: a new key around everything, and whether the present one opens everything."""

from __future__ import annotations

import sys

import click
import sqlalchemy as sa
from flask_babel import format_decimal

from shelter.audit import operator
from shelter.calendar import now
from shelter.cli.backups import make
from shelter.cli.plain import Refused, in_app, settings
from shelter.db import DataKey, db, vault
from shelter.keeping import rotation
from shelter.keeping.places import named
from shelter.texts import say as _


@click.group("keys")
def keys_command() -> None:
    """The programme's key."""


@keys_command.command("rotate")
@in_app
def rotate() -> None:
    """Put a new key around every data key. Running servers go on; a rotation that was broken off is continued."""
    many = db.session.scalar(sa.select(sa.func.count()).select_from(DataKey)) or 0
    try:
        with click.progressbar(length=2 * many, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            count = rotation.rotate(bar.update, by=operator)
    except rotation.StillBusy:
        raise Refused(_("something has been at work in the database for long; nothing is lost: the same command "
                        "continues")) from None
    except OSError as error:
        raise Refused(_("the key file %(file)s cannot be written (%(why)s): put it where it can, SHELTER_KEY_FILE",
                        file=vault.keys.path, why=error.strerror)) from None
    made = make(named(settings().backups, now()))
    click.echo(_("A new key is around %(count)s data keys", count=format_decimal(count)))
    click.echo(_("Make a new copy of %(file)s for the other medium, and destroy the old copy", file=vault.keys.path))
    click.echo(_("Backups from before open with the recovery key. A new one: %(file)s", file=made.files.data))


@keys_command.command("verify")
@in_app
def verify() -> None:
    """Whether the key file opens every data key."""
    keys, shut = rotation.count_shut()
    if shut:
        raise Refused(_("%(file)s does not open %(shut)s of %(keys)s data keys: put the right key file in its place, "
                        "or restore a backup with the recovery key", file=vault.keys.path,
                        shut=format_decimal(shut), keys=format_decimal(keys)))
    click.echo(_("%(file)s opens all %(keys)s data keys", file=vault.keys.path, keys=format_decimal(keys)))
    if vault.keys.is_rotating:
        raise Refused(_("a rotation was broken off; nothing is lost: `shelter keys rotate` continues"))

"""What every command needs: an application, a transaction as the operator, and one plain sentence when refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import sqlalchemy as sa
from flask import Flask

from shelter.config import BadSetting, Settings
from shelter.crypto import BadKey, Damaged
from shelter.rules import RuleBroken
from shelter.texts import say as _


class Refused(Exception):
    """The command could not be done; the message is all that is printed."""


def application(**given: Any) -> Flask:
    """The application for a command; Refused when there is none to work with."""
    from shelter.house import create_app

    try:
        return create_app(**given)
    except (BadKey, BadSetting) as problem:
        raise Refused(str(problem)) from None
    except ModuleNotFoundError as missing:
        if "psycopg" not in str(missing.name):
            raise
        raise Refused(_("SHELTER_DATABASE_URL needs %(name)s, which is not installed", name=missing.name)) from None


def check_version(app: Flask) -> None:
    """Refuse a database that is missing, older or newer than the program, or sealed with another key."""
    from shelter.db import db, migrate, vault

    with app.app_context(), plainly():
        found = migrate.current(db.engine)
        if found is None:
            raise Refused(_("there is no database yet: run `shelter init`"))
        if found != migrate.newest():
            raise Refused(_other_version(found))
        if not vault.proves():
            raise Refused(_("%(file)s is not the key with which this database was sealed: put the right one in its "
                            "place", file=app.extensions["settings"].key_path))


def _other_version(found: str) -> str:
    from shelter.db import migrate

    if migrate.is_earlier(found):
        return _("the database has version %(found)s: `shelter run` brings it to %(now)s", found=found,
                 now=migrate.newest())
    return _("the database has version %(found)s, which this program does not know: use the program that made it",
             found=found)


def in_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the application, on a database of the right version, in the programme's language."""

    @wraps(command)
    def inside(*args: Any, **kwargs: Any) -> Any:
        app = application()
        check_version(app)
        with app.test_request_context(), plainly():
            return command(*args, **kwargs)

    return inside


@contextmanager
def plainly() -> Iterator[None]:
    """Turn what the house refuses into one sentence."""
    try:
        yield
    except RuleBroken as broken:
        raise Refused(str(broken.message)) from None
    except sa.exc.DBAPIError as error:
        raise Refused(_of_the_database(error)) from None
    except Damaged as damaged:
        raise Refused(str(damaged)) from None


def is_full(error: sa.exc.DBAPIError) -> bool:
    """Whether the database could not write for want of room: SQLite's words, and PostgreSQL's."""
    return any(words in str(error.orig) for words in ("is full", "No space left on device"))


def _of_the_database(error: sa.exc.DBAPIError) -> str:
    """What happened, and the way out of it."""
    why = str(error.orig).splitlines()[0]
    if "malformed" in why or "not a database" in why:
        return _("the database is damaged (%(why)s): stop the program, put the damaged file aside and bring back the "
                 "newest backup with `shelter restore`; it lies in %(folder)s", why=why, folder=Settings.load().backups)
    if is_full(error):
        return _("the disk is full (%(why)s): make room on it and try again; nothing was changed", why=why)
    return _("the database does not answer: %(why)s", why=why)


def settings() -> Settings:
    """The settings, or Refused with what is wrong with them."""
    try:
        return Settings.load()
    except BadSetting as problem:
        raise Refused(str(problem)) from None

"""When nothing can be saved: it is said calmly, nothing typed is lost, reading goes on, and it ends by itself."""

from __future__ import annotations

import errno
import logging
import shutil
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app, request

from shelter.audit import ReadOnly
from shelter.db import db
from shelter.texts import later as _later

log = logging.getLogger("shelter")

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
READ_ONLY_TRANSACTION = "25006"  # SQLSTATE
FAILURES = (sa.exc.OperationalError, sa.exc.InternalError, sa.exc.TimeoutError, ReadOnly, OSError)
"""What may mean it; `cannot_save` knows which of them do."""
ENOUGH = 500 * 1024 * 1024  # bytes
MUCH = 1024 * 1024  # bytes of a request
LATELY, LOOK = 30.0, 10.0  # seconds
SECRETS = {"csrf_token", "submit_key", "version", "seen", "code", "draft", "back"}
"""Fields that nobody typed, or that nobody else may see: they are not shown again."""

CANNOT = _later("Nothing can be saved just now. What you wrote is still here: leave this page open and send it again "
                "in a few minutes. What was saved before is safe.")
BANNERS = {
    "maintenance": _later("The system is being looked after: you can read, and nothing can be saved until that is "
                          "done."),
    "failing": _later("Nothing can be saved just now. You can go on reading; try again in a few minutes."),
    "tight": _later("There is little room left on the disk. Save only what is needed and tell whoever looks after the "
                    "computer."),
}


class _State:
    """What this process has noticed lately."""

    failed_at = float("-inf")
    looked_at = float("-inf")
    is_tight = False


def cannot_save(error: BaseException) -> bool:
    """Whether an error says that the database or the disk takes nothing now, and note it."""
    if isinstance(error, sa.exc.InternalError):
        is_so = getattr(error.orig, "sqlstate", "") == READ_ONLY_TRANSACTION
    elif isinstance(error, OSError):
        is_so = error.errno in NO_ROOM
    else:
        is_so = isinstance(error, FAILURES)
    if is_so and not isinstance(error, ReadOnly):
        _State.failed_at = time.monotonic()
        log.error("nothing could be saved: %s", type(getattr(error, "orig", None) or error).__name__)
    return is_so


def saved_again() -> None:
    """Something was saved: whatever it was is over."""
    _State.failed_at = float("-inf")


def is_tight() -> bool:
    """Whether less than 500 MB are free where the database and its files lie; looked at every ten seconds."""
    if time.monotonic() - _State.looked_at > LOOK:
        place = Path(current_app.instance_path)
        _State.is_tight = place.is_dir() and shutil.disk_usage(place).free < ENOUGH
        _State.looked_at = time.monotonic()
    return _State.is_tight


def check_room() -> None:
    """Refuse what is big while there is little room, so that what is small can still be saved."""
    if (request.content_length or 0) > MUCH and is_tight():
        raise ReadOnly


def banner() -> Any:
    """What every page says above its content; None when all is well."""
    if current_app.config["READ_ONLY"]:
        return BANNERS["maintenance"]
    if time.monotonic() - _State.failed_at < LATELY:
        return BANNERS["failing"]
    return BANNERS["tight"] if is_tight() else None


def typed() -> tuple[list[tuple[str, str]], list[str]]:
    """What was sent, to be sent again: every field but secrets, and of those the texts that a person would miss."""
    fields = [(name, value) for name, value in request.form.items(multi=True)
              if name != "csrf_token" and name != "code" and "password" not in name]
    texts = [value for name, value in fields if name not in SECRETS and (" " in value.strip() or len(value) > 40)]
    return fields, texts


def forget() -> None:
    """End what the session had begun; where even that fails, the connection is gone already."""
    try:
        db.session.rollback()
    except sa.exc.SQLAlchemyError:
        db.session.remove()


def init_app(app: Flask, *, read_only: bool) -> None:
    """For templates, and for maintenance."""
    app.config["READ_ONLY"] = read_only
    app.jinja_env.globals["calm_banner"] = banner

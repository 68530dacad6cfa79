"""Exactly one process does the rounds and jobs of a database, however many servers are started on it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from shelter.db import db
from shelter.db.base import is_sqlite

_LOCK = 7_304_519_202  # any number, another than the audit chain's
StillAlone = Callable[[], bool]


@contextmanager
def only_one() -> Iterator[StillAlone | None]:
    """The right to do them while inside, or None: somebody has it. What is given asks whether it still holds.

    SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock, which ends with its connection. Both
    end with the process, however it ends.
    """
    with _by_file() if is_sqlite() else _by_database() as still:
        yield still


def is_somebody_working() -> bool:
    """Whether a process does them just now."""
    with only_one() as still:
        return still is None


@contextmanager
def _by_file() -> Iterator[StillAlone | None]:
    descriptor = os.open(_lock_file(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lambda: True
    except BlockingIOError:
        yield None
    finally:
        os.close(descriptor)


def _lock_file() -> Path:
    file = Path(db.engine.url.database or "")
    return file.with_name(f"{file.name}-jobs")


@contextmanager
def _by_database() -> Iterator[StillAlone | None]:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        def still() -> bool:
            try:
                return bool(connection.scalar(sa.text("SELECT true")))
            except sa.exc.SQLAlchemyError:
                return False

        if not connection.scalar(sa.text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}):
            yield None
            return
        try:
            yield still
        finally:
            connection.invalidate()  # the lock ends with the connection

"""The queue: Huey on a file of the instance, on PostgreSQL or Redis; or no queue, and a job is done where it was asked.

It carries ids, signed, and nothing else. What it loses is found again in the table of jobs (see worker).
"""

from __future__ import annotations

import hashlib
import logging
import os
import uuid
from collections.abc import Callable
from functools import cache
from time import monotonic
from typing import Any, ClassVar, NamedTuple

from flask import Flask, current_app
from huey import Huey, MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage
from sqlalchemy import make_url

from shelter.config import Settings

log = logging.getLogger("shelter")
NAME, TABLES = "senda", "jobs_queue"
MINUTE = 60.0  # seconds


class _Kinds(logging.Handler):
    """What Huey complains of, by its kind alone and once a minute: a message may carry more than a log should."""

    said: ClassVar[dict[str, float]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Say it in one line."""
        problem = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else record.msg
        if record.levelno >= logging.WARNING and monotonic() - self.said.get(problem, float("-inf")) > MINUTE:
            self.said[problem] = monotonic()
            log.error("the queue of jobs: %s", problem)


def init_app(app: Flask, settings: Settings, secret: bytes, do: Callable[[uuid.UUID], object]) -> None:
    """Say where the queue is, and what is called with a job's id. It is opened when it is first needed."""
    theirs = logging.getLogger("huey")
    theirs.propagate, theirs.handlers = False, [_Kinds()]

    @cache
    def opened() -> Opened:
        queue = _MAKERS[settings.jobs_in](settings, SignedSerializer(secret.hex()))

        def do_job(job_id: str) -> None:
            with app.app_context(), app.test_request_context():  # a session of its own, also inside a request
                do(uuid.UUID(job_id))

        return Opened(queue, queue.task(name="do")(do_job))

    app.extensions["jobs"] = opened


class Opened(NamedTuple):
    """The queue, and what puts an id into it."""

    queue: Huey
    put: Callable[[str], object]


def here() -> Opened:
    """The queue of this application."""
    found: Opened = current_app.extensions["jobs"]()
    return found


def put(job_id: uuid.UUID) -> None:
    """Queue a job that is saved. Should the queue not take it, it is found when lost ones are looked for."""
    try:
        here().put(str(job_id))
    except Exception as error:  # the answer is not lost for it
        log.error("a job could not be queued yet: %s", type(error).__name__)


def is_empty() -> bool:
    """Whether nothing is queued."""
    return bool(here().queue.pending_count() == 0)


def is_inline() -> bool:
    """Whether jobs are done where they are asked for."""
    return bool(here().queue.immediate)


def prepare() -> None:
    """The tables of a queue on PostgreSQL: made once, when the database is brought up to date, by one process."""
    storage = here().queue.storage
    if isinstance(storage, PostgresStorage):
        storage.initialize_schema()


def _inline(_settings: Settings, serializer: SignedSerializer) -> Huey:
    return MemoryHuey(NAME, immediate=True, results=False, serializer=serializer)


def _sqlite(settings: Settings, serializer: SignedSerializer) -> Huey:
    file = settings.instance / "jobs.db"
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return SqliteHuey(NAME, filename=str(file), fsync=True, results=False, serializer=serializer)


def _postgresql(settings: Settings, serializer: SignedSerializer) -> Huey:
    dsn = make_url(settings.url).set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresHuey(NAME, dsn=dsn, table_prefix=TABLES, create_tables=False, results=False, serializer=serializer)


def _redis(settings: Settings, serializer: SignedSerializer) -> Huey:
    """One server may serve several programmes: each has a queue of its own there, named by its key."""
    name = f"{NAME}-{hashlib.sha256(serializer.secret).hexdigest()[:16]}"
    return RedisHuey(name, url=settings.redis_url, results=False, serializer=serializer)


_MAKERS: dict[str, Callable[[Settings, SignedSerializer], Any]] = {
    "inline": _inline, "sqlite": _sqlite, "postgresql": _postgresql, "redis": _redis,
}

"""Doing jobs, one at a time, in the process that does them; and finding those that were lost on the way."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
from flask import Flask

from shelter.accounts import queries as accounts
from shelter.audit import machine, work
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.rounds import every
from shelter.rules import NotNow, RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.texts import speaking
from shelter.web import calm

from . import queries, queue
from .kinds import Result
from .models import Job
from .progress import Progress, Stopping, Unwanted
from .rules import MOST_ATTEMPTS

log = logging.getLogger("shelter")
_TABLE: Any = Job.__table__
LONG = timedelta(seconds=20)
"""Who waited longer may have gone on to something else: she is told."""
WAIT = 1.0  # seconds between two looks into an empty queue
READY = notice_kind("job.ready", _later("What you asked for is ready"), "jobs.show", "job")
NOT_DONE = notice_kind("job.failed", _later("What you asked for could not be done"), "jobs.show", "job")


class _Present:
    """What this process is doing."""

    jobs: set[uuid.UUID] = set()
    stop: Event | None = None


@contextmanager
def working(app: Flask, stop: Event) -> Iterator[None]:
    """Take jobs from the queue while inside, until told to stop; first those that another process left undone."""
    with app.app_context():
        if queue.is_inline():
            yield
            return
        queue.prepare()
        take_up_again()
        consumer = queue.here().queue.create_consumer(workers=1, periodic=False, max_delay=WAIT)
    consumer._set_signal_handlers = lambda: None  # this process hears signals for itself
    _Present.stop = stop
    consumer.start()
    try:
        yield
    finally:
        consumer.stop()
        _Present.stop = None


@every(minutes=1)
def take_up_again() -> None:
    """Of what waits or was broken off and stands in no queue, each is queued: a lost one, not a second one."""
    for job_id in queries.in_state(JobState.RUNNING):
        if job_id not in _Present.jobs and not queue.is_inline():
            _was_broken_off(job_id)
    if queue.is_empty():
        for job_id in queries.in_state(JobState.WAITING):
            if job_id not in _Present.jobs:
                queue.put(job_id)


def _was_broken_off(job_id: uuid.UUID) -> None:
    job = db.session.get_one(Job, job_id, populate_existing=True)
    if job.is_unwanted:
        _end_unwanted(job)
    elif job.attempts >= MOST_ATTEMPTS:
        with speaking(job.language):
            _end_failed(job, _("It was broken off %(count)s times in the middle: tell whoever looks after the computer",
                               count=job.attempts))
    else:
        _set(job_id, state=JobState.WAITING)


def do(job_id: uuid.UUID) -> None:
    """Do a job that waits: once, whoever else was given its id."""
    if not _claim(job_id):
        return
    _Present.jobs.add(job_id)
    try:
        _do(db.session.get_one(Job, job_id))
    except Exception as error:  # even its end could not be written: it is found again
        log.error("a job was left in the middle: %s", type(error).__name__)
    finally:
        db.session.remove()
        _Present.jobs.discard(job_id)


def _claim(job_id: uuid.UUID) -> bool:
    claimed: list[int] = []
    waiting = sa.update(_TABLE).where(_TABLE.c.id == job_id, _TABLE.c.state == JobState.WAITING)
    begun = waiting.values(state=JobState.RUNNING, attempts=_TABLE.c.attempts + 1, began_at=now())
    quietly(lambda connection: claimed.append(connection.execute(begun).rowcount))
    return claimed == [1]


def _do(job: Job) -> None:
    kind = job.what
    with speaking(job.language):
        try:
            if not accounts.holds(job.by_id, kind.needs):
                raise RuleBroken(_("You may not do this any more"))
            found = kind.do(job, Progress(job.id, _Present.stop))
        except Unwanted:
            db.session.rollback()
            _end_unwanted(job)
        except Stopping:
            db.session.rollback()
            _set(job.id, state=JobState.WAITING, attempts=job.attempts - 1)
        except Exception as error:
            db.session.rollback()
            _end_failed(job, *_why(job, error))
        else:
            _end_done(job, found)


def _why(job: Job, error: Exception) -> tuple[str, JobState]:
    """A sentence for whoever asked, and whether trying again can help; what is not hers is logged by its kind."""
    if isinstance(error, RuleBroken):
        return str(error.message), JobState.FAILED if isinstance(error, NotNow) else JobState.REFUSED
    log.error("the job %s failed: %s", job.kind, type(getattr(error, "orig", None) or error).__name__)
    if calm.cannot_save(error):
        return str(_("There was no room to save it, or the database did not answer. Nothing of it counts: try again "
                     "later")), JobState.FAILED
    return str(_("Something in the program went wrong. Nothing of it counts: tell whoever looks after the "
                 "computer")), JobState.REFUSED


def _end_done(job: Job, found: Result) -> None:
    with work("job.done", by=job.by, on=job, kind=job.kind):
        job.set_result(found)
        job.state, job.ended_at, job.done = JobState.DONE, now(), max(job.done, job.total)
        _tell(job, READY)


def _end_failed(job: Job, why: str, state: JobState = JobState.FAILED) -> None:
    job.what.clear(job)
    with work("job.failed", by=machine, on=job, kind=job.kind):
        job.problem = why
        job.state, job.ended_at = state, now()
        _tell(job, NOT_DONE)


def _end_unwanted(job: Job) -> None:
    job.what.clear(job)
    with work("job.cancelled", by=machine, on=job, kind=job.kind):
        job.state, job.ended_at = JobState.CANCELLED, now()


def _tell(job: Job, word: str) -> None:
    if now() - job.asked_at > LONG:
        tell([job.by_id], word, about=job)


def _set(job_id: uuid.UUID, **values: Any) -> None:
    quietly(lambda connection: connection.execute(sa.update(_TABLE).where(_TABLE.c.id == job_id).values(**values)))

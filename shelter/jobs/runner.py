"""Doing the jobs that are due, one after the other."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import sqlalchemy as sa
from flask import Flask

from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db

from .alone import StillAlone, only_one
from .models import JobRun
from .registry import JOBS, Job

log = logging.getLogger("shelter")

LOOK = 15.0  # seconds between two looks at what is due
LONGEST_WAIT = timedelta(hours=1)  # before a failed job is tried again
INTERRUPTED = "interrupted"
_TABLE: Any = JobRun.__table__


def stand_by(app: Flask, stop: Event) -> None:
    """Do the jobs as soon as nobody else does them, until told to stop; a database that is away is waited for."""
    while not stop.is_set():
        try:
            with app.app_context(), only_one() as still:
                if still:
                    work_until(app, stop, still)
        except sa.exc.SQLAlchemyError as error:
            log.error("jobs wait: the database does not answer (%s)", type(error).__name__)
        stop.wait(LOOK)


def work_until(app: Flask, stop: Event, still_alone: StillAlone) -> None:
    """Do what is due until told to stop, or until another process may have the right to do it."""
    while not stop.is_set():
        with app.app_context():
            if not still_alone():
                log.error("the right to do the jobs was lost: the database went away")
                return
            try:
                run_due(app, stop)
            except sa.exc.SQLAlchemyError as error:
                log.error("jobs wait: the database does not answer (%s)", type(error).__name__)
                db.session.remove()
        stop.wait(LOOK)


def run_due(app: Flask, stop: Event | None = None) -> list[str]:
    """Do every job that is due now; the names of those that were tried."""
    tried = []
    for job in list(JOBS.values()):
        if stop and stop.is_set():
            break
        if _is_due(job):
            tried.append(job.name)
            _run(app, job)
    return tried


def _is_due(job: Job) -> bool:
    moment = now()
    due_at = _due_at(job.name)
    if due_at is None:  # never heard of: what is nightly waits for its night
        due_at = job.after(moment) if job.at else moment
        quietly(lambda connection: connection.execute(sa.insert(_TABLE).values(name=job.name, due_at=due_at)))
    was_set_back = due_at > moment + 2 * job.period  # the clock: nobody waits for a day that was a mistake
    return due_at <= moment or was_set_back


def _due_at(name: str) -> datetime | None:
    with db.engine.connect() as connection:
        due_at: datetime | None = connection.scalar(sa.select(JobRun.due_at).where(JobRun.name == name))
        return due_at


def _run(app: Flask, job: Job) -> None:
    """Before it begins it is noted as failed: should the process die in the middle, it is tried again, not at once."""
    failures = _begin(job)
    problem = ""
    try:
        with app.test_request_context():
            job.do()
    except Exception as error:  # whatever it was, the other jobs go on
        problem = type(error).__name__
        log.error("the job %s failed: %s", job.name, problem)
    finally:
        db.session.remove()
    if problem:
        _keep(job, problem=problem)
    else:
        _keep(job, problem="", failures=0, done_at=now(), due_at=job.after(now()))
        if failures > 1:
            log.warning("the job %s went well again", job.name)


def _begin(job: Job) -> int:
    with db.engine.connect() as connection:
        failures = 1 + (connection.scalar(sa.select(JobRun.failures).where(JobRun.name == job.name)) or 0)
    wait = min(timedelta(minutes=2 ** min(failures - 1, 10)), LONGEST_WAIT, job.period)
    _keep(job, began_at=now(), failures=failures, problem=INTERRUPTED, due_at=now() + wait)
    return failures


def _keep(job: Job, **values: Any) -> None:
    quietly(lambda connection: connection.execute(sa.update(_TABLE).where(_TABLE.c.name == job.name).values(**values)))

"""The verbs: ask, cancel, try again, take away."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

import sqlalchemy as sa

from shelter.audit import afterwards, machine, work
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.db.sealed import DataKey
from shelter.rounds import every
from shelter.texts import language

from . import queries, queue, rules
from .kinds import KINDS
from .models import KEPT, Job


def ask(kind: str, *, by: uuid.UUID, about_id: uuid.UUID | None = None, **order: str | int | None) -> Job:
    """Save a job in the transaction at hand; it is queued once that is committed. The queue knows its id alone."""
    if kind not in KINDS:
        raise KeyError(f"no job is called {kind}")
    rules.may_be_asked(queries.alive(by))
    job = Job(kind=kind, by_id=by, about_id=about_id, language=language(), order=json.dumps(order))
    db.session.add(job)
    afterwards(lambda: queue.put(job.id))
    return job


def cancel(job: Job) -> Job:
    """One that waits is over at once; one that is being done ends at its next step."""
    db.session.refresh(job, with_for_update=True)
    rules.may_be_cancelled(job.state)
    if job.state is JobState.WAITING:
        job.state, job.ended_at = JobState.CANCELLED, now()
        job.what.clear(job)
    job.is_unwanted = True
    return job


def again(job: Job) -> Job:
    """Once more, from where it stopped."""
    db.session.refresh(job, with_for_update=True)
    rules.may_be_tried_again(job.state)
    rules.may_be_asked(queries.alive(job.by_id))
    job.state, job.attempts, job.is_unwanted, job.ended_at = JobState.WAITING, 0, False, None
    job.problem, job.done, job.expires_at = None, 0, now() + KEPT
    afterwards(lambda: queue.put(job.id))
    return job


@every(hours=1)
def clear_away() -> None:
    """What is a week old, with its keys: nothing opens afterwards what it found, in a backup either."""
    old = db.session.scalars(sa.select(Job.id).where(Job.expires_at < now(), Job.state.not_in(queries.ALIVE))).all()
    if old:
        with work("job.forget", by=machine, jobs=len(old)):
            forget(old)


def forget(ids: Iterable[uuid.UUID]) -> None:
    """Jobs and their keys, in the transaction at hand."""
    some = list(ids)
    db.session.execute(sa.delete(Job).where(Job.id.in_(some)))
    db.session.execute(sa.delete(DataKey).where(DataKey.owner_kind == "job", DataKey.owner_id.in_(some)))

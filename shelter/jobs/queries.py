"""Somebody's jobs; those that wait, and those that were broken off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa

from shelter.codes.jobs import JobState
from shelter.db import db

from .models import Job

MOST = 50
ALIVE = (JobState.WAITING, JobState.RUNNING)


def one(by: uuid.UUID, job_id: uuid.UUID) -> Job | None:
    """One of hers."""
    return db.session.scalar(sa.select(Job).where(Job.id == job_id, Job.by_id == by))


def latest(by: uuid.UUID) -> Sequence[Job]:
    """Hers, the newest first."""
    hers = sa.select(Job).where(Job.by_id == by).order_by(Job.asked_at.desc(), Job.id)
    return db.session.scalars(hers.limit(MOST)).all()


def alive(by: uuid.UUID) -> int:
    """How many of hers are not over."""
    count = sa.select(sa.func.count()).select_from(Job).where(Job.by_id == by, Job.state.in_(ALIVE))
    return db.session.scalar(count) or 0


def last_about(about_id: uuid.UUID, kind: str) -> Job | None:
    """The newest of a kind that works on a record."""
    found = sa.select(Job).where(Job.about_id == about_id, Job.kind == kind).order_by(Job.asked_at.desc(), Job.id)
    return db.session.scalar(found.limit(1))


def in_state(state: JobState) -> Sequence[uuid.UUID]:
    """Every job in a state, the first that was asked for first."""
    return db.session.scalars(sa.select(Job.id).where(Job.state == state).order_by(Job.asked_at, Job.id)).all()

"""Somebody's notices, newest first, and how many wait to be read."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter.db import db, value_of

from .models import Notice

MOST = 100
_UNREAD = (
    sa.select(sa.func.count()).select_from(Notice)
    .where(Notice.staff_id == sa.bindparam("staff_id"), Notice.read_at.is_(None))
)


def unread(staff_id: uuid.UUID) -> int:
    """How many she has not read: asked by every page."""
    return int(value_of(_UNREAD, staff_id=staff_id))


def unread_of(staff_id: sa.orm.InstrumentedAttribute[uuid.UUID]) -> sa.ScalarSelect[int]:
    """The same as part of another query: how many the person of that row has not read."""
    count = sa.select(sa.func.count()).select_from(Notice)
    return count.where(Notice.staff_id == staff_id, Notice.read_at.is_(None)).scalar_subquery()


def latest(staff_id: uuid.UUID) -> list[Notice]:
    """Her latest hundred."""
    hers = sa.select(Notice).where(Notice.staff_id == staff_id)
    return list(db.session.scalars(hers.order_by(Notice.at.desc(), Notice.id).limit(MOST)))


def one(staff_id: uuid.UUID, notice_id: uuid.UUID) -> Notice | None:
    """One of hers."""
    return db.session.scalar(sa.select(Notice).where(Notice.id == notice_id, Notice.staff_id == staff_id))

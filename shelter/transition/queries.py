"""Finding how a stay ended, and what followed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from shelter.cases.models import Case, TimelineEntry
from shelter.cases.records import Stay
from shelter.codes.cases import Milestone
from shelter.db import db

from .models import Exit


def latest(case: Case) -> Exit | None:
    """The last time that she left."""
    return db.session.scalar(sa.select(Exit).where(Exit.case_id == case.id).order_by(Exit.left_at.desc()).limit(1))


def is_followed(case: Case, left_at: datetime) -> bool:
    """Whether a contact of the follow-up was recorded since then, or a try."""
    followed = sa.select(TimelineEntry.id).where(
        TimelineEntry.case_id == case.id, TimelineEntry.milestone == Milestone.FOLLOWED_UP,
        TimelineEntry.occurred_at >= left_at)
    return db.session.scalar(followed.limit(1)) is not None


def next_in_bed(stay: Stay) -> datetime | None:
    """When somebody came into the bed that she left."""
    return db.session.scalar(sa.select(sa.func.min(Stay.arrived_at)).where(
        Stay.bed_id == stay.bed_id, Stay.id != stay.id, Stay.arrived_at >= stay.left_at))

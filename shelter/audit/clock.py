"""The machine's clock against the trail: it may be wrong, but not unnoticed."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from shelter.calendar import now
from shelter.db import db

from . import anchors
from .models import AuditEntry

TOLERANCE = timedelta(minutes=5)
"""Machines differ by so much, and writers wait for each other."""


CORRECTED = "clock.corrected"
"""What an operator says who knows that the clock was wrong before and is right now."""


def latest() -> datetime | None:
    """The latest moment that the trail or a signed head outside the database knows; None when there is none.

    What lies before the clock was last said to be right counts no more.
    """
    last = db.session.scalar(sa.select(AuditEntry.at).order_by(AuditEntry.seq.desc()).limit(1))
    corrected = db.session.scalar(sa.select(sa.func.max(AuditEntry.seq)).where(AuditEntry.action == CORRECTED))
    return max([*([last] if last else []), *anchors.moments(corrected or 0)], default=None)


def behind() -> timedelta:
    """How far the clock lies behind what was written last; zero when it does not, or by no more than is usual."""
    last = latest()
    back = last - now() if last else timedelta(0)
    return back if back > TOLERANCE else timedelta(0)

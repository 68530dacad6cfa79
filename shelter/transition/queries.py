"""Finding how a stay ended."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.models import Case
from shelter.db import db

from .models import Exit


def latest(case: Case) -> Exit | None:
    """The last time that she left."""
    return db.session.scalar(sa.select(Exit).where(Exit.case_id == case.id).order_by(Exit.left_at.desc()).limit(1))

"""Finding a slip: by its code, or the latest about a record."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from shelter import tokens
from shelter.db import db

from . import rules
from .models import Slip

PURPOSE = "answer"


def by_code(typed: str) -> Slip | None:
    """The slip that a code opens now; looking at it does not spend it."""
    code = rules.read_code(typed)
    token = tokens.find(PURPOSE, code) if code else None
    slip = db.session.get(Slip, token.subject_id) if token else None
    return slip if slip and slip.kind.holds(slip.about_id) else None


def latest(word: str, about_id: uuid.UUID) -> Slip | None:
    """The last one that was made of a kind about a record."""
    made = sa.select(Slip).where(Slip.word == word, Slip.about_id == about_id)
    return db.session.scalar(made.order_by(Slip.made_at.desc(), Slip.id).limit(1))

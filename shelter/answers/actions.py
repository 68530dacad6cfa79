"""Making a slip, taking it back, answering by it, forgetting codes that are too old."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from shelter import tokens
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.db import db
from shelter.rounds import every

from . import rules
from .models import Slip
from .queries import PURPOSE

if TYPE_CHECKING:
    from shelter.web import Form


def issue(word: str, about_id: uuid.UUID, *, lasts: timedelta, by: uuid.UUID | None) -> Slip:
    """A fresh slip about a record, in the transaction at hand; earlier ones of that kind about it stop working."""
    revoke(word, about_id)
    slip = Slip(word=word, about_id=about_id, by_id=by, expires_at=now() + rules.may_last(lasts))
    slip.code = tokens.new(PURPOSE, slip.id, lasts, rules.new_code())
    db.session.add(slip)
    return slip


def revoke(word: str, about_id: uuid.UUID) -> None:
    """Take back what was not answered."""
    waiting = sa.select(Slip).where(
        Slip.word == word, Slip.about_id == about_id, Slip.spent_at.is_(None), Slip.revoked_at.is_(None))
    for slip in db.session.scalars(waiting):
        tokens.revoke(PURPOSE, slip.id)
        slip.revoked_at, slip.code = now(), None


def answer(typed: str, form: Form) -> Slip | None:
    """Spend the slip and write down what its holder says: of two at the same moment the second is refused.

    Gives back the slip for what can be answered later, if anything can; it lasts no longer than the one it follows.
    """
    code = rules.read_code(typed)
    slip_id = tokens.spend(PURPOSE, code) if code else None
    if slip_id is None:
        raise rules.does_not_work()
    slip = db.session.get_one(Slip, slip_id)
    if not slip.kind.holds(slip.about_id):
        raise rules.does_not_work()
    slip.spent_at, slip.code = now(), None
    days = slip.kind.take(slip.about_id, form)
    lasts = min(timedelta(days=days or 0), slip.expires_at - now())
    return issue(slip.word, slip.about_id, lasts=lasts, by=None) if lasts > timedelta(0) else None


@every(hours=1)
def forget_codes() -> None:
    """A code that is too old is not kept, not even sealed."""
    quietly(lambda connection: connection.execute(_FORGET, {"now": now()}))


_FORGET = (
    sa.update(Slip.__table__)  # type: ignore[arg-type]
    .where(Slip.__table__.c.expires_at < sa.bindparam("now"), Slip.__table__.c.code_sealed.is_not(None))
    .values(code_sealed=None)
)

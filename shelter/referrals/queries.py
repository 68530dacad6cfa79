"""Finding referrals."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, SubjectColumns, within_reach
from shelter.calendar import now
from shelter.codes.referrals import ReferralState, Urgency
from shelter.db import db, unseal

from .models import Referral

_URGENCY = sa.case({each: place for place, each in enumerate(Urgency)}, value=Referral.urgency)


REFERRAL_COLUMNS = SubjectColumns(Referral.foundation_id, Referral.house_id, sa.false(), lambda _staff_id: sa.false())
"""What reach asks of a referral, as SQL. It has no team and nobody in a bed."""


def by_id(referral_id: uuid.UUID) -> Referral | None:
    """One referral (the gate decides who may have it)."""
    return db.session.get(Referral, referral_id)


def open_with(institution_id: uuid.UUID) -> tuple[int, int]:
    """Referrals of an institution, in all houses: how many wait for an answer, and how many came in 90 days."""
    waiting = sa.func.count().filter(Referral.state == ReferralState.WAITING)
    lately = sa.func.count().filter(Referral.received_at >= now() - timedelta(days=90))
    found = db.session.execute(sa.select(waiting, lately).where(Referral.institution_id == institution_id)).one()
    return found[0], found[1]


def page_of(reader: Reader, *, waiting: bool, most: int = 50) -> list[dict[str, Any]]:
    """Referrals within reach: those that wait (the most urgent first), or the others (the latest first)."""
    query = sa.select(
        Referral.id, Referral.received_at, Referral.urgency, Referral.is_safe, Referral.needs_doctor, Referral.state,
        Referral.case_id, Referral.name_sealed.label("name"), Referral.institution_id,
    ).where(within_reach(reader, Permission.REFERRAL_READ, REFERRAL_COLUMNS))
    state = Referral.state == ReferralState.WAITING
    order = (_URGENCY, Referral.received_at) if waiting else (Referral.received_at.desc(),)
    rows = db.session.execute(query.where(state if waiting else ~state).order_by(*order).limit(most)).all()
    return unseal(rows, name=(Referral.name, "id"))

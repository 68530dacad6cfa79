"""Finding referrals, and those who wait outside."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, SubjectColumns, within_reach
from shelter.calendar import now
from shelter.cases.models import Case
from shelter.codes.referrals import ReferralState, UnmetNeed, Urgency
from shelter.db import db, unseal
from shelter.partners import queries as partners
from shelter.partners.models import Institution, Post

from . import rules
from .models import Referral, SafetyCheck, Unmet, Waiting

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


def sent_on(referral_id: uuid.UUID) -> Referral | None:
    """What became of it in the house to which it was sent on."""
    return db.session.scalar(sa.select(Referral).where(Referral.sent_on_from_id == referral_id))


def posts(day: date) -> list[tuple[uuid.UUID, dict[str, str], str]]:
    """Posts of the institutions that exist on a day: id, institution, post. Who holds one stands on the referral."""
    there = sa.select(Post.id, Institution.name, Post.name).join(Institution, Institution.id == Post.institution_id)
    found = db.session.execute(there.where(partners.stands_on(day))).all()
    return sorted(((post, names, name) for post, names, name in found), key=lambda each: (each[1]["es"], each[2]))


def post_said(referral: Referral, day: date) -> tuple[str, str | None] | None:
    """The focal point of a referral: the post, and who holds it today; None where none was named."""
    if referral.post_id is None:
        return None
    name = db.session.scalar(sa.select(Post.name).where(Post.id == referral.post_id))
    return str(name), partners.holder_of(referral.post_id, day)


# --- outside ----------------------------------------------------------------------------------------------------------

_OPEN = Waiting.ended_at.is_(None)


def waits(referral_id: uuid.UUID) -> Waiting | None:
    """Her waiting outside, when it goes on."""
    return db.session.scalar(sa.select(Waiting).where(Waiting.referral_id == referral_id, _OPEN))


def waitings(referral_id: uuid.UUID) -> list[Waiting]:
    """Every time that she waited outside after this referral, the latest first."""
    hers = sa.select(Waiting).where(Waiting.referral_id == referral_id)
    return list(db.session.scalars(hers.order_by(Waiting.began_at.desc())))


def checks(referral_id: uuid.UUID) -> list[SafetyCheck]:
    """Every safety check, the latest first."""
    hers = sa.select(SafetyCheck).where(SafetyCheck.referral_id == referral_id)
    return list(db.session.scalars(hers.order_by(SafetyCheck.checked_at.desc(), SafetyCheck.entered_at.desc())))


def unmet(referral_id: uuid.UUID) -> list[UnmetNeed]:
    """What could not be met."""
    found = set(db.session.scalars(sa.select(Unmet.need).where(Unmet.referral_id == referral_id)))
    return [each for each in UnmetNeed if each in found]


def outside(reader: Reader, *, until: datetime | None = None, most: int = 200) -> list[dict[str, Any]]:
    """Those who wait outside, within reach, whose check is due first at the top; `until`: those due by then alone."""
    order = (SafetyCheck.checked_at.desc(), SafetyCheck.id)
    place = sa.func.row_number().over(partition_by=SafetyCheck.waiting_id, order_by=order).label("place")
    latest = (
        sa.select(SafetyCheck.waiting_id, SafetyCheck.how, SafetyCheck.checked_at, place)
        .join(Waiting, Waiting.id == SafetyCheck.waiting_id).where(_OPEN).subquery()
    )
    query = (
        sa.select(Referral.id, Referral.name_sealed.label("name"), Referral.children, Referral.house_id,
                  Referral.contact_channel, Waiting.began_at, Waiting.due_at, latest.c.how, latest.c.checked_at)
        .join(Referral, Referral.id == Waiting.referral_id)
        .outerjoin(latest, sa.and_(latest.c.waiting_id == Waiting.id, latest.c.place == 1))
        .where(_OPEN, within_reach(reader, Permission.REFERRAL_READ, REFERRAL_COLUMNS))
    )
    if until is not None:
        query = query.where(Waiting.due_at <= until)
    rows = db.session.execute(query.order_by(Waiting.due_at, Waiting.id).limit(most)).all()
    return unseal(rows, name=(Referral.name, "id"))


def late(moment: datetime) -> list[Waiting]:
    """Checks that are late, of which somebody is still to be told."""
    due = sa.select(Waiting).where(_OPEN, Waiting.due_at <= moment)
    return [each for each in db.session.scalars(due.order_by(Waiting.due_at))
            if rules.whom_to_tell(each.due_at, each.told, moment)]


def arrived() -> list[Waiting]:
    """Those who wait on the list and are in the house by now."""
    waits = sa.select(Waiting).join(Referral, Referral.id == Waiting.referral_id).where(_OPEN)
    return list(db.session.scalars(waits.join(Case, Case.id == Referral.case_id).where(Case.is_present)))

"""Finding where the follow-up of a case stands, and the queue of contacts that are due."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, within_reach
from shelter.calendar import local, today
from shelter.cases import queries as cases
from shelter.cases.models import Case, CaseCard, Person
from shelter.cases.queries import CASE_COLUMNS, PAGE, Cursor, may_name
from shelter.cases.records import Consent, SafeContact
from shelter.codes.cases import CaseState, Channel, ConsentPurpose, Milestone
from shelter.db import db, unseal
from shelter.partners.models import House

from . import rules
from .models import FollowUp, contacts_of, tries_since
from .rules import Agreement, Barrier, Schedule

Progress = tuple[datetime | None, Schedule | None, list[FollowUp]]
FIRST = (CaseCard.next_due_on.asc(), CaseCard.case_id.asc())
LAST = (CaseCard.next_due_on.desc(), CaseCard.case_id.desc())


@dataclass(frozen=True)
class Standing:
    """Where the follow-up of a case stands today; `contacts` newest first, those of earlier stays too."""

    left_at: datetime | None
    schedule: Schedule | None
    contacts: list[FollowUp]
    safe: SafeContact | None
    agreement: Agreement | None
    barrier: Barrier | None
    paused_until: date | None


@dataclass(frozen=True)
class Listing:
    """One page of the queue, what is due first at the top."""

    rows: list[dict[str, Any]]
    earlier: str | None = None
    later: str | None = None
    refused: Collection[uuid.UUID] = field(default_factory=frozenset)


def progress(case: Case) -> Progress:
    """When she left last, what is due since then, and every contact, newest first."""
    left_at = cases.reached_at(case, Milestone.EXITED) if case.state is not CaseState.OPEN else None
    contacts = contacts_of(case.id)
    plan = rules.schedule(local(left_at).date(), tries_since(contacts, left_at)) if left_at else None
    return left_at, plan, contacts[::-1]


def standing(case: Case) -> Standing:
    """Everything that the pages of a case's follow-up need."""
    left_at, plan, contacts = progress(case)
    paused = plan.paused_until if plan else None
    safe, agreement = cases.safe_contact(case), _agreement(case)
    channel = safe.channel if safe else None
    barrier = rules.barrier(
        state=case.state, channel=channel, has_number=bool(safe and safe.number_sealed), agreement=agreement,
        paused_until=paused, today=today(),
    )
    return Standing(left_at, plan, contacts, safe, agreement, barrier, paused)


def _agreement(case: Case) -> Agreement | None:
    found = next((each for each in cases.consents(case) if each.purpose is ConsentPurpose.FOLLOW_UP), None)
    return Agreement(found.answer, found.withdrawn_at is not None, found.ends_on) if found else None


def one(case: Case, contact_id: uuid.UUID) -> FollowUp | None:
    """A contact of this case."""
    return db.session.scalar(sa.select(FollowUp).where(FollowUp.id == contact_id, FollowUp.case_id == case.id))


def queue(reader: Reader, cursor: Cursor | None = None, *, until: date | None = None, most: int = PAGE) -> Listing:
    """The contacts within reach that are due, the oldest first; names for those who may read them."""
    backwards = cursor is not None and cursor.newer
    order = LAST if backwards else FIRST
    ids = _due(reader, cursor, until).order_by(*order).limit(most + 1)
    found = db.session.execute(_listed(reader).where(Case.id.in_(ids)).order_by(*order)).all()
    more, found = len(found) > most, found[:most]
    rows = unseal(found[::-1] if backwards else found, name=(Person.name_used, "person_id"))
    if not rows:
        return Listing([])
    earlier = str(_mark(rows[0], newer=True)) if (more if backwards else cursor) else None
    later = str(_mark(rows[-1])) if (backwards or more) else None
    return Listing(rows, earlier, later, _refused({row["id"] for row in rows}))


def _due(reader: Reader, cursor: Cursor | None, until: date | None) -> sa.Select[uuid.UUID]:
    """Which cases, read along what is due: whether one is within reach is asked of each until the page is full."""
    reached = sa.exists().where(
        Case.id == CaseCard.case_id, Case.state == CaseState.FOLLOW_UP,
        within_reach(reader, Permission.FOLLOWUP_READ, CASE_COLUMNS),
    )
    query = sa.select(CaseCard.case_id).where(CaseCard.next_due_on.is_not(None), reached)
    if until:
        query = query.where(CaseCard.next_due_on <= until)
    if cursor:
        place = sa.tuple_(CaseCard.next_due_on, CaseCard.case_id)
        day, case_id = cursor.opened_at.date(), cursor.case_id
        mark = sa.tuple_(sa.literal(day, sa.Date), sa.literal(case_id, CaseCard.case_id.type))
        query = query.where(place < mark if cursor.newer else place > mark)
    return query


def _listed(reader: Reader) -> sa.Select[Any]:
    return (
        sa.select(
            Case.id, Case.code, Case.person_id, CaseCard.next_due_on, CaseCard.lead_id, House.name.label("house"),
            sa.case((may_name(reader, Permission.FOLLOWUP_READ), Person.name_used_sealed)).label("name"),
        )
        .join(CaseCard, CaseCard.case_id == Case.id).join(Person, Person.id == Case.person_id)
        .join(House, House.id == Case.house_id)
    )


def _mark(row: dict[str, Any], *, newer: bool = False) -> Cursor:
    return Cursor(datetime.combine(row["next_due_on"], time(), UTC), row["id"], newer)


def _refused(case_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those who said last that they do not want to be contacted: two queries for a whole page."""
    asked = sa.select(Consent).where(Consent.case_id.in_(case_ids), Consent.purpose == ConsentPurpose.FOLLOW_UP)
    said = sa.select(SafeContact.case_id, SafeContact.channel).where(SafeContact.case_id.in_(case_ids))
    answers = {
        each.case_id: Agreement(each.answer, each.withdrawn_at is not None)
        for each in db.session.scalars(asked.order_by(Consent.asked_at))
    }
    channels: dict[uuid.UUID, Channel] = {
        row.case_id: row.channel for row in db.session.execute(said.order_by(SafeContact.made_at))
    }
    return frozenset(each for each in case_ids if rules.refuses(channels.get(each), answers.get(each)))

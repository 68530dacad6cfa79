"""Finding beds with who is in them, and tonight's list."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from shelter.cases.models import Case, Person, TimelineEntry
from shelter.cases.records import Stay
from shelter.codes.cases import Milestone
from shelter.db import db, unseal
from shelter.partners.models import Bed, BedOutage, House

from .models import Instruction


def beds(house_ids: Collection[uuid.UUID]) -> list[dict[str, Any]]:
    """Every bed of these houses, room by room, with the person in it."""
    query = (
        sa.select(
            Bed.id,
            Bed.room,
            Bed.name.label("bed"),
            Bed.is_usable,
            Bed.house_id,
            House.name.label("house"),
            Stay.arrived_at,
            Case.id.label("case_id"),
            Case.code,
            Case.person_id,
            Person.name_used_sealed.label("name"),
            BedOutage.reason,
            BedOutage.until_on,
        )
        .join(House, House.id == Bed.house_id)
        .outerjoin(BedOutage, sa.and_(BedOutage.bed_id == Bed.id, BedOutage.ended_on.is_(None), ~Bed.is_usable))
        .outerjoin(Stay, sa.and_(Stay.bed_id == Bed.id, Stay.left_at.is_(None)))
        .outerjoin(Case, Case.id == Stay.case_id)
        .outerjoin(Person, Person.id == Case.person_id)
        .where(Bed.house_id.in_(house_ids))
        .order_by(House.name, Bed.room, sa.func.length(Bed.name), Bed.name)
    )
    return unseal(db.session.execute(query).all(), name=(Person.name_used, "person_id"))


def free_beds(house_id: uuid.UUID) -> list[Bed]:
    """Usable beds of a house that nobody is in."""
    taken = sa.select(Stay.bed_id).where(Stay.left_at.is_(None))
    return list(
        db.session.scalars(
            sa.select(Bed)
            .where(Bed.house_id == house_id, Bed.is_usable, Bed.id.not_in(taken))
            .order_by(Bed.room, sa.func.length(Bed.name), Bed.name)
        )
    )


def before(stay: Stay) -> tuple[datetime | None, datetime | None]:
    """When her stay before that one ended, and until when somebody else was in its bed (if she has not changed it)."""
    hers = sa.select(sa.func.max(Stay.left_at)).where(Stay.case_id == stay.case_id, Stay.id != stay.id)
    others = sa.select(sa.func.max(Stay.left_at)).where(
        Stay.bed_id == stay.bed_id, Stay.id != stay.id, Stay.arrived_at <= stay.arrived_at)
    return db.session.scalar(hers), None if _moved_at(stay) else db.session.scalar(others)


def after(stay: Stay) -> datetime | None:
    """When she changed the bed, or left: what of a stay comes first after the arrival."""
    return _moved_at(stay) or stay.left_at


def _moved_at(stay: Stay) -> datetime | None:
    return db.session.scalar(sa.select(sa.func.min(TimelineEntry.occurred_at)).where(
        TimelineEntry.case_id == stay.case_id, TimelineEntry.about_id == stay.id,
        TimelineEntry.milestone == Milestone.MOVED))


def tonight(house_ids: Collection[uuid.UUID], day: date) -> list[dict[str, Any]]:
    """Bed, name used, what to give, what to do. Nothing else: no code, no age, no story."""
    query = (
        sa.select(
            Case.id,
            Case.person_id,
            Person.name_used_sealed.label("name"),
            Bed.room,
            Bed.name.label("bed"),
            House.name.label("house"),
        )
        .join(Stay, sa.and_(Stay.case_id == Case.id, Stay.left_at.is_(None)))
        .join(Bed, Bed.id == Stay.bed_id)
        .join(House, House.id == Case.house_id)
        .join(Person, Person.id == Case.person_id)
        .where(Bed.house_id.in_(house_ids))
        .order_by(House.name, Bed.room, sa.func.length(Bed.name), Bed.name)
    )
    rows = unseal(db.session.execute(query).all(), name=(Person.name_used, "person_id"))
    texts = _instructions([row["id"] for row in rows], day)
    return [{**row, "texts": texts[row["id"]]} for row in rows]


def _instructions(case_ids: list[uuid.UUID], day: date) -> dict[uuid.UUID, dict[str, list[str]]]:
    found = db.session.execute(
        sa.select(Instruction.id, Instruction.case_id, Instruction.kind, Instruction.text_sealed.label("text"))
        .where(Instruction.case_id.in_(case_ids), Instruction.from_on <= day, Instruction.to_on >= day)
        .order_by(Instruction.made_at)
    ).all()
    texts: dict[uuid.UUID, dict[str, list[str]]] = defaultdict(lambda: {"give": [], "do": []})
    for row in unseal(found, text=(Instruction.text, "id")):
        texts[row["case_id"]][row["kind"].value].append(row["text"])
    return texts


def instructions_of(case: Case, day: date) -> list[Instruction]:
    """Those that hold on a day or later."""
    return list(db.session.scalars(_INSTRUCTIONS_OF, {"case_id": case.id, "day": day}))


_INSTRUCTIONS_OF = (
    sa.select(Instruction)
    .where(Instruction.case_id == sa.bindparam("case_id"), Instruction.to_on >= sa.bindparam("day"))
    .order_by(Instruction.made_at)
)

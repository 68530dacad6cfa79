"""Finding requests at the door, and the card of a house."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, SubjectColumns, within_reach
from shelter.cases.models import Case, Person
from shelter.cases.queries import CASE_COLUMNS
from shelter.codes.cases import CaseState
from shelter.codes.door import RequestState
from shelter.db import db, rows_of, unseal

from . import rules
from .models import DoorRequest, NightCard

_COLUMNS = SubjectColumns(DoorRequest.foundation_id, DoorRequest.house_id, sa.false(), lambda _staff_id: sa.false())
_LISTED = (
    DoorRequest.id, DoorRequest.asker, DoorRequest.approach, DoorRequest.paper, DoorRequest.came_at,
    DoorRequest.deadline_at, DoorRequest.state, DoorRequest.given, DoorRequest.by_id, DoorRequest.house_id,
)


def by_id(request_id: uuid.UUID) -> DoorRequest | None:
    """One request (the gate decides who may have it)."""
    return db.session.get(DoorRequest, request_id)


def page_of(reader: Reader, *, state: RequestState, most: int = 50) -> list[dict[str, Any]]:
    """Requests at the doors where she records them: those that wait, the next deadline first, or the decided ones.

    No word that was said or written is among the columns: who stands at the door reads this.
    """
    order = (DoorRequest.deadline_at.is_(None), DoorRequest.deadline_at, DoorRequest.came_at)
    latest = (DoorRequest.came_at.desc(), DoorRequest.id)
    query = sa.select(*_LISTED).where(
        DoorRequest.state == state, within_reach(reader, Permission.DOOR_RECORD, _COLUMNS)
    )
    found = db.session.execute(query.order_by(*(order if state is RequestState.OPEN else latest)).limit(most))
    return [row._asdict() for row in found]


def to_decide(reader: Reader, most: int) -> list[dict[str, Any]]:
    """What waits for the coordination, the next deadline first."""
    order = (DoorRequest.deadline_at.is_(None), DoorRequest.deadline_at, DoorRequest.came_at)
    query = sa.select(*_LISTED).where(
        DoorRequest.state == RequestState.OPEN, within_reach(reader, Permission.DOOR_DECIDE, _COLUMNS)
    )
    return [row._asdict() for row in db.session.execute(query.order_by(*order).limit(most))]


def untold(reader: Reader, most: int) -> list[dict[str, Any]]:
    """Decided ones about somebody who does not know yet that they asked: the oldest first."""
    query = sa.select(*_LISTED).where(
        DoorRequest.state == RequestState.DECIDED, DoorRequest.told.in_(rules.NOT_YET),
        within_reach(reader, Permission.DOOR_DECIDE, _COLUMNS),
    )
    return [row._asdict() for row in db.session.execute(query.order_by(DoorRequest.came_at).limit(most))]


def about(case: Case, most: int) -> list[Any]:
    """Who asked about her, the latest first."""
    return list(rows_of(_ABOUT, case_id=case.id, most=most))


_ABOUT = (
    sa.select(*_LISTED).where(DoorRequest.case_id == sa.bindparam("case_id", type_=DoorRequest.case_id.type))
    .order_by(DoorRequest.came_at.desc()).limit(sa.bindparam("most", type_=sa.Integer))
)


def nameable(
    reader: Reader, houses: Collection[uuid.UUID], *, closed: bool = False,
) -> list[tuple[uuid.UUID, str]]:
    """Those about whom a request may be said to be: of these houses, here or not, and named to this reader anyway.

    `closed`: of those whose case is closed too, after the others, who left last first.
    """
    rows = db.session.execute(
        sa.select(Case.id, Case.code, Case.state, Case.person_id, Person.name_used_sealed.label("name"))
        .join(Person, Person.id == Case.person_id)
        .where(sa.true() if closed else Case.state != CaseState.CLOSED, Case.house_id.in_(houses),
               within_reach(reader, Permission.PERSON_READ, CASE_COLUMNS))
        .order_by(Case.is_present.desc(), Case.closed_at.is_not(None), Case.closed_at.desc(), Case.code).limit(400)
    ).all()
    return [(row["id"], _named(row)) for row in unseal(rows, name=(Person.name_used, "person_id"))]


def _named(row: dict[str, Any]) -> str:
    state = row["state"].label if row["state"] is CaseState.CLOSED else None
    return " · ".join(str(each) for each in (row["name"], row["code"], state) if each)


def names_in(house_id: uuid.UUID) -> list[str]:
    """Every name, and number of a document, of those who are in a house today: in one question."""
    rows = db.session.execute(
        sa.select(Person.id, Person.name_used_sealed.label("name_used"), Person.names_sealed.label("names"),
                  Person.surnames_sealed.label("surnames"), Person.document_sealed.label("document"))
        .join(Case, Case.person_id == Person.id).where(Case.house_id == house_id, Case.is_present)
    ).all()
    opened = unseal(rows, name_used=(Person.name_used, "id"), names=(Person.names, "id"),
                    surnames=(Person.surnames, "id"), document=(Person.document, "id"))
    return [row[name] for row in opened for name in ("name_used", "names", "surnames", "document") if row[name]]


def card_of(house_id: uuid.UUID) -> NightCard | None:
    """What the coordination wrote on the card of a house."""
    return db.session.scalar(sa.select(NightCard).where(NightCard.house_id == house_id))


def near(moment: datetime) -> list[DoorRequest]:
    """Requests whose deadline is near or over, of which the coordination is still to be told."""
    due = sa.select(DoorRequest).where(
        DoorRequest.decided_at.is_(None), DoorRequest.deadline_at <= moment + rules.SOON,
        DoorRequest.told_late < rules.OVER,
    )
    return [each for each in db.session.scalars(due.order_by(DoorRequest.deadline_at))
            if each.deadline_at and rules.whom_to_tell(each.deadline_at, each.told_late, moment)]

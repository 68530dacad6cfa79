"""Finding services: the list of a case, page by page; one of them. Notes are never read for a list."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.access import Permission, Reader, allows, houses_of, within_reach
from shelter.cases.models import Case, CaseCard, Person, TeamMember
from shelter.cases.queries import CASE_COLUMNS, PAGE, Cursor
from shelter.codes.cases import CaseState
from shelter.db import db, rows_of, unseal

from .models import Service

_COLUMNS = (
    Service.id, Service.discipline, Service.type, Service.was_held, Service.not_held, Service.modality, Service.minutes,
    Service.occurred_at, Service.by_id,
)

_later = aliased(Service)
_STANDS = ~sa.exists().where(_later.corrects_id == Service.id)
"""It was not corrected."""
NEWEST = (Service.occurred_at.desc(), Service.id.desc())
OLDEST = (Service.occurred_at.asc(), Service.id.asc())


@dataclass(frozen=True)
class Listing:
    """One page of services, newest first, and where the neighbouring pages begin."""

    rows: list[dict[str, Any]]
    newer: str | None
    older: str | None


def recent(reader: Reader, most: int = 6) -> list[dict[str, Any]]:
    """The people whom this reader served last; then those of her house and of her team, the newest first."""
    found: dict[uuid.UUID, Any] = {}
    for candidates in (_served_by, _in_the_house_of, _on_the_team_of):
        ids = [case_id for case_id in db.session.scalars(candidates(reader)) if case_id not in found]
        found.update(_reached(reader, list(dict.fromkeys(ids)), most - len(found)))
        if len(found) == most:
            break
    if allows(reader, Permission.PERSON_READ):
        return unseal(list(found.values()), name=(Person.name_used, "person_id"))
    return [{**row._asdict(), "name": None} for row in found.values()]


def _reached(reader: Reader, ids: list[uuid.UUID], most: int) -> dict[uuid.UUID, Any]:
    """Those among a few cases, in their order, that are not closed and for which the reader logs services."""
    if not ids:
        return {}
    reached = within_reach(reader, Permission.SERVICE_LOG, CASE_COLUMNS)
    rows = {row.id: row for row in db.session.execute(
        sa.select(Case.id, Case.code, Case.person_id, Person.name_used_sealed.label("name"), CaseCard.stage,
                  CaseCard.last_service_at)
        .join(Person, Person.id == Case.person_id).join(CaseCard, CaseCard.case_id == Case.id)
        .where(Case.id.in_(ids), Case.state != CaseState.CLOSED, reached)
    )}
    return {case_id: rows[case_id] for case_id in [each for each in ids if each in rows][:most]}


def _served_by(reader: Reader) -> sa.Select[uuid.UUID]:
    return sa.select(Service.case_id).where(Service.by_id == reader.id).order_by(Service.occurred_at.desc()).limit(40)


def _in_the_house_of(reader: Reader) -> sa.Select[uuid.UUID]:
    houses = houses_of(reader, Permission.SERVICE_LOG)
    here = sa.select(Case.id).where(Case.house_id.in_(houses), Case.state == CaseState.OPEN)
    return here.order_by(Case.opened_at.desc(), Case.id.desc()).limit(40)


def _on_the_team_of(reader: Reader) -> sa.Select[uuid.UUID]:
    mine = sa.select(TeamMember.case_id).where(TeamMember.staff_id == reader.id, TeamMember.left_at.is_(None))
    return mine.order_by(TeamMember.joined_at.desc()).limit(40)


def one(case: Case, service_id: uuid.UUID) -> Service | None:
    """A service of this case."""
    return db.session.scalar(sa.select(Service).where(Service.id == service_id, Service.case_id == case.id))


def corrected_by(service: Service) -> uuid.UUID | None:
    """The service that corrects this one."""
    return db.session.scalar(sa.select(Service.id).where(Service.corrects_id == service.id))


def last_given_at(case: Case) -> datetime | None:
    """When the last service took place, each as it was last corrected."""
    held = sa.select(sa.func.max(Service.occurred_at)).where(Service.case_id == case.id, Service.was_held, _STANDS)
    return db.session.scalar(held)


def latest(case: Case, most: int, *, headlines: bool) -> list[dict[str, Any]]:
    """The newest services of a case."""
    return _opened(rows_of(_LATEST[headlines], case_id=case.id, most=most), headlines)


def page_of(case: Case, cursor: Cursor | None, *, headlines: bool) -> Listing:
    """A page of the services of a case; headlines are opened in bulk for those who may read them."""
    query, backwards = _listed(case, headlines), cursor is not None and cursor.newer
    if cursor:
        place = sa.tuple_(Service.occurred_at, Service.id)
        mark = sa.tuple_(
            sa.literal(cursor.opened_at, Service.occurred_at.type), sa.literal(cursor.case_id, Service.id.type)
        )
        query = query.where(place > mark if backwards else place < mark)
    found = db.session.execute(query.order_by(*(OLDEST if backwards else NEWEST)).limit(PAGE + 1)).all()
    more, found = len(found) > PAGE, found[:PAGE]
    rows = _opened(found[::-1] if backwards else found, headlines)
    if not rows:
        return Listing([], None, None)
    newer = Cursor(rows[0]["occurred_at"], rows[0]["id"], newer=True) if (more if backwards else cursor) else None
    older = Cursor(rows[-1]["occurred_at"], rows[-1]["id"]) if (backwards or more) else None
    return Listing(rows, str(newer) if newer else None, str(older) if older else None)


def _columns(headlines: bool) -> tuple[Any, ...]:
    return (*_COLUMNS, Service.headline_sealed.label("headline")) if headlines else _COLUMNS


def _listed(case: Case, headlines: bool) -> sa.Select[Any]:
    return sa.select(*_columns(headlines)).where(Service.case_id == case.id, _STANDS)


_LATEST = {
    headlines: sa.select(*_columns(headlines))
    .where(Service.case_id == sa.bindparam("case_id"), _STANDS)
    .order_by(*NEWEST)
    .limit(sa.bindparam("most", type_=sa.Integer))
    for headlines in (True, False)
}


def _opened(rows: Any, headlines: bool) -> list[dict[str, Any]]:
    if headlines:
        return unseal(rows, headline=(Service.headline, "id"))
    return [{**row._asdict(), "headline": None} for row in rows]

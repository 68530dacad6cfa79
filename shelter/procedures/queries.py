"""Procedures within reach, what waits to be read, and who has read what."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shelter.access import MATRIX, Reader, foundations_of
from shelter.access import Permission as P
from shelter.accounts import queries as accounts
from shelter.accounts.models import Assignment, Staff
from shelter.calendar import now, today
from shelter.db import db, rows_of

from .models import Acknowledgement, Asked, Edition, Procedure

READERS = [role for role, row in MATRIX.items() if P.PROCEDURE_READ in row]
"""Who is of the team: each of them is asked to read what is published."""


def _of(foundations: Collection[uuid.UUID] | None, column: Any) -> sa.ColumnElement[bool]:
    """What belongs to everybody or to one of these foundations; None: to any."""
    return sa.true() if foundations is None else sa.or_(column.is_(None), column.in_(foundations))


# --- procedures -------------------------------------------------------------------------------------------------------

def visible(reader: Reader, procedure_id: uuid.UUID, permission: P = P.PROCEDURE_READ) -> Procedure | None:
    """A procedure that this reader may read (or write)."""
    found = db.session.get(Procedure, procedure_id)
    reach = foundations_of(reader, permission)
    if found is None or (reach is not None and found.foundation_id not in reach
                         and (found.foundation_id or permission is P.PROCEDURE_WRITE)):
        return None
    return found


def editions(procedure: Procedure) -> list[Edition]:
    """All its editions, the newest first."""
    its = sa.select(Edition).where(Edition.procedure_id == procedure.id)
    return list(db.session.scalars(its.order_by(Edition.number.desc())))


def listing(reader: Reader) -> list[dict[str, Any]]:
    """The procedures that she may read, by name, as last published; those never published for who may write them."""
    newest: dict[uuid.UUID, dict[str, Any]] = {}
    may_write = dict.fromkeys(foundations_of(reader, P.PROCEDURE_WRITE) or (), True)
    writes_all = foundations_of(reader, P.PROCEDURE_WRITE) is None
    for row in db.session.execute(
        sa.select(Edition.id, Edition.procedure_id, Edition.number, Edition.title, Edition.published_at,
                  Procedure.foundation_id)
        .join(Procedure, Procedure.id == Edition.procedure_id)
        .where(Procedure.ended_at.is_(None), _of(foundations_of(reader, P.PROCEDURE_READ), Procedure.foundation_id))
        .order_by(Edition.published_at.is_not(None), Edition.number)
    ):
        if row.published_at or writes_all or row.foundation_id in may_write:
            newest[row.procedure_id] = dict(row._mapping)
    return sorted(newest.values(), key=lambda each: each["title"]["es"].casefold())


# --- what waits to be read --------------------------------------------------------------------------------------------

def waiting(reader: Reader) -> list[Any]:
    """What she is asked to read and has not said that she has, the newest first: its kind, what about, its title."""
    if not any(grant.role in READERS for grant in reader.grants):
        return []
    return [row for row in rows_of(_WAITING, staff_id=reader.id, now=now()) if is_asked(reader, row.foundation_id)]


def is_asked(reader: Reader, foundation_id: uuid.UUID | None) -> bool:
    """Whether what is asked of a foundation (None: of everybody) is asked of this reader: `team` says the same in SQL.

    Whoever reads everywhere and works for no foundation may read a foundation's words, and is not asked to.
    """
    works_for = {grant.foundation_id for grant in reader.grants if grant.role in READERS}
    return bool(works_for) if foundation_id is None else foundation_id in works_for


_IS_ASKED = sa.or_(Asked.replaced_at.is_(None), Asked.replaced_at > sa.bindparam("now"))
_WAITING = (
    sa.select(Asked.id, Asked.kind, Asked.about_id, Asked.series_id, Asked.foundation_id, Asked.title,
              Asked.asked_at)
    .outerjoin(Acknowledgement, sa.and_(Acknowledgement.asked_id == Asked.id,
                                        Acknowledgement.staff_id == sa.bindparam("staff_id")))
    .where(_IS_ASKED, Acknowledgement.staff_id.is_(None)).order_by(Asked.asked_at.desc())
)


def asked_about(about_id: uuid.UUID) -> Asked | None:
    """What was asked about a version or an edition."""
    return db.session.scalar(sa.select(Asked).where(Asked.about_id == about_id))


def has_read(asked: Asked | None, staff_id: uuid.UUID) -> bool:
    """Whether she said that she has read it."""
    return asked is not None and db.session.get(Acknowledgement, (asked.id, staff_id)) is not None


def open_ones() -> list[Asked]:
    """All that is asked now, the newest first."""
    asked = sa.select(Asked).where(_IS_ASKED).order_by(Asked.asked_at.desc())
    return list(db.session.scalars(asked, {"now": now()}))


def team(asked: Asked, within: Collection[uuid.UUID] | None = None) -> set[uuid.UUID]:
    """Everybody who is asked to read it: open accounts of the team today; `within`: of these foundations only."""
    day = today()
    held = (
        sa.select(Staff.id).join(Assignment, Assignment.staff_id == Staff.id).where(
            Staff.is_active, Staff.password_hash.is_not(None), Assignment.role.in_(READERS), Assignment.from_on <= day,
            sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= day))
    )
    if asked.foundation_id:
        held = held.where(Assignment.foundation_id == asked.foundation_id)
    if within is not None:
        held = held.where(Assignment.foundation_id.in_(within))
    return set(db.session.scalars(held))


def _read_by(asked: Asked) -> dict[uuid.UUID, Any]:
    """Who said that she has read it, and when."""
    return {row.staff_id: row.at for row in db.session.execute(
        sa.select(Acknowledgement.staff_id, Acknowledgement.at).where(Acknowledgement.asked_id == asked.id))}


def readings(asked: Asked, within: Collection[uuid.UUID] | None) -> tuple[list[str], list[tuple[str, Any]]]:
    """Who has not read it yet, by name; and who has, with the moment. `within`: of these foundations; None: all."""
    asked_of, at = team(asked, within), _read_by(asked)
    names = accounts.names(asked_of)
    missing = sorted(names.get(each, "") for each in asked_of - at.keys())
    return missing, sorted((names.get(each, ""), at[each]) for each in asked_of & at.keys())


@dataclass(frozen=True)
class Readers:
    """Of one thing that is asked: who is asked, and who of them has read it."""

    asked: Asked
    team: set[uuid.UUID]
    read: set[uuid.UUID]


def all_readings(asked: list[Asked], within: Collection[uuid.UUID] | None) -> list[Readers]:
    """Of each, whom it is asked of, of these foundations (None: of any), and who has read it."""
    return [Readers(each, of := team(each, within), of & _read_by(each).keys()) for each in asked]


def by_person(readings: list[Readers]) -> list[tuple[str, list[Asked]]]:
    """Everybody who has not read something, by name, with what."""
    waits: dict[uuid.UUID, list[Asked]] = {}
    for each in readings:
        for person in each.team - each.read:
            waits.setdefault(person, []).append(each.asked)
    names = accounts.names(waits)
    return sorted(((names.get(person, ""), of) for person, of in waits.items()), key=lambda pair: pair[0].casefold())

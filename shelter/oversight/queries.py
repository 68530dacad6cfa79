"""Reading the audit trail: newest first by its own number, narrowed by action, decision, actor and days."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, within_reach
from shelter.accounts import queries as accounts
from shelter.audit import AuditEntry, head
from shelter.calendar import local, moment_of
from shelter.cases.models import Case
from shelter.cases.queries import CASE_COLUMNS
from shelter.cases.rules import read_code
from shelter.db import db

PER_PAGE, PORTION, MOST_ALIKE = 100, 2000, 5
SLACK = timedelta(minutes=10)
"""Rows are numbered in the order of their commits; their moments may lag by as long as one waits for a lock."""


@dataclass(frozen=True)
class Narrowing:
    """What the reader wants to see; None: all."""

    action: str | None = None
    decision: str | None = None
    actor_kind: str | None = None
    first: date | None = None
    last: date | None = None
    actor_id: uuid.UUID | None = None
    actor: str | None = None
    record: str | None = None
    foundation_id: uuid.UUID | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same as SQL; the days also as numbers, so that nothing outside them is read."""
        found = [column == value for column, value in (
            (AuditEntry.action, self.action), (AuditEntry.decision, self.decision),
            (AuditEntry.actor_kind, self.actor_kind), (AuditEntry.actor_id, self.actor_id),
            (AuditEntry.foundation_id, self.foundation_id),
        ) if value]
        if self.actor:
            found.append(AuditEntry.actor_id.in_(_numbered(AuditEntry.actor_id, self.actor)))
        if self.record:
            found.append(AuditEntry.object_id.in_(_numbered(AuditEntry.object_id, self.record)))
        if self.first:
            start = moment_of(self.first, time(0))
            found += [AuditEntry.at >= start, AuditEntry.seq >= first_since(start - SLACK)]
        if self.last:
            end = moment_of(self.last + timedelta(days=1), time(0))
            found += [AuditEntry.at < end, AuditEntry.seq < first_since(end + SLACK)]
        return found


def _numbered(column: Any, number: str) -> list[uuid.UUID]:
    """The ids in the trail that begin with an opaque number; or the case that has that code."""
    if case := db.session.scalar(sa.select(Case.id).where(Case.code == read_code(number))):
        return [case]
    first, last = (uuid.UUID(hex=number.ljust(32, end)) for end in "0f")
    return list(db.session.scalars(sa.select(column).where(column.between(first, last)).distinct().limit(MOST_ALIKE)))


@dataclass(frozen=True)
class Sheet:
    """One page of the trail, and the numbers from which its neighbours are found (None: there is none)."""

    rows: list[dict[str, Any]]
    newer: int | None
    older: int | None


_COLUMNS = (
    AuditEntry.seq, AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_id, AuditEntry.action,
    AuditEntry.object_kind, AuditEntry.object_id, AuditEntry.decision,
)


def sheet(narrowing: Narrowing, *, before: int | None = None, after: int | None = None) -> Sheet:
    """A hundred rows: the newest, those before a number, or those after one."""
    query = sa.select(*_COLUMNS).where(*narrowing.conditions()).limit(PER_PAGE + 1)
    if after is not None:
        found = list(db.session.execute(query.where(AuditEntry.seq > after).order_by(AuditEntry.seq)))
        rows, more = found[:PER_PAGE][::-1], len(found) > PER_PAGE
        return _sheet(rows, has_newer=more, has_older=True)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    found = list(db.session.execute(query.order_by(AuditEntry.seq.desc())))
    return _sheet(found[:PER_PAGE], has_newer=before is not None, has_older=len(found) > PER_PAGE)


def _sheet(found: list[Any], *, has_newer: bool, has_older: bool) -> Sheet:
    rows = with_roles([dict(row._mapping) for row in found])
    return Sheet(rows, rows[0]["seq"] if rows and has_newer else None, rows[-1]["seq"] if rows and has_older else None)


def codes_of(rows: list[dict[str, Any]], reader: Reader) -> dict[uuid.UUID, str]:
    """The codes of the cases in these rows that the reader reaches today: what is out of reach is not said to exist."""
    ids = {row["object_id"] for row in rows if row["object_kind"] == Case.__tablename__}
    reached = within_reach(reader, Permission.CASE_LIST, CASE_COLUMNS)
    found = db.session.execute(sa.select(Case.id, Case.code).where(Case.id.in_(ids), reached)) if ids else ()
    return {each.id: each.code for each in found}


def with_roles(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """With the roles that each actor (`actor_id`) held at the moment (`at`), in words."""
    roles = accounts.roles_ever({row["actor_id"] for row in rows if row["actor_id"]})
    return [{**row, "roles": _roles_then(roles.get(row["actor_id"], []), row["at"])} for row in rows]


def _roles_then(held: list[Any], at: datetime) -> list[str]:
    day = local(at).date()
    return [str(each.role.label) for each in held if each.from_on <= day and (each.to_on is None or each.to_on >= day)]


def first_since(moment: datetime) -> int:
    """The number of the first row written at a moment or later, found by halving (the number is the only index)."""
    low, high = 1, head().seq + 1
    while low < high:
        middle = (low + high) // 2
        at = db.session.scalar(sa.select(AuditEntry.at).where(AuditEntry.seq == middle))
        low, high = (middle + 1, high) if at is None or at < moment else (low, middle)
    return low


def summary(narrowing: Narrowing) -> list[tuple[str, int, int]]:
    """How often each thing was done and refused: (action, times, of these refused), the most frequent first."""
    refused = sa.func.count().filter(AuditEntry.decision == "refused")
    times = sa.func.count().label("times")
    query = sa.select(AuditEntry.action, times, refused).where(*narrowing.conditions()).group_by(AuditEntry.action)
    return [(action, many, no) for action, many, no in db.session.execute(query.order_by(times.desc()))]


EXPORTED = ("seq", "at", "actor_kind", "actor_id", "session_ref", "action", "object_kind", "object_id",
            "foundation_id", "decision", "detail", "prev", "hash")


def exported(narrowing: Narrowing) -> Iterator[list[Any]]:
    """Every row that the narrowing leaves, oldest first, whole: with it the chain can be checked elsewhere."""
    conditions, last = narrowing.conditions(), 0
    columns = [getattr(AuditEntry, name) for name in EXPORTED]
    while True:
        rows = db.session.execute(
            sa.select(*columns).where(*conditions, AuditEntry.seq > last).order_by(AuditEntry.seq).limit(PORTION)
        ).all()
        for row in rows:
            yield [_written(value) for value in row]
        if len(rows) < PORTION:
            return
        last = rows[-1].seq


def _written(value: Any) -> Any:
    """Moments and ids as the chain's digest spells them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, uuid.UUID) else value

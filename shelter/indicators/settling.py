"""Keeping figures: each change adds to them what it makes different, in its own transaction, last before its audit row.

What everybody else still sees is what was counted before; what the transaction sees is what will be. On PostgreSQL two
people who change the same person's records at once wait for each other here. From here on a transaction waits for
nothing but the next person, kept figures and the audit row, each in one order: so nobody waits in a circle.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import cache
from typing import Any

import sqlalchemy as sa

from shelter.audit import Written
from shelter.audit import last as do_last
from shelter.db import db
from shelter.db.among import text_of
from shelter.db.base import is_sqlite
from shelter.db.written import tell

from .pages import add, by_page
from .tallies import KEPT, SPINE, Counts, count, difference, of_one_more

ALONE: dict[type[Any], tuple[str, Callable[[Any], bool]]] = {}
ONLY: dict[type[Any], Callable[[Any], bool]] = {}
LOCKS = 730451921  # any number: the first half of the name of each person's lock


def alone(model: type[Any], code: str) -> Callable[[Callable[[Any], bool]], Callable[[Any], bool]]:
    """Of this model a new row, that the function below says to be one, adds to an indicator without changing the rest.

    What it adds is found in a shorter way when no other row that counts is written with it.
    """

    def keep(adds: Callable[[Any], bool]) -> Callable[[Any], bool]:
        ALONE[model] = code, adds
        return adds

    return keep


def only(model: type[Any], counts: Callable[[Any], bool]) -> None:
    """Of this model's rows only some count, whatever becomes of the others."""
    ONLY[model] = counts


@do_last
def settle(rows: list[Written]) -> None:
    """Bring the kept figures up to date with what was written."""
    written = [each for each in rows if _counts(each)]
    if written:
        changes = _quickly(written[0].record) if len(written) == 1 and written[0].verb == "new" else None
        add(db.session.connection(), by_page(_counted(written) if changes is None else changes))


def _counts(each: Written) -> bool:
    columns = _columns().get(each.record.__tablename__)
    if columns is None or (each.verb == "set" and not columns & each.columns):
        return False
    counts = ONLY.get(type(each.record))
    return counts is None or counts(each.record)


@cache
def _columns() -> dict[str, frozenset[str]]:
    """The columns that kept figures are counted from, by table: nobody has to list them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in KEPT:
        for part in sa.sql.visitors.iterate(each.rows):
            for column in getattr(part, "base_columns", ()):
                if isinstance(column, sa.Column):
                    found[column.table.name].add(column.key)
    return {table: frozenset(columns) for table, columns in found.items()}


def _quickly(record: Any) -> Counts | None:
    code, adds = ALONE.get(type(record), ("", None))
    if adds is None or not adds(record):
        return None
    connection = db.session.connection()
    if not is_sqlite():
        _hold(connection, [_person_of(record)])
    return of_one_more(connection, code, record)


def _counted(written: list[Written]) -> Counts:
    with db.engine.connect() as others:
        people = {_person_of(each.record) for each in written}
        people |= {text_of(who) for each in written if "person_id" in each.columns and each.verb == "set"
                   for who in others.scalars(_before(each.record.id))}
        connection = db.session.connection()
        if not is_sqlite():
            _hold(connection, people)
        return difference(count(connection, people), count(others, people))


def _person_of(record: Any) -> str:
    if isinstance(record, SPINE.person):
        return text_of(record.id)
    case = record if isinstance(record, SPINE.case) else db.session.get_one(SPINE.case, record.case_id)
    return text_of(case.person_id)


def _before(case_id: uuid.UUID) -> sa.Select[uuid.UUID]:
    return sa.select(SPINE.case.person_id).where(SPINE.case.id == case_id)


def _hold(connection: sa.Connection, people: Collection[str]) -> None:
    """Wait until nobody else counts these people; in a statement of its own: the next one sees what they did."""
    for number in sorted({int(each[:7], 16) for each in people}):
        tell(connection, "SELECT pg_advisory_xact_lock(%s, %s)", (LOCKS, number)).close()

"""Whose figures a reader may see, whose cases behind them, and these cases page by page."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Reader, allows, foundations_of, grants, within_reach
from shelter.calendar import Period
from shelter.cases.models import Case, CaseCard
from shelter.cases.queries import CASE_COLUMNS, PAGE, Cursor
from shelter.db import db
from shelter.indicators import INDICATORS, Scope
from shelter.partners.models import Foundation, House
from shelter.texts import say as _

ALL = "todo"
Cell = tuple[str, str, str]
"""An indicator's code, a fact and its word; two empty ones for the whole figure."""


@dataclass(frozen=True)
class Whose:
    """Somebody's figures that a reader may choose: the word in the address, the name, the scope."""

    word: str
    name: str
    scope: Scope


@dataclass(frozen=True)
class SomeCase:
    """Any case of a house: one that left long ago, on whose team nobody is. Whoever reaches it reaches them all."""

    foundation_id: uuid.UUID
    house_id: uuid.UUID
    read_by = Permission.CASE_READ
    is_here = False
    team_ids: Collection[uuid.UUID] = ()


@dataclass(frozen=True)
class Behind:
    """What a figure, or a cell of it, is made of: a page of its cases, and how many come from which register."""

    total: int
    cases: int
    historic: list[tuple[str, int]]
    rows: list[Any]
    newer: str | None
    older: str | None


def is_exact(reader: Reader) -> bool:
    """Whether she reads figures as they are; whoever does not reads them protected."""
    return any(grants(reader, Permission.INDICATOR_EXACT))


def choices(reader: Reader) -> list[Whose]:
    """The scopes that a reader may choose, the widest first.

    Protected figures are those of the whole programme alone: a foundation's beside them would tell the other's.
    """
    whole = Whose(ALL, _("The whole programme"), Scope())
    if not is_exact(reader):
        return [whole]
    mine = foundations_of(reader, Permission.INDICATOR_EXACT)
    query = sa.select(Foundation.id, Foundation.name).order_by(Foundation.name, Foundation.id)
    found, houses = [whole] if mine is None else [], _houses(Scope())
    for foundation in db.session.execute(query if mine is None else query.where(Foundation.id.in_(mine))):
        found.append(Whose(str(foundation.id), foundation.name, Scope(foundation.id)))
        found += [
            Whose(str(house.id), f"{foundation.name} · {house.name}", Scope(foundation.id, house.id))
            for house in houses if house.foundation_id == foundation.id
        ]
    return found


def _houses(scope: Scope) -> list[Any]:
    held = scope.holds(House.foundation_id, House.id)
    return list(db.session.execute(
        sa.select(House.id, House.foundation_id, House.name).where(held).order_by(House.name, House.id)
    ))


def may_list(reader: Reader, scope: Scope) -> bool:
    """Whether she may list every case that a scope can count, whatever became of it."""
    every = (SomeCase(house.foundation_id, house.id) for house in _houses(scope))
    return is_exact(reader) and all(allows(reader, Permission.CASE_LIST, each) for each in every)


def behind(reader: Reader, period: Period, scope: Scope, cell: Cell, cursor: Cursor | None) -> Behind:
    """The cases behind a figure, or behind a cell of it, newest first, each once with how often it counts."""
    code, *narrowed = cell
    counted = INDICATORS[code].cases(period, scope, *narrowed)
    historic = INDICATORS[code].historic(period, scope, *narrowed)
    cases, times = db.session.execute(sa.select(sa.func.count(), sa.func.sum(counted.c.times))).one()
    backwards = cursor is not None and cursor.newer
    found = list(db.session.execute(_page(reader, counted, cursor, backwards)))
    more, rows = len(found) > PAGE, found[:PAGE][::-1 if backwards else 1]
    has_newer, has_older = (more, True) if backwards else (cursor is not None, more)
    return Behind(
        (times or 0) + sum(count for _name, count in historic), cases, historic, rows,
        _place(rows[0], newer=True) if rows and has_newer else None, _place(rows[-1]) if rows and has_older else None,
    )


def _page(reader: Reader, counted: sa.Subquery, cursor: Cursor | None, backwards: bool) -> sa.Select[Any]:
    order = (Case.opened_at, Case.id)
    query = (
        sa.select(Case.id, Case.code, Case.opened_at, CaseCard.stage, House.name.label("house"), counted.c.times)
        .join(counted, counted.c.case_id == Case.id)
        .join(CaseCard, CaseCard.case_id == Case.id)
        .join(House, House.id == Case.house_id)
        .where(within_reach(reader, Permission.CASE_LIST, CASE_COLUMNS))
    )
    if cursor:
        place = sa.tuple_(*order)
        mark = sa.tuple_(sa.literal(cursor.opened_at, Case.opened_at.type), sa.literal(cursor.case_id, Case.id.type))
        query = query.where(place > mark if backwards else place < mark)
    return query.order_by(*(each.asc() if backwards else each.desc() for each in order)).limit(PAGE + 1)


def _place(row: Any, *, newer: bool = False) -> str:
    return str(Cursor(row.opened_at, row.id, newer))

"""How figures that are kept add up: what each record adds to which month, quarter and year of which house.

A feature says of its records in one statement where each belongs, when it counts and which facts it has. From that the
same few lines count one person, around a change of hers, and everybody, to compare.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa

from shelter.calendar import Period, local, zone_name
from shelter.db import Answers, Rows
from shelter.db.written import ask

from .figures import forms_of, words_of
from .registry import INDICATORS

Cell = tuple[str, str, str]
"""An indicator, a fact and its word; two empty ones for the figure itself."""
Place = tuple[str, uuid.UUID, uuid.UUID]
"""A month, quarter or year; a foundation; one of its houses, or the foundation again."""
Counts = defaultdict[Place, Counter[Cell]]
AllRows = Rows | sa.CompoundSelect[*tuple[Any, ...]]
Span = Literal["one", "from_to"]

WHOSE = ("person_id", "case_id", "foundation_id", "house_id")
HOUSE = "house"
"""The fact by which a foundation's figure tells the province, where it has several houses."""


@dataclass(frozen=True)
class Step:
    """What each row adds to an indicator: `adds`, at the moment in the column `at`, unless that or `when` is empty."""

    code: str
    at: str = "at"
    adds: int = 1
    when: str = ""


@dataclass(frozen=True)
class Kept:
    """Rows of a feature (the columns of WHOSE, moments, conditions, facts), what they add up to, and whom they count.

    `once` is an indicator of people that have any such row, each once; what else is known of her is read from the rows
    of `known_from`: her newest case.
    """

    rows: AllRows
    steps: tuple[Step, ...]
    once: str = ""
    known_from: str = ""

    @property
    def facts(self) -> list[str]:
        """The columns that are facts."""
        other = {*WHOSE, *(step.at for step in self.steps), *(step.when for step in self.steps)}
        return [str(column.key) for column in self.rows.selected_columns if column.key not in other]

    def cells_of(self, code: str, but: Iterable[str] = ()) -> Callable[[Any], list[Cell]]:
        """Under which words of an indicator a row stands."""
        columns = {str(column.key): column for column in self.rows.selected_columns}
        place = {name: at for at, name in enumerate(columns)}
        names = [name for name in self.facts if name in INDICATORS[code].facts and name not in but]
        readers = [(place[name], _cells(code, name, isinstance(columns[name].type, Answers))) for name in names]
        return lambda row: [cell for at, read in readers for cell in read(row[at])]


@lru_cache
def _cells(code: str, name: str, is_answers: bool) -> Callable[[Any], tuple[Cell, ...]]:
    read = forms_of if is_answers else words_of
    return lru_cache(4096)(lambda value: tuple((code, name, word) for word in read(value)))


@dataclass
class Spine:
    """What the features above say of people, cases and houses."""

    person: Any = None
    case: Any = None
    house: Any = None

    @property
    def houses(self) -> sa.Select[Any]:
        """Every house: its id, foundation and province."""
        return sa.select(self.house.id, self.house.foundation_id, self.house.province)


SPINE = Spine()


def spine(*, person: type[Any], case: type[Any], house: type[Any]) -> None:
    """Which models are a person, her case, its house; every other row that counts has a `case_id`."""
    SPINE.person, SPINE.case, SPINE.house = person, case, house


KEPT: list[Kept] = []


def keep(rows: AllRows, *steps: Step, once: str = "", known_from: str = "") -> None:
    """Have indicators kept that add up from these rows."""
    KEPT.append(Kept(rows, steps, once, known_from))


def codes_once() -> set[str]:
    """Indicators that count each person once: neither months nor houses of these add up."""
    return {each.once for each in KEPT if each.once}


def steps_of(code: str) -> list[Step]:
    """What an indicator adds up from."""
    return [step for each in KEPT for step in each.steps if step.code == code]


def buckets(moment: datetime) -> tuple[str, str, str]:
    """The month, the quarter and the year of a moment, where the house stands."""
    day = local(moment)
    return _buckets(day.year, day.month)


@lru_cache(4096)
def _buckets(year: int, month: int) -> tuple[str, str, str]:
    return f"{year}-{month:02}", str(Period.quarter_of(date(year, month, 1))), str(year)


@lru_cache(4096)
def _end(bucket: str, _zone: str) -> datetime:
    return Period.read(bucket).ends_before


def count(connection: sa.Connection, first: uuid.UUID, last: uuid.UUID) -> Counts:
    """What the people from `first` to `last` (by their ids) add to the kept figures, as the connection sees them."""
    counts: Counts = defaultdict(Counter)
    span: Span = "one" if first == last else "from_to"
    found = [(each, ask(connection, _within(each, span), {"first": first, "last": last})) for each in KEPT]
    for each, rows in found:
        for step in each.steps:
            _add_up(counts, each, step, rows)
    by_code = {step.code: (each, rows) for each, rows in found for step in each.steps}
    for each, rows in found:
        if each.once:
            _add_once(counts, each, rows, *by_code[each.known_from])
    return counts


@lru_cache
def _within(each: Kept, span: Span) -> Rows:
    """The rows of some people; facts as they are stored."""
    rows, facts = each.rows.subquery(), set(each.facts)
    first, last = (sa.bindparam(name, type_=sa.Uuid()) for name in ("first", "last"))
    whose = rows.c.person_id == first if span == "one" else rows.c.person_id.between(first, last)
    columns = [sa.type_coerce(column, sa.String).label(column.key) if column.key in facts else column
               for column in rows.c]
    return sa.select(*columns).where(whose)


def _add_up(counts: Counts, each: Kept, step: Step, rows: Sequence[Any]) -> None:
    cells_of, whole = each.cells_of(step.code), (step.code, "", "")
    for row in rows:
        at = getattr(row, step.at)
        if at is None or (step.when and not getattr(row, step.when)):
            continue
        cells = [whole, *cells_of(row)]
        for bucket in buckets(at):
            page = counts[bucket, row.foundation_id, row.house_id]
            for cell in cells:
                page[cell] += step.adds


def _add_once(counts: Counts, each: Kept, rows: Sequence[Any], cases: Kept, known: Sequence[Any]) -> None:
    """Each person once in every month, quarter and year, of her house and of her foundation."""
    code, at = each.once, cases.steps[0].at
    cells_of, known_of = each.cells_of(code, but=cases.facts), cases.cells_of(code)
    received: defaultdict[tuple[uuid.UUID, Place], set[Cell]] = defaultdict(set)
    for row in rows:
        cells = cells_of(row)
        for bucket in buckets(getattr(row, each.steps[0].at)):
            for house in (row.house_id, row.foundation_id):
                received[row.person_id, (bucket, row.foundation_id, house)].update(cells)
    of_person = defaultdict(list)
    for row in known:
        of_person[row.person_id].append(row)
    for (person, place), found in received.items():
        newest = _newest(of_person[person], place, at)
        page = counts[place]
        for cell in ((code, "", ""), (code, HOUSE, newest.house_id.hex), *known_of(newest), *found):
            page[cell] += 1


def _newest(cases: list[Any], place: Place, at: str) -> Any:
    """Her newest case there; those that were opened after the period stand behind."""
    bucket, foundation, house = place
    there = [case for case in cases if house in (foundation, case.house_id)]
    if len(there) == 1:
        return there[0]
    end = _end(bucket, zone_name())
    return min(there, key=lambda case: (getattr(case, at) >= end, -getattr(case, at).timestamp(), case.case_id))


def difference(now: Counts, before: Counts) -> Counts:
    """What has to be added to the one count so that it is the other; nothing where they are equal."""
    found: Counts = defaultdict(Counter)
    for place in now.keys() | before.keys():
        page = now.get(place, Counter()).copy()
        page.subtract(before.get(place, Counter()))
        if changed := {cell: more for cell, more in page.items() if more}:
            found[place] = Counter(changed)
    return found

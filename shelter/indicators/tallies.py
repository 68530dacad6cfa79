"""How figures that are kept add up: what each record adds to which month, quarter and year of which house.

A feature says of its records in one statement where each belongs, when it counts and which facts it has. From that the
same few lines count one person, around a change of hers, and everybody, to compare.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa

from shelter.calendar import Period, local, zone_name
from shelter.db import Answers, Rows
from shelter.db.among import among, as_text, listed
from shelter.db.base import is_sqlite
from shelter.db.written import ask

from .figures import forms_of, words_of
from .registry import INDICATORS

Cell = tuple[str, str, str]
"""An indicator, a fact and its word; two empty ones for the figure itself."""
Place = tuple[str, str, str]
"""A month, quarter or year; a foundation; one of its houses, or the foundation again: ids as texts."""
Counts = defaultdict[Place, Counter[Cell]]
AllRows = Rows | sa.CompoundSelect[*tuple[Any, ...]]

WHOSE = ("person_id", "case_id", "foundation_id", "house_id", "row_id")
HOUSE = "house"
"""The fact by which a foundation's figure tells the province, where it has several houses."""


@dataclass(frozen=True)
class Step:
    """What each row adds to an indicator: `adds`, at the moment in the column `at`, unless that or `when` is empty."""

    code: str
    at: str = "at"
    adds: int = 1
    when: str = ""


@dataclass(frozen=True, eq=False)
class Kept:
    """Rows of a feature (the columns of WHOSE, moments, conditions, facts), what they add up to, and whom they count.

    What is written all day is kept by months alone: `by_month`. `once` is an indicator of people that have any such
    row, each once; what else is known of her is read from the rows of `known_from`: her newest case.
    """

    rows: AllRows
    steps: tuple[Step, ...]
    by_month: bool = False
    once: str = ""
    known_from: str = ""

    @cached_property
    def facts(self) -> frozenset[str]:
        """The columns that are facts."""
        other = {*WHOSE, *(step.at for step in self.steps), *(step.when for step in self.steps)}
        return frozenset(str(column.key) for column in self.rows.selected_columns) - other

    @lru_cache  # noqa: B019 (there are seven, as long as the program runs)
    def cells_of(self, code: str, but: frozenset[str] = frozenset()) -> Callable[[Any], list[Cell]]:
        """Under which words of an indicator a row stands."""
        readers = [
            (place, _cells(code, str(column.key), isinstance(column.type, Answers)))
            for place, column in enumerate(self.rows.selected_columns)
            if column.key in (self.facts & set(INDICATORS[code].facts)) - but
        ]
        return lambda row: [cell for place, read in readers for cell in read(row[place])]


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


def keep(rows: AllRows, *steps: Step, by_month: bool = False, once: str = "", known_from: str = "") -> None:
    """Have indicators kept that add up from these rows."""
    KEPT.append(Kept(rows, steps, by_month, once, known_from))


def codes_once() -> set[str]:
    """Indicators that count each person once: neither months nor houses of these add up."""
    return {each.once for each in KEPT if each.once}


def is_by_month(code: str) -> bool:
    """Whether an indicator is kept by months alone."""
    return any(each.by_month for each in KEPT for step in each.steps if step.code == code)


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
def _ends(bucket: str, _zone: str) -> tuple[datetime, datetime]:
    period = Period.read(bucket)
    return period.starts_at, period.ends_before


def count(connection: sa.Connection, people: Collection[str]) -> Counts:
    """What some people add to the kept figures, as the connection sees them. Ids are texts here: quicker by half."""
    counts, by_month = _nothing(), _nothing()
    found = [(each, ask(connection, _of_people(each, is_sqlite()), {"people": listed(people)})) for each in KEPT]
    for each, rows in found:
        for step in each.steps:
            _add_up(by_month if each.by_month else counts, each, step, rows)
    _sum_up(counts)
    for place, page in by_month.items():
        counts[place].update(page)
    by_code = {step.code: (each, rows) for each, rows in found for step in each.steps}
    for each, rows in found:
        if each.once:
            _add_once(counts, each, rows, *by_code[each.known_from])
    return counts


@lru_cache
def _of_people(each: Kept, sqlite: bool) -> Any:
    return _where(each, among(SPINE.case.person_id, "people", sqlite=sqlite))


def _where(each: Kept, *conditions: sa.ColumnElement[bool]) -> Any:
    """Some of its rows; facts as they are stored, all else as it is."""
    parts: Any = each.rows.selects if isinstance(each.rows, sa.CompoundSelect) else [each.rows]
    narrowed = [
        part.with_only_columns(*(
            _read(column, each).label(column.key) for column in part.selected_columns
        ), maintain_column_froms=True).where(*conditions)
        for part in parts
    ]
    return narrowed[0] if len(narrowed) == 1 else sa.union_all(*narrowed)


def _read(column: Any, each: Kept) -> Any:
    if column.key in WHOSE:
        return as_text(column)
    return sa.type_coerce(column, sa.String) if column.key in each.facts else column


def _nothing() -> Counts:
    return defaultdict(Counter)


def _add_up(counts: Counts, each: Kept, step: Step, rows: Sequence[Any]) -> None:
    cells_of, whole = each.cells_of(step.code), (step.code, "", "")
    for row in rows:
        at = getattr(row, step.at)
        if at is None or (step.when and not getattr(row, step.when)):
            continue
        page = counts[buckets(at)[0], row.foundation_id, row.house_id]
        for cell in (whole, *cells_of(row)):
            page[cell] += step.adds


def _sum_up(counts: Counts) -> None:
    """From months to quarters and years."""
    for (month, foundation, house), page in list(counts.items()):
        for bucket in _buckets(int(month[:4]), int(month[5:]))[1:]:
            counts[bucket, foundation, house].update(page)


def _add_once(counts: Counts, each: Kept, rows: Sequence[Any], cases: Kept, known: Sequence[Any]) -> None:
    """Each person once in every month, quarter and year, of her house and of her foundation."""
    code, at = each.once, cases.steps[0].at
    cells_of, known_of = each.cells_of(code, but=cases.facts), cases.cells_of(code)
    received: defaultdict[tuple[str, Place], set[Cell]] = defaultdict(set)
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
        for cell in ((code, "", ""), *known_of(newest), *found):
            page[cell] += 1
        if place[1] == place[2]:
            page[code, HOUSE, newest.house_id] += 1


def _newest(cases: list[Any], place: Place, at: str) -> Any:
    """Her newest case there; those that were opened after the period stand behind."""
    bucket, foundation, house = place
    there = [case for case in cases if house in (foundation, case.house_id)]
    if len(there) == 1:
        return there[0]
    _start, end = _ends(bucket, zone_name())
    return min(there, key=lambda case: (getattr(case, at) >= end, -getattr(case, at).timestamp(), case.case_id))


def of_one_more(connection: sa.Connection, code: str, record: Any) -> Counts | None:
    """What a new record of a case adds by itself, as if all were counted before and after it.

    None where that has to be done: in which month which of several cases was her newest.
    """
    each, counts = _source_of(code), _nothing()
    for bucket in buckets(record.occurred_at):
        first, after = _ends(bucket, zone_name())
        mine = ask(connection, _alone(each), {"row": record.id, "first": first, "after": after})
        if not mine:  # it does not count
            return counts
        if not counts:
            for step in each.steps:
                _add_up(counts, each, step, mine)
        if all(getattr(mine[0], word) for word in _asked(each)):  # and in the quarter and the year too
            return counts
        cases = _of_people(_source_of(each.known_from), is_sqlite())
        known = ask(connection, cases, {"people": listed([mine[0].person_id])})
        if len(known) > 1:
            return None
        _add_if_new(counts, each, bucket, mine[0], known[0])
    return counts


def _add_if_new(counts: Counts, each: Kept, bucket: str, mine: Any, known: Any) -> None:
    """Her, where she was not counted; else under the words that are new."""
    code, foundation = each.once, mine.foundation_id
    new = [cell for name in _own_facts(each) if not getattr(mine, f"any_{name}")
           for cell in _cells(code, name, False)(getattr(mine, name))]
    whole = [] if mine.any else [(code, "", ""), *_source_of(each.known_from).cells_of(code)(known)]
    for house in (mine.house_id, foundation):
        counts[bucket, foundation, house].update([*whole, *new])
    if whole:
        counts[bucket, foundation, foundation][code, HOUSE, mine.house_id] += 1


@lru_cache
def _own_facts(each: Kept) -> list[str]:
    """What is told of such a person by the rows themselves."""
    return sorted((each.facts & set(INDICATORS[each.once].facts)) - _source_of(each.known_from).facts)


@lru_cache
def _asked(each: Kept) -> list[str]:
    return ["any", *(f"any_{name}" for name in _own_facts(each))]


@lru_cache
def _alone(each: Kept) -> Any:
    """A row; and whether its case has others in some time: any, and any with each of the same words."""
    row, others = each.rows.selected_columns, each.rows.subquery()
    beside = sa.select(sa.literal(1)).select_from(others).where(
        others.c.case_id == row["case_id"], others.c.row_id != row["row_id"],
        others.c["at"] >= sa.bindparam("first"), others.c["at"] < sa.bindparam("after"),
    )
    alike = (beside.where(others.c[name] == row[name]).exists().label(f"any_{name}") for name in _own_facts(each))
    return _where(each, row["row_id"] == sa.bindparam("row")).add_columns(beside.exists().label("any"), *alike)


@lru_cache
def _source_of(code: str) -> Kept:
    return next(each for each in KEPT for step in each.steps if step.code == code)


def difference(now: Counts, before: Counts) -> Counts:
    """What has to be added to the one count so that it is the other; nothing where they are equal."""
    found = _nothing()
    for place in now.keys() | before.keys():
        page = now.get(place, Counter()).copy()
        page.subtract(before.get(place, Counter()))
        if changed := {cell: more for cell, more in page.items() if more}:
            found[place] = Counter(changed)
    return found

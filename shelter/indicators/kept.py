"""Reading figures that are kept: of whole months. What is not kept is counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import sqlalchemy as sa

from shelter.calendar import Period, add_months, zone_name
from shelter.db import Rows, rows_of, value_of
from shelter.db.among import among, as_text, listed, text_of
from shelter.db.base import is_sqlite

from .clauses import PROGRAMME, Scope
from .figures import UNKNOWN, Figure, Group, Table, in_order, tabulate, words_of
from .models import Tally, TallyEdition
from .pages import Unreadable, read
from .registry import INDICATORS, Indicator, with_denominators
from .tallies import HOUSE, KEPT, SPINE, codes_once, is_by_month, steps_of

DEFINITIONS = 2
"""To be counted up whenever an indicator is counted in another way: what is kept is then counted anew."""
VALUE = ""


def edition() -> str:
    """By which definitions, in which zone, this program counts."""
    return f"{DEFINITIONS} {zone_name()}"


def is_current() -> bool:
    """Whether what is kept was counted as this program counts."""
    return kept_edition() in {None, edition()}


def kept_edition() -> str | None:
    """By which definitions and where what is kept was counted; None where it was kept from the first record on."""
    found: str | None = value_of(_EDITION)
    return found


_EDITION = sa.select(TallyEdition.edition)
_FIRST = sa.select(sa.func.min(Tally.bucket))


def figures(
    period: Period, scope: Scope = PROGRAMME, two_way: Collection[str] = (), codes: Collection[str] | None = None,
) -> list[Figure]:
    """Indicators of a period (all, where `codes` are not given) by code with their one-way tables.

    Those named in `two_way` have these tables as well. They are what `registry.figures` says; read where they are kept,
    counted where not.
    """
    book = _book(period, scope)
    return with_denominators([
        book.figure(each) if book and code not in two_way and book.has(code) else each.count(period, scope)
        for code, each in sorted(INDICATORS.items()) if codes is None or code in codes
    ])


def values(period: Period, scope: Scope, codes: Collection[str]) -> dict[str, int]:
    """The figures of some indicators alone."""
    book = _book(period, scope, codes)
    return {code: book.value(INDICATORS[code]) if book and book.has(code)
            else INDICATORS[code].count(period, scope).value for code in codes}


def _book(period: Period, scope: Scope, codes: Collection[str] | None = None) -> _Book | None:
    """What is kept; None where it was counted in another way, or cannot be read."""
    try:
        return _Book.of(period, scope, codes) if is_current() else None
    except Unreadable:
        return None


@cache
def _houses() -> Rows:
    return SPINE.houses


@cache
def _pages(sqlite: bool) -> Rows:
    return sa.select(Tally.code, Tally.bucket, as_text(Tally.place_id), Tally.counts).where(
        among(Tally.bucket, "buckets", sqlite=sqlite), among(Tally.place_id, "houses", sqlite=sqlite),
        among(Tally.code, "codes", sqlite=sqlite),
    )


def spans(period: Period) -> list[str] | None:
    """The fewest years, quarters and months that make up a period; None where they do not."""
    found, start, after = [], period.start, add_months(period.end.replace(day=1), 1)
    if start.day != 1 or Period.read(f"{period.end:%Y-%m}").end != period.end:
        return None
    while start < after:
        months = next(many for many in (12, 3, 1) if not (start.month - 1) % many and add_months(start, many) <= after)
        found.append(str(_of(start, months)))
        start = add_months(start, months)
    return found


def months(period: Period) -> list[str]:
    """The months of a period that is made of them."""
    found, start = [], period.start
    while start <= period.end:
        found.append(f"{start:%Y-%m}")
        start = add_months(start, 1)
    return found


def _of(start: date, months: int) -> str:
    return {12: f"{start.year}", 3: str(Period.quarter_of(start)), 1: f"{start:%Y-%m}"}[months]


@dataclass
class _Book:
    """What is kept of a period and a scope: how many by bucket and house, and under which words."""

    period: Period
    scope: Scope
    spans: list[str]
    provinces: dict[str, str | None]
    counted: defaultdict[str, list[tuple[str, str, int]]]
    words: defaultdict[str, defaultdict[str, Counter[str]]]

    @classmethod
    def of(cls, period: Period, scope: Scope, codes: Collection[str] | None = None) -> _Book | None:
        """None where the period is not made of whole months."""
        parts = spans(period)
        if parts is None:
            return None
        houses = [house for house in rows_of(_houses()) if scope.house_id in {None, house.id}
                  and scope.foundation_id in {None, house.foundation_id}]
        book = cls(period, scope, parts, {text_of(house.id): house.province for house in houses}, defaultdict(list),
                   defaultdict(lambda: defaultdict(Counter)))
        codes = _kept_codes() if codes is None else codes
        foundations = list({text_of(house.foundation_id) for house in houses}) if scope.house_id is None else []
        flows = [code for code in codes if not _is_standing(code) and code not in codes_once()]
        for some, buckets, places in (
            ([code for code in flows if not is_by_month(code)], parts, None),
            ([code for code in flows if is_by_month(code)], months(period), None),
            ([code for code in codes if _is_standing(code)], _until(period), None),
            ([code for code in codes if code in codes_once()], parts if len(parts) == 1 else [], foundations or None),
        ):
            if some and buckets:
                book._read(some, buckets, list(book.provinces) if places is None else places)
        return book

    def _read(self, codes: Collection[str], buckets: Sequence[str], places: Sequence[str]) -> None:
        asked = {"buckets": listed(buckets), "houses": listed(places), "codes": listed(codes)}
        for code, bucket, house, page in rows_of(_pages(is_sqlite()), **asked):
            facts = read(page)
            self.counted[code].append((bucket, house, facts.pop(VALUE, {}).get(VALUE, 0)))
            for fact, words in facts.items():
                self.words[code][fact].update(words)

    def has(self, code: str) -> bool:
        """Whether this indicator is kept, for this period."""
        return code in _kept_codes() and (code not in codes_once() or len(self.spans) == 1)

    def figure(self, each: Indicator) -> Figure:
        """One indicator, with what it counts besides (historic cases) added."""
        code, more = each.code, self._besides(each)
        found = {name: self._table(each, name) for name in each.facts}
        besides, _known = tabulate(each.facts, more, two_way=False)
        tables = {name: _together(found[name], besides[name]) for name in each.facts}
        value = self._sum(code, more)
        known = {name: value - table[UNKNOWN] for name, table in tables.items()}
        return Figure(code, each.label, each.unit, value, value, None, tables, known)

    def value(self, each: Indicator) -> int:
        """The figure alone."""
        return self._sum(each.code, self._besides(each))

    def _besides(self, each: Indicator) -> list[Group]:
        return each.groups(self.period, self.scope, each.sources[1:])

    def _sum(self, code: str, besides: list[Group]) -> int:
        return sum(count for _bucket, _house, count in self.counted[code]) + sum(group.count for group in besides)

    def _table(self, each: Indicator, name: str) -> Table:
        code = each.code
        if name == "year":
            standing = str(self.period.end.year)
            return _sums((standing if _is_standing(code) else bucket[:4], count)
                         for bucket, _house, count in self.counted[code])
        if name == "province":
            return _sums((words_of(self.provinces.get(house))[0], count) for house, count in self._by_house(code))
        return dict(self.words[code][name])

    def _by_house(self, code: str) -> list[tuple[str, int]]:
        if HOUSE in self.words[code]:
            return list(self.words[code][HOUSE].items())
        return [(house, count) for _bucket, house, count in self.counted[code]]


def _sums(pairs: Iterable[tuple[str, int]]) -> Table:
    found: Counter[str] = Counter()
    for word, count in pairs:
        found[word] += count
    return found


def _together(one: Table, other: Table) -> Table:
    found = {word: one.get(word, 0) + other.get(word, 0) for word in one.keys() | other.keys()}
    table = in_order({word: count for word, count in found.items() if count})
    table.setdefault(UNKNOWN, 0)
    return table


def _kept_codes() -> list[str]:
    return sorted({step.code for each in KEPT for step in each.steps} | codes_once())


@lru_cache
def _is_standing(code: str) -> bool:
    """Whether it counts what is there at the end of a period: all that ever came, without what left."""
    return any(step.adds < 0 for step in steps_of(code))


def _until(period: Period) -> list[str]:
    first = value_of(_FIRST)
    if first is None or int(first[:4]) > period.end.year:
        return []
    return spans(Period(date(int(first[:4]), 1, 1), period.end)) or []

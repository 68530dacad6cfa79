"""The book of indicators: what each means, how it is counted, and which cases stand behind a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from shelter.db import Answers, db

from .clauses import PROGRAMME, Scope
from .figures import NOTHING, UNKNOWN, Figure, Group, Period, forms_of, tabulate, words_of
from .spreads import AMOUNT, Measure, Spread, spreads

Rows = sa.SelectBase
Source = Callable[[Period, Scope], Rows]
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True)
class Definition:
    """What a figure means, in words for whoever reads it: sentences.

    What it counts; who must be what to be in it; how corrections count; which records it is read from.
    """

    counts: Any
    who: Any
    corrections: Any
    source: Any


@dataclass(frozen=True)
class Indicator:
    """A figure: what it means, by which facts it is broken down, and the queries that it is summed over.

    A source selects one row for each thing counted (a person with ten services is one person served), with a column
    for each fact that it knows, labelled by the fact's name. A fact may be several words at once: answers by form, or
    a text of words with spaces between. Besides, a source of cases (the first is one) has a column `case_id`, one of a
    historic register its name as `register`. What is not `of_cases` (a call that led to none) has no cases behind it.
    Where something is measured of each thing, it is the column `amount`.
    """

    code: str
    label: Any
    unit: str
    facts: tuple[str, ...]
    means: Definition
    sources: list[Source] = field(default_factory=list)
    part_of: str | None = None
    of_cases: bool = True
    measure: Measure | None = None

    def count(self, period: Period, scope: Scope = PROGRAMME) -> Figure:
        """The figure of a period."""
        groups = self.groups(period, scope, self.sources)
        value = sum(each.count for each in groups)
        found = Figure(self.code, self.label, self.unit, value, value, None, *tabulate(self.facts, groups))
        found.spreads = self.spreads(period, scope)
        return found

    def spreads(self, period: Period, scope: Scope = PROGRAMME) -> dict[str, dict[str, Spread]]:
        """How what is measured spreads: of all together, under an empty name, and by the facts by which it is told."""
        if self.measure is None:
            return {}
        names = sorted({name for some in self.measure.by for name in some})
        each = [made(period, scope).subquery() for made in self.sources]
        every = sa.union_all(*(sa.select(*(one.c[name] for name in names), one.c[AMOUNT]) for one in each)).subquery()
        return {"×".join(some): spreads(every, some, self.measure.size) for some in ((), *self.measure.by)}

    def groups(self, period: Period, scope: Scope, sources: Sequence[Source]) -> list[Group]:
        """How many things of some of its sources share which facts."""
        return [each for made in sources for each in self._groups(made(period, scope))]

    def _groups(self, rows: Rows) -> list[Group]:
        each = rows.subquery()
        names = [name for name in self.facts if name in each.c]
        plain = [sa.type_coerce(each.c[name], sa.String) for name in names]
        read = [_reader(each, name) for name in names]
        query = sa.select(sa.func.count(), *plain).select_from(each).group_by(*plain)
        unknown = dict.fromkeys(self.facts, NOTHING)
        return [
            Group(unknown | {name: how(value) for name, how, value in zip(names, read, values, strict=True)}, count)
            for count, *values in db.session.execute(query) if count
        ]

    def cases(self, period: Period, scope: Scope, fact: str = "", word: str = "") -> sa.Subquery:
        """The cases that a figure counts, or the part of it under a word of a fact: `case_id`, and `times` counted."""
        parts = [
            sa.select(each.c.case_id).where(under) for each, under in self._under(period, scope, fact, word)
            if "case_id" in each.c
        ]
        every = sa.union_all(*parts).subquery()
        return sa.select(every.c.case_id, sa.func.count().label("times")).group_by(every.c.case_id).subquery()

    def historic(self, period: Period, scope: Scope, fact: str = "", word: str = "") -> list[tuple[str, int]]:
        """How many of the same come from which historic register, by its name."""
        found: list[tuple[str, int]] = []
        for each, under in self._under(period, scope, fact, word):
            if "register" in each.c:
                query = sa.select(each.c.register, sa.func.count()).where(under).group_by(each.c.register)
                found += [(name, count) for name, count in db.session.execute(query.order_by(each.c.register))]
        return found

    def _under(self, period: Period, scope: Scope, fact: str, word: str) -> Iterator[tuple[sa.Subquery, Condition]]:
        """Each source's rows, and which of them stand under a word: read as when they were counted."""
        for made in self.sources:
            each = made(period, scope).subquery()
            yield each, _stands_under(each, fact, word) if fact else sa.true()


def _reader(each: sa.Subquery, name: str) -> Callable[[Any], tuple[str, ...]]:
    return forms_of if isinstance(each.c[name].type, Answers) else words_of


def _stands_under(each: sa.Subquery, name: str, word: str) -> Condition:
    if name not in each.c:
        return sa.true() if word == UNKNOWN else sa.false()
    written, read = sa.cast(each.c[name], sa.String), _reader(each, name)
    found = [text for text in db.session.scalars(sa.select(written).distinct()) if word in read(text)]
    is_blank = written.is_(None) if None in found else sa.false()
    return sa.or_(is_blank, written.in_([text for text in found if text is not None]))


INDICATORS: dict[str, Indicator] = {}


def indicator(
    code: str, label: Any, *facts: str, means: Definition, unit: str = "persons", part_of: str | None = None,
    of_cases: bool = True, measure: Measure | None = None,
) -> Callable[[Source], Source]:
    """Enter an indicator in the book; the function below selects what it counts. `part_of` names its denominator."""

    def declare(made: Source) -> Source:
        if code in INDICATORS:
            raise ValueError(f"indicator {code} is declared twice")
        INDICATORS[code] = Indicator(code, label, unit, facts, means, [made], part_of, of_cases, measure)
        return made

    return declare


def source(code: str) -> Callable[[Source], Source]:
    """Another source of an indicator that a feature below has declared."""

    def add(made: Source) -> Source:
        INDICATORS[code].sources.append(made)
        return made

    return add


def figures(period: Period, scope: Scope = PROGRAMME) -> list[Figure]:
    """Every indicator of a period by code, with numerators and denominators."""
    return with_denominators([INDICATORS[code].count(period, scope) for code in sorted(INDICATORS)])


def with_denominators(found: list[Figure]) -> list[Figure]:
    """Figures that are part of another one know it."""
    value = {figure.code: figure.value for figure in found}
    for figure in found:
        whole = INDICATORS[figure.code].part_of
        figure.denominator = value.get(whole) if whole else None
    return found

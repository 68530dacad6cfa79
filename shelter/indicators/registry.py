"""The book of indicators, and how they are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from shelter.db import Answers, db

from .clauses import Foundations
from .figures import NOTHING, Figure, Group, Period, forms_of, tabulate, words_of

Rows = sa.SelectBase
Source = Callable[[Period, Foundations], Rows]


@dataclass(frozen=True)
class Indicator:
    """A figure: what it counts, by which facts it is broken down, and the queries that it is summed over.

    A source selects one row for each thing counted (a person with ten services is one person served), with a column
    for each fact that it knows, labelled by the fact's name. A fact may be several words at once: answers by form, or
    a text of words with spaces between.
    """

    code: str
    label: Any
    unit: str
    facts: tuple[str, ...]
    sources: list[Source] = field(default_factory=list)
    part_of: str | None = None

    def count(self, period: Period, foundations: Foundations = None) -> Figure:
        """The figure of a period."""
        groups = [each for made in self.sources for each in self._groups(made(period, foundations))]
        value = sum(each.count for each in groups)
        return Figure(self.code, self.label, self.unit, value, value, None, *tabulate(self.facts, groups))

    def _groups(self, rows: Rows) -> list[Group]:
        each = rows.subquery()
        names = [name for name in self.facts if name in each.c]
        plain = [sa.type_coerce(each.c[name], sa.String) for name in names]
        read = [forms_of if isinstance(each.c[name].type, Answers) else words_of for name in names]
        query = sa.select(sa.func.count(), *plain).select_from(each).group_by(*plain)
        unknown = dict.fromkeys(self.facts, NOTHING)
        return [
            Group(unknown | {name: how(value) for name, how, value in zip(names, read, values, strict=True)}, count)
            for count, *values in db.session.execute(query) if count
        ]


INDICATORS: dict[str, Indicator] = {}


def indicator(
    code: str, label: Any, *facts: str, unit: str = "persons", part_of: str | None = None,
) -> Callable[[Source], Source]:
    """Enter an indicator in the book; the function below selects what it counts. `part_of` names its denominator."""

    def declare(made: Source) -> Source:
        if code in INDICATORS:
            raise ValueError(f"indicator {code} is declared twice")
        INDICATORS[code] = Indicator(code, label, unit, facts, [made], part_of)
        return made

    return declare


def source(code: str) -> Callable[[Source], Source]:
    """Another source of an indicator that a feature below has declared."""

    def add(made: Source) -> Source:
        INDICATORS[code].sources.append(made)
        return made

    return add


def figures(period: Period, foundations: Foundations = None) -> list[Figure]:
    """Every indicator of a period by code, with numerators and denominators."""
    found = {code: INDICATORS[code].count(period, foundations) for code in sorted(INDICATORS)}
    for code, figure in found.items():
        whole = INDICATORS[code].part_of
        figure.denominator = found[whole].value if whole else None
    return list(found.values())

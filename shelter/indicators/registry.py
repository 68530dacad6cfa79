"""The book of indicators, and how they are counted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from shelter.db import db

from .figures import Figure, Group, Period, group, tabulate

Foundations = Collection[uuid.UUID] | None
"""The foundations whose records are counted; None means all."""
Source = Callable[[Period, Foundations], sa.Select[Any]]


@dataclass(frozen=True)
class Indicator:
    """A figure: what it counts, by which facts it is broken down, and the queries that it is summed over.

    A source selects one row for each thing counted, with a column for each fact it knows, labelled by the fact's name.
    `subject` names the column that is counted once (a person with ten services is one person served).
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
        breakdowns, known = tabulate(list(self.facts), groups)
        return Figure(self.code, self.label, self.unit, sum(each.count for each in groups), breakdowns=breakdowns, known=known)

    def _groups(self, rows: sa.Select[Any]) -> list[Group]:
        each = rows.subquery()
        columns = [each.c[name] if name in each.c else sa.null().label(name) for name in self.facts]
        present = [column for column, name in zip(columns, self.facts, strict=True) if name in each.c]
        query = sa.select(*columns, sa.func.count()).group_by(*present)
        return [group(self.facts, row[:-1], row[-1]) for row in db.session.execute(query) if row[-1]]


INDICATORS: dict[str, Indicator] = {}


def indicator(code: str, label: Any, *facts: str, unit: str = "persons", part_of: str | None = None) -> Callable[[Source], Source]:
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
    """Every indicator of a period, with numerators and denominators."""
    found = {code: each.count(period, foundations) for code, each in INDICATORS.items()}
    for code, figure in found.items():
        whole = INDICATORS[code].part_of
        figure.numerator = figure.value
        figure.denominator = found[whole].value if whole else None
    return list(found.values())

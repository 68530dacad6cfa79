"""Counting groups: one query gives how many share each combination of facts; every figure is a sum over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from shelter.calendar import Period as Period
from shelter.codes.cases import Answer
from shelter.db.columns import read_answers

UNKNOWN = "unknown"
MANY = "exploitation"
"""The one group in which a person may stand under several words."""

Table = dict[str, int]


@dataclass
class Figure:
    """One indicator in one period: its value and its breakdowns, each a table from stored word to count.

    `known` says, for each breakdown, how many have any value in that group: the denominator of its percentages.
    """

    code: str
    label: Any
    unit: str
    value: int
    numerator: int | None = None
    denominator: int | None = None
    breakdowns: dict[str, Table] = field(default_factory=dict)
    known: Table = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The shape that clients rely on."""
        return {
            "code": self.code, "label": str(self.label), "unit": self.unit, "value": self.value,
            "numerator": self.numerator, "denominator": self.denominator,
            "breakdowns": self.breakdowns, "known": self.known,
        }


@dataclass(frozen=True)
class Group:
    """How many share these facts."""

    facts: dict[str, tuple[str, ...]]
    count: int


def group(names: Iterable[str], row: Iterable[Any], count: int) -> Group:
    """One row of the query. A fact that is not known is `unknown`; a form of exploitation counts where it is a yes."""
    return Group({name: _words(name, value) for name, value in zip(names, row, strict=True)}, count)


def _words(name: str, value: Any) -> tuple[str, ...]:
    if name == MANY:
        answers = read_answers(value) if isinstance(value, str) else value or {}
        return tuple(str(form) for form, answer in answers.items() if answer is Answer.YES) if answers else (UNKNOWN,)
    return (UNKNOWN if value is None else str(value),)


def tabulate(names: list[str], groups: list[Group]) -> tuple[dict[str, Table], Table]:
    """Every one-way and two-way table, and for each group of facts how many have any value in it."""
    tables: dict[str, Table] = {name: _one_way(name, groups) for name in names}
    for first, second in combinations(names, 2):
        tables[f"{first}×{second}"] = _two_way(first, second, groups)
    known = {name: sum(each.count for each in groups if each.facts[name] != (UNKNOWN,)) for name in names}
    return tables, known


def _one_way(name: str, groups: list[Group]) -> Table:
    found: Counter[str] = Counter()
    for each in groups:
        for word in each.facts[name]:
            found[word] += each.count
    found.setdefault(UNKNOWN, 0)
    return _ordered(found)


def _two_way(first: str, second: str, groups: list[Group]) -> Table:
    found: Counter[str] = Counter()
    for each in groups:
        for one, other in product(each.facts[first], each.facts[second]):
            found[f"{one}×{other}"] += each.count
    return _ordered(found)


def _ordered(found: Counter[str]) -> Table:
    """By word, what is unknown last."""
    return {word: found[word] for word in sorted(found, key=lambda word: (word.split("×").count(UNKNOWN), word))}

"""Counting groups: one query gives how many share each combination of facts; every figure is a sum over it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from shelter.calendar import Period as Period
from shelter.codes.cases import Answer
from shelter.db.columns import read_answers

if TYPE_CHECKING:
    from .spreads import Spread

UNKNOWN = "unknown"

Table = dict[str, int]
Words = tuple[str, ...]
NOTHING: Words = (UNKNOWN,)


@dataclass
class Figure:
    """One indicator in one period: its value and its breakdowns, each a table from stored word to count.

    `known` says, for each fact, how many have any value in that group: the denominator of its percentages. Of what is
    measured `spreads` says, by the same words, how long it took.
    """

    code: str
    label: Any
    unit: str
    value: int
    numerator: int | None = None
    denominator: int | None = None
    breakdowns: dict[str, Table] = field(default_factory=dict)
    known: Table = field(default_factory=dict)
    spreads: dict[str, dict[str, Spread]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The shape that clients rely on."""
        return {
            "code": self.code, "label": str(self.label), "unit": self.unit, "value": self.value,
            "numerator": self.numerator, "denominator": self.denominator,
            "breakdowns": self.breakdowns, "known": self.known,
            **({"spreads": {name: {word: each.as_json() for word, each in table.items()}
                            for name, table in self.spreads.items()}} if self.spreads else {}),
        }


@dataclass(frozen=True)
class Group:
    """How many share these facts; each is one word, or several at once (two forms), or none of those asked."""

    facts: Mapping[str, Words]
    count: int


def tabulate(
    names: Sequence[str], groups: Sequence[Group], *, two_way: bool = True,
) -> tuple[dict[str, Table], Table]:
    """Every one-way table (and two-way), and for each fact how many have any value in it."""
    counts = [each.count for each in groups]
    columns = {name: [each.facts[name] for each in groups] for name in names}
    tables = {name: _table(counts, columns[name]) for name in names}
    for table in tables.values():
        table.setdefault(UNKNOWN, 0)
    for one, other in combinations(names, 2) if two_way else ():
        tables[f"{one}×{other}"] = _table(counts, columns[one], columns[other])
    known = {name: sum(each.count for each in groups if each.facts[name] != NOTHING) for name in names}
    return tables, known


def _table(counts: list[int], *columns: list[Words]) -> Table:
    """How many stand under each word, or under each pair of words; by word, what is unknown last."""
    together: defaultdict[tuple[Words, ...], int] = defaultdict(int)
    for facts, count in zip(zip(*columns, strict=True), counts, strict=True):
        together[facts] += count
    found: Counter[Words] = Counter()
    for facts, count in together.items():
        for words in product(*facts):
            found[words] += count
    return {"×".join(words): found[words] for words in sorted(found, key=_place)}


def in_order(table: Table) -> Table:
    """A one-way table by word, what is unknown last."""
    return {word: table[word] for word in sorted(table, key=lambda word: _place((word,)))}


def _place(words: Words) -> tuple[int, Words]:
    return words.count(UNKNOWN), words


@lru_cache(4096)
def words_of(value: Any) -> Words:
    """A fact as a query gives it: nothing, one word, or a text of several with spaces between."""
    return NOTHING if value is None else tuple(dict.fromkeys(str(value).split()))


@lru_cache(4096)
def forms_of(answers: str | None) -> Words:
    """Of answers by form those that are a yes: none, where all are a no; unknown, where nothing was answered."""
    found = read_answers(answers or "")
    return tuple(str(form) for form, answer in found.items() if answer is Answer.YES) if found else NOTHING

"""Columns of a file and the facts that they tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from shelter.register.rules import FORM
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .facts import FACTS

FORMS = "exploitation"
"""The fact of a column that names the forms of exploitation itself ("sexual; begging")."""

BETWEEN_FORMS = re.compile("[;,/]")
"""What parts several forms in one value."""

_ORDER = {fact: place for place, fact in enumerate([*FACTS, FORMS])}

NEEDED = ("year", "registered_on")
"""One of them at least."""


@dataclass(frozen=True)
class Column:
    """A column and the fact that it tells. `words` translates what the file says; what is in `unknown` is not known.

    Words and unknowns are compared without regard to capitals and to spaces around them.
    """

    name: str
    fact: str
    words: dict[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", {word_of(word): meaning for word, meaning in self.words.items()})
        object.__setattr__(self, "unknown", frozenset({"", *map(word_of, self.unknown)}))


def word_of(text: str) -> str:
    """A text as it is compared."""
    return text.strip().casefold()


def in_order(columns: Iterable[Column]) -> tuple[Column, ...]:
    """As the facts are told; RuleBroken when one is told twice, or there is none of that name."""
    columns = sorted(columns, key=lambda column: _ORDER.get(column.fact, len(_ORDER)))
    facts = [column.fact for column in columns]
    for fact, one, other in zip(facts, columns, columns[1:], strict=False):
        if fact == other.fact:
            raise RuleBroken(_("%(fact)s is told by two columns, %(one)s and %(other)s: choose one of them",
                               fact=fact, one=one.name, other=other.name))
    if FORMS in facts and any(fact.startswith(FORM) for fact in facts):
        raise RuleBroken(_("the forms of exploitation are told by one column that names them, or by one column for "
                           "each: choose"))
    if unknown := set(facts) - _ORDER.keys():
        raise RuleBroken(_("the key %(key)s means nothing here", key=min(unknown)))
    return tuple(columns)

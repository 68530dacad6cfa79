"""Guessing a mapping from the words of the header and from the first values; a person looks at it before it is used."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from shelter.register.rules import FORM
from shelter.rules import RuleBroken
from shelter.texts import plain

from .cells import Shape
from .columns import BETWEEN_FORMS, FORMS, Column
from .facts import Read, reader
from .sheet import Sheet, name_of, sample
from .spelling import age_band

SYNONYMS = Path(__file__).with_name("synonyms.toml")
"""How spreadsheets call things."""

LINES = 20_000
"""So many are looked at."""
_CHOOSING = {"sex", "age_band", "nationality", "country_of_exploitation", "province", FORMS}
"""Facts that are one of some words, beside each form of exploitation."""
_MOST_WORDS = 400


def columns(sheet: Sheet, shape: Shape) -> tuple[Column, ...]:
    """The columns that one seems to understand, with the words found in them; each fact is told by one."""
    lines = sample(sheet, shape, LINES)
    header = [name_of(cell) for cell in lines[0]] if lines else []
    found: dict[str, Column] = {}
    for place, name in enumerate(header):
        fact = _fact_of(plain(_parted(name)))
        if fact and fact not in found and header.count(name) == 1:
            values = {name_of(cells[place]) for cells in lines[1:] if place < len(cells)}
            fact = _better(fact, values)
            if fact not in found:
                found[fact] = _column(name, fact, values)
    if FORMS in found and any(fact.startswith(FORM) for fact in found):
        del found[FORMS]
    return tuple(found.values())


def _parted(name: str) -> str:
    """yearOfRegistration and year_of_registration in words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _fact_of(header: str) -> str | None:
    """The fact of which a header is a name; else the one whose longest name it begins with."""
    names = _headers()
    if header in names:
        return names[header]
    longer = [name for name in names if " " in name and header.startswith(f"{name} ")]
    return names[max(longer, key=len)] if longer else None


@lru_cache
def _headers() -> dict[str, str]:
    return {plain(word): fact for fact, words in _synonyms()["headers"].items() for word in words}


def _better(fact: str, values: set[str]) -> str:
    """What the values say where the header leaves it open: a year under "fecha", a band under "edad"."""
    for one, other in (("registered_on", "year"), ("year", "registered_on"), ("age", "age_band"), ("age_band", "age")):
        if fact == one and _share(other, values) > _share(one, values):
            return other
    return fact


def _share(fact: str, values: set[str]) -> float:
    read = _reading(fact)
    return sum(read(value) is not None for value in values) / max(1, len(values))


def _reading(fact: str) -> Read:
    """What a value means for a fact as it stands, or as it is usually said; None when it means nothing."""
    read, words = reader(fact), _words(fact)

    def meaning(text: str) -> Any:
        with suppress(RuleBroken):
            return read(text)
        return words.get(plain(text)) or (age_band(text) if fact == "age_band" else None)

    return meaning


@lru_cache
def _words(fact: str) -> dict[str, str]:
    said = _synonyms()
    told = said["answer"] if fact.startswith(FORM) else _forms() if fact == FORMS else said.get(fact, {})
    return {plain(word): meaning for meaning, words in told.items() for word in words}


def _forms() -> dict[str, list[str]]:
    """What the forms of exploitation are called, as columns or as words."""
    return {fact.removeprefix(FORM): words for fact, words in _synonyms()["headers"].items() if fact.startswith(FORM)}


@lru_cache
def _unknowns() -> frozenset[str]:
    return frozenset({"", *map(plain, _synonyms()["unknown"])})


@lru_cache
def _synonyms() -> dict[str, Any]:
    return tomllib.loads(SYNONYMS.read_text("utf-8"))


def _column(name: str, fact: str, values: set[str]) -> Column:
    """The column with the words in it that have to be said in the words of the program, and those that say nothing."""
    parts = {part for value in values for part in _parts(value)} if fact == FORMS else values
    read, meaning = reader(fact), _reading(fact)
    unread = sorted(each for each in parts if each and not _is_read(read, each))
    told = {each: meaning(each) for each in unread[:_MOST_WORDS]} if fact in _CHOOSING or fact.startswith(FORM) else {}
    words = {each: str(found) for each, found in told.items() if found is not None}
    return Column(name, fact, words, frozenset(each for each in unread if each not in words and _says_nothing(each)))


def _parts(text: str) -> list[str]:
    return [text] if _says_nothing(text) else [part.strip() for part in BETWEEN_FORMS.split(text)]


def _is_read(read: Read, text: str) -> bool:
    with suppress(RuleBroken):
        return read(text) is not None
    return False


def _says_nothing(text: str) -> bool:
    return plain(text) in _unknowns()

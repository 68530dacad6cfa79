"""The shape of a vocabulary: a stable stored word with a label that can be translated; and lists that can grow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self

from shelter.texts import Given


class Code(StrEnum):
    """A stored word and its label. Words are retired, never removed or renamed."""

    label: Any

    def __new__(cls, word: str, label: Any = "") -> Self:
        """Bind the word to its label."""
        code = str.__new__(cls, word)
        code._value_ = word
        code.label = label
        return code

    @classmethod
    def every(cls) -> list[Self]:
        """Every word that a record may have, in the order in which they are read."""
        return list(cls)

    @classmethod
    def offered(cls) -> list[Self]:
        """The words that a form offers."""
        return list(cls)


class Entry(NamedTuple):
    """What an administrator did to a list: a word added with its names, or one of the program's own (no names)."""

    vocabulary: str
    word: str
    name: dict[str, str] | None
    is_retired: bool


FRESH = 5.0  # seconds


@dataclass
class Book:
    """What administrators added and retired, as this process last read it. `read` is set when the house is made."""

    read: Callable[[], Iterable[Entry]] = tuple
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    read_at: float = float("-inf")

    def use(self, read: Callable[[], Iterable[Entry]]) -> None:
        """Begin to read it there; forgets what another one said."""
        self.read, self.entries, self.read_at = read, {}, float("-inf")

    def look(self) -> dict[tuple[str, str], Entry]:
        """Read it again: when it was changed here, and when a word is met that is not known here."""
        self.entries = {(each.vocabulary, each.word): each for each in self.read()}
        self.read_at = time.monotonic()
        return self.entries

    def glance(self) -> dict[tuple[str, str], Entry]:
        """What a form offers: what others changed shows a few seconds later, and no form asks the database for it."""
        return self.entries if time.monotonic() - self.read_at < FRESH else self.look()


book = Book()


class Extensible(Code):
    """A vocabulary to which an administrator adds words in both languages, and whose words she retires."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        key = (cls.__name__, str(value))
        entry = book.entries.get(key) or book.look().get(key)
        return cls._added(entry) if entry and entry.name else None

    @classmethod
    def _added(cls, entry: Entry) -> Self:
        code: Self = cls._new_member_(cls, entry.word, Given(entry.name or {}))  # type: ignore[attr-defined]
        code._name_ = entry.word
        return code

    @classmethod
    def every(cls) -> list[Self]:
        """The program's own words and those added, retired ones too."""
        added = (each for each in book.glance().values() if each.vocabulary == cls.__name__ and each.name)
        return [*cls, *(cls._added(each) for each in added)]

    @classmethod
    def offered(cls) -> list[Self]:
        """Without those that were retired."""
        words = cls.every()
        return [each for each in words if not cls._is_retired(each)]

    @classmethod
    def _is_retired(cls, word: str) -> bool:
        entry = book.entries.get((cls.__name__, str(word)))
        return bool(entry and entry.is_retired)

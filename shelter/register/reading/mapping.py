"""Mapping files (TOML): which register a file fills, which column tells which fact, and what its words mean."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shelter.calendar import today
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.register.rules import Reader, country_among, word_of, year_until
from shelter.rules import RuleBroken
from shelter.texts import say as _
from shelter.web.locale import countries

from .sheet import Sheet, read_bytes

SHIPPED = Path(__file__).parents[1] / "mappings"
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
SEPARATORS = (",", ";", "\t")


@dataclass
class Column:
    """A column and the fact that it tells. `words` translates what the file says; what is in `unknown` is not known."""

    name: str
    fact: str
    read: Reader
    words: dict[str, str] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset({""})
    is_needed: bool = False
    _seen: dict[str, Any] = field(default_factory=dict)

    def value(self, text: str) -> Any:
        """What is stored for a text; None when it is unknown, RuleBroken when it cannot be read."""
        if text not in self._seen:
            self._seen[text] = self._value(text.strip().casefold(), text.strip())
        return self._seen[text]

    def _value(self, word: str, text: str) -> Any:
        if word not in self.unknown:
            return self.read(self.words.get(word, text))
        if self.is_needed:
            raise RuleBroken(_("a case without it cannot be counted"))
        return None


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file, checked."""

    name: str
    register: str
    source: str
    encoding: str
    separator: str
    columns: tuple[Column, ...]

    def fits(self, header: Iterable[str]) -> bool:
        """Whether a file has every column that is named here."""
        return {column.name for column in self.columns} <= set(header)

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """Read a mapping file; RuleBroken says what is wrong with it."""
        try:
            content = tomllib.loads(read_bytes(path).decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise RuleBroken(_("%(file)s is not a mapping in TOML: %(why)s", file=path.name, why=str(error))) from None
        return _Checked(path.name, content).mapping(path.stem)

    @classmethod
    def named(cls, name: str) -> Mapping:
        """A mapping by the name of one that ships with the program, or by its path."""
        shipped = SHIPPED / f"{name}.toml"
        return cls.load(shipped if name in _names() else Path(name))

    @classmethod
    def fitting(cls, sheet: Sheet) -> Mapping:
        """The one shipped mapping whose columns the file has."""
        found = [each for each in map(cls.named, _names()) if each.fits(sheet.header(each.separator))]
        if len(found) != 1:
            raise RuleBroken(_(
                "the columns of %(file)s do not tell which mapping to use: name it with --mapping (%(names)s)",
                file=sheet.name, names=", ".join(_names()),
            ))
        return found[0]


def _names() -> list[str]:
    return sorted(each.stem for each in SHIPPED.glob("*.toml"))


def _facts() -> dict[str, Reader]:
    return {
        "year": year_until(today().year),
        "sex": word_of(Sex),
        "age_band": word_of(AgeBand),
        "nationality": country_among({code for code, _name in countries("en")}),
        "country_of_exploitation": country_among({code for code, _name in countries("en")}),
    }


@dataclass(frozen=True)
class _Checked:
    """The content of a mapping file, taken apart with a plain sentence for everything that is wrong."""

    file: str
    content: dict[str, Any]

    def mapping(self, name: str) -> Mapping:
        self._only(self.content, {"register", "source", "encoding", "separator", "exploitation", *_facts()}, "")
        for needed in ("register", "source", "year"):
            if not self.content.get(needed):
                raise self._wrong(_("%(key)s is missing", key=needed))
        return Mapping(
            name, self._text("register", 80), self._text("source", 400), self._one_of("encoding", ENCODINGS),
            self._one_of("separator", SEPARATORS), tuple(self._columns()),
        )

    def _columns(self) -> Iterator[Column]:
        for fact, read in _facts().items():
            if fact in self.content:
                yield self._column(fact, self.content[fact], read)
        forms = self._table("exploitation", self.content.get("exploitation", {}))
        self._only(forms, set(Exploitation), "exploitation.")
        for form, told in forms.items():
            yield self._column(f"exploitation.{form}", told, word_of(Answer))

    def _column(self, fact: str, told: Any, read: Reader) -> Column:
        told = self._table(fact, told)
        self._only(told, {"column", "words", "unknown"}, f"{fact}.")
        words, unknown = self._table(f"{fact}.words", told.get("words", {})), told.get("unknown", [])
        if not isinstance(told.get("column"), str):
            raise self._wrong(_("%(key)s is missing", key=f"{fact}.column"))
        if not isinstance(unknown, list) or not all(isinstance(word, str) for word in (*unknown, *words.values())):
            raise self._wrong(_("%(key)s is not text", key=f"{fact}.words, {fact}.unknown"))
        for word in words.values():
            self._try(read, fact, word)
        return Column(
            told["column"], fact, read,
            {word.strip().casefold(): meaning for word, meaning in words.items()},
            frozenset({"", *(word.strip().casefold() for word in unknown)}), is_needed=fact == "year",
        )

    def _try(self, read: Reader, fact: str, word: str) -> None:
        try:
            read(word)
        except RuleBroken:
            problem = _("%(key)s leads to %(word)s, which the program does not know", key=f"{fact}.words", word=word)
            raise self._wrong(problem) from None

    def _table(self, key: str, told: Any) -> dict[str, Any]:
        if not isinstance(told, dict):
            raise self._wrong(_("%(key)s is not a table", key=key))
        return told

    def _text(self, key: str, longest: int) -> str:
        told = self.content[key]
        if not isinstance(told, str) or len(told) > longest:
            raise self._wrong(_("%(key)s is not a text of %(longest)s characters at most", key=key, longest=longest))
        return told

    def _one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        told = self.content.get(key, allowed[0])
        if told not in allowed:
            raise self._wrong(_("%(key)s is none of %(allowed)s", key=key, allowed=" ".join(map(repr, allowed))))
        return str(told)

    def _only(self, told: dict[str, Any], known: set[str], prefix: str) -> None:
        if unknown := sorted(told.keys() - known):
            raise self._wrong(_("the key %(key)s means nothing here", key=prefix + unknown[0]))

    def _wrong(self, what: str) -> RuleBroken:
        return RuleBroken(_("%(file)s, mapping: %(what)s", file=self.file, what=what))

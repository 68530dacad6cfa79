"""Mapping files (TOML): read with a plain sentence for everything that is wrong, and written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shelter.codes.cases import Exploitation
from shelter.register.rules import FORM
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .columns import FORMS, NEEDED, Column, in_order
from .facts import FACTS, reader
from .spelling import ORDERS
from .text import ENCODINGS

if TYPE_CHECKING:
    from .mapping import Mapping

PLAIN = [fact for fact in FACTS if not fact.startswith(FORM)]
OPTIONS = ("encoding", "separator", "sheet", "order")
OF_COLUMN = {"column", "words", "unknown"}


def read(file: str, text: str) -> dict[str, Any]:
    """The fields of a Mapping but its name; RuleBroken says what is wrong."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise is_none(file, error) from None
    return _Checked(file, content).fields()


def is_none(file: str, error: ValueError) -> RuleBroken:
    """What to say of a file that is no TOML at all."""
    return RuleBroken(_("%(file)s is not a mapping in TOML: %(why)s", file=file, why=str(error)))


def write(mapping: Mapping) -> str:
    """The text of a mapping file."""
    lines = [f"{key} = {_quoted(told)}" for key in ("register", "source", *OPTIONS)
             if (told := getattr(mapping, key)) is not None]
    for column in mapping.columns:
        lines += ["", f"[{column.fact}]", f"column = {_quoted(column.name)}"]
        if column.words:
            words = (f"{_quoted(word)} = {_quoted(meaning)}" for word, meaning in column.words.items())
            lines.append("words = { " + ", ".join(words) + " }")
        if unknown := sorted(column.unknown - {""}):
            lines.append("unknown = [" + ", ".join(map(_quoted, unknown)) + "]")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    """A text between quotation marks: as in JSON, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True)
class _Checked:
    """The content of a mapping file, taken apart."""

    file: str
    content: dict[str, Any]

    def fields(self) -> dict[str, Any]:
        self._only(self.content, {"register", "source", *OPTIONS, FORMS, *PLAIN}, "")
        for needed in ("register", "source"):
            if not self.content.get(needed):
                raise self._wrong(_("%(key)s is missing", key=needed))
        if not any(self.content.get(fact) for fact in NEEDED):
            raise self._wrong(_("%(key)s is missing", key=NEEDED[0]))
        columns = self._in_order(list(self._columns()))
        return {
            "register": self._text("register", 80), "source": self._text("source", 400), "columns": columns,
            "encoding": self._one_of("encoding", ENCODINGS), "separator": self._separator(),
            "sheet": self._text("sheet", 31) if "sheet" in self.content else None,
            "order": self._one_of("order", ORDERS) or ORDERS[0],
        }

    def _in_order(self, columns: list[Column]) -> tuple[Column, ...]:
        try:
            return in_order(columns)
        except RuleBroken as broken:
            raise self._wrong(str(broken.message)) from None

    def _columns(self) -> Iterator[Column]:
        for fact in PLAIN:
            if fact in self.content:
                yield self._column(fact, self._table(fact, self.content[fact]))
        told = self._table(FORMS, self.content.get(FORMS, {}))
        self._only(told, {*OF_COLUMN, *Exploitation}, FORM)
        if told.keys() & OF_COLUMN:
            yield self._column(FORMS, {key: told[key] for key in told.keys() & OF_COLUMN})
        for form in Exploitation:
            if form in told:
                yield self._column(f"{FORM}{form}", self._table(f"{FORM}{form}", told[form]))

    def _column(self, fact: str, told: dict[str, Any]) -> Column:
        self._only(told, OF_COLUMN, f"{fact}.")
        words, unknown = self._table(f"{fact}.words", told.get("words", {})), told.get("unknown", [])
        if not isinstance(told.get("column"), str):
            raise self._wrong(_("%(key)s is missing", key=f"{fact}.column"))
        if not isinstance(unknown, list) or not all(isinstance(word, str) for word in (*unknown, *words.values())):
            raise self._wrong(_("%(key)s is not text", key=f"{fact}.words, {fact}.unknown"))
        for word in words.values():
            self._try(fact, word)
        return Column(told["column"], fact, words, frozenset(unknown))

    def _try(self, fact: str, word: str) -> None:
        try:
            known = reader(fact)(word) is not None
        except RuleBroken:
            known = False
        if not known:
            raise self._wrong(_("%(key)s leads to %(word)s, which the program does not know", key=f"{fact}.words",
                                word=word))

    def _table(self, key: str, told: Any) -> dict[str, Any]:
        if not isinstance(told, dict):
            raise self._wrong(_("%(key)s is not a table", key=key))
        return told

    def _text(self, key: str, longest: int) -> str:
        told = self.content[key]
        if not isinstance(told, str) or len(told) > longest:
            raise self._wrong(_("%(key)s is not a text of %(longest)s characters at most", key=key, longest=longest))
        return told

    def _separator(self) -> str | None:
        told = self.content.get("separator")
        if told is not None and not (isinstance(told, str) and len(told) == 1 and told not in '"\r\n\0'):
            raise self._wrong(_("%(key)s is not one single character", key="separator"))
        return told

    def _one_of(self, key: str, allowed: tuple[str, ...]) -> str | None:
        told = self.content.get(key)
        if told not in (None, *allowed):
            raise self._wrong(_("%(key)s is none of %(allowed)s", key=key, allowed=" ".join(map(repr, allowed))))
        return told

    def _only(self, told: dict[str, Any], known: set[str], prefix: str) -> None:
        if unknown := sorted(told.keys() - known):
            raise self._wrong(_("the key %(key)s means nothing here", key=prefix + unknown[0]))

    def _wrong(self, what: str) -> RuleBroken:
        return RuleBroken(_("%(file)s, mapping: %(what)s", file=self.file, what=what))

"""A file read through a mapping: the cases that it tells, and what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from shelter.codes.cases import Answer, Exploitation
from shelter.register.rules import FORM, case_of
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .cells import Cell, Line, Spoilt
from .columns import BETWEEN_FORMS, FORMS, Column, word_of
from .facts import reader
from .mapping import Mapping
from .sheet import Sheet, name_of, place_of

EVERY = 500
"""Lines from one call of `progress` to the next."""

MOST_REJECTS = 10_000
"""Kept in memory; the others are counted."""

MOST_UNREAD = 200
"""Different texts of a column."""

_REMEMBERED = 20_000
"""Different values of a column whose meaning is kept."""


class Row(NamedTuple):
    """One case, its key in the file first; the fields are those of RegisterCase."""

    line: int
    year: int
    registered_on: date | None
    sex: str | None
    age_band: str | None
    nationality: str | None
    exploited_in: str | None
    province: str | None
    exploitation: dict[Exploitation, Answer]


class Reject(NamedTuple):
    """Why a line could not be read. Never the value itself: nobody knows yet what it tells."""

    line: int
    column: str
    reason: str

    @property
    def cells(self) -> list[str]:
        """For a spreadsheet, which must not run what it shows: the name of a column comes from the file."""
        is_run = self.column.startswith(("=", "+", "-", "@", "\t", "\r"))
        return [str(self.line), f"'{self.column}" if is_run else self.column, self.reason]


class _Refused(str):
    """The reason why a value could not be read, in place of what it means."""


class _Told:
    """What the values of one column mean; each different one is read once."""

    def __init__(self, column: Column, place: int, order: str) -> None:
        self.column, self.place = column, place
        self._read = reader(column.fact, order)
        self._known: dict[Cell, Any] = {}
        self.refused: Counter[str] = Counter()

    def value(self, cell: Cell) -> Any:
        """What is stored for a cell; None when it is unknown, the reason when it cannot be read."""
        try:
            return self._known[cell]
        except KeyError:
            value = self._value(cell)
            if len(self._known) < _REMEMBERED:
                self._known[cell] = value
            return value

    def _value(self, cell: Cell) -> Any:
        if isinstance(cell, Spoilt):
            return _Refused(cell.reason)
        try:
            return self._forms(cell) if self.column.fact == FORMS else self._one(cell)
        except RuleBroken as broken:
            return _Refused(broken.message)

    def _one(self, text: str) -> Any:
        word = word_of(text)
        return None if word in self.column.unknown else self._read(self.column.words.get(word, text.strip()))

    def _forms(self, text: str) -> dict[Exploitation, Answer] | None:
        """Yes for each form that is named; of the others nothing is known."""
        whole = word_of(text)
        parts = [text] if whole in self.column.words or whole in self.column.unknown else BETWEEN_FORMS.split(text)
        return {form: Answer.YES for part in parts if (form := self._one(part))}


@dataclass
class Reading:
    """Everything that a file says. Nothing is written before the whole file was read."""

    sheet: Sheet
    mapping: Mapping
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    refused: int = 0
    """How many lines could not be read (a line may have several reasons)."""
    more: int = 0
    """Reasons beyond those that are kept in `rejects`."""
    unread: dict[str, Counter[str]] = field(default_factory=dict)
    """By column the different texts that could not be read (the first of them), each with how often it stands there."""
    _last_refused: int = 0

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping, progress: Callable[[int], object] | None = None) -> Reading:
        """Read a file; RuleBroken when it is not what the mapping expects, or seems cut off.

        `progress` is told the lines so far, now and then; what it raises breaks the reading off.
        """
        if not mapping.is_whole:
            raise RuleBroken(_("say which column tells the year, or the day, of registration"))
        reading = cls(sheet, mapping)
        lines = sheet.lines(mapping.shape)
        _line, cells = next(lines, (1, []))
        if not cells:
            raise RuleBroken(_("%(file)s is empty", file=sheet.name))
        header = [name_of(cell) for cell in cells]
        line, is_short = reading._read(_counted(lines, progress), header)
        if is_short or (reading._last_refused == line and not sheet.ends_whole):
            said = _("%(file)s ends in the middle of line %(line)s: it seems cut off", file=sheet.name, line=line)
            raise RuleBroken(said)
        return reading

    def _read(self, lines: Iterator[Line], header: list[str]) -> tuple[int, bool]:
        columns = [
            _Told(column, place_of(self.sheet.name, column.name, header), self.mapping.order)
            for column in self.mapping.columns
        ]
        self.unread = {each.column.name: each.refused for each in columns}
        line, width, found = 1, len(header), len(header)
        for line, cells in lines:
            found = len(cells)
            if found == width:
                self._line(line, cells, columns)
            else:
                reason = _("the line has %(found)s values and the header %(width)s", found=found, width=width)
                self._reject(line, header[min(found, width - 1)], reason)
        return line, found < width

    def _line(self, line: int, cells: list[Cell], columns: list[_Told]) -> None:
        values = tuple([each.value(cells[each.place]) for each in columns])
        reasons = [(each.column.name, value) for each, value in zip(columns, values, strict=True)
                   if type(value) is _Refused]
        for column, reason in reasons:
            self._reject(line, column, reason)
        if reasons:
            self._note_unread(cells, columns, values)
        else:
            try:
                self.rows.append(Row(line, **self._case(columns, values)))
            except RuleBroken as broken:
                self._reject(line, self._column_of(broken.field), str(broken.message))

    def _note_unread(self, cells: list[Cell], columns: list[_Told], values: tuple[Any, ...]) -> None:
        for each, value in zip(columns, values, strict=True):
            cell = cells[each.place]
            if type(value) is _Refused and isinstance(cell, str):
                text = cell.strip()
                if text in each.refused or len(each.refused) < MOST_UNREAD:
                    each.refused[text] += 1

    def _case(self, columns: list[_Told], values: tuple[Any, ...]) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for each, value in zip(columns, values, strict=True):
            if each.column.fact == FORMS:
                facts |= {f"{FORM}{form}": answer for form, answer in (value or {}).items()}
            else:
                facts[each.column.fact] = value
        return case_of(facts)

    def _column_of(self, fact: str) -> str:
        told = {each.fact: each.name for each in self.mapping.columns}
        return told.get(fact) or self.mapping.columns[0].name

    def _reject(self, line: int, column: str, reason: str) -> None:
        self.refused += line != self._last_refused
        self._last_refused = line
        if len(self.rejects) < MOST_REJECTS:
            self.rejects.append(Reject(line, column, reason))
        else:
            self.more += 1


def _counted(lines: Iterator[Line], progress: Callable[[int], object] | None) -> Iterator[Line]:
    for count, line in enumerate(lines, 1):
        if progress and not count % EVERY:
            progress(count)
        yield line

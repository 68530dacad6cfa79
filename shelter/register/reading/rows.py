"""A file read through a mapping: the cases that it tells, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shelter.codes.cases import Answer, Exploitation
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .mapping import Column, Mapping
from .sheet import Sheet

Places = list[tuple[int, Column]]
"""Where in a line each column of the mapping stands."""


class Row(NamedTuple):
    """One case, its key in the file first; the fields are those of RegisterCase."""

    line: int
    year: int
    sex: str | None
    age_band: str | None
    nationality: str | None
    exploited_in: str | None
    exploitation: dict[Exploitation, Answer]


class Reject(NamedTuple):
    """Why a line could not be read. Never the value itself: nobody knows yet what it tells."""

    line: int
    column: str
    reason: str


@dataclass
class Reading:
    """Everything that a file says. Nothing is written before the whole file was read."""

    sheet: Sheet
    mapping: Mapping
    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    _forms: dict[tuple[Any, ...], dict[Exploitation, Answer]] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """How many lines could not be read (a line may have several reasons)."""
        return len({each.line for each in self.rejects})

    @classmethod
    def of(cls, sheet: Sheet, mapping: Mapping) -> Reading:
        """Read a file; RuleBroken when it is not what the mapping expects, or seems cut off."""
        reading = cls(sheet, mapping)
        lines = sheet.lines(mapping.encoding, mapping.separator)
        _line, header = next(lines, (1, []))
        line, is_short = reading._read(lines, header, reading._places(header))
        if is_short or (reading.rejects and reading.rejects[-1].line == line and not sheet.ends_whole):
            said = _("%(file)s ends in the middle of line %(line)s: it seems cut off", file=sheet.name, line=line)
            raise RuleBroken(said)
        return reading

    def _places(self, header: list[str]) -> Places:
        names = [name.strip() for name in header]
        for column in self.mapping.columns:
            if column.name not in names:
                raise RuleBroken(_("%(file)s has no column %(column)s, which the mapping %(mapping)s names",
                                   file=self.sheet.name, column=column.name, mapping=self.mapping.name))
            if names.count(column.name) > 1:
                said = _("%(file)s has the column %(column)s twice", file=self.sheet.name, column=column.name)
                raise RuleBroken(said)
        return [(names.index(column.name), column) for column in self.mapping.columns]

    def _read(self, lines: Iterator[tuple[int, list[str]]], header: list[str], places: Places) -> tuple[int, bool]:
        line, cells, width = 1, header, len(header)
        for line, cells in lines:
            if len(cells) == width:
                self._line(line, cells, places)
            else:
                reason = _("the line has %(found)s values and the header %(width)s", found=len(cells), width=width)
                self.rejects.append(Reject(line, header[min(len(cells), width - 1)], reason))
        return line, len(cells) < width

    def _line(self, line: int, cells: list[str], places: Places) -> None:
        facts: dict[str, Any] = {}
        before = len(self.rejects)
        for place, column in places:
            try:
                facts[column.fact] = column.value(cells[place])
            except RuleBroken as broken:
                self.rejects.append(Reject(line, column.name, str(broken)))
        if len(self.rejects) == before:
            self.rows.append(self._row(line, facts))

    def _row(self, line: int, facts: dict[str, Any]) -> Row:
        told = tuple((fact, answer) for fact, answer in facts.items() if fact.startswith("exploitation.") and answer)
        if told not in self._forms:
            self._forms[told] = {Exploitation(fact.partition(".")[2]): answer for fact, answer in told}
        return Row(line, facts["year"], facts.get("sex"), facts.get("age_band"), facts.get("nationality"),
                   facts.get("country_of_exploitation"), self._forms[told])

"""A file of historic cases as it lies there: its digest, its header, its lines, be it text or a workbook."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from flask_babel import format_decimal

from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import text, workbook
from .cells import AS_IT_LIES, Cell, Line, Shape

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
MOST_LINES, MOST_COLUMNS = 1_000_000, 16_384
"""Of columns as many as a spreadsheet has."""


@dataclass(frozen=True)
class Sheet:
    """The whole content, read once, so that what is checked is what is imported."""

    name: str
    content: bytes
    digest: str

    @classmethod
    def open(cls, path: Path) -> Sheet:
        """Read a file; RuleBroken when it is none, or empty, or too large, or neither text nor a workbook."""
        if path.is_file():
            _must_fit(path.name, path.stat().st_size)
        return cls.of(path.name, read_bytes(path))

    @classmethod
    def of(cls, name: str, content: bytes) -> Sheet:
        """The same from what was sent. What it is, its content tells, not its name."""
        _must_fit(name, len(content))
        if not content.strip():
            raise RuleBroken(_("%(file)s is empty", file=name))
        workbook.check(name, content) if workbook.is_one(content) else text.check(name, content)
        return cls(name, content, hashlib.sha256(content).hexdigest())

    @property
    def is_workbook(self) -> bool:
        """Whether it is one, whatever it is called."""
        return workbook.is_one(self.content)

    @property
    def ends_whole(self) -> bool:
        """Whether the last line has its end."""
        return self.is_workbook or text.ends_whole(self.content)

    @property
    def worksheets(self) -> list[str]:
        """The names of its worksheets; a text has none."""
        return workbook.names(self.name, self.content) if self.is_workbook else []

    def about(self, shape: Shape = AS_IT_LIES) -> int:
        """About how many lines it has, for a bar that shows how far the reading is."""
        return workbook.about(self.name, self.content, shape) if self.is_workbook else text.about(self.content)

    def header(self, shape: Shape = AS_IT_LIES) -> list[str]:
        """The names of the columns; none where they cannot be read in this shape."""
        try:
            with closing(self.lines(shape)) as lines:
                return [name_of(cell) for cell in next(lines)[1]]
        except (RuleBroken, StopIteration):
            return []

    def lines(self, shape: Shape = AS_IT_LIES) -> Generator[Line, None, None]:
        """Each line that says anything, the header first, with its number (a quoted value may run over several)."""
        found = workbook.lines if self.is_workbook else text.lines
        count = 0
        for line, cells in found(self.name, self.content, shape):
            if any(cells):
                count += 1
                if count > MOST_LINES + 1:
                    raise RuleBroken(_("%(file)s has more than %(most)s lines: cut it in parts",
                                       file=self.name, most=format_decimal(MOST_LINES)))
                if len(cells) > MOST_COLUMNS:
                    raise RuleBroken(_("%(file)s, line %(line)s: more than %(most)s columns; is this the right file?",
                                       file=self.name, line=line, most=format_decimal(MOST_COLUMNS)))
                yield line, cells


def name_of(cell: Cell) -> str:
    """The name of a column, as its header has it."""
    return cell.strip() if isinstance(cell, str) else ""


def values_of(sheet: Sheet, column: str, most: int = 60, shape: Shape = AS_IT_LIES) -> dict[str, int] | None:
    """The different texts of a column and how often each stands there; None when there are more than `most`.

    RuleBroken when the file has no such column, or cannot be read.
    """
    found: Counter[str] = Counter()
    lines = sheet.lines(shape)
    header = next(lines, (1, []))[1]
    place = place_of(sheet.name, column, [name_of(cell) for cell in header])
    for _line, cells in lines:
        found[name_of(cells[place]) if place < len(cells) else ""] += 1
        if len(found) > most:
            return None
    return dict(found)


def place_of(file: str, column: str, header: Sequence[str]) -> int:
    """Where a column stands; RuleBroken when it is not there, or twice."""
    if column not in header:
        raise RuleBroken(_("%(file)s has no column %(column)s", file=file, column=column))
    if header.count(column) > 1:
        raise RuleBroken(_("%(file)s has the column %(column)s twice", file=file, column=column))
    return header.index(column)


def sample(sheet: Sheet, shape: Shape, lines: int) -> list[list[Cell]]:
    """The first lines, the header first, as far as they can be read."""
    some: list[list[Cell]] = []
    with suppress(RuleBroken), closing(sheet.lines(shape)) as found:
        some.extend(cells for _line, cells in islice(found, lines + 1))
    return some


def _must_fit(name: str, size: int) -> None:
    if size > LARGEST:
        raise RuleBroken(_("%(file)s is larger than %(most)s MB: cut it in parts and import one after the other",
                           file=name, most=LARGEST // MEGABYTE))


def read_bytes(path: Path) -> bytes:
    """The content of a file that somebody named; RuleBroken when it cannot be read."""
    if not path.is_file():
        raise RuleBroken(_("there is no file %(file)s", file=str(path)))
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleBroken(_("%(file)s cannot be read: %(why)s", file=str(path), why=error.strerror)) from None

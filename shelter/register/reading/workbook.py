"""Workbooks (.xlsx): opened with care, then read row by row. Nothing in one is carried out."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, time
from typing import Any, NamedTuple

from openpyxl.reader.excel import ExcelReader
from openpyxl.reader.strings import read_string_table
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from shelter.rules import RuleBroken
from shelter.texts import say as _

from .cells import Cell, Line, Shape, Spoilt

MEGABYTE = 1024 * 1024
_PARTS, _UNPACKED, _RATIO = 2_000, 600 * MEGABYTE, 200
_SMALL, _FEW = 4 * MEGABYTE, 100_000
"""Bytes and marks of a part that is read whole: which sheets there are, styles, what it is about."""
_STRINGS, _MANY = 50 * MEGABYTE, 2_000_000
"""The same of its list of texts, which is kept while it is read."""
_LONGEST_ROW = 2 * MEGABYTE
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_LAST = re.compile(rb'<(?:\w+:)?dimension ref="[^"]*?(\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row[ />]")
_FORMULA, _DATA, _ROW_TAG = (f"{{{SHEET_MAIN_NS}}}{name}" for name in ("f", "sheetData", "row"))
_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    struct.error, zipfile.BadZipFile, zlib.error,
)
"""What libraries say of a file that is damaged, or was made to confuse them."""


def is_one(content: bytes) -> bool:
    """Whether it is a workbook, of this time or an older one."""
    return content.startswith((b"PK\3\4", b"PK\5\6", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def check(name: str, content: bytes) -> None:
    """RuleBroken when it is not to be opened: locked, old, damaged, or growing beyond measure. Nothing is unpacked."""
    if not content.startswith(b"PK"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise RuleBroken(_("%(file)s is locked with a password: save it without one", file=name))
        raise RuleBroken(_("%(file)s is not a workbook of today (.xlsx): save it as .xlsx or as CSV", file=name))
    with _plainly(name), zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    unpacked = sum(each.file_size for each in parts)
    if len(parts) > _PARTS or unpacked > _UNPACKED or unpacked > _RATIO * len(content):
        raise _too_large(name)
    if not names(name, content):
        raise _damaged(name)


def names(name: str, content: bytes) -> list[str]:
    """The names of its worksheets."""
    with _opened(name, content) as book:
        return [each.name for each in book.worksheets]


def about(name: str, content: bytes, shape: Shape) -> int:
    """How many rows the longest of its worksheets says that it has; 0 when none says it."""
    with _opened(name, content) as book:
        beginnings = [_beginning(book, each) for each in book.worksheets if shape.sheet in {None, each.name}]
    return max((int(found[1]) for each in beginnings if (found := _LAST.search(each))), default=0)


def _beginning(book: _Reader, worksheet: Worksheet) -> bytes:
    with book.archive.open(worksheet.part) as source:
        return source.read(4096)


def lines(name: str, content: bytes, shape: Shape) -> Iterator[Line]:
    """Each row of the worksheet that is named, or of the first one in sight that says anything.

    It has at least as many cells as the first.
    """
    with _opened(name, content) as book, _plainly(name):
        book.read_strings()
        if shape.sheet is not None and shape.sheet not in {each.name for each in book.worksheets}:
            raise RuleBroken(_("%(file)s has no worksheet %(sheet)s; it has: %(names)s", file=name, sheet=shape.sheet,
                               names=", ".join(each.name for each in book.worksheets)))
        for worksheet in book.worksheets:
            if worksheet.name == shape.sheet or (shape.sheet is None and worksheet.is_in_sight):
                width = 0
                for line, cells in _rows(book, worksheet):
                    if any(cells):
                        width = width or len(cells)
                        yield line, _as_wide(cells, width)
                if width:
                    return


def _as_wide(cells: list[Cell], width: int) -> list[Cell]:
    """Of empty cells as many as the first row needs; what stands behind them stays."""
    while len(cells) > width and not cells[-1]:
        cells.pop()
    return cells + [""] * (width - len(cells))


def _rows(book: _Reader, worksheet: Worksheet) -> Iterator[Line]:
    last = 0
    with closing(_Watched(book.called, book.archive.open(worksheet.part), _LONGEST_ROW)) as source:
        parser = _Parser(
            source, book.shared_strings, data_only=True, epoch=book.wb.epoch, date_formats=book.wb._date_formats,
            timedelta_formats=book.wb._timedelta_formats,
        )
        for line, cells in parser.parse():
            if not last < line <= _LAST_ROW:
                raise _damaged(book.called)
            last = line
            yield line, cells


class _Parser(WorkSheetParser):
    """The rows of a worksheet and nothing else of it: no widths, no colours. Each is forgotten when it was read."""

    row_counter: int
    col_counter: int

    def parse(self) -> Iterator[Line]:
        """Row by row."""
        data = None
        for event, element in iterparse(self.source, ("start", "end")):
            if element.tag == _DATA:
                if event == "end":
                    return
                data = element
            elif element.tag == _ROW_TAG and event == "end":
                yield self.parse_row(element)
                data.clear()  # type: ignore[union-attr]  # rows stand in it

    def parse_row(self, row: Any) -> Line:
        """Its number and its cells."""
        self.row_counter = int(row.get("r", self.row_counter + 1))
        self.col_counter = 0
        cells: list[Cell] = []
        for element in row:
            cell = self.parse_cell(element)
            if not len(cells) < cell["column"] <= _LAST_COLUMN:
                raise ValueError("a cell outside its row")
            cells += [""] * (cell["column"] - 1 - len(cells))
            cells.append(_text(cell["value"], cell["data_type"], element))
        return self.row_counter, cells


def _text(value: Any, kind: str, element: Any) -> Cell:
    """A value as a person reads it."""
    if value is None:
        return Spoilt.FORMULA if element.find(_FORMULA) is not None else ""
    if kind == "e":
        return Spoilt.ERROR
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


class Worksheet(NamedTuple):
    """One of the workbook: what it is called, in which part it lies, whether it is shown."""

    name: str
    part: str
    is_in_sight: bool


@contextmanager
def _opened(name: str, content: bytes) -> Iterator[_Reader]:
    with _plainly(name):
        book = _Reader(name, content)
    with book.archive:
        yield book


class _Reader(ExcelReader):
    """Of a workbook only which sheets there are, which styles are dates and, when asked, its texts."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        self.called, self.archive = name, _Archive(name, content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that are not read here
            self.read_manifest()
            self.read_workbook()
            apply_stylesheet(self.archive, self.wb)
            self.worksheets = [
                Worksheet(sheet.name, found.target, sheet.state == "visible")
                for sheet, found in self.parser.find_sheets()
                if found.target in self.valid_files and "chartsheet" not in found.Type
            ]

    def read_strings(self) -> None:
        """The texts that cells refer to by number; they are counted before they are kept."""
        if found := self.package.find(SHARED_STRINGS):
            with closing(_Watched(self.called, self.archive.open(found.PartName[1:]), _STRINGS, _MANY)) as source:
                while source.read(MEGABYTE):
                    pass
            with self.archive.open(found.PartName[1:]) as source:
                self.shared_strings = read_string_table(source)


class _Archive(zipfile.ZipFile):
    """A packed file of which no part is read whole that is too large for it."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(io.BytesIO(content))
        self.called = name

    def read(self, name: Any, pwd: bytes | None = None) -> bytes:
        """A small part, whole."""
        with closing(_Watched(self.called, self.open(name), _SMALL, _FEW)) as source:
            return source.read(_SMALL + 1)


class _Watched:
    """A part as it is unpacked: RuleBroken when more of it would have to be kept than there should be.

    Counted are the bytes and marks ("<") of a part that is read whole; of a worksheet the bytes since its last row.
    A part that declares entities or has comments was not written by a spreadsheet.
    """

    def __init__(self, name: str, source: Any, most: int, marks: int | None = None) -> None:
        self.name, self.source, self.most, self.marks = name, source, most, marks
        self.kept, self.found, self.last = 0, 0, b""

    def read(self, size: int = -1) -> bytes:
        """Some bytes, watched."""
        chunk: bytes = self.source.read(size)
        if b"<!" in self.last + chunk or b"\0" in chunk:
            raise _damaged(self.name)
        self.last = chunk[-1:]
        self.found += chunk.count(b"<")
        rows = list(_ROW.finditer(chunk)) if self.marks is None else []
        self.kept = len(chunk) - rows[-1].start() if rows else self.kept + len(chunk)
        if self.kept > self.most or (self.marks is not None and self.found > self.marks):
            raise _too_large(self.name)
        return chunk

    def close(self) -> None:
        """No more of it."""
        self.source.close()


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN:
        raise _damaged(name) from None


def _damaged(name: str) -> RuleBroken:
    return RuleBroken(_("%(file)s is damaged, cut off or not a workbook: open it, save it again as .xlsx, or as CSV",
                        file=name))


def _too_large(name: str) -> RuleBroken:
    return RuleBroken(_("%(file)s would grow beyond measure when it is opened: save it as CSV, or cut it in parts",
                        file=name))

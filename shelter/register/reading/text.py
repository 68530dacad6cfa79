"""Text files (CSV): which encoding, which separator, line by line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice

from flask_babel import format_decimal

from shelter.rules import RuleBroken
from shelter.texts import say as _

from .cells import Line, Shape

ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "utf-16")
USUAL = (",", ";", "\t", "|")
RARE = (":", "^", "~", "#", "!", "·", "¦", "§", "\x1f")
"""Separators; the rare ones are tried where no usual one parts the header, and must part most lines as they do it."""
LONGEST_LINE = 1_000_000
LONGEST_VALUE = csv.field_size_limit()
"""In characters. A value that is longer has lost its closing quotation mark."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1024 * 1024


def check(name: str, content: bytes) -> None:
    """RuleBroken when it is no text."""
    if b"\0" in content and not content.startswith(_UTF_16):
        raise RuleBroken(_("%(file)s is not a text file: save it as CSV (UTF-8) or as a workbook (.xlsx)", file=name))


def ends_whole(content: bytes) -> bool:
    """Whether the last line has its end."""
    return content.endswith((b"\n", b"\r", b"\n\0", b"\r\0"))


def about(content: bytes) -> int:
    """How many line ends it has."""
    return content.count(b"\n") or content.count(b"\r")


def lines(name: str, content: bytes, shape: Shape) -> Iterator[Line]:
    """Each line with its number; RuleBroken when it is not text of this encoding, or a value does not end."""
    encoding = shape.encoding or _encoding(name, content)
    if shape.encoding:
        _must_be(name, content, encoding)
    separator = shape.separator or _separator(name, content, encoding)
    reader = csv.reader(_short(name, content, encoding), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells  # type: ignore[misc]  # a list of texts is never added to
            line = reader.line_num + 1
    except csv.Error:
        raise RuleBroken(_(
            "%(file)s, line %(line)s: a value does not end within %(most)s characters; a quotation mark is missing or "
            "too many, or the file is cut off", file=name, line=line, most=format_decimal(LONGEST_VALUE),
        )) from None


def _short(name: str, content: bytes, encoding: str) -> Iterator[str]:
    """The lines, so that none can fill the memory."""
    text = io.TextIOWrapper(io.BytesIO(content), _python(encoding), newline="")
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE), ""), 1):
        if len(line) == LONGEST_LINE:
            raise RuleBroken(_("%(file)s, line %(line)s: it has more than %(most)s characters; is this the right file?",
                               file=name, line=number, most=format_decimal(LONGEST_LINE)))
        yield line


def _python(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _encoding(name: str, content: bytes) -> str:
    """What it is by all signs: what is valid UTF-8 is UTF-8; else Windows-1252, as spreadsheets write in Spanish."""
    if content.startswith(_UTF_16):
        _must_be(name, content, "utf-16")
        return "utf-16"
    for encoding in ("utf-8", "windows-1252"):
        if _first_wrong(content, encoding) is None:
            return encoding
    raise RuleBroken(_("%(file)s is neither UTF-8 nor Windows-1252 text: save it as CSV (UTF-8)", file=name))


def _must_be(name: str, content: bytes, encoding: str) -> None:
    wrong = _first_wrong(content, encoding)
    if wrong is not None:
        line = content[:wrong].decode(_python(encoding), "ignore").count("\n") + 1
        raise RuleBroken(_("%(file)s, line %(line)s: this is not %(encoding)s text; save it so, or name another in the "
                           "mapping", file=name, line=line, encoding=encoding.upper()))


def _first_wrong(content: bytes, encoding: str) -> int | None:
    """Where the first byte stands that cannot be read."""
    decoder = codecs.getincrementaldecoder(_python(encoding))()
    for start in range(0, len(content), _CHUNK):
        end = min(start + _CHUNK, len(content))
        try:
            decoder.decode(content[start:end], final=end == len(content))
        except UnicodeDecodeError as error:
            return end - len(error.object) + error.start
        except UnicodeError:  # UTF-16 without its mark
            return 0
    return None


def _separator(name: str, content: bytes, encoding: str) -> str:
    """The one that parts the header and the lines after it into the same number of values, most of them."""
    beginning = "".join(islice(_short(name, content, encoding), 20))
    for group, least in ((USUAL, 0), (RARE, 0.5)):
        columns = {each: _columns(beginning, each) for each in group}
        best = max(group, key=lambda each: columns[each])
        if columns[best][0] > least:
            return best
    return ","


def _columns(beginning: str, separator: str) -> tuple[float, int]:
    """How many of the first lines are as wide as the header, and how wide that is; (0, 1) when it parts nothing."""
    widths = []
    try:
        for cells in csv.reader(io.StringIO(beginning, newline=""), delimiter=separator, strict=True):
            widths.append(len(cells)) if cells else None
    except csv.Error:
        pass  # a quoted value that goes on behind the beginning
    if not widths or widths[0] == 1:
        return 0, 1
    return widths.count(widths[0]) / len(widths), widths[0]

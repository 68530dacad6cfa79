"""Text files (CSV): which encoding, which separator, line by line."""

from __future__ import annotations

import codecs
import csv
import io
import re
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

_LINE_END = re.compile("\r\n|\r|\n")
_NOT_ASCII = re.compile(rb"([\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})|[\x80-\xff]")
"""A character of UTF-8 that takes several bytes; else a byte that is none."""
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
        record = "".join(islice(_short(name, content, encoding), line - 1, reader.line_num))
        raise _no_end(name, line, record, separator) from None


def _no_end(name: str, line: int, record: str, separator: str) -> RuleBroken:
    """What to say of a record, which begins on a line, because of a value in it that does not end."""
    end = re.escape(separator)
    whole = rf"""(?:"(?:[^"]|"")*+"|[^"\r\n{end}][^\r\n{end}]*+)?(?:[\r\n{end}]|\Z)"""
    good = re.match(f"(?:{whole})*+", record)
    rest = record[good.end():] if good else record
    if rest.startswith('"'):
        return RuleBroken(_("%(file)s, line %(line)s: a value does not end that begins there with a quotation mark; "
                            "one is missing or too many, or the file is cut off", file=name,
                            line=line + _line_ends(record.removesuffix(rest))))
    return RuleBroken(_("%(file)s, line %(line)s: a value does not end within %(most)s characters; is this the right "
                        "file?", file=name, line=line, most=format_decimal(LONGEST_VALUE)))


def _line_ends(text: str) -> int:
    """How many lines end in it, in the way of any system."""
    return len(_LINE_END.findall(text))


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
    wrong = _first_wrong(content, "utf-8")
    if wrong is None:
        return "utf-8"
    if _is_spoilt_utf_8(content):
        raise RuleBroken(_("%(file)s, line %(line)s: it cannot be read as UTF-8, as the rest of the file can; save the "
                           "file again as CSV (UTF-8)", file=name, line=_line_of(content, wrong, "utf-8")))
    if _first_wrong(content, "windows-1252") is None:
        return "windows-1252"
    raise RuleBroken(_("%(file)s is neither UTF-8 nor Windows-1252 text: save it as CSV (UTF-8)", file=name))


def _is_spoilt_utf_8(content: bytes) -> bool:
    """Whether it was UTF-8 before a few bytes of it went wrong: read as Windows-1252, every accent would be garbled.

    In true Windows-1252 an accent is a byte alone, and next to none happens to look like UTF-8.
    """
    good = wrong = 0
    for found in _NOT_ASCII.finditer(content):
        if found[1]:
            good += 1
        else:
            wrong += 1
    return good > 2 * wrong


def _must_be(name: str, content: bytes, encoding: str) -> None:
    wrong = _first_wrong(content, encoding)
    if wrong is not None:
        raise RuleBroken(_("%(file)s, line %(line)s: this is not %(encoding)s text; save it so, or name another in the "
                           "mapping", file=name, line=_line_of(content, wrong, encoding), encoding=encoding.upper()))


def _line_of(content: bytes, place: int, encoding: str) -> int:
    return _line_ends(content[:place].decode(_python(encoding), "ignore")) + 1


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

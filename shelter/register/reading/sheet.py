"""A file of historic cases as it lies on the disk: its digest, its header, its lines."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shelter.rules import RuleBroken
from shelter.texts import say as _

FIRST_LINE = re.compile(rb"[^\r\n]*")


@dataclass(frozen=True)
class Sheet:
    """The whole content, read once, so that what is checked is what is imported."""

    name: str
    content: bytes
    digest: str

    @classmethod
    def open(cls, path: Path) -> Sheet:
        """Read a file; RuleBroken when it is none, or empty, or no text."""
        content = read_bytes(path)
        if not content.strip():
            raise RuleBroken(_("%(file)s is empty", file=path.name))
        if content.startswith(b"PK\x03\x04"):
            raise RuleBroken(_("%(file)s is a workbook: save it as CSV first", file=path.name))
        if b"\0" in content:
            raise RuleBroken(_("%(file)s is not a text file: save it as CSV (UTF-8)", file=path.name))
        return cls(path.name, content, hashlib.sha256(content).hexdigest())

    @property
    def ends_whole(self) -> bool:
        """Whether the last line has its end."""
        return self.content.endswith((b"\n", b"\r"))

    def header(self, separator: str) -> list[str]:
        """The names of the columns, as well as they can be read before the encoding is known."""
        first = FIRST_LINE.match(self.content.lstrip())
        text = first[0].decode("utf-8-sig", errors="replace") if first else ""
        try:
            return [name.strip() for name in next(csv.reader([text], delimiter=separator), [])]
        except csv.Error:
            return []

    def lines(self, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
        """Each line that is not blank, the header first, with its number (a quoted value may run over several)."""
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._must_be(encoding)
        text = io.TextIOWrapper(io.BytesIO(self.content), encoding, newline="")
        reader = csv.reader(text, delimiter=separator, strict=True)
        line = 1
        try:
            for cells in reader:
                if cells:
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            raise RuleBroken(_(
                "%(file)s, line %(line)s: a value does not end; a quotation mark is missing, or the file is cut off",
                file=self.name, line=line,
            )) from None

    def _must_be(self, encoding: str) -> None:
        try:
            self.content.decode(encoding)
        except UnicodeDecodeError as error:
            line = self.content.count(b"\n", 0, error.start) + 1
            raise RuleBroken(_(
                "%(file)s, line %(line)s: this is not %(encoding)s text; save it so, or name another in the mapping",
                file=self.name, line=line, encoding=encoding.removesuffix("-sig").upper(),
            )) from None


def read_bytes(path: Path) -> bytes:
    """The content of a file that somebody named; RuleBroken when it cannot be read."""
    if not path.is_file():
        raise RuleBroken(_("there is no file %(file)s", file=str(path)))
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleBroken(_("%(file)s cannot be read: %(why)s", file=str(path), why=error.strerror)) from None

"""Rules of attached files, in plain values."""

from __future__ import annotations

from shelter.codes.documents import FileKind
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
TOO_LARGE = _later("File exceeds 10 MB. Choose another.")
MOST_PIXELS = 40_000_000
"""More than any telephone of today takes in a usual mode."""
MIME = {
    FileKind.PDF: "application/pdf", FileKind.JPG: "image/jpeg", FileKind.PNG: "image/png",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def ending(name: str) -> FileKind:
    """What the name says that it is."""
    word = name.rpartition(".")[2].lower()
    try:
        return FileKind("jpg" if word == "jpeg" else word)
    except ValueError:
        raise RuleBroken(_("Choose a PDF, JPG, PNG or DOCX file"), "file") from None


def fits(size: int) -> None:
    """Neither empty nor too large."""
    if size > LARGEST:
        raise RuleBroken(TOO_LARGE, "file")
    if size == 0:
        raise RuleBroken(_("This file is empty. Choose another."), "file")


def file_name(code: str, number: int, kind: FileKind) -> str:
    """What a download is called: a code and a number, and nothing that tells."""
    return f"{code}-{number}.{kind.value}"


def said_size(size: int) -> str:
    """In kilobytes, at least one."""
    return f"{max(1, round(size / 1024))} KB"


def may_be_changed(is_replaced: bool, is_withdrawn: bool) -> None:
    """The latest version alone."""
    if is_replaced or is_withdrawn:
        raise RuleBroken(_("Somebody replaced or withdrew this file already. Look at the latest one."))

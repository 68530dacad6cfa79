"""Reading an upload: it must be what its name says; pictures are drawn anew, so that nothing hides in them."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageOps

from shelter.codes.documents import FileKind
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import rules

_PARTS, _UNPACKED, _RATIO = 2_000, 100 * rules.MEGABYTE, 200
_WORD = {"[Content_Types].xml", "word/document.xml"}
_BROKEN = (
    ArithmeticError, EOFError, LookupError, NotImplementedError, OSError, SyntaxError, TypeError, ValueError,
    struct.error, zipfile.BadZipFile, zlib.error,
)
"""What libraries say of a file that is damaged, or was made to confuse them."""
_FORMATS = {FileKind.JPG: "JPEG", FileKind.PNG: "PNG"}


def checked(name: str, content: bytes) -> tuple[FileKind, bytes]:
    """What it is, and what is kept of it; RuleBroken says in one sentence why it is not taken.

    A picture loses place, time, camera and thumbnail (EXIF, XMP, IPTC, comments) and whatever follows it in the file.
    """
    rules.fits(len(content))
    kind = rules.ending(name)
    if not _begins_like(kind, content):
        raise _not_what_it_says()
    if kind in _FORMATS:
        content = _drawn_anew(kind, content)
        rules.fits(len(content))
    elif kind is FileKind.DOCX:
        _check_parts(content)
    return kind, content


def _begins_like(kind: FileKind, content: bytes) -> bool:
    beginnings = {FileKind.PDF: b"%PDF-", FileKind.JPG: b"\xff\xd8\xff", FileKind.PNG: b"\x89PNG\r\n\x1a\n"}
    return content.startswith(beginnings.get(kind, b"PK\x03\x04"))


def _not_what_it_says() -> RuleBroken:
    return RuleBroken(_("The file is damaged, or is not what its name says. Choose another."), "file")


def _drawn_anew(kind: FileKind, content: bytes) -> bytes:
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with it is said below, or does not matter
            with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
                if picture.width * picture.height > rules.MOST_PIXELS:
                    raise RuleBroken(_("This picture is too large. Send it with fewer points."), "file")
                _plain(picture, kind).save(out, _FORMATS[kind], **_OPTIONS[kind])
    except (*_BROKEN, Image.DecompressionBombError):
        raise _not_what_it_says() from None
    return out.getvalue()


def _plain(picture: Image.Image, kind: FileKind) -> Image.Image:
    """Upright, in a usual mode, nothing but its points."""
    upright = ImageOps.exif_transpose(picture)
    has_alpha = kind is FileKind.PNG and upright.has_transparency_data
    drawn = upright.convert("RGBA" if has_alpha else "L" if upright.mode in {"1", "L"} else "RGB")
    plain = Image.new(drawn.mode, drawn.size)
    plain.paste(drawn)
    return plain


_OPTIONS: dict[FileKind, dict[str, Any]] = {
    FileKind.JPG: {"quality": 88, "optimize": True}, FileKind.PNG: {"optimize": False},
}


def _check_parts(content: bytes) -> None:
    """A text document without macros, that does not grow beyond measure when it is opened. Nothing is unpacked here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            found = parts.infolist()
    except _BROKEN:
        raise _not_what_it_says() from None
    names, unpacked = {each.filename for each in found}, sum(each.file_size for each in found)
    if not names >= _WORD or any("vbaproject" in name.lower() for name in names):
        raise _not_what_it_says()
    if len(found) > _PARTS or unpacked > _UNPACKED or unpacked > _RATIO * len(content):
        raise _not_what_it_says()

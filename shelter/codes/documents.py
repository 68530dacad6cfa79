"""Words about attached files."""

from __future__ import annotations

from shelter.texts import later as _

from .base import Code


class FileKind(Code):
    """What may be attached; the stored word is the ending of the file's name."""

    PDF = "pdf", _("PDF document")
    JPG = "jpg", _("Picture (JPG)")
    PNG = "png", _("Picture (PNG)")
    DOCX = "docx", _("Text document (DOCX)")

"""The form of a procedure."""

from __future__ import annotations

import uuid
from typing import Any

from shelter.texts import later as _
from shelter.web import EditForm, RecordField, TextArea, TextField

from .models import Edition

MARKS = _("Paragraphs, lists (- or 1.), **bold** and ## headings. No name of a person who is in a house.")


class ProcedureForm(EditForm):
    """A procedure: its title and its words, in Spanish and perhaps in English."""

    title_es = TextField(_("Title in Spanish"), lang="es", missing=_("Write the title"))
    title_en = TextField(_("Title in English"), lang="en", required=False)
    text_es = TextArea(_("The procedure, in Spanish"), lang="es", rows=16, hint=MARKS, missing=_("Write the procedure"))
    text_en = TextArea(_("The procedure, in English"), lang="en", rows=16, required=False)

    def __init__(self, edition: Edition | None = None) -> None:
        title, text = (edition.title, edition.text) if edition else ({}, {})
        super().__init__(title_es=title.get("es"), title_en=title.get("en"), text_es=text.get("es"),
                         text_en=text.get("en"), version=edition.version if edition else None)

    @property
    def told(self) -> dict[str, Any]:
        """For the action."""
        return {"title": _both(self.title_es.data, self.title_en.data),
                "text": _both(self.text_es.data, self.text_en.data)}


class NewProcedureForm(ProcedureForm):
    """A new one: for a foundation, or for all of them."""

    foundation_id = RecordField(_("For whom?"), required=False, hint=_("Leave it empty when it is for every house."))

    def __init__(self, foundations: list[tuple[uuid.UUID, str]], *, is_for_all: bool) -> None:
        super().__init__()
        self.foundation_id.choices = foundations
        self.foundation_id.required = not is_for_all
        if not is_for_all:
            self.foundation_id.description = ""


def _both(es: str, en: str) -> dict[str, str]:
    return {"es": es, "en": en} if en else {"es": es}

"""Forms of attached files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shelter.access.disciplines import READERS
from shelter.codes.services import Discipline
from shelter.texts import later as _
from shelter.web import ChoiceField, FileField, Form, TextArea, TextField

from . import rules


class DocumentForm(Form):
    """A file, what it is, and for whom."""

    file = FileField(
        _("File"), accept=".pdf,.jpg,.jpeg,.png,.docx", missing=_("Choose a file"),
        most=rules.LARGEST, too_large=rules.TOO_LARGE,
        hint=_("PDF, JPG, PNG or DOCX, at most 10 MB. Place and time are taken out of pictures; other files keep what "
               "they carry."),
    )
    title = TextField(_("What is it?"), maxlength=120, missing=_("Say in a few words what it is"))
    discipline = ChoiceField(_("For whom?"), missing=_("Choose who reads it"))

    def __init__(self, disciplines: Sequence[Discipline], **data: Any) -> None:
        super().__init__(**data)
        if len(disciplines) == 1:
            self.only: Discipline | None = disciplines[0]
            self.title.readers = READERS[self.only]
            del self.discipline
        else:
            self.only = None
            self.discipline.choices = [(each, each.label) for each in disciplines]

    @property
    def document(self) -> dict[str, Any]:
        """For the action."""
        name, content = self.file.data
        return {"title": self.title.data, "name": name, "content": content}

    @property
    def chosen(self) -> Discipline:
        """Whose it becomes."""
        return self.only or Discipline(str(self.discipline.data))


class WithdrawalForm(Form):
    """Why a file holds no more."""

    why = TextArea(_("Why?"), maxlength=300, rows=3, missing=_("Say why"))

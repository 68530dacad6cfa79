"""Forms of the auditor's pages."""

from __future__ import annotations

import re
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from shelter.audit import Head
from shelter.audit.verify import BEGINNING
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import ChoiceField, DateField, Form, RecordField, TextField

from .words import ACTORS, DECISIONS


class NumberOfOne(TextField):
    """An opaque number, or its beginning (eight letters and digits at least); or the code of a case."""

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, maxlength=40, **options)

    def process_formdata(self, values: list[Any]) -> None:
        """Clean or refuse."""
        super().process_formdata(values)
        self.data = re.sub(r"[\s-]", "", self.data or "").lower()
        if self.data and not re.fullmatch(r"[0-9a-f]{8,32}|[0-9a-z]{6}", self.data):
            raise ValueError(_("Write at least eight letters (a to f) and digits of the number, or the code of a case"))


class TrailForm(Form):
    """What the trail is narrowed to (in the address: nothing here names anybody)."""

    accion = ChoiceField(_later("What was done"), kind="select", required=False)
    decision = ChoiceField(_later("Decision"), kind="select", required=False, choices=list(DECISIONS.items()))
    persona = NumberOfOne(
        _later("Number of the person"), required=False,
        hint=_later("The letters and digits beside the role in the list"),
    )
    objeto = NumberOfOne(
        _later("Code of a case, or number of a record"), required=False,
    )
    fundacion = RecordField(_later("Foundation"), required=False)
    quien = ChoiceField(_later("Who"), kind="select", required=False, choices=list(ACTORS.items()))
    desde = DateField(_later("From"), required=False)
    hasta = DateField(_later("To"), required=False)


class HeadForm(Form):
    """A head of the chain, as a report prints it."""

    head = TextField(
        _later("Head printed on a report"), required=False, maxlength=80,
        hint=_later("64 letters and digits. With it, a trail that was cut or rewritten shows."),
    )

    seen = HiddenField()

    @property
    def after(self) -> Head:
        """Up to which row an earlier portion of the check came, and that row's digest."""
        found = re.fullmatch(r"(\d{1,15}) ([0-9a-f]{64})", self.seen.data or "")
        return Head(int(found[1]), found[2]) if found else BEGINNING

    def validate_head(self, field: TextField) -> None:
        """Sixty-four hexadecimal digits; spaces between them are fine."""
        field.data = re.sub(r"\s", "", field.data or "").lower()
        if field.data and not re.fullmatch(r"[0-9a-f]{64}", field.data):
            raise ValidationError(_("Write the 64 letters (a to f) and digits of the head"))

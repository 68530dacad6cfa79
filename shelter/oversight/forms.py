"""Forms of the auditor's pages."""

from __future__ import annotations

import re

from wtforms.validators import ValidationError

from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import ChoiceField, DateField, Form, TextField

from .words import ACTORS, DECISIONS


class TrailForm(Form):
    """What the trail is narrowed to (in the address: nothing here names anybody)."""

    accion = ChoiceField(_later("What was done"), kind="select", required=False)
    decision = ChoiceField(_later("Decision"), kind="select", required=False, choices=list(DECISIONS.items()))
    quien = ChoiceField(_later("Who"), kind="select", required=False, choices=list(ACTORS.items()))
    desde = DateField(_later("From"), required=False)
    hasta = DateField(_later("To"), required=False)


class HeadForm(Form):
    """A head of the chain, as a report prints it."""

    head = TextField(
        _later("Head printed on a report"), required=False, maxlength=80,
        hint=_later("64 letters and digits. With it, a trail that was cut or rewritten shows."),
    )

    def validate_head(self, field: TextField) -> None:
        """Sixty-four hexadecimal digits; spaces between them are fine."""
        field.data = re.sub(r"\s", "", field.data or "").lower()
        if field.data and not re.fullmatch(r"[0-9a-f]{64}", field.data):
            raise ValidationError(_("Write the 64 letters (a to f) and digits of the head"))

"""The form of a decision."""

from __future__ import annotations

from shelter.texts import later as _
from shelter.web import ChoiceField, Form, TextArea


class DecisionForm(Form):
    """Yes, or no and why."""

    decision = ChoiceField(
        _("What do you decide?"), choices=[("yes", _("I approve it")), ("no", _("I refuse it"))],
        missing=_("Say what you decide"),
    )
    reason = TextArea(
        _("Why"), required=False, maxlength=500, rows=3, hint=_("Needed when you refuse. Whoever asked reads it."),
    )

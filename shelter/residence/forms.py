"""Forms of the house."""

from __future__ import annotations

from shelter.codes.leaving import InstructionKind
from shelter.codes.places import OutOfUse
from shelter.texts import later as _
from shelter.web import CodeField, DateField, Form, HourField, MomentField, RecordField, TextField


class BedForm(Form):
    """Which bed, and since when."""

    bed_id = RecordField(_("Bed"), kind="radio", missing=_("Choose a bed"))
    arrived_at = MomentField(_("When did she arrive?"))


class ArrivedForm(Form):
    """When she arrived, told again."""

    arrived_at = HourField(_("When did she arrive?"))


class OutageForm(Form):
    """Why nobody can sleep in a bed, and until when."""

    reason = CodeField(_("Why?"), OutOfUse, missing=_("Choose why"))
    until_on = DateField(_("Until which day, if it is known?"), required=False)


class InstructionForm(Form):
    """What to give or to do. Never the name of a medicine."""

    kind = CodeField(_("What is it?"), InstructionKind, inline=True)
    text = TextField(
        _("Instruction"),
        maxlength=160,
        hint=_(
            "Like: envelope A at 20:00 — or: leave the light on in the corridor. "
            "Never the name of a medicine, never a reason."
        ),
    )
    from_on = DateField(_("From"))
    to_on = DateField(_("Until"))

"""The form of leaving: when, why, where to; what she wants afterwards; how it is safe to reach her."""

from __future__ import annotations

from typing import Any

from shelter.calendar import now
from shelter.codes.cases import Answer, Channel, ConsentAnswer
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.places import Province
from shelter.texts import later as _
from shelter.web import ChoiceField, CodeField, Form, HourField, MomentField, PhoneField, TextArea, TextField, TickField

from .rules import BY_NUMBER

CONTACT = ("channel", "number", "hours", "code_word", "pretext", "never")


class ExitForm(Form):
    """One page; what is not asked of her stays empty."""

    left_at = MomentField(_("When does she leave?"))
    reason = CodeField(_("Why does she leave?"), ExitReason, kind="select", missing=_("Choose why she leaves"))
    destination = CodeField(_("Where does she go?"), Destination, kind="select", missing=_("Choose where she goes"))
    province = ChoiceField(
        _("In which province?"), kind="select", required=False,
        choices=[(each, each.label) for each in Province.by_name()],
    )
    was_her_decision = CodeField(
        _("Is it her own decision?"), Answer, inline=True, missing=_("Say whether it is her own decision"),
    )
    plan = TextArea(
        _("Transition plan"), required=False, readers=_("Visible only to: social work and coordination of the house"),
        hint=_("What she wants, what is agreed, who accompanies her"),
    )
    consent = CodeField(
        _("May we contact her after she leaves?"), ConsentAnswer, required=False,
        hint=_("Ask her, and note her answer. Nothing depends on it. Leave it empty if she could not be asked."),
    )
    channel = CodeField(_("How does she want to be contacted?"), Channel, required=False)
    number = PhoneField(_("Telephone number"), missing=_("Write the telephone number"))
    hours = TextField(_("When is it safe?"), required=False, hint=_("Days and hours, like: weekdays from 10 to 12"))
    code_word = TextField(_("Word that says that it is safe to talk"), required=False, maxlength=60)
    pretext = TextField(
        _("If another person answers, say"), required=False, maxlength=200,
        hint=_("Something ordinary, like: I am calling about the sewing course"),
    )
    never = TextField(
        _("What must never be done"), required=False, maxlength=200, hint=_("Like: leave no message, never at night"),
    )
    confirmed = TickField(_("Yes, she leaves the house"), required=True, missing=_("Confirm that she leaves the house"))

    def __init__(self, **data: Any) -> None:
        super().__init__(left_at=now(), **data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Of a death only the moment is asked; a number only of who wants to be reached by it."""
        asked = self.reason.data is not ExitReason.DEATH
        self.destination.required = self.was_her_decision.required = asked
        self.number.required = self.channel.data in BY_NUMBER
        return bool(super().validate(extra_validators))

    @property
    def exit(self) -> dict[str, Any]:
        """For the action."""
        values = self.values
        del values["confirmed"]
        return {"contact": {name: values.pop(name) for name in CONTACT}, **values}


class LeftForm(Form):
    """When she left, told again."""

    left_at = HourField(_("When did she leave?"))

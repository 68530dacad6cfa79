"""The forms of the follow-up: reading the conditions, recording a contact."""

from __future__ import annotations

from typing import Any

from shelter.calendar import now
from shelter.cases.rules import FOLLOW_UP_MONTHS
from shelter.codes.cases import Channel
from shelter.codes.leaving import Outcome
from shelter.texts import later as _
from shelter.texts import say as _now
from shelter.web import ChoiceField, CodeField, Form, MomentField, TextArea, TickField
from shelter.web.locale import say_day

from .rules import Schedule


class ConditionsForm(Form):
    """Between the conditions and the number."""

    has_read = TickField(
        _("I have read this and I will keep to it"), required=True, missing=_("Read the conditions and tick the box"),
    )


class ContactForm(Form):
    """What a contact, or a try, brought."""

    occurred_at = MomentField(_("When?"))
    channel = CodeField(
        _("How?"), [each for each in Channel if each is not Channel.NONE], inline=True, missing=_("Choose how"),
    )
    outcome = CodeField(_("How is she?"), Outcome, missing=_("Choose how she is"))
    month = ChoiceField(_("Which contact is it?"), kind="select", missing=_("Choose one of the months"))
    note = TextArea(_("Note"), required=False, readers=_("Visible only to: social work team"))

    def __init__(self, schedule: Schedule | None, **data: Any) -> None:
        due = schedule.next.month if schedule and schedule.next else None
        super().__init__(occurred_at=now(), month=due, **data)
        self.month.choices = [(step.month, _of_month(step.month, say_day(step.due_on))) for step in schedule.steps] if (
            schedule
        ) else [(month, str(month)) for month in FOLLOW_UP_MONTHS]


def _of_month(month: int, day: str) -> str:
    return str(_now("Month %(month)s, due %(day)s", month=month, day=day))

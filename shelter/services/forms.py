"""The form of a service: under a minute, on a phone."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from shelter.access.disciplines import OF_THE_CHOSEN, READERS
from shelter.calendar import now
from shelter.codes.services import Discipline, Modality, NotHeld, ServiceType
from shelter.texts import later as _
from shelter.web import ChoiceField, CodeField, Form, MomentField, NumberField, RecordField, TextArea, TextField

from . import rules
from .models import Service

People = list[tuple[uuid.UUID, Any]]
OTHER = "other"
LENGTHS = (*((minutes, _("%(number)s min", number=minutes)) for minutes in rules.MINUTES), (OTHER, _("Another")))


class ServiceForm(Form):
    """What was given, and to whom: people to choose from, or nobody when the case is known already."""

    person = RecordField(_("Who was it for?"), kind="radio", missing=_("Choose who received the service"))
    type = ChoiceField(_("What was it?"), kind="select", missing=_("Choose what it was"))
    was_held = ChoiceField(
        _("Did it take place?"), choices=[("yes", _("Yes")), ("no", _("No"))], inline=True,
        missing=_("Say whether it took place"),
    )
    minutes = ChoiceField(
        _("How long did it last?"), choices=LENGTHS, inline=True, missing=_("Choose how long it lasted"),
    )
    minutes_other = NumberField(_("How many minutes?"), least=1, most=1440, missing=_("Write how many minutes"))
    not_held = CodeField(_("Why not?"), NotHeld, missing=_("Choose why it could not take place"))
    occurred_at = MomentField(_("When?"))
    modality = CodeField(_("How was it given?"), Modality, inline=True)
    headline = TextField(
        _("Headline"), required=False, readers=_("Seen by the team that cares for her"),
        hint=_("A few words that the others need, without details"),
    )
    body = TextArea(_("Note"), required=False)

    def __init__(self, disciplines: Sequence[Discipline], people: People | None = None, **data: Any) -> None:
        usual = rules.USUAL.get(disciplines[0]) if len(disciplines) == 1 else None
        super().__init__(**{"type": usual, "modality": Modality.IN_PERSON, "occurred_at": now(), **data})
        self.type.choices = list(_types(disciplines))
        if people is None:
            del self.person
        else:
            self.person.choices = people
        self.body.readers = READERS[disciplines[0]] if len(disciplines) == 1 else OF_THE_CHOSEN

    def validate(self, extra_validators: Any = None) -> bool:
        """What must be said depends on whether it took place."""
        held = self.was_held.data == "yes"
        self.minutes.required = held
        self.minutes_other.required = held and self.minutes.data == OTHER
        self.not_held.required = self.was_held.data == "no"
        return bool(super().validate(extra_validators))

    @classmethod
    def of(cls, service: Service) -> ServiceForm:
        """With the answers of a service that is to be corrected; its discipline stays."""
        minutes = service.minutes if service.minutes in rules.MINUTES else OTHER if service.minutes else None
        return cls(
            [service.discipline], type=service.type, was_held="yes" if service.was_held else "no", minutes=minutes,
            minutes_other=service.minutes if minutes == OTHER else None, not_held=service.not_held,
            occurred_at=service.occurred_at, modality=service.modality, headline=service.headline, body=service.body,
        )

    @property
    def service(self) -> dict[str, Any]:
        """For the action."""
        minutes = self.minutes_other.data if self.minutes.data == OTHER else self.minutes.data
        return {
            "type": self.type.data, "was_held": self.was_held.data == "yes", "minutes": minutes,
            "not_held": self.not_held.data, "occurred_at": self.occurred_at.data, "modality": self.modality.data,
            "headline": self.headline.data, "body": self.body.data,
        }


def _types(disciplines: Sequence[Discipline]) -> Iterable[tuple[ServiceType, Any]]:
    for discipline in disciplines:
        for each in ServiceType.in_discipline(discipline):
            yield each, each.label if len(disciplines) == 1 else f"{discipline.label} · {each.label}"

"""Forms of a case's route."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from shelter.calendar import Precision
from shelter.codes.protocol import Condition, DelayCause, Evidence, SkipReason
from shelter.protocol.rules import Step
from shelter.texts import later as _
from shelter.web import (
    ChoiceField,
    CodeField,
    EditForm,
    Form,
    HourField,
    ManyField,
    RecordField,
    TextArea,
    TickField,
)

READERS = _("Visible only to: the team and the coordination of the house")


class DoneForm(Form):
    """Somebody's word that a step is done."""

    at = HourField(_("When was it done?"))
    note = TextArea(_("How was it done?"), maxlength=2000, rows=3, readers=READERS,
                    hint=_("Who did it, with whom, what paper shows it. Her story is not needed."))

    document_id = RecordField(_("Which document of the case shows it?"), required=False, kind="select",
                              hint=_("Attach it first, under «Documents»."))

    def __init__(self, now: datetime, step: Step, documents: Sequence[tuple[uuid.UUID, str]]) -> None:
        super().__init__(at=now)
        if Evidence.DOCUMENT not in step.evidence:
            del self.document_id
        else:
            self.document_id.choices = documents


class SkipForm(Form):
    """Why a step will not be done."""

    reason = CodeField(_("Why is it skipped?"), SkipReason)
    note = TextArea(_("Note"), required=False, maxlength=2000, rows=3, readers=READERS)


class CauseForm(Form):
    """Why a step is over its limit."""

    cause = CodeField(_("What was the main cause?"), DelayCause)
    note = TextArea(_("Note"), required=False, maxlength=2000, rows=3, readers=READERS)


class ConditionsForm(EditForm):
    """What is true of her."""

    declared = ManyField(_("What is true of her now?"), readers=READERS,
                         hint=_("Only what decides which steps concern her."))

    def __init__(self, declared: Collection[Condition], told: Collection[Condition], version: int) -> None:
        super().__init__(declared=[str(each.value) for each in declared], version=version)
        self.declared.choices = [(str(each.value), each.label) for each in Condition if each not in told]

    @property
    def conditions(self) -> list[Condition]:
        """For the action."""
        return [Condition(each) for each in self.declared.data or ()]


class AlertForm(Form):
    """When somebody first knew of her."""

    at = HourField(_("When did the first institution, or the house, know of her?"))
    is_about = TickField(_("The hour is approximate"))

    def __init__(self, told: Any) -> None:
        super().__init__(at=told.at if told else None, is_about=bool(told) and told.precision != Precision.MOMENT)


class BoardForm(Form):
    """What the board is narrowed to (in the address: nothing here names anybody)."""

    estado = ChoiceField(_("Show"), required=False, kind="select", choices=[
        ("todos", _("All open cases")), ("vencidos", _("Over a limit")), ("pronto", _("Within three days")),
    ])
    casa = RecordField(_("House"), required=False)

    def __init__(self, asked: Any, houses: Any) -> None:
        super().__init__(formdata=asked)
        self.casa.choices = houses

    @property
    def kept(self) -> dict[str, str]:
        """What the next page is narrowed to as well."""
        return {name: str(self[name].data) for name in ("estado", "casa") if self[name].data}

"""The form of a new report."""

from __future__ import annotations

import uuid
from typing import Any

from shelter.calendar import Period
from shelter.statistics.forms import YearsForm, years_asked
from shelter.statistics.rules import Audience
from shelter.texts import later as _
from shelter.web import ChoiceField

from .actions import Order

HINTS = {
    Audience.GOVERNMENT: _("Less than 5 is hidden, the others are rounded to 5."),
    Audience.DONOR: _("Less than 10 is hidden, the others are rounded to 10."),
    Audience.PUBLIC: _("Less than 10 is hidden, the others are rounded to 10."),
    Audience.INTERNAL: _("Exact figures. It is never published and must not be passed on."),
}
ALL = "all"
LANGUAGES = (("es", "Español"), ("en", "English"))


class ReportForm(YearsForm):
    """Which period, for whom, in which language; whose figures when there is a choice."""

    scope = ChoiceField(_("Whose figures?"), kind="select")
    period = ChoiceField(_("Which period?"), kind="select")
    audience = ChoiceField(_("For whom?"), choices=[(each, each.label, HINTS[each]) for each in Audience])
    language = ChoiceField(_("In which language?"), choices=LANGUAGES, inline=True)

    def __init__(self, scopes: list[tuple[uuid.UUID | None, str]], periods: list[tuple[str, str]], years: list[int],
                 **data: Any) -> None:
        start = {"period": periods[1][0], "audience": Audience.GOVERNMENT, "scope": scopes[0][0] or ALL}
        super().__init__(**{**start, **data})
        self.scope.choices = [(foundation or ALL, name) for foundation, name in scopes]
        self.period.choices = periods
        self.offer(years)

    def order(self, by: uuid.UUID, name: str) -> Order:
        """What is asked for."""
        chosen = self.values
        if chosen["del_ano"]:
            chosen["period"] = years_asked(str(chosen["del_ano"]), str(chosen["al_ano"]))
        scope = None if chosen["scope"] == ALL else chosen["scope"]
        return Order(Period.read(chosen["period"]), Audience(chosen["audience"]), chosen["language"], scope, by, name)

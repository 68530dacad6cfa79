"""Figures of leaving the house."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_CASE, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person
from shelter.indicators import Definition, Period, Rows, Scope, Step, during, indicator, keep, year_of
from shelter.texts import later as _

from .models import Exit

EXITS = "transition.exits"


@indicator(EXITS, _("Exits from a house"), "reason", "destination", *OF_CASE, means=Definition(
    counts=_("Stays in a house that ended in the period, for whatever reason."),
    who=_("The person left on a day of the period. Whoever leaves twice is counted twice."),
    corrections=_("What was corrected counts as it stands today; the age is the one on leaving."),
    source=_("The exits that the houses recorded."),
))
def exits(period: Period, scope: Scope) -> Rows:
    """Stays that ended in the period."""
    return (
        sa.select(Exit.reason, Exit.destination, *of_case(year_of(Exit.left_at, period), Exit.age_band))
        .join(Case, Case.id == Exit.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(during(Exit.left_at, period), in_scope(scope))
    )


keep(
    to_keep(Exit.left_at.label("at"), Exit.reason, Exit.destination, age_band=Exit.age_band)
    .join(Exit, Exit.case_id == Case.id),
    Step(EXITS),
)

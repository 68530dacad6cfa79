"""Figures of arrivals."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_CASE, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person
from shelter.cases.records import Stay
from shelter.indicators import Definition, Period, Rows, Scope, Step, during, indicator, keep, year_of
from shelter.texts import later as _

ADMITTED = "intake.admitted"


@indicator(ADMITTED, _("Admissions to a house"), *OF_CASE, means=Definition(
    counts=_("Stays in a house that began in the period. Whoever comes back is counted again."),
    who=_("The person got a bed on a day of the period, and had none before. A change of bed is no admission."),
    corrections=_("What was corrected counts as it stands today; the age is the one on arrival."),
    source=_("The stays of the houses."),
))
def admitted(period: Period, scope: Scope) -> Rows:
    """Stays that began in the period; a change of bed begins none."""
    return (
        sa.select(*of_case(year_of(Stay.arrived_at, period), Stay.age_band))
        .join(Case, Case.id == Stay.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(during(Stay.arrived_at, period), in_scope(scope))
    )


keep(to_keep(Stay.arrived_at.label("at"), age_band=Stay.age_band).join(Stay, Stay.case_id == Case.id), Step(ADMITTED))

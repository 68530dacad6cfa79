"""Figures of the houses."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_CASE, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person
from shelter.cases.records import Stay
from shelter.indicators import Definition, Period, Rows, Scope, Step, indicator, keep
from shelter.texts import later as _

PRESENT = "residence.present"


@indicator(PRESENT, _("People in the houses at the end of the period"), *OF_CASE, means=Definition(
    counts=_("Stays in a house that were going on when the last day of the period ended."),
    who=_("The person had a bed at that moment. The figures of several periods do not add up: whoever stays long is "
          "counted in each."),
    corrections=_("What was corrected counts as it stands today; the age is the one on arrival."),
    source=_("The stays of the houses."),
))
def present(period: Period, scope: Scope) -> Rows:
    """Stays that had begun and had not ended when the last day of the period ended."""
    end = period.ends_before
    return (
        sa.select(*of_case(sa.literal(str(period.end.year)), Stay.age_band))
        .join(Case, Case.id == Stay.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(Stay.arrived_at < end, sa.or_(Stay.left_at.is_(None), Stay.left_at >= end), in_scope(scope))
    )


keep(
    to_keep(Stay.arrived_at, Stay.left_at, age_band=Stay.age_band).join(Stay, Stay.case_id == Case.id),
    Step(PRESENT, at="arrived_at"), Step(PRESENT, at="left_at", adds=-1),
)

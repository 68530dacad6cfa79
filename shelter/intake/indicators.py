"""Figures of arrivals."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_PERSON, of_person
from shelter.cases.models import Case, Person
from shelter.cases.records import Stay
from shelter.indicators import Foundations, Period, Rows, during, indicator, owned
from shelter.texts import later as _


@indicator("intake.admitted", _("Admissions to a house"), *OF_PERSON)
def admitted(period: Period, foundations: Foundations) -> Rows:
    """Stays that began in the period; a change of bed begins none."""
    return (
        sa.select(*of_person(Stay.age_band))
        .join(Case, Case.id == Stay.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(during(Stay.arrived_at, period), owned(Stay.foundation_id, foundations))
    )

"""Figures of leaving the house."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_PERSON, of_person
from shelter.cases.models import Case, Person
from shelter.indicators import Foundations, Period, Rows, during, indicator, owned
from shelter.texts import later as _

from .models import Exit


@indicator("transition.exits", _("Exits from a house"), "reason", "destination", *OF_PERSON)
def exits(period: Period, foundations: Foundations) -> Rows:
    """Stays that ended in the period."""
    return (
        sa.select(Exit.reason, Exit.destination, *of_person(Exit.age_band))
        .join(Case, Case.id == Exit.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(during(Exit.left_at, period), owned(Exit.foundation_id, foundations))
    )

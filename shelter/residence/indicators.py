"""Figures of the houses."""

from __future__ import annotations

import sqlalchemy as sa

from shelter.cases.indicators import OF_PERSON, of_person
from shelter.cases.models import Case, Person
from shelter.cases.records import Stay
from shelter.indicators import Foundations, Period, Rows, indicator, owned
from shelter.texts import later as _


@indicator("residence.present", _("People in the houses at the end of the period"), *OF_PERSON)
def present(period: Period, foundations: Foundations) -> Rows:
    """Stays that had begun and had not ended when the last day of the period ended."""
    end = period.ends_before
    return (
        sa.select(*of_person(Stay.age_band))
        .join(Case, Case.id == Stay.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(Stay.arrived_at < end, sa.or_(Stay.left_at.is_(None), Stay.left_at >= end))
        .where(owned(Stay.foundation_id, foundations))
    )

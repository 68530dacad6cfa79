"""Figures of the spine: registered cases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shelter.indicators import Foundations, Period, Rows, during, indicator, owned, year_of
from shelter.texts import later as _

from .models import Case, Person

REGISTERED = "cases.registered"
OF_PERSON = ("sex", "age_band", "nationality", "exploitation", "country_of_exploitation")


def of_person(age_band: Any = None) -> list[sa.ColumnElement[Any]]:
    """The facts of a person and her case; her age band is the one frozen when it happened, where it was known then."""
    age = Case.age_band if age_band is None else sa.func.coalesce(age_band, Case.age_band)
    return [
        Person.sex.label("sex"), age.label("age_band"), Person.nationality.label("nationality"),
        Case.exploitation.label("exploitation"), Case.exploited_in.label("country_of_exploitation"),
    ]


@indicator(REGISTERED, _("Registered cases"), *OF_PERSON, "year")
def registered(period: Period, foundations: Foundations) -> Rows:
    """Cases opened in the period."""
    return (
        sa.select(*of_person(), year_of(Case.opened_at, period).label("year"))
        .join(Person, Person.id == Case.person_id)
        .where(during(Case.opened_at, period), owned(Case.foundation_id, foundations))
    )

"""Figures of the spine: registered cases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shelter.indicators import (
    Definition,
    Period,
    Rows,
    Scope,
    Step,
    during,
    indicator,
    keep,
    spine,
    year_of,
)
from shelter.partners.models import House
from shelter.texts import later as _

from .models import Case, Person

REGISTERED = "cases.registered"
OF_CASE = ("sex", "age_band", "nationality", "exploitation", "country_of_exploitation", "year", "province")
PROVINCE = sa.select(House.province).where(House.id == Case.house_id).scalar_subquery()


def of_case(year: Any, age_band: Any = None) -> list[sa.ColumnElement[Any]]:
    """Which case it is, and the facts of it and its person.

    Her age band is the one frozen when it happened, where it was known then; the province is that of her house.
    """
    return [Case.id.label("case_id"), *_facts(age_band), year.label("year"), PROVINCE.label("province")]


def to_keep(*more: Any, age_band: Any = None) -> sa.Select[Any]:
    """What figures that are kept are counted from: whose it is, and the same facts but year and province.

    Those two follow from when it happened and in which house.
    """
    whose = (Case.person_id, Case.id.label("case_id"), Case.foundation_id, Case.house_id)
    found = sa.select(*whose, *more, *_facts(age_band)).select_from(Case)
    return found.join(Person, Person.id == Case.person_id)


def _facts(age_band: Any) -> list[sa.ColumnElement[Any]]:
    age = Case.age_band if age_band is None else sa.func.coalesce(age_band, Case.age_band)
    return [
        Person.sex.label("sex"), age.label("age_band"), Person.nationality.label("nationality"),
        Case.exploitation.label("exploitation"), Case.exploited_in.label("country_of_exploitation"),
    ]


def in_scope(scope: Scope) -> sa.ColumnElement[bool]:
    """Her case is of that foundation, or of that house."""
    return scope.holds(Case.foundation_id, Case.house_id)


@indicator(REGISTERED, _("Registered cases"), *OF_CASE, means=Definition(
    counts=_("Cases opened in the period. A person who comes a second time has a second case."),
    who=_("The case was opened on a day of the period. A historic case counts on its day; where only its year is "
          "known, in a period that holds the whole year."),
    corrections=_("What was corrected counts as it stands today."),
    source=_("The cases of the houses and the historic registers."),
))
def registered(period: Period, scope: Scope) -> Rows:
    """Cases opened in the period."""
    return (
        sa.select(*of_case(year_of(Case.opened_at, period)))
        .join(Person, Person.id == Case.person_id)
        .where(during(Case.opened_at, period), in_scope(scope))
    )


spine(person=Person, case=Case, house=House)
keep(to_keep(Case.opened_at.label("at")), Step(REGISTERED))

"""Figures of services: how many were given, and to how many people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.calendar import Period
from shelter.cases.indicators import OF_CASE, REGISTERED, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person
from shelter.indicators import Definition, Rows, Scope, Step, alone, during, indicator, keep, year_of
from shelter.texts import later as _

from .models import Service

GIVEN, PERSONS = "services.given", "services.persons"
SOURCE = _("The services that were logged.")


@indicator(GIVEN, _("Services given"), "discipline", "service", *OF_CASE, unit="services", means=Definition(
    counts=_("Services that took place in the period. A person with ten services is ten."),
    who=_("The service was on a day of the period, and took place. What did not take place is not counted."),
    corrections=_("Each service as it was last corrected, once; the age is the one on its day."),
    source=SOURCE,
))
def given(period: Period, scope: Scope) -> Rows:
    """Services that took place in the period, each as it was last corrected."""
    year = year_of(Service.occurred_at, period)
    return (
        sa.select(Service.discipline, Service.type.label("service"), *of_case(year, Service.age_band))
        .join(Case, Case.id == Service.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(_held(period, scope))
    )


@indicator(PERSONS, _("People who received a service"), "discipline", "service", *OF_CASE, means=Definition(
    counts=_("People with at least one service in the period, each person once."),
    who=_("At least one service took place on a day of the period. She stands under every discipline, every service "
          "and every year in which she was served: those rows add up to more than the people. Whom two foundations "
          "served is counted by each."),
    corrections=_("Each service as it was last corrected; what else is known of her comes from her newest case."),
    source=SOURCE,
))
def persons(period: Period, scope: Scope) -> Rows:
    """Each person once, whatever she received; under every discipline, service and year in which she was served."""
    kinds = (
        sa.select(Case.person_id, Service.discipline, Service.type, year_of(Service.occurred_at, period).label("year"))
        .join(Case, Case.id == Service.case_id)
        .where(_held(period, scope))
        .distinct().subquery()
    )
    received = sa.select(
        kinds.c.person_id, _together(kinds.c.discipline, "discipline"), _together(kinds.c.type, "service"),
        _together(kinds.c.year, "year"),
    ).group_by(kinds.c.person_id).subquery()
    latest = _latest_case(period, scope)
    return (
        sa.select(received.c.discipline, received.c.service, *of_case(received.c.year))
        .join(Person, Person.id == received.c.person_id)
        .join(latest, latest.c.person_id == Person.id)
        .join(Case, Case.id == latest.c.id)
        .where(latest.c.place == 1)
    )


def _held(period: Period, scope: Scope) -> sa.ColumnElement[bool]:
    return sa.and_(during(Service.occurred_at, period), in_scope(scope), _took_place())


def _took_place() -> sa.ColumnElement[bool]:
    later = aliased(Service)
    return sa.and_(Service.was_held, ~sa.exists().where(later.corrects_id == Service.id))


def _together(words: Any, name: str) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(sa.type_coerce(words, sa.String), " ").label(name)


def _latest_case(period: Period, scope: Scope) -> sa.Subquery:
    """Each person's cases in the scope, newest first; those that were opened after the period stand behind."""
    order = (Case.opened_at >= period.ends_before, Case.opened_at.desc(), Case.id)
    place = sa.func.row_number().over(partition_by=Case.person_id, order_by=order).label("place")
    return sa.select(Case.id, Case.person_id, place).where(in_scope(scope)).subquery()


keep(
    to_keep(
        Service.id.label("row_id"), Service.occurred_at.label("at"), Service.discipline, Service.type.label("service"),
        age_band=Service.age_band,
    ).join(Service, Service.case_id == Case.id).where(_took_place()),
    Step(GIVEN), by_month=True, once=PERSONS, known_from=REGISTERED,
)


@alone(Service, GIVEN)
def is_the_first(service: Service) -> bool:
    """A service that is logged; one that corrects another changes what that one had added."""
    return service.corrects_id is None

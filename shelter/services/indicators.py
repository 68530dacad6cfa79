"""Figures of services: how many were given, and to how many people."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.cases.indicators import OF_PERSON, of_person
from shelter.cases.models import Case, Person
from shelter.indicators import Foundations, Period, Rows, during, indicator, owned
from shelter.texts import later as _

from .models import Service


@indicator("services.given", _("Services given"), "discipline", "service", *OF_PERSON, unit="services")
def given(period: Period, foundations: Foundations) -> Rows:
    """Services that took place in the period, each as it was last corrected."""
    return (
        sa.select(Service.discipline, Service.type.label("service"), *of_person(Service.age_band))
        .join(Case, Case.id == Service.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(_held(period, foundations))
    )


@indicator("services.persons", _("People who received a service"), "discipline", "service", *OF_PERSON)
def persons(period: Period, foundations: Foundations) -> Rows:
    """Each person once, whatever she received; under every discipline and service that she received."""
    kinds = (
        sa.select(Case.person_id, Service.discipline, Service.type)
        .join(Case, Case.id == Service.case_id)
        .where(_held(period, foundations))
        .distinct().subquery()
    )
    received = (
        sa.select(kinds.c.person_id, _together(kinds.c.discipline, "discipline"), _together(kinds.c.type, "service"))
        .group_by(kinds.c.person_id).subquery()
    )
    latest = _latest_case(period)
    return (
        sa.select(received.c.discipline, received.c.service, *of_person())
        .join(Person, Person.id == received.c.person_id)
        .join(latest, latest.c.person_id == Person.id)
        .join(Case, Case.id == latest.c.id)
        .where(latest.c.place == 1)
    )


def _held(period: Period, foundations: Foundations) -> sa.ColumnElement[bool]:
    later = aliased(Service)
    is_corrected = sa.exists().where(later.corrects_id == Service.id)
    return sa.and_(
        during(Service.occurred_at, period), owned(Service.foundation_id, foundations), Service.was_held, ~is_corrected
    )


def _together(words: Any, name: str) -> sa.ColumnElement[str]:
    return sa.func.aggregate_strings(sa.type_coerce(words, sa.String), " ").label(name)


def _latest_case(period: Period) -> sa.Subquery:
    """Each person's cases, newest first; those that were opened after the period stand behind."""
    order = (Case.opened_at >= period.ends_before, Case.opened_at.desc(), Case.id)
    place = sa.func.row_number().over(partition_by=Case.person_id, order_by=order).label("place")
    return sa.select(Case.id, Case.person_id, place).subquery()

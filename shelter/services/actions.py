"""The verbs of services: log one, correct one."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.audit import enter
from shelter.calendar import now
from shelter.cases import returning
from shelter.cases.actions import reached
from shelter.cases.models import Case, CaseCard
from shelter.codes.cases import Milestone
from shelter.codes.services import Modality, NotHeld, ServiceType
from shelter.db import db
from shelter.db.written import ask

from . import queries, rules
from .models import Service


def log(
    case: Case, *, by: uuid.UUID, type: ServiceType, was_held: bool, occurred_at: datetime, minutes: int | None = None,
    not_held: NotHeld | None = None, modality: Modality = Modality.IN_PERSON, headline: str | None = None,
    body: str | None = None, corrects: Service | None = None,
) -> Service:
    """Record a service, on the timeline too; the card remembers the last one that took place."""
    occurred_at = rules.when(occurred_at, opened_at=case.opened_at, closed_at=case.closed_at, now=now())
    if was_held and type is ServiceType.RETURN:
        returning.may_return(case, "type")
    if was_held:
        _keep_the_latest(case, occurred_at)
    service = Service(
        foundation_id=case.foundation_id, case_id=case.id, discipline=type.of, type=type, by_id=by, was_held=was_held,
        minutes=rules.length(was_held, minutes), not_held=rules.why_not(was_held, not_held), modality=modality,
        occurred_at=occurred_at, age_band=case.age_band, headline=headline, body=body,
        corrects_id=corrects.id if corrects else None,
    )
    enter(service)
    reached(
        case, Milestone.SERVICE_GIVEN if was_held else Milestone.SERVICE_MISSED, at=service.occurred_at, by=by,
        about=service, detail=str(service.discipline), corrects=corrects,
    )
    return service


def correct(case: Case, service: Service, *, by: uuid.UUID, **given: Any) -> Service:
    """Record how it really was. What was written before stays, named by what corrects it; figures count the new one.

    The case is held, so that two people do not correct the same at once.
    """
    rules.may_be_corrected(queries.corrected_by(service) is not None)
    corrected = log(case, by=by, corrects=service, **given)
    case.card.last_service_at = queries.last_given_at(case)
    return corrected


def _keep_the_latest(case: Case, at: datetime) -> None:
    """In one statement, so that two people who save at once cannot turn the date back."""
    ask(db.session.connection(), _KEEP, {"of": case.id, "at": at})


_CARD = CaseCard.__table__.c
_KEEP = (
    sa.update(CaseCard.__table__)  # type: ignore[arg-type]
    .where(
        _CARD.case_id == sa.bindparam("of"),
        sa.or_(_CARD.last_service_at.is_(None), _CARD.last_service_at < sa.bindparam("at")),
    )
    .values(last_service_at=sa.bindparam("at"))
)

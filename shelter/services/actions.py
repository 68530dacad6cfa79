"""The verb of services: log one."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa

from shelter.calendar import now
from shelter.cases.actions import reached
from shelter.cases.models import Case, CaseCard
from shelter.codes.cases import Milestone
from shelter.codes.services import Modality, NotHeld, ServiceType
from shelter.db import db

from . import rules
from .models import Service


def log(
    case: Case, *, by: uuid.UUID, type: ServiceType, was_held: bool, occurred_at: datetime, minutes: int | None = None,
    not_held: NotHeld | None = None, modality: Modality = Modality.IN_PERSON, headline: str | None = None,
    body: str | None = None,
) -> Service:
    """Record a service, on the timeline too; the card remembers the last one that took place."""
    occurred_at = rules.when(occurred_at, opened_at=case.opened_at, closed_at=case.closed_at, now=now())
    if was_held:
        _keep_the_latest(case, occurred_at)
    service = Service(
        foundation_id=case.foundation_id, case_id=case.id, discipline=type.of, type=type, by_id=by, was_held=was_held,
        minutes=rules.length(was_held, minutes), not_held=rules.why_not(was_held, not_held), modality=modality,
        occurred_at=occurred_at, age_band=case.age_band, headline=headline, body=body,
    )
    db.session.add(service)
    reached(
        case, Milestone.SERVICE_GIVEN if was_held else Milestone.SERVICE_MISSED, at=service.occurred_at, by=by,
        about=service, detail=str(service.discipline),
    )
    return service


def _keep_the_latest(case: Case, at: datetime) -> None:
    """In one statement, so that two people who save at once cannot turn the date back."""
    db.session.connection().execute(_KEEP, {"of": case.id, "at": at})


_CARD = CaseCard.__table__.c
_KEEP = (
    sa.update(CaseCard.__table__)  # type: ignore[arg-type]
    .where(
        _CARD.case_id == sa.bindparam("of"),
        sa.or_(_CARD.last_service_at.is_(None), _CARD.last_service_at < sa.bindparam("at")),
    )
    .values(last_service_at=sa.bindparam("at"))
)

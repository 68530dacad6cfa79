"""The verb of follow-up: record a contact, or a try."""

from __future__ import annotations

import uuid
from datetime import datetime

from shelter.calendar import local, now
from shelter.cases import queries
from shelter.cases.actions import move_to, reached
from shelter.cases.models import Case
from shelter.codes.cases import CaseState, Channel, Milestone, Stage
from shelter.codes.leaving import Outcome
from shelter.db import db

from . import rules
from .models import FollowUp, contacts_of, tries_since


def record(
    case: Case, *, by: uuid.UUID, month: int, occurred_at: datetime, channel: Channel, outcome: Outcome,
    note: str | None = None,
) -> FollowUp:
    """Record what a contact with a case that is held brought, and bring the card up to date."""
    left_at = rules.may_record(case.state, queries.reached_at(case, Milestone.EXITED), month)
    early = rules.is_early(month, local(occurred_at).date(), local(left_at).date())
    contact = FollowUp(
        foundation_id=case.foundation_id, case_id=case.id, month=month, by_id=by, channel=channel, outcome=outcome,
        occurred_at=rules.when(occurred_at, left_at=left_at, now=now()), age_band=case.age_band, note=note,
        is_fulfilled=rules.counts(outcome) and not early,
    )
    db.session.add(contact)
    reached(case, Milestone.FOLLOWED_UP, at=contact.occurred_at, by=by, about=contact, detail=str(outcome))
    if contact.is_fulfilled:
        reached(case, Milestone.KEPT_IN_TOUCH, at=contact.occurred_at, by=by, about=contact, detail=str(month))
    db.session.flush()
    _go_on(case, contact, left_at, by)
    return contact


def _go_on(case: Case, contact: FollowUp, left_at: datetime, by: uuid.UUID) -> None:
    contacts = contacts_of(case.id)
    plan = rules.schedule(local(left_at).date(), tries_since(contacts, left_at))
    if plan.is_over:
        move_to(case, Stage.CLOSED, state=CaseState.CLOSED, next_due_on=None, next_step=None)
        reached(case, Milestone.CLOSED, at=contact.occurred_at, by=by, about=contact, detail=str(contact.outcome))
    else:
        move_to(case, Stage.FOLLOW_UP, next_due_on=plan.next_due_on, next_step="follow_up")

"""The verbs of referrals: receive a referral, answer it."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa

from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Milestone
from shelter.codes.referrals import ReferralState
from shelter.db import db
from shelter.partners.models import House

from . import rules
from .models import Referral


def receive(house: House, *, by: uuid.UUID, **values: Any) -> Referral:
    """Write down what the caller or the letter says."""
    rules.may_be_received(values["received_at"], now())
    referral = Referral(foundation_id=house.foundation_id, house_id=house.id, by_id=by, **values)
    db.session.add(referral)
    return referral


def answer(referral: Referral, *, by: uuid.UUID, state: ReferralState, reason: str | None) -> Case | None:
    """Accept (which opens a case), redirect, or say that she cannot be received."""
    db.session.execute(sa.select(Referral.id).where(Referral.id == referral.id).with_for_update())
    db.session.refresh(referral)
    rules.may_be_answered(referral.state)
    rules.needs_reason(state, reason)
    referral.state, referral.answered_at, referral.answered_by_id, referral.answer = state, now(), by, reason
    return _open(referral, by) if state is ReferralState.ACCEPTED else None


def _open(referral: Referral, by: uuid.UUID) -> Case:
    house = db.session.get_one(House, referral.house_id)
    case = cases.open_case(house, by=by, opened_at=referral.received_at, name_used=referral.name)
    case.person.language = referral.language
    case.card.is_safe, case.card.needs_doctor = referral.is_safe, referral.needs_doctor
    cases.reached(case, Milestone.REFERRED, at=referral.received_at, by=referral.by_id, about=referral)
    db.session.flush()
    referral.case_id = case.id
    return case

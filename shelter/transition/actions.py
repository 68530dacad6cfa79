"""The verb of transition: leave the house."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.cases import queries as finding
from shelter.cases import returning
from shelter.cases.models import Case
from shelter.cases.records import Stay
from shelter.cases.rules import follow_ups_due
from shelter.codes.cases import Answer, CaseState, ConsentAnswer, ConsentPurpose, Milestone, Stage
from shelter.codes.leaving import Destination, ExitReason
from shelter.codes.places import Province
from shelter.db import db
from shelter.rules import RuleBroken
from shelter.texts import say as _

from . import queries, rules
from .models import Exit


def leave(
    case: Case, *, by: uuid.UUID, left_at: datetime, reason: ExitReason, destination: Destination | None = None,
    province: Province | None = None, was_her_decision: Answer | None = None, plan: str | None = None,
    consent: ConsentAnswer | None = None, contact: dict[str, Any] | None = None,
) -> Exit:
    """End the stay of a case that is held: the bed is free, the follow-up begins (or the case closes)."""
    stay = finding.open_stay(case)
    if stay is None:
        raise RuleBroken(_("She is not in the house: there is no stay to end. A stay ends once."))
    destination = rules.where(reason, destination, province)
    _freely(case, reason, destination, was_her_decision)
    stay.left_at = rules.when(left_at, arrived_at=stay.arrived_at, now=now())
    done = Exit(
        foundation_id=case.foundation_id, case_id=case.id, stay_id=stay.id, left_at=stay.left_at, by_id=by,
        reason=reason, destination=destination, province=province.value if province else None,
        was_her_decision=was_her_decision or Answer.UNKNOWN, age_band=case.age_band, plan=plan,
    )
    db.session.add(done)
    cases.reached(case, Milestone.EXITED, at=done.left_at, by=by, about=done, detail=str(reason))
    if reason is not ExitReason.DEATH:
        _agree(case, by, consent, contact or {})
    _go_on(case, done, by)
    return done


def correct(case: Case, *, by: uuid.UUID, left_at: datetime) -> Exit:
    """When she really left: the stay, the exit and the follow-up, and every clock that counts from it, follow."""
    done = queries.latest(case)
    if barrier := why_not_corrected(case, done):
        raise RuleBroken(barrier)
    assert done is not None
    stay = db.session.get_one(Stay, done.stay_id)
    rules.before_the_next(left_at, queries.next_in_bed(stay))
    stay.left_at = done.left_at = rules.when(left_at, arrived_at=stay.arrived_at, now=now())
    told = finding.told_of(done, Milestone.EXITED)
    cases.reached(case, Milestone.EXITED, at=done.left_at, by=by, about=done, detail=str(done.reason), corrects=told)
    case.card.next_due_on = _first_contact(done)
    return done


def why_not_corrected(case: Case, done: Exit | None) -> str | None:
    """Why the moment of her last exit stays as it is; None: it may be corrected."""
    is_followed = done is not None and queries.is_followed(case, done.left_at)
    return rules.why_not_corrected(case.state, done is not None, is_followed)


def _freely(case: Case, reason: ExitReason, destination: Destination, decision: Answer | None) -> None:
    """A return is voluntary, and comes after both screenings."""
    rules.of_her_own_will(reason, destination, decision)
    if rules.is_sent_home(reason, destination):
        returning.may_return(case, "destination")


def _agree(case: Case, by: uuid.UUID, consent: ConsentAnswer | None, contact: dict[str, Any]) -> None:
    """What she said about being contacted: two questions, neither a condition for anything."""
    if consent is not None:
        cases.ask_consent(case, by=by, purpose=ConsentPurpose.FOLLOW_UP, answer=consent)
    if rules.reachable(**{"channel": None, "number": None, **contact}):
        cases.say_how_to_contact(case, by=by, **contact)


def _go_on(case: Case, done: Exit, by: uuid.UUID) -> None:
    gone: dict[str, Any] = {"is_present": False, "bed": None}
    if done.reason in rules.LAST_WORDS:
        cases.move_to(case, Stage.CLOSED, state=CaseState.CLOSED, next_due_on=None, next_step=None, **gone)
        cases.reached(case, Milestone.CLOSED, at=done.left_at, by=by, about=done, detail=str(done.reason))
        return
    cases.move_to(case, Stage.FOLLOW_UP, state=CaseState.FOLLOW_UP, next_due_on=_first_contact(done),
                  next_step="follow_up", **gone)


def _first_contact(done: Exit) -> date:
    return follow_ups_due(local(done.left_at).date())[0][1]

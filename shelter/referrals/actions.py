"""The verbs of referrals: receive one, answer it; somebody waits outside, is asked how she is, waits no more."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from shelter.access import Permission, Role
from shelter.accounts import queries as accounts
from shelter.audit import machine, work
from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Milestone
from shelter.codes.referrals import DeclineReason, HowSheIs, ReferralState, UnmetNeed, WaitEnd
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.partners.models import House, Institution
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import queries, rules
from .models import Referral, SafetyCheck, Unmet, Waiting

_PAGE = ("referrals.show", "referral")
SENT_ON = notice_kind("referral.sent_on", _later("Another house sends a referral on to yours"), *_PAGE)
DANGER = notice_kind("waiting.danger", _later("Somebody who waits outside is in danger"), *_PAGE)
LATE = notice_kind("waiting.late", _later("Somebody who waits outside was not asked today how she is"), *_PAGE)
STILL_LATE = notice_kind("waiting.still_late", _later("Nobody has asked somebody who waits outside how she is"), *_PAGE)
SENT_ALONG = (
    "institution_id", "post_id", "means", "received_at", "alerted_at", "is_alert_about", "urgency", "is_safe",
    "needs_doctor", "language", "needs_interpreter", "contact_channel", "children", "name", "caller", "contact",
    "needs", "safety", "ages", "number", "conditions",
)
"""What a house to which a referral is sent on needs in order to receive her: all that the caller said."""


def receive(house: House, *, by: uuid.UUID, **values: Any) -> Referral:
    """Write down what the caller or the letter says."""
    rules.may_be_received(values["received_at"], now())
    values["alerted_at"] = rules.when_alerted(
        values.get("alerted_at"), values["received_at"], now(), is_about=values.get("is_alert_about", False))
    rules.is_reachable(values.get("contact_channel"), values.get("number"), values.get("conditions"))
    rules.children_have_ages(values.get("children") or 0, values.get("ages"))
    referral = Referral(foundation_id=house.foundation_id, house_id=house.id, by_id=by, **values)
    db.session.add(referral)
    return referral


def answer(
    referral: Referral, *, by: uuid.UUID, state: ReferralState, reason: str | None,
    decline_reason: DeclineReason | None = None, to_house_id: uuid.UUID | None = None,
    to_institution_id: uuid.UUID | None = None, is_told: bool = False, unmet: Collection[UnmetNeed] = (),
) -> Case | None:
    """Accept (which opens a case), send on to a house or an institution, or say that she cannot be received."""
    db.session.execute(sa.select(Referral.id).where(Referral.id == referral.id).with_for_update())
    db.session.refresh(referral)
    rules.may_be_answered(referral.state)
    if state is not ReferralState.REDIRECTED:  # what was chosen before the answer was changed goes nowhere
        to_house_id = to_institution_id = None
    rules.says_where_or_why(state, reason=reason, to_house=to_house_id, to_institution=to_institution_id,
                            decline_reason=decline_reason, came_from=referral.institution_id)
    there = db.session.get(Institution, to_institution_id) if to_institution_id else None
    rules.her_country_is_not_told(there.kind if there else None)
    referral.state, referral.answered_at, referral.answered_by_id, referral.answer = state, now(), by, reason
    if state is ReferralState.DECLINED:
        referral.decline_reason = decline_reason or DeclineReason.OTHER
    if state is ReferralState.REDIRECTED:
        referral.to_institution_id = to_institution_id
        if to_house_id:
            _send_on(referral, to_house_id, by=by, is_told=is_told)
    needs = rules.unmet_by(referral.decline_reason, unmet)
    for need in needs:
        db.session.add(Unmet(foundation_id=referral.foundation_id, house_id=referral.house_id,
                             referral_id=referral.id, need=need, by_id=by))
    if rules.waits_outside(state, referral.decline_reason, needs, is_safe=referral.is_safe):
        begin_waiting(referral, by=by, lodging=None)
    elif state is ReferralState.ACCEPTED:
        _wait_no_more_elsewhere(referral, by=by)
    return _open(referral, by) if state is ReferralState.ACCEPTED else None


def _send_on(referral: Referral, to_house_id: uuid.UUID, *, by: uuid.UUID, is_told: bool) -> Referral:
    """The other house receives what was said here, and decides for itself."""
    rules.may_be_sent_on(referral.house_id, to_house_id, is_told=is_told)
    house = db.session.get_one(House, to_house_id)
    if house.ended_on:
        raise RuleBroken(_("That house does not receive anybody any more"), "to_house_id")
    referral.to_house_id = house.id
    along = {name: getattr(referral, name) for name in SENT_ALONG}
    place = {"foundation_id": house.foundation_id, "house_id": house.id}
    sent = Referral(**place, by_id=by, sent_on_from_id=referral.id, **along)
    db.session.add(sent)
    tell(accounts.holding(Permission.REFERRAL_WRITE, house.id), SENT_ON, about=sent, but=by)
    return sent


def _open(referral: Referral, by: uuid.UUID) -> Case:
    house = db.session.get_one(House, referral.house_id)
    case = cases.open_case(house, by=by, opened_at=referral.received_at, name_used=referral.name)
    case.person.language = referral.language
    for name in ("is_safe", "needs_doctor", "needs_interpreter"):
        setattr(case.card, name, getattr(referral, name))
    if referral.alerted_at:
        cases.alerted(case, at=referral.alerted_at, by=referral.by_id, is_about=referral.is_alert_about)
    cases.reached(case, Milestone.REFERRED, at=referral.received_at, by=referral.by_id, about=referral)
    db.session.flush()
    referral.case_id = case.id
    return case


# --- outside ----------------------------------------------------------------------------------------------------------

def begin_waiting(referral: Referral, *, by: uuid.UUID, lodging: str | None) -> Waiting:
    """She has no place yet: where she is meanwhile; from now on somebody asks every day how she is."""
    if waiting := queries.waits(referral.id):
        return _sleeps(waiting, lodging)
    began_at = now()
    waiting = Waiting(foundation_id=referral.foundation_id, house_id=referral.house_id, referral_id=referral.id,
                      by_id=by, began_at=began_at, due_at=rules.first_check(began_at, lodging), lodging=lodging)
    db.session.add(waiting)
    return waiting


def _sleeps(waiting: Waiting, lodging: str | None) -> Waiting:
    """Where she is, of somebody who waits since the answer."""
    _hold(waiting)
    if waiting.lodging:
        raise RuleBroken(_("She is on the list of those who wait already"))
    waiting.lodging = lodging
    if not queries.checks(waiting.referral_id):
        waiting.due_at, waiting.told = rules.next_check(now()), 0
    return waiting


def check(
    waiting: Waiting, *, by: uuid.UUID, checked_at: datetime, how: HowSheIs, done: str | None, lodging: str | None,
) -> SafetyCheck:
    """How she is today. In danger: the coordination is told at once. Not reached: she is tried again today."""
    _hold(waiting)
    rules.may_be_checked(waiting.ended_at, checked_at, waiting.began_at, now())
    rules.danger_is_answered(how, done)
    made = SafetyCheck(foundation_id=waiting.foundation_id, waiting_id=waiting.id, referral_id=waiting.referral_id,
                       by_id=by, checked_at=checked_at, how=how, done=done)
    db.session.add(made)
    if how is not HowSheIs.NOT_REACHED and rules.next_check(checked_at) > waiting.due_at:
        waiting.due_at, waiting.told = rules.next_check(checked_at), 0
    if lodging:
        waiting.lodging = lodging
    if how is HowSheIs.IN_DANGER:
        tell(_coordination(waiting.house_id), DANGER, about=_referral(waiting), but=by)
    return made


def end_waiting(waiting: Waiting, *, by: uuid.UUID | None, ended: WaitEnd, ending: str | None = None) -> Waiting:
    """She has a place, or why nobody asks any more."""
    _hold(waiting)
    rules.still_waits(waiting.ended_at)
    if ended in {WaitEnd.OTHER, WaitEnd.LOST} and not ending:
        raise RuleBroken(_("Write how it ended"), "ending")
    waiting.ended_at, waiting.ended, waiting.ended_by_id, waiting.ending = now(), ended, by, ending
    if ended is WaitEnd.PLACED:
        _wait_no_more_elsewhere(_referral(waiting), by=by)
    return waiting


def _wait_no_more_elsewhere(referral: Referral, *, by: uuid.UUID | None) -> None:
    """She has a place: the houses that sent her on, one to the other, ask no more how she is."""
    while referral.sent_on_from_id:
        referral = db.session.get_one(Referral, referral.sent_on_from_id)
        if waiting := queries.waits(referral.id):
            end_waiting(waiting, by=by, ended=WaitEnd.PLACED)


def _coordination(house_id: uuid.UUID) -> list[uuid.UUID]:
    """Who coordinates the house; where nobody does, the team."""
    found = [each for each, _name, _roles in accounts.in_house(house_id, [Role.SHELTER_COORDINATOR])]
    return found or accounts.holding(Permission.REFERRAL_WRITE, house_id)


def _hold(waiting: Waiting) -> None:
    db.session.refresh(waiting, with_for_update=True)


def _referral(waiting: Waiting) -> Referral:
    return db.session.get_one(Referral, waiting.referral_id)


@every(minutes=15)
def look_after_those_who_wait() -> None:
    """Whoever arrived waits no more; of a late check the team is told, then, every day again, the coordination."""
    moment = now()
    if not (queries.arrived() or queries.late(moment)):
        return
    with work("waiting.tell", by=machine):
        for waiting in queries.arrived():
            end_waiting(waiting, by=None, ended=WaitEnd.PLACED)
        for waiting in queries.late(moment):
            _tell_late(waiting, moment)


def _tell_late(waiting: Waiting, moment: datetime) -> None:
    level = rules.whom_to_tell(waiting.due_at, waiting.told, moment)
    if level == rules.TEAM:
        tell(accounts.holding(Permission.REFERRAL_WRITE, waiting.house_id), LATE, about=_referral(waiting))
    elif level >= rules.COORDINATION:
        tell(_coordination(waiting.house_id), STILL_LATE, about=_referral(waiting))
    waiting.told = level or waiting.told

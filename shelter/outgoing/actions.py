"""The verbs of outgoing referrals: prepare, ask her, send, answer, withdraw, tell her, review, screen, remind."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from shelter import answers
from shelter.access import Permission
from shelter.accounts import queries as accounts
from shelter.audit import machine, work
from shelter.calendar import local, now, today
from shelter.cases import actions as cases
from shelter.cases import queries as spine
from shelter.cases import returning
from shelter.cases import rules as spine_rules
from shelter.cases.models import Case
from shelter.cases.records import Screened
from shelter.codes.cases import Answer, AnsweredBy, ConsentAnswer, Heard, Milestone
from shelter.codes.outgoing import Basis, NotAttended, NotTold, OutgoingState, Screening, Shared, Through, WithdrawnWhy
from shelter.db import db
from shelter.notices import notice_kind, tell
from shelter.partners import queries as partners
from shelter.partners.models import House, Institution, Post
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import letter, queries, rules
from .models import Outgoing, Reply

ANSWER = "referral.answer"
_PAGE = ("outgoing.of_case", "case")
ANSWERED = notice_kind("outgoing.answered", _later("An institution answered about a case of yours"), *_PAGE)
SILENT = notice_kind("outgoing.silent", _later("An institution has not answered: call it"), *_PAGE)
TAKEN_BACK = notice_kind(
    "outgoing.taken_back", _later("Her consent to something that was sent does not hold any more"), *_PAGE)
WITHOUT = notice_kind("outgoing.without", _later("Something left about a case without her consent: review it"), *_PAGE)


def prepare(
    case: Case, *, by: uuid.UUID, institution: Institution, post: Post | None, fields: list[Shared], **values: Any,
) -> Outgoing:
    """Write down what an institution is asked for and what it would be told. Nothing leaves."""
    rules.case_goes_on(case.state)
    outgoing = Outgoing(
        foundation_id=case.foundation_id, case_id=case.id, reference=_free_reference(), by_id=by,
        institution_id=institution.id, institution_kind=institution.kind, post_id=post.id if post else None,
        basis=values["basis"],
        fields=[str(each) for each in rules.fields_of(fields, values.get("note"))],
    )
    outgoing.institution = institution
    for name, value in values.items():
        setattr(outgoing, name, value)
    _respects(case, outgoing)
    db.session.add(outgoing)
    return outgoing


def _free_reference() -> str:
    while db.session.scalar(sa.select(Outgoing.id).where(Outgoing.reference == (made := rules.new_reference()))):
        continue
    return made


def _respects(case: Case, outgoing: Outgoing, in_writing: bool | None = None) -> None:
    """What holds when it is prepared, and again when it is sent."""
    found, basis = returning.answers(case), outgoing.basis
    refuge = found.get(Screening.REFUGE)
    if not partners.exists_on(outgoing.institution, today()):
        raise RuleBroken(_("That institution does not exist any more: choose the one that followed it"), "to")
    rules.no_consulate_first(outgoing.institution.kind, basis, refuge)
    rules.returns_freely(outgoing.service, basis, in_writing=in_writing, refuge=refuge,
                         safe=found.get(Screening.RETURN))
    rules.has_grounds(basis, outgoing.grounds, may_be_a_child=_may_be_a_child(case))
    rules.is_the_minimum(basis, outgoing.shared)
    rules.cannot_wait(basis, outgoing.service, outgoing.urgency)
    rules.gives_it(basis, outgoing.service, outgoing.institution.kind)
    rules.is_an_office(outgoing.reply_to or "")
    person, house = case.person, db.session.get_one(House, case.house_id)
    texts = {"needs": outgoing.needs, "note": outgoing.note, "reply_to": outgoing.reply_to, "grounds": outgoing.grounds}
    spine_rules.names_nobody(texts, (person.name_used, person.names, person.surnames, person.document))
    spine_rules.tells_no_place(texts, house.name, house.address)


def _may_be_a_child(case: Case) -> bool:
    """Doubt is resolved in favour of the younger age (CNA, art. 5)."""
    age = spine.age_of(case, today())
    return age is None or age < spine_rules.OF_AGE


def ask_her(
    case: Case, outgoing: Outgoing, *, by: uuid.UUID, is_written: bool, answer: ConsentAnswer,
    given_by: AnsweredBy | None = None, representative: str | None = None, heard: Heard | None = None,
    seen: str | None = None, **values: Any,
) -> None:
    """She is asked for exactly this: that institution, that service, this text, which is kept as it was read to her.

    For a child somebody answers, and she is heard.
    """
    rules.may_be_sent(outgoing.state)
    rules.was_read(seen, letter.mark(case, outgoing))
    given_by = given_by or AnsweredBy.HERSELF
    spine_rules.answers_for_her(given_by, answer, heard, representative, spine.age_of(case, today()))
    if given_by is not AnsweredBy.HERSELF:
        values |= {"representative": representative, "heard": heard}
    outgoing.left = letter.as_read(case, outgoing)
    consent = cases.ask_consent(
        case, by=by, purpose=rules.purpose_of(outgoing.institution.kind), institution_id=outgoing.institution_id,
        recipient=outgoing.institution.name["es"], fields=[word for word, _text in outgoing.left],
        is_written=is_written, answer=answer, given_by=given_by, **values,
    )
    db.session.flush()
    outgoing.consent_id = consent.id


def send(
    case: Case, outgoing: Outgoing, *, by: uuid.UUID, was_told: bool | None = None, not_told: NotTold | None = None,
    seen: str | None = None,
) -> Outgoing:
    """Now it leaves: what leaves is written down word for word, and a slip is made for the answer."""
    _hold(case, outgoing)
    rules.case_goes_on(case.state)
    rules.may_be_sent(outgoing.state)
    rules.was_read(seen, letter.mark(case, outgoing))
    consent = queries.consent_for(case, outgoing)
    _respects(case, outgoing, in_writing=consent.is_written if consent else None)
    if outgoing.basis is Basis.CONSENT:
        rules.agrees(consent is not None)
        outgoing.consent_id = consent.id if consent else None
    else:
        rules.she_is_told(outgoing.basis, was_told=was_told, not_told=not_told, may_be_a_child=_may_be_a_child(case))
        outgoing.told_at, outgoing.not_told = (now(), None) if was_told else (None, not_told)
        tell(accounts.holding(Permission.OUTGOING_REVIEW, case.house_id), WITHOUT, about=case, but=by)
    outgoing.left = letter.as_read(case, outgoing)
    outgoing.state, outgoing.sent_at, outgoing.sent_by_id = OutgoingState.SENT, now(), by
    outgoing.age_band = case.age_band
    answers.issue(ANSWER, outgoing.id, lasts=slip_lasts(consent), by=by)
    cases.reached(case, Milestone.REFERRED_OUT, at=outgoing.sent_at, by=by, about=outgoing,
                  detail=str(outgoing.service))
    return outgoing


def slip_lasts(consent: spine.Asked | None) -> timedelta:
    """How long a slip works: never longer than her consent."""
    return rules.slip_lasts(consent.ends_on if consent else None, now())


def reply(
    case: Case, outgoing: Outgoing, *, by: uuid.UUID | None, state: OutgoingState, through: Through,
    reason: NotAttended | None = None, attended_on: date | None = None, who: str | None = None,
    note: str | None = None, is_correction: bool = False, is_tap: bool = False,
) -> Reply:
    """What the institution says. The last word stands; one that was written down wrong is corrected by it."""
    _hold(case, outgoing)
    rules.may_be_answered(outgoing.state, state, is_correction=is_correction)
    assert outgoing.sent_at is not None
    rules.is_an_answer(state, reason, attended_on, local(outgoing.sent_at).date(), today(), note=note,
                       is_tap=is_tap)
    before = queries.last_reply(outgoing)
    if before and rules.is_no_news(before.state, state, is_hers=by is not None and before.by_id == by,
                                   says_more=bool(who or note or is_correction)):
        return before
    found = Reply(
        foundation_id=case.foundation_id, case_id=case.id, outgoing_id=outgoing.id, state=state, through=through,
        reason=reason if state is OutgoingState.NOT_ATTENDED else None, by_id=by, who=who, note=note,
        attended_on=attended_on if state is OutgoingState.ATTENDED else None,
    )
    db.session.add(found)
    outgoing.state, outgoing.heard_at, outgoing.reminded_at = state, found.entered_at or now(), None
    if state is not OutgoingState.RECEIVED:
        answers.revoke(ANSWER, outgoing.id)
    cases.reached(case, Milestone.REFERRAL_ANSWERED, at=outgoing.heard_at, by=by, about=found, detail=str(state),
                  corrects=before if is_correction and before else None)
    tell(_those_who_care(case, outgoing), ANSWERED, about=case, but=by)
    return found


def _those_who_care(case: Case, outgoing: Outgoing) -> list[uuid.UUID]:
    """Who sent it, and who is responsible for the case."""
    return [each for each in (outgoing.sent_by_id, case.card.lead_id) if each]


def withdraw(case: Case, outgoing: Outgoing, *, by: uuid.UUID, why: WithdrawnWhy) -> Outgoing:
    """It is over, and its slip works no more. What left stays written down."""
    _hold(case, outgoing)
    rules.may_be_withdrawn(outgoing.state)
    outgoing.state, outgoing.withdrawn_at, outgoing.withdrawn_why = OutgoingState.WITHDRAWN, now(), why
    answers.revoke(ANSWER, outgoing.id)
    return outgoing


def was_told(outgoing: Outgoing) -> Outgoing:
    """She knows by now what left without her consent."""
    outgoing.told_at = outgoing.told_at or now()
    return outgoing


def review(outgoing: Outgoing, *, by: uuid.UUID) -> Outgoing:
    """Another person looked at what left without consent."""
    db.session.refresh(outgoing, with_for_update={"of": Outgoing})
    rules.may_review(by, outgoing.sent_by_id, outgoing.basis, outgoing.reviewed_at, prepared_by=outgoing.by_id)
    outgoing.reviewed_at, outgoing.reviewed_by_id = now(), by
    return outgoing


def screen(case: Case, *, by: uuid.UUID, kind: Screening, answer: Answer, note: str | None) -> Screened:
    """What she said, or what the assessment found; what was found before stays."""
    rules.case_goes_on(case.state)
    found = Screened(foundation_id=case.foundation_id, case_id=case.id, kind=kind, answer=answer, by_id=by, note=note)
    db.session.add(found)
    cases.heed(case)
    return found


def new_slip(case: Case, outgoing: Outgoing, *, by: uuid.UUID) -> None:
    """Another slip for one that got lost: the earlier code stops working. None where she does not agree any more."""
    _hold(case, outgoing)
    rules.case_goes_on(case.state)
    rules.may_be_answered(outgoing.state)
    consent = queries.consent_for(case, outgoing)
    if outgoing.basis is Basis.CONSENT:
        rules.agrees(consent is not None)
    rules.no_consulate_first(outgoing.institution.kind, outgoing.basis, returning.answers(case).get(Screening.REFUGE))
    answers.issue(ANSWER, outgoing.id, lasts=slip_lasts(consent), by=by)
    outgoing.withdrawn_at = None


def may_still_be_told(case: Case, outgoing: Outgoing) -> bool:
    """Whether nothing was found since that forbids it: a consulate is told nothing of who may need refuge."""
    refuge = returning.answers(case).get(Screening.REFUGE)
    with suppress(RuleBroken):
        rules.no_consulate_first(outgoing.institution.kind, outgoing.basis, refuge)
        return True
    return False


def still_holds(case: Case, outgoing: Outgoing) -> bool:
    """Whether what left may still be used: she agrees, or it left by law; and nothing found since forbids it."""
    agrees = outgoing.basis is not Basis.CONSENT or queries.consent_for(case, outgoing) is not None
    return agrees and may_still_be_told(case, outgoing)


@cases.when_she_says_no
def hold_back(case: Case) -> None:
    """What left and does not hold any more is marked, so that nobody is asked to call about it."""
    for outgoing in queries.waiting_of(case):
        if still_holds(case, outgoing):
            outgoing.withdrawn_at = None
        else:
            _stop(case, outgoing)


def _stop(case: Case, outgoing: Outgoing) -> None:
    """Its slip works no more, and the people of the case are told, once: they decide whether it is withdrawn."""
    answers.revoke(ANSWER, outgoing.id)
    if outgoing.withdrawn_at is None:
        outgoing.withdrawn_at = now()
        tell({*_those_who_care(case, outgoing), *case.team_ids}, TAKEN_BACK, about=case)


def _hold(case: Case, outgoing: Outgoing) -> None:
    cases.hold(case)
    db.session.refresh(outgoing, with_for_update={"of": Outgoing})


@every(hours=6)
def remind_of_silence() -> None:
    """Whoever sent what nobody answers is reminded, once for each silence."""
    if not queries.silent():
        return
    with work("outgoing.remind", by=machine):
        for outgoing in queries.silent():
            outgoing.reminded_at = now()
            case = db.session.get_one(Case, outgoing.case_id)
            if still_holds(case, outgoing):
                tell(_those_who_care(case, outgoing), SILENT, about=case)
            else:
                _stop(case, outgoing)

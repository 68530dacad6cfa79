"""What an outgoing referral must respect, in plain values."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from shelter.calendar import moment_of
from shelter.cases.rules import TELEPHONE, may_return, refuge_first
from shelter.codes.cases import Answer, CaseState, ConsentPurpose
from shelter.codes.outgoing import Basis, NotAttended, NotTold, OutgoingState, Shared
from shelter.codes.referrals import InstitutionKind, Urgency
from shelter.codes.services import ServiceType
from shelter.rules import RuleBroken
from shelter.texts import say as _
from shelter.tokens.rules import in_groups, new_letters

S = OutgoingState
ALWAYS = frozenset({Shared.NEEDS})
MINIMUM = {
    Basis.VITAL: ALWAYS | {Shared.NAME_USED, Shared.AGE, Shared.LANGUAGE},
    Basis.CHILD: ALWAYS | {Shared.NAME_USED, Shared.FULL_NAME, Shared.AGE, Shared.LANGUAGE},
    Basis.ORDER: frozenset(Shared) - {Shared.NOTE},
}
"""The most that may leave without her consent."""
_NOW = frozenset({
    ServiceType.FIRST_AID, ServiceType.CRISIS, ServiceType.PSYCHIATRY, ServiceType.PROTECTION, ServiceType.SPAVT,
    ServiceType.TRIAGE, ServiceType.REPRODUCTIVE, ServiceType.TREATMENT, ServiceType.EMERGENCY, ServiceType.ESCORT,
    ServiceType.INTERPRETING,
})
AT_ONCE = {Basis.VITAL: _NOW, Basis.CHILD: _NOW | {ServiceType.COMPLAINT}}
"""What may be asked for without her consent: what protects a life, health, or a child, today; nothing that can wait."""
_K = InstitutionKind
_CARES = frozenset({_K.HEALTH, _K.SOCIAL, _K.GOVERNMENT, _K.INTERNATIONAL, _K.NGO, _K.LOCAL})
_PROTECTS = frozenset({_K.PROSECUTOR, _K.POLICE, _K.PROTECTION, _K.JUSTICE, _K.GOVERNMENT, _K.OMBUDSMAN})
_LAW = frozenset({ServiceType.PROTECTION, ServiceType.SPAVT, ServiceType.COMPLAINT})
_ANY = frozenset({ServiceType.ESCORT, ServiceType.INTERPRETING})
CHOSEN = (Shared.NAME_USED, Shared.FULL_NAME, Shared.AGE, Shared.NATIONALITY, Shared.DOCUMENT, Shared.LANGUAGE)
NAMES_HER = frozenset({Shared.NAME_USED, Shared.FULL_NAME, Shared.DOCUMENT})
SILENCE = {Urgency.TODAY: timedelta(days=1), Urgency.DAYS: timedelta(days=3), Urgency.PLANNED: timedelta(days=10)}
"""After so long without a word whoever sent it is reminded."""
WAITING = (S.SENT, S.RECEIVED)
ANSWERS = (S.RECEIVED, S.ATTENDED, S.NOT_ATTENDED)
ANSWERED = frozenset(ANSWERS)
SLIP_LASTS = timedelta(days=60)
GROUNDS, DIFFERENT = 12, 6
"""Letters at least of what makes it necessary, and different ones among them: nobody reviews a single word."""
_OFFICE = re.compile(rf"{TELEPHONE}|[^@\s]{{1,64}}@[^@\s.]+(\.[^@\s.]+)+", re.IGNORECASE)


def new_reference() -> str:
    """By which both sides speak of it: random, tells nothing. 32⁸ possibilities."""
    return in_groups(new_letters(8)).upper()


def purpose_of(kind: InstitutionKind) -> ConsentPurpose:
    """What she is asked: sharing with the prosecutor's office is a question of its own."""
    return ConsentPurpose.PROSECUTION if kind is InstitutionKind.PROSECUTOR else ConsentPurpose.REFERRAL


def case_goes_on(state: CaseState) -> None:
    """Nobody is referred whose case is closed."""
    if state is CaseState.CLOSED:
        raise RuleBroken(_("The case is closed: nothing leaves of it any more"))


def fields_of(chosen: Collection[Shared], note: str | None) -> list[Shared]:
    """Everything that leaves, in the order in which it is printed."""
    leaving = {*ALWAYS, *chosen, *([Shared.NOTE] if note else [])}
    return [each for each in Shared if each in leaving]


def is_the_minimum(basis: Basis, fields: Collection[Shared]) -> None:
    """Without her consent only what is needed leaves."""
    if basis is Basis.CONSENT:
        return
    if Shared.NOTE in fields and Shared.NOTE not in MINIMUM[basis]:
        raise RuleBroken(_("Without her consent no note leaves: write only what is asked for"), "note")
    more = [str(each.label) for each in Shared if each in set(fields) - MINIMUM[basis]]
    if more:
        raise RuleBroken(_("Without her consent this does not leave: %(what)s", what=", ".join(more)), "fields")


def has_grounds(basis: Basis, grounds: str | None, *, may_be_a_child: bool) -> None:
    """Without her consent it is written down what happens, or what was ordered."""
    if basis is Basis.CONSENT:
        return
    if basis is Basis.CHILD and not may_be_a_child:
        raise RuleBroken(_("She is of age: this basis is for girls, boys and adolescents"), "basis")
    letters = "".join((grounds or "").split())
    if letters and len(letters) < GROUNDS:
        raise RuleBroken(
            _("That is too short: write in a few words more what happens now, or what was ordered"), "grounds")
    if len(letters) < GROUNDS or len(set(letters.casefold())) < DIFFERENT:
        raise RuleBroken(
            _("Write in a sentence what makes it necessary without her consent, or what the judge ordered"), "grounds")
    if basis is Basis.ORDER and not any(each.isdigit() for each in letters):
        raise RuleBroken(_("Write which court ordered it, the number of the order and its date"), "grounds")


def cannot_wait(basis: Basis, service: ServiceType, urgency: Urgency) -> None:
    """In an emergency, and to protect a child, only what is needed at once is asked for without her consent."""
    if basis not in AT_ONCE:
        return
    if service not in AT_ONCE[basis]:
        raise RuleBroken(_("This service is no emergency: ask for her consent, or choose another"), "service")
    if urgency is not Urgency.TODAY:
        raise RuleBroken(_("What can wait can wait for her consent: on this basis it is needed today"), "urgency")


def gives_it(basis: Basis, service: ServiceType, kind: InstitutionKind) -> None:
    """Without her consent nobody is told of her who does not give what is asked for. A judge's order names whom."""
    if basis not in AT_ONCE:
        return
    fitting = _PROTECTS if service in _LAW else _CARES | _PROTECTS if service in _ANY else _CARES
    if kind not in fitting:
        raise RuleBroken(
            _("Without her consent only an institution that gives this service is told of her: choose another"), "to")


def is_an_office(reply_to: str) -> None:
    """Telephone numbers and e-mail addresses alone: never where the house is."""
    if not all(_OFFICE.fullmatch(each.strip()) for each in re.split(r"[,;/]", reply_to)):
        raise RuleBroken(_("Write a telephone number or an e-mail of the office, and nothing else"), "reply_to")


def she_is_told(
    basis: Basis, *, was_told: bool | None, not_told: NotTold | None, may_be_a_child: bool = True,
) -> None:
    """What leaves without her consent leaves with her knowledge, or it is written down why not."""
    if basis is Basis.CONSENT:
        return
    if was_told is None:
        raise RuleBroken(_("Say whether she was told"), "was_told")
    if not was_told and not_told is None:
        raise RuleBroken(_("Say why she was not told"), "not_told")
    if not was_told and not_told is NotTold.TOO_YOUNG and not may_be_a_child:
        raise RuleBroken(_("She is of age: choose another reason"), "not_told")


def no_consulate_first(kind: InstitutionKind, basis: Basis, refuge: Answer | None) -> None:
    """No consulate without her consent, nor before it is known whether she needs refuge; whatever her papers say."""
    if kind is not InstitutionKind.CONSULATE:
        return
    if basis is not Basis.CONSENT:
        raise RuleBroken(_("No consulate is told of her without her consent"), "basis")
    refuge_first(refuge, "to")


def returns_freely(
    service: ServiceType, basis: Basis, *, in_writing: bool | None, safe: Answer | None, refuge: Answer | None,
) -> None:
    """She returns only by her own will, in writing, after both screenings. `in_writing` None: not asked yet."""
    if service is not ServiceType.RETURN:
        return
    if basis is not Basis.CONSENT:
        raise RuleBroken(_("She returns only if she wants to: choose her consent"), "basis")
    may_return(refuge, safe, "service")
    if in_writing is False:
        raise RuleBroken(_("Her will to return is needed in writing"), "is_written")


def may_be_sent(state: OutgoingState) -> None:
    """Once."""
    if state is not S.PREPARED:
        raise RuleBroken(_("This was sent already, or withdrawn. Nothing was sent now."))


def was_read(seen: str | None, mark: str) -> None:
    """What she is asked about, and what leaves, is what stood on the page. `seen` None: there was no page."""
    if seen is not None and seen != mark:
        raise RuleBroken(
            _("What would leave has changed since this page was opened. Read it again: nothing was recorded."))


def agrees(consented: bool) -> None:
    """Asked at every output."""
    if not consented:
        raise RuleBroken(_("She does not agree to this now: nothing leaves"))


def may_be_answered(state: OutgoingState, said: OutgoingState | None = None, *, is_correction: bool = False) -> None:
    """Only what left can be answered; what was withdrawn is over. Once she was attended, or was not, another answer
    corrects that one, and says so: a page that was left open undoes nothing.
    """
    if state not in {S.SENT, *ANSWERS}:
        raise RuleBroken(_("This was not sent, or was withdrawn: there is nothing to answer"))
    if said not in {None, state} and state in {S.ATTENDED, S.NOT_ATTENDED} and not is_correction:
        raise RuleBroken(
            _("Not saved: somebody wrote down meanwhile what they answered. Look at it first"), "is_correction")


def left_to_say(stands: OutgoingState) -> tuple[OutgoingState, ...]:
    """What the holder of a slip may still answer: that it was received is said once."""
    return tuple(each for each in ANSWERS if each is not stands)


def is_no_news(stands: OutgoingState, said: OutgoingState, *, is_hers: bool, says_more: bool) -> bool:
    """The same button touched twice; or that it was received, which is known already, whoever says so."""
    return said is stands and (is_hers or said is S.RECEIVED) and not says_more


def is_an_answer(
    state: OutgoingState, reason: NotAttended | None, attended_on: date | None, sent_on: date, today: date,
    *, note: str | None = None, is_tap: bool = False,
) -> None:
    """An answer that fits: the day of attending lies between the referral and today; not attended says why.

    `is_tap`: heard on the telephone, one button; the day is not asked.
    """
    if state is S.NOT_ATTENDED and reason is None:
        raise RuleBroken(_("Choose why she was not attended"), "reason")
    if state is S.NOT_ATTENDED and reason is NotAttended.OTHER and not note:
        raise RuleBroken(_("Write which reason"), "note")
    if state is S.ATTENDED and attended_on is None and not is_tap:
        raise RuleBroken(_("Write on which day she was attended"), "attended_on")
    if state is S.ATTENDED and attended_on is not None and not sent_on <= attended_on <= today:
        raise RuleBroken(_("Write a day between the referral and today"), "attended_on")


def slip_lasts(ends_on: date | None, now: datetime) -> timedelta:
    """Two months; until the last minute of the last day of her consent, where that comes first: paper says that day."""
    if ends_on is None:
        return SLIP_LASTS
    return min(SLIP_LASTS, max(timedelta(0), moment_of(ends_on, time(23, 59)) - now))


def may_be_withdrawn(state: OutgoingState) -> None:
    """What was attended stays as it is."""
    if state in {S.ATTENDED, S.WITHDRAWN}:
        raise RuleBroken(_("This is over already: there is nothing to withdraw"))


def may_review(
    by: uuid.UUID, sent_by: uuid.UUID | None, basis: Basis, reviewed_at: datetime | None,
    *, prepared_by: uuid.UUID | None = None,
) -> None:
    """What left without consent is looked at once, by a person who neither wrote it down nor sent it."""
    if basis is Basis.CONSENT or sent_by is None or reviewed_at is not None:
        raise RuleBroken(_("There is nothing to review here"))
    if by in {sent_by, prepared_by}:
        raise RuleBroken(_("You prepared or sent this yourself: another person reviews it"))


def is_silent(state: OutgoingState, heard_at: datetime, urgency: Urgency, now: datetime) -> bool:
    """Whether nobody has said anything for too long."""
    return state in WAITING and now - heard_at >= SILENCE[urgency]

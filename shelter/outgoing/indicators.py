"""Figures of outgoing referrals: sent, answered, accepted, attended, unmet. For solving together, never for ranking."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shelter.calendar import Period
from shelter.cases.indicators import OF_CASE, in_scope, of_case, to_keep
from shelter.cases.models import Case, Person
from shelter.codes.outgoing import OutgoingState as S
from shelter.codes.outgoing import WithdrawnWhy
from shelter.indicators import Definition, Rows, Scope, Step, during, indicator, keep, year_of
from shelter.texts import later as _

from .models import Outgoing

SENT, ANSWERED, ACCEPTED = "outgoing.sent", "outgoing.answered", "outgoing.accepted"
ATTENDED, UNMET = "outgoing.attended", "outgoing.unmet"
FACTS = ("institution", "service", *OF_CASE)
CORRECTIONS = _("As it stands today, by the last answer; the age is the one when it was sent.")
SOURCE = _("The referrals that the houses sent, and the answers to them.")

_kind = Outgoing.institution_kind.label("institution")
_became = Outgoing.state.label("became")
_heard = Outgoing.state.in_((S.RECEIVED, S.ATTENDED, S.NOT_ATTENDED))
_accepted = Outgoing.state.in_((S.RECEIVED, S.ATTENDED))
_attended = Outgoing.state == S.ATTENDED
_unmet = sa.or_(
    Outgoing.state == S.NOT_ATTENDED,
    sa.and_(Outgoing.state == S.WITHDRAWN, Outgoing.withdrawn_why == WithdrawnWhy.NO_ANSWER),
)


@indicator(SENT, _("Referrals sent"), "became", *FACTS, unit="referrals", means=Definition(
    counts=_("Referrals that were sent to an institution in the period. A person with three is three."),
    who=_("It was sent on a day of the period, with her consent or without; also those that were withdrawn later."),
    corrections=CORRECTIONS, source=SOURCE,
))
def sent(period: Period, scope: Scope) -> Rows:
    """Referrals sent in the period."""
    return _sent(period, scope)


@indicator(ANSWERED, _("Referrals answered"), *FACTS, unit="referrals", part_of=SENT, means=Definition(
    counts=_("Of the referrals sent in the period, those that the institution answered, in whatever way."),
    who=_("By slip, by telephone or by letter, at any time until today; not those that were withdrawn."),
    corrections=CORRECTIONS, source=SOURCE,
))
def answered(period: Period, scope: Scope) -> Rows:
    """Of those sent in the period, those that were answered."""
    return _sent(period, scope, _heard)


@indicator(ACCEPTED, _("Referrals that institutions accepted"), *FACTS, unit="referrals", part_of=SENT,
           means=Definition(
    counts=_("Of the referrals sent in the period, those that the institution received or attended."),
    who=_("The last answer is that it was received, or that she was attended."),
    corrections=CORRECTIONS, source=SOURCE,
))
def accepted(period: Period, scope: Scope) -> Rows:
    """Of those sent in the period, those that were received or attended."""
    return _sent(period, scope, _accepted)


@indicator(ATTENDED, _("Referrals attended"), *FACTS, unit="referrals", part_of=SENT, means=Definition(
    counts=_("Of the referrals sent in the period, those in which she was attended."),
    who=_("The last answer is that she was attended."), corrections=CORRECTIONS, source=SOURCE,
))
def attended(period: Period, scope: Scope) -> Rows:
    """Of those sent in the period, those in which she was attended."""
    return _sent(period, scope, _attended)


@indicator(UNMET, _("Referrals unmet"), *FACTS, unit="referrals", part_of=SENT, means=Definition(
    counts=_("Of the referrals sent in the period, those in which she was not attended, whatever the reason."),
    who=_("The last answer is that she was not attended, or it was withdrawn because nobody answered."),
    corrections=CORRECTIONS, source=SOURCE,
))
def unmet(period: Period, scope: Scope) -> Rows:
    """Of those sent in the period, those that came to nothing."""
    return _sent(period, scope, _unmet)


def _sent(period: Period, scope: Scope, *conditions: Any) -> Rows:
    year = year_of(Outgoing.sent_at, period)
    return (
        sa.select(_became, _kind, Outgoing.service, *of_case(year, Outgoing.age_band))
        .join(Case, Case.id == Outgoing.case_id).join(Person, Person.id == Case.person_id)
        .where(during(Outgoing.sent_at, period), in_scope(scope), *conditions)
    )


def _flag(condition: Any, name: str) -> Any:
    return sa.case((condition, 1), else_=0).label(name)


keep(
    to_keep(
        Outgoing.sent_at.label("at"), _became, _kind, Outgoing.service,
        _flag(_heard, "is_heard"), _flag(_accepted, "is_accepted"), _flag(_attended, "is_attended"),
        _flag(_unmet, "is_unmet"), age_band=Outgoing.age_band,
    ).join(Outgoing, Outgoing.case_id == Case.id),
    Step(SENT), Step(ANSWERED, when="is_heard"), Step(ACCEPTED, when="is_accepted"),
    Step(ATTENDED, when="is_attended"), Step(UNMET, when="is_unmet"),
)

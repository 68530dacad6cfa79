"""Figures of those for whom a house was asked: how many, what they were answered, what could not be met."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from shelter.codes.referrals import ReferralState
from shelter.indicators import Definition, Period, Rows, Scope, during, indicator, year_of
from shelter.partners.models import House, Institution
from shelter.texts import later as _

from .models import Referral, Unmet

RECEIVED, UNMET = "referrals.received", "referrals.unmet"
OF_REFERRAL = ("institution", "urgency", "year", "province")
CORRECTIONS = _("A referral counts as it stands today.")
SOURCE = _("The referrals that came in, without the historic registers.")
_WHO = _("The call or letter came in on a day of the period. One that a house of the programme sent on to another "
         "counts once, in the house where it is now, on the day on which it first came in.")
_OF_CALLS: Any = {"unit": "referrals", "of_cases": False}


@indicator(RECEIVED, _("Referrals received"), "answer", *OF_REFERRAL, **_OF_CALLS, means=Definition(
    counts=_("Requests to receive somebody. Somebody for whom two institutions asked is two."),
    who=_WHO, corrections=CORRECTIONS, source=SOURCE,
))
def received(period: Period, scope: Scope) -> Rows:
    """Calls and letters of the period."""
    return _rows(period, scope, answer=Referral.state)


@indicator("referrals.accepted", _("Referrals accepted"), *OF_REFERRAL, **_OF_CALLS, part_of=RECEIVED,
           means=Definition(counts=_("Of those received in the period, the ones that a house accepted."), who=_WHO,
                            corrections=CORRECTIONS, source=SOURCE))
def accepted(period: Period, scope: Scope) -> Rows:
    """Of those received, the accepted ones, whenever they were."""
    return _rows(period, scope, Referral.state == ReferralState.ACCEPTED)


@indicator("referrals.redirected", _("Referrals sent on to an institution"), *OF_REFERRAL, **_OF_CALLS,
           part_of=RECEIVED, means=Definition(
               counts=_("Of those received in the period, the ones that were sent on outside the programme."), who=_WHO,
               corrections=CORRECTIONS, source=SOURCE))
def redirected(period: Period, scope: Scope) -> Rows:
    """Of those received, the ones sent on to somebody outside the programme."""
    return _rows(period, scope, Referral.state == ReferralState.REDIRECTED)


@indicator("referrals.declined", _("People who could not be received"), "decline", *OF_REFERRAL, **_OF_CALLS,
           part_of=RECEIVED, means=Definition(
               counts=_("Of those received in the period, the ones that no house could receive, by the reason."),
               who=_WHO, corrections=CORRECTIONS, source=SOURCE))
def declined(period: Period, scope: Scope) -> Rows:
    """Of those received, the ones that could not be."""
    return _rows(period, scope, Referral.state == ReferralState.DECLINED, decline=Referral.decline_reason)


@indicator(UNMET, _("Needs that could not be met"), "need", *OF_REFERRAL, unit="needs", of_cases=False,
           means=Definition(
    counts=_("What those who were referred needed and could not be given: each need of a referral once."),
    who=_("The referral came in on a day of the period. Somebody with two unmet needs is two."),
    corrections=CORRECTIONS, source=SOURCE,
))
def unmet(period: Period, scope: Scope) -> Rows:
    """Needs of the referrals of the period; those of a house that sent it on count too, for it could not meet them."""
    facts = _facts(period, need=Unmet.need)
    return (
        sa.select(*facts).select_from(Unmet).join(Referral, Referral.id == Unmet.referral_id)
        .join(Institution, Institution.id == Referral.institution_id).join(House, House.id == Referral.house_id)
        .where(_came_in(period, scope))
    )


def _rows(period: Period, scope: Scope, *conditions: Any, **facts: Any) -> Rows:
    return (
        sa.select(*_facts(period, **facts)).select_from(Referral)
        .join(Institution, Institution.id == Referral.institution_id).join(House, House.id == Referral.house_id)
        .where(_came_in(period, scope), Referral.to_house_id.is_(None), *conditions)
    )


def _facts(period: Period, **more: Any) -> list[Any]:
    return [
        *(column.label(name) for name, column in more.items()), Institution.kind.label("institution"),
        Referral.urgency.label("urgency"), year_of(Referral.received_at, period).label("year"),
        House.province.label("province"),
    ]


def _came_in(period: Period, scope: Scope) -> sa.ColumnElement[bool]:
    return sa.and_(during(Referral.received_at, period), scope.holds(Referral.foundation_id, Referral.house_id))

"""What a referral must respect, in plain values."""

from __future__ import annotations

from datetime import datetime, timedelta

from shelter.codes.referrals import ReferralState
from shelter.rules import RuleBroken
from shelter.texts import say as _


def may_be_received(received_at: datetime, now: datetime) -> None:
    """Not in the future; a minute's difference is a matter of clocks."""
    if received_at > now + timedelta(minutes=1):
        raise RuleBroken(_("This cannot be later than now"), "received_at")


def may_be_answered(state: ReferralState) -> None:
    """Once."""
    if state is not ReferralState.WAITING:
        raise RuleBroken(
            _("Your answer was not saved: somebody answered this referral before you (%(state)s)", state=state.label)
        )


def needs_reason(state: ReferralState, reason: str | None) -> None:
    """Whoever is not received deserves that it is written down why, and where to instead."""
    if state in {ReferralState.REDIRECTED, ReferralState.DECLINED} and not reason:
        raise RuleBroken(_("Write where she was referred instead, or why she could not be received"), "reason")

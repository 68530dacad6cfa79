"""What a bed allows, in plain values."""

from __future__ import annotations

from datetime import date, datetime

from shelter.cases import rules
from shelter.codes.cases import CaseState
from shelter.rules import RuleBroken
from shelter.texts import say as _


def may_arrive(arrived_at: datetime, opened_at: datetime, now: datetime, last_left: datetime | None) -> None:
    """Not in the future, not before the referral, not before the end of an earlier stay."""
    rules.not_in_future(arrived_at, now, "arrived_at")
    rules.not_before(
        arrived_at, opened_at, "arrived_at", _("She cannot arrive before the referral or the opening of the case")
    )
    if last_left:
        rules.not_before(
            arrived_at, last_left, "arrived_at", _("She was still here then: her earlier stay ended later")
        )


def may_have_bed(state: CaseState, is_usable: bool, is_free: bool) -> None:
    """Usable and free, for a case that is not closed."""
    if state is CaseState.CLOSED:
        raise RuleBroken(_("This case is closed. Open a new one if she comes back."))
    if not is_usable:
        raise RuleBroken(_("That bed is out of use. Choose another."), "bed_id")
    if not is_free:
        raise RuleBroken(_("That bed was just taken. Choose another."), "bed_id")


def may_instruct(from_on: date, to_on: date, today: date) -> None:
    """From a day to a later or the same day, not over already."""
    if to_on < from_on:
        raise RuleBroken(_("The last day cannot be before the first"), "to_on")
    if to_on < today:
        raise RuleBroken(_("The last day is over already"), "to_on")

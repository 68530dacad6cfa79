"""What a bed allows, in plain values."""

from __future__ import annotations

import re
from datetime import date, datetime

from shelter.cases import rules
from shelter.codes.cases import CaseState
from shelter.rules import RuleBroken
from shelter.texts import say as _


def may_arrive(
    arrived_at: datetime,
    opened_at: datetime,
    now: datetime,
    last_left: datetime | None,
    taken_until: datetime | None,
) -> None:
    """Not in the future, not before the referral, the end of an earlier stay, or the day the bed became free."""
    rules.not_in_future(arrived_at, now, "arrived_at")
    rules.not_before(
        arrived_at, opened_at, "arrived_at", _("She cannot arrive before the referral or the opening of the case")
    )
    if last_left:
        rules.not_before(
            arrived_at, last_left, "arrived_at", _("She was still here then: her earlier stay ended later")
        )
    if taken_until:
        rules.not_before(
            arrived_at,
            taken_until,
            "arrived_at",
            _("Somebody else was still in that bed then. Choose another bed or a later time."),
        )


def before_what_followed(arrived_at: datetime, followed_at: datetime | None) -> None:
    """She arrives before she changes the bed or leaves."""
    if followed_at and arrived_at > followed_at:
        raise RuleBroken(_("She had changed the bed or left by then: write when she arrived"), "arrived_at")


def may_have_bed(state: CaseState, is_usable: bool, is_free: bool) -> None:
    """Usable and free, for a case that is not closed."""
    if state is CaseState.CLOSED:
        raise RuleBroken(_("This case is closed. Open a new one if she comes back."))
    if not is_usable:
        raise RuleBroken(_("That bed is out of use. Choose another."), "bed_id")
    if not is_free:
        raise RuleBroken(_("That bed was just taken. Choose another."), "bed_id")


def may_be_taken_out(is_usable: bool, is_free: bool, until_on: date | None, today: date) -> None:
    """A bed that is in use and nobody is in; until today or a later day."""
    if not is_usable:
        raise RuleBroken(_("That bed is out of use already"))
    if not is_free:
        raise RuleBroken(_("Somebody is in that bed. Give her another one first."))
    if until_on is not None and until_on < today:
        raise RuleBroken(_("The last day is over already"), "until_on")


DOSE = re.compile(r"\d\s*(mg|mcg|µg|ug|g|ml|ui|iu)\b", re.IGNORECASE)


def may_instruct(from_on: date, to_on: date, today: date, text: str) -> None:
    """From a day to a later or the same day, not over already; the shift gives envelopes, not medicines by name."""
    if DOSE.search(text):
        raise RuleBroken(_("Leave medicine and dose out. Write which envelope, like: envelope A at 20:00"), "text")
    if to_on < from_on:
        raise RuleBroken(_("The last day cannot be before the first"), "to_on")
    if to_on < today:
        raise RuleBroken(_("The last day is over already"), "to_on")

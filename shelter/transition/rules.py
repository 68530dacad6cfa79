"""Rules of leaving, in plain values."""

from __future__ import annotations

from datetime import datetime

from shelter.cases.rules import not_before, not_in_future
from shelter.codes.cases import Answer, CaseState, Channel
from shelter.codes.leaving import Destination, ExitReason
from shelter.rules import RuleBroken
from shelter.texts import say as _

LAST_WORDS = frozenset({ExitReason.DEATH, ExitReason.NOT_TRAFFICKED})
"""Reasons after which there is no follow-up: the case closes with the exit."""

BY_HERSELF = frozenset({ExitReason.OWN_DECISION, ExitReason.UNPLANNED})
"""Reasons after which nobody arranged anything: what happened is written down."""

BY_NUMBER = frozenset({Channel.CALL, Channel.MESSAGE, Channel.THIRD_PERSON})
"""Ways to reach somebody that need a number."""


def when(left_at: datetime, *, arrived_at: datetime, now: datetime) -> datetime:
    """Between the arrival and now."""
    not_in_future(left_at, now, "left_at")
    not_before(left_at, arrived_at, "left_at", _("She cannot leave before she arrived"))
    return max(left_at, arrived_at)


def why_not_corrected(state: CaseState, has_left: bool, is_followed: bool) -> str | None:
    """Why the moment of the last exit stays as it is; None: it may be corrected."""
    if state is CaseState.CLOSED:
        return _("This case is closed: its moments stay as they are")
    if state is CaseState.OPEN or not has_left:
        return _("She is in the house, or never was: there is no exit to correct")
    if is_followed:
        return _("Her follow-up has begun: the contacts count from the exit as it is told")
    return None


def before_the_next(left_at: datetime, next_at: datetime | None) -> None:
    """One bed holds one person: she left it before the next one came."""
    if next_at and left_at > next_at:
        raise RuleBroken(_("Somebody else was in her bed by then: write when she left it"), "left_at")


def where(reason: ExitReason, destination: Destination | None, province: str | None) -> Destination:
    """Where she goes; a province only in this country. Of a death nothing is asked."""
    if reason is ExitReason.DEATH:
        return Destination.UNKNOWN
    if destination is None:
        raise RuleBroken(_("Choose where she goes"), "destination")
    if province and destination is Destination.ABROAD:
        raise RuleBroken(_("Leave the province empty: she goes to another country"), "province")
    return destination


def is_sent_home(reason: ExitReason, destination: Destination) -> bool:
    """Whether the programme lets her return to her country. Where she goes when she leaves by herself is only told."""
    return reason is ExitReason.RETURN or (destination is Destination.ABROAD and reason not in BY_HERSELF)


def of_her_own_will(reason: ExitReason, destination: Destination, decision: Answer | None) -> None:
    """Nobody returns to her country who did not decide so herself."""
    is_said_to_be = reason is ExitReason.OWN_DECISION and destination is Destination.ABROAD
    if (is_said_to_be or is_sent_home(reason, destination)) and decision is not Answer.YES:
        raise RuleBroken(_("She returns to her country only if she decides so herself"), "was_her_decision")


def reachable(channel: Channel | None, number: str | None, **more: str | None) -> bool:
    """Whether a safe contact was given; half of one is refused."""
    if channel is None and (number or any(more.values())):
        raise RuleBroken(_("Choose how she wants to be contacted"), "channel")
    if channel in BY_NUMBER and not number:
        raise RuleBroken(_("Write the telephone number"), "number")
    if channel is Channel.NONE and number:
        raise RuleBroken(_("She does not want to be contacted: leave the number out"), "number")
    return channel is not None

"""What a referral, and those who wait outside, must respect; in plain values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from shelter.calendar import local
from shelter.cases.rules import not_in_future, not_long_before
from shelter.codes.cases import Answer, Channel
from shelter.codes.referrals import DeclineReason, HowSheIs, InstitutionKind, ReferralState, UnmetNeed
from shelter.rules import RuleBroken
from shelter.texts import say as _

DAY = timedelta(days=1)
"""Between two safety checks at most (design of the programme: she is asked every day)."""
PATIENCE = timedelta(hours=4)
"""How late a safety check is when the coordination is told."""
AT_FIRST = timedelta(hours=4)
"""When somebody is asked how she is of whom nobody has written where she sleeps."""
BY_NUMBER = frozenset({Channel.CALL, Channel.MESSAGE, Channel.THIRD_PERSON})
TEAM, COORDINATION = 1, 2


def may_be_received(received_at: datetime, now: datetime) -> None:
    """Not in the future; a minute's difference is a matter of clocks."""
    not_in_future(received_at, now, "received_at")


def when_alerted(
    alerted_at: datetime | None, received_at: datetime, now: datetime, *, is_about: bool,
) -> datetime | None:
    """When the institution knew of her: by the time of the call. Of an hour known roughly the day is what counts."""
    if alerted_at is None:
        return None
    not_in_future(alerted_at, now, "alerted_at")
    not_long_before(alerted_at, received_at, "alerted_at")
    if alerted_at <= received_at:
        return alerted_at
    if is_about and local(alerted_at).date() == local(received_at).date():
        return received_at
    raise RuleBroken(_("They cannot have known of her after they called: look at both dates"), "alerted_at")


def is_reachable(channel: Channel | None, number: str | None, conditions: str | None) -> None:
    """A safe contact is whole or none: a number without a way to use it safely is a danger."""
    if channel is None and (number or conditions):
        raise RuleBroken(_("Choose how she wants to be contacted"), "contact_channel")
    if channel in BY_NUMBER and not number:
        raise RuleBroken(_("Write the telephone number"), "number")
    if channel is Channel.NONE and number:
        raise RuleBroken(_("She does not want to be contacted: leave the number out"), "number")


def children_have_ages(children: int, ages: str | None) -> None:
    """Ages are somebody's."""
    if ages and not children:
        raise RuleBroken(_("You wrote ages: write how many children come with her, or leave the ages out"), "children")


def may_be_answered(state: ReferralState) -> None:
    """Once."""
    if state is not ReferralState.WAITING:
        raise RuleBroken(
            _("Your answer was not saved: somebody answered this referral before you (%(state)s)", state=state.label)
        )


def says_where_or_why(
    state: ReferralState, *, reason: str | None, to_house: Any, to_institution: Any,
    decline_reason: DeclineReason | None, came_from: Any = None,
) -> None:
    """Whoever is not received deserves that it is written down where she was sent instead, or why not."""
    if state is ReferralState.REDIRECTED:
        if to_house and to_institution:
            raise RuleBroken(_("Choose a house or an institution, not both"), "to_house_id")
        if to_institution and to_institution == came_from:
            raise RuleBroken(_("They referred her to you: choose another institution"), "to_institution_id")
        if not (to_house or to_institution or reason):
            raise RuleBroken(_("Write where she was referred instead, or why she could not be received"), "reason")
    if state is ReferralState.DECLINED and not reason and decline_reason in {None, DeclineReason.OTHER}:
        field = "reason" if decline_reason else "decline_reason"
        raise RuleBroken(_("Choose why she could not be received, or write it"), field)


def her_country_is_not_told(kind: InstitutionKind | None) -> None:
    """Nobody is sent on to a consulate: that is asked of her, from her case, after whether she needs refuge."""
    if kind is InstitutionKind.CONSULATE:
        raise RuleBroken(_("No consulate is told of her without her consent"), "to_institution_id")


def may_be_sent_on(here: Any, there: Any, *, is_told: bool) -> None:
    """To another house, and with her knowledge: what was said here is then read there."""
    if here == there:
        raise RuleBroken(_("Choose another house than this one"), "to_house_id")
    if not is_told:
        raise RuleBroken(_("Ask her first: what was written here goes to that house"), "is_told")


def unmet_by(decline_reason: DeclineReason | None, chosen: Collection[UnmetNeed]) -> list[UnmetNeed]:
    """What could not be met: what was chosen, and what follows from the reason."""
    implied = {DeclineReason.NO_BED: UnmetNeed.BED, DeclineReason.CHILDREN: UnmetNeed.CHILDREN,
               DeclineReason.ACCESS: UnmetNeed.ACCESS, DeclineReason.MEDICAL: UnmetNeed.MEDICAL,
               DeclineReason.SECURITY: UnmetNeed.SECURITY}
    found = {*chosen, *([implied[decline_reason]] if decline_reason in implied else [])}
    return [each for each in UnmetNeed if each in found]


def waits_outside(
    state: ReferralState, decline_reason: DeclineReason | None, unmet: Collection[UnmetNeed], *, is_safe: Answer,
) -> bool:
    """Whether somebody asks every day how she is, from the answer on: she was sent away, there is no bed yet, or she
    is not safe and was sent on, and nobody knows yet that another house or institution received her.
    """
    if state is ReferralState.REDIRECTED and is_safe is Answer.NO:
        return True
    if state is ReferralState.DECLINED:
        return bool(unmet) or decline_reason not in {DeclineReason.NOT_HER_WISH, DeclineReason.NOT_TRAFFICKING}
    return UnmetNeed.BED in unmet


def first_check(began_at: datetime, lodging: str | None) -> datetime:
    """A day later; where nobody has written where she sleeps, soon."""
    return next_check(began_at) if lodging else began_at + AT_FIRST


def may_be_checked(ended_at: datetime | None, checked_at: datetime, began_at: datetime, now: datetime) -> None:
    """While she waits; between the first day and now."""
    still_waits(ended_at)
    not_in_future(checked_at, now, "checked_at")
    if checked_at < began_at - timedelta(minutes=1):
        raise RuleBroken(_("She did not wait outside yet: write when you spoke with her"), "checked_at")


def danger_is_answered(how: HowSheIs, done: str | None) -> None:
    """Nobody is left in danger without it being written down what is done."""
    if how is HowSheIs.IN_DANGER and not done:
        raise RuleBroken(_("Write what makes it unsafe now, and what is being done"), "done")


def still_waits(ended_at: datetime | None) -> None:
    """It ended once."""
    if ended_at is not None:
        raise RuleBroken(_("Not saved: she waits outside no more"))


def next_check(last: datetime) -> datetime:
    """A day after the last word with her."""
    return last + DAY


def whom_to_tell(due_at: datetime, told: int, now: datetime) -> int:
    """Who is to be told of a check that is late, and was not yet: 0 nobody, TEAM, COORDINATION; one more for each day
    that goes by without a word, the coordination again.
    """
    days = (now - due_at - PATIENCE) // DAY
    level = COORDINATION + days if days >= 0 else TEAM if now >= due_at else 0
    return level if level > told else 0

"""What an interview must respect before she is asked to tell it again; in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shelter.cases.rules import refuge_first
from shelter.codes.cases import Answer
from shelter.codes.interviews import Again, InterviewState
from shelter.codes.referrals import InstitutionKind
from shelter.rules import RuleBroken
from shelter.texts import say as _

MINUTE = timedelta(minutes=1)
FARTHEST = timedelta(days=366)
INSTITUTIONS = ("institution_id", "joint_id")
"""Where an interview names an institution: the one that interviews her, and the one that joins."""


@dataclass(frozen=True)
class Tally:
    """How often she has told it, and when last; how many are planned."""

    times: int = 0
    last_at: datetime | None = None
    planned: int = 0


def one_asks(institution: Any, discipline: Any, joint: Any) -> None:
    """An institution or one of ours; whoever sits in with another is another."""
    if not institution and not discipline:
        raise RuleBroken(_("Choose who interviews her"), "institution_id")
    if institution and discipline:
        raise RuleBroken(_("Choose an institution or one of ours. Whoever joins it stands in the next question"),
                         "institution_id")
    if joint and joint == institution:
        raise RuleBroken(_("Choose another institution than the one that interviews her"), "joint_id")


def no_consulate_first(
    field: str, *, kind: InstitutionKind | None, agreed: bool, refuge: Answer | None,
) -> None:
    """A consulate that is to interview her would know of her: she was asked first, whether she needs refuge too."""
    if kind is not InstitutionKind.CONSULATE:
        return
    if not agreed:
        raise RuleBroken(_("No consulate is told of her without her consent"), field)
    refuge_first(refuge, field)


def says_how(kind: InstitutionKind | None, *, agreed: bool, reason: str | None) -> None:
    """That a consulate interviewed her is written down even so: with how it came to know of her."""
    if kind is InstitutionKind.CONSULATE and not agreed and not reason:
        raise RuleBroken(
            _("There is no consent of hers for that consulate: write how it came to interview her"), "reason")


def may_be_planned(occurs_at: datetime, now: datetime) -> None:
    """It lies ahead, and not in another age."""
    if occurs_at < now - MINUTE:
        raise RuleBroken(_("This is in the past: record it as an interview that took place"), "occurs_at")
    if occurs_at > now + FARTHEST:
        raise RuleBroken(_("This is more than a year away: look at the year again"), "occurs_at")


def was_held(occurs_at: datetime, *, opened_at: datetime, was_before: bool, now: datetime) -> bool:
    """By now; whether it belongs on the timeline. One from before the alert counts, and is no step of the route."""
    if occurs_at > now + MINUTE:
        raise RuleBroken(_("This cannot be later than now"), "occurs_at")
    is_earlier = occurs_at < opened_at - MINUTE
    if is_earlier and not was_before:
        raise RuleBroken(_("This is before she came to us. If she told it then, tick «before she came to us»"),
                         "occurs_at")
    if was_before and not is_earlier:
        raise RuleBroken(_("This is after she came to us: take the tick away, or correct the date"), "was_before")
    return not is_earlier


def needs_reason(tally: Tally, again: Again | None) -> None:
    """Nobody has her tell it again without saying why; what is planned and not over counts as told."""
    if again is not None:
        return
    if tally.times:
        raise RuleBroken(_("She has told it before. Choose why she is asked again"), "again")
    if tally.planned:
        raise RuleBroken(
            _("An interview is planned already. If it was that one, write there how it went; if not, choose why there "
              "is another"), "again")


def may_be_corrected(
    state: InterviewState, occurs_at: datetime, *, opened_at: datetime, was_before: bool, now: datetime,
) -> None:
    """One that took place; on the other side of the day on which she came to us it is another interview."""
    if state is not InterviewState.HELD:
        raise RuleBroken(_("Only an interview that took place is corrected (%(state)s)", state=state.label))
    if occurs_at > now + MINUTE:
        raise RuleBroken(_("This cannot be later than now"), "occurs_at")
    if (occurs_at < opened_at - MINUTE) is not was_before:
        raise RuleBroken(
            _("This is on the other side of the day on which she came to us: tick that it was a mistake, and record it "
              "anew"), "occurs_at")


def is_planned(state: InterviewState) -> None:
    """What took place or was cancelled stays so."""
    if state is not InterviewState.PLANNED:
        raise RuleBroken(
            _("Not saved: somebody wrote down before you what became of it (%(state)s)", state=state.label)
        )

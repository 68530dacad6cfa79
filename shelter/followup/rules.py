"""Rules of the follow-up: when a contact is due, when it counts, when nobody may call. Plain values, nothing stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from shelter.cases.rules import FOLLOW_UP_MONTHS, follow_ups_due, not_before, not_in_future
from shelter.codes.cases import CaseState, Channel, ConsentAnswer
from shelter.codes.leaving import SPOKE_WITH_HER, Outcome
from shelter.rules import RuleBroken
from shelter.texts import say as _

LAST = frozenset({Outcome.DECLINED, Outcome.DIED})
"""Outcomes after which there is no further contact."""

PAUSE = timedelta(days=7)
"""After a contact that was not safe, nobody tries again for a week."""

SOON = timedelta(days=14)
"""A contact due within a fortnight is put on my day."""


@dataclass(frozen=True)
class Attempt:
    """One contact, or one try: for which month, on which day, with which outcome."""

    month: int
    on: date
    outcome: Outcome


@dataclass(frozen=True)
class Step:
    """One contact of the schedule: the month after leaving, the day it is due, the day it was fulfilled."""

    month: int
    due_on: date
    done_on: date | None = None


@dataclass(frozen=True)
class Schedule:
    """What is due after she left, seen from what was done."""

    steps: tuple[Step, ...]
    paused_until: date | None = None
    is_over: bool = False

    @property
    def next(self) -> Step | None:
        """The first contact that is still open: one that was missed is not, when a later one took place."""
        still_open = (step for step in self.steps if step.done_on is None and not self.is_missed(step))
        return None if self.is_over else next(still_open, None)

    def is_missed(self, step: Step) -> bool:
        """It did not take place, and the life went on: a later one did."""
        return step.done_on is None and any(later.done_on for later in self.steps if later.month > step.month)

    @property
    def next_due_on(self) -> date | None:
        """When to try next: not before the pause ends."""
        if self.next is None:
            return None
        return max(self.next.due_on, self.paused_until) if self.paused_until else self.next.due_on


def schedule(left_on: date, attempts: Iterable[Attempt]) -> Schedule:
    """The schedule after an exit; `attempts` in the order in which they happened."""
    tries = list(attempts)
    done: dict[int, date] = {}
    for each in tries:
        if counts(each.outcome) and not is_early(each.month, each.on, left_on):
            done.setdefault(each.month, each.on)
    steps = tuple(Step(month, due_on, done.get(month)) for month, due_on in follow_ups_due(left_on))
    is_over = any(each.outcome in LAST for each in tries) or steps[-1].done_on is not None
    paused = tries[-1].on + PAUSE if tries and tries[-1].outcome is Outcome.UNSAFE and not is_over else None
    return Schedule(steps, paused, is_over)


def counts(outcome: Outcome) -> bool:
    """Whether a contact that was due is fulfilled: somebody spoke with her."""
    return outcome in SPOKE_WITH_HER


def when(occurred_at: datetime, *, left_at: datetime, now: datetime) -> datetime:
    """Between the exit and now."""
    not_in_future(occurred_at, now, "occurred_at")
    not_before(occurred_at, left_at, "occurred_at", _("It cannot be earlier than the day she left"))
    return max(occurred_at, left_at)


def may_record(state: CaseState, left_at: datetime | None, month: int) -> datetime:
    """Follow-up is for somebody who left and whose case is not closed; gives back when she left."""
    if state is CaseState.CLOSED:
        raise RuleBroken(_("The follow-up is over: no more contacts are recorded"))
    if state is not CaseState.FOLLOW_UP or left_at is None:
        raise RuleBroken(_("The follow-up begins when she leaves the house"))
    if month not in FOLLOW_UP_MONTHS:
        raise RuleBroken(_("Choose one of the months"), "month")
    return left_at


def is_early(month: int, on: date, left_on: date) -> bool:
    """Whether a contact comes before that of the month before was due: it is kept, and its month stays due."""
    before = [due_on for each, due_on in follow_ups_due(left_on) if each < month]
    return bool(before) and on < before[-1]


class Barrier(Enum):
    """Why the telephone number is not shown to anybody."""

    OVER = "over"
    REFUSED = "refused"
    ENDED = "ended"
    PAUSED = "paused"
    NOT_RECORDED = "not recorded"
    NO_NUMBER = "no number"


@dataclass(frozen=True)
class Agreement:
    """What she last answered about being contacted after leaving."""

    answer: ConsentAnswer
    is_withdrawn: bool = False
    ends_on: date | None = None


def refuses(channel: Channel | None, agreement: Agreement | None) -> bool:
    """Whether she said no to being contacted, in one way or the other."""
    if channel is Channel.NONE:
        return True
    return agreement is not None and (agreement.is_withdrawn or agreement.answer is ConsentAnswer.REFUSED)


def barrier(
    *, state: CaseState, channel: Channel | None, has_number: bool, agreement: Agreement | None,
    paused_until: date | None, today: date,
) -> Barrier | None:
    """What stands between the reader and the number; None when only the conditions must be read."""
    reasons = (
        (state is CaseState.CLOSED, Barrier.OVER),
        (refuses(channel, agreement), Barrier.REFUSED),
        (bool(agreement and agreement.ends_on and agreement.ends_on < today), Barrier.ENDED),
        (channel is None, Barrier.NOT_RECORDED),
        (paused_until is not None and today < paused_until, Barrier.PAUSED),
        (not has_number, Barrier.NO_NUMBER),
    )
    return next((reason for holds, reason in reasons if holds), None)

"""Rules of long work, in plain values."""

from __future__ import annotations

from shelter.codes.jobs import JobState
from shelter.rules import RuleBroken
from shelter.texts import say as _

MOST_ATTEMPTS = 3
"""Begun so often and broken off each time, a job is given up: the next one would stop the machine once more."""
TRIED_AGAIN = frozenset({JobState.FAILED, JobState.CANCELLED})
"""What came to nothing and may go better another time."""
MOST_WAITING = 5
"""Of one person, at the same time."""


def may_be_asked(waiting: int) -> None:
    """Nobody fills the queue alone."""
    if waiting >= MOST_WAITING:
        raise RuleBroken(_("%(count)s things that you asked for are not done yet: wait until one of them is",
                           count=waiting))


def may_be_cancelled(state: JobState) -> None:
    """Only what is not over."""
    if state not in {JobState.WAITING, JobState.RUNNING}:
        raise RuleBroken(_("It is over already: there is nothing to cancel"))


def may_be_tried_again(state: JobState) -> None:
    """Only what may go better."""
    if state is JobState.REFUSED:
        raise RuleBroken(_("It would be refused again: go back to where you asked for it"))
    if state not in TRIED_AGAIN:
        raise RuleBroken(_("Only what was not done can be tried again"))

"""What may be said of a step, in plain values: when it is done or skipped, with what, and what is said in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shelter.calendar import minute
from shelter.codes.protocol import Evidence, StepState
from shelter.codes.route import Word
from shelter.protocol.rules import Book, Step
from shelter.rules import RuleBroken
from shelter.texts import say as _

from .rules import OPEN, Facts, Lap, Said, laps


def may_be_said(step: Step, state: StepState | None, is_allowed: bool, is_over: bool) -> None:
    """Only of what is still to be done, and as the protocol lets it be shown; when all is over, of what still runs."""
    if is_over and state is StepState.WAITING:
        raise RuleBroken(_("This case is closed: its moments stay as they are"))
    if state not in OPEN:
        raise RuleBroken(_("This step is not to be done any more: look at the route again"))
    if not is_allowed:
        raise RuleBroken(_("The protocol does not let a person's word do for this step"))


def is_shown(step: Step, has_document: bool) -> None:
    """Where the protocol wants a document, nobody's word does instead."""
    if Evidence.DOCUMENT in step.evidence and Evidence.WORD not in step.evidence and not has_document:
        raise RuleBroken(
            _("For this step the protocol wants a document: attach it to the case first, and choose it"), "document_id")


def may_be_left_out(step: Step) -> None:
    """Only what the protocol lets be skipped."""
    if not step.may_be_skipped:
        raise RuleBroken(_("The protocol does not let this step be skipped"))


def within_the_case(at: datetime, alert_at: datetime | None, now: datetime) -> None:
    """Nothing is done in the future, or before the alert."""
    if at > now + timedelta(minutes=1):
        raise RuleBroken(_("This cannot be later than now"), "at")
    if alert_at and at < minute(alert_at):
        raise RuleBroken(_("This cannot be before the alert"), "at")


def is_heard(book: Book, facts: Facts, said: Said, lap: Lap | None, began: str) -> None:
    """Refuse what does not end the step as it stands: it is of the time before. `began`: since when this time runs."""
    then = laps(book, replace(facts, said=[*facts.said, said]))[said.step]
    if then and then[-1].is_done:
        return
    if lap is None or lap.started_at is None or said.at >= lap.started_at:
        raise RuleBroken(_("This step is not to be done any more: look at the route again"))
    raise RuleBroken(_("It was before this time began (%(when)s): say when it was done this time", when=began), "at")


def may_be_taken_back(word: Word, is_taken_back: bool, said_at: datetime, closed_at: datetime | None) -> None:
    """What was said of a step before the case was closed stays; a cause moves no moment."""
    if is_taken_back:
        raise RuleBroken(_("It was taken back already"))
    if closed_at and said_at <= closed_at and word is not Word.CAUSE:
        raise RuleBroken(_("This case is closed: its moments stay as they are"))


def needs_words(is_needed: bool, note: str | None) -> None:
    """Whoever chooses "another" says which."""
    if is_needed and not note:
        raise RuleBroken(_("Write which"), "note")

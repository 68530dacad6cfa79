"""What a request at the door must respect, and what the card for the door says; in plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from shelter.cases.rules import TELEPHONE, names_nobody
from shelter.codes.door import Approach, Asker, Given, Paper, RequestState, Told
from shelter.rules import RuleBroken
from shelter.texts import say as _

MINUTE = timedelta(minutes=1)
SOON = timedelta(hours=24)
"""Before its deadline, the coordination is told that a request is not decided."""
LONGEST = timedelta(days=366)
BEFORE, OVER = 1, 2
MOST_CALLS = 6
"""Lines with a number on the card: it stays one sheet."""
NOT_YET = (Told.LATER, Told.NOT_REACHED)
"""Somebody is still to tell her."""
_CALL = re.compile(rf"(?P<who>.*?)[ ·:,.-]*(?P<number>{TELEPHONE})", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)[0-9]+(?!\w)")


def may_be_recorded(came_at: datetime, deadline_at: datetime | None, now: datetime) -> None:
    """It came by now; its deadline lies after it, and not in another age."""
    if came_at > now + MINUTE:
        raise RuleBroken(_("This cannot be later than now"), "came_at")
    if deadline_at and deadline_at <= came_at:
        raise RuleBroken(_("The deadline cannot be before they came"), "deadline_at")
    if deadline_at and deadline_at > came_at + LONGEST:
        raise RuleBroken(_("This deadline is more than a year away: look at the year again"), "deadline_at")


def may_be_decided(state: RequestState) -> None:
    """Once."""
    if state is not RequestState.OPEN:
        raise RuleBroken(_("Your decision was not saved: somebody decided this before you"))


def fits(given: Given, paper: Paper, *, number: str | None, scope: str | None, answer: str | None) -> None:
    """Without a document nothing; without an order that a judge signed the minimum; with one what it says, no more."""
    if given is Given.MINIMUM and paper is Paper.NONE:
        raise RuleBroken(
            _("They showed no document: nothing is confirmed or denied, not even the minimum. If one came since, "
              "record it as a new request"), "given")
    if given is Given.ORDERED and paper is not Paper.COURT_ORDER:
        raise RuleBroken(
            _("Only a judge orders. Without an order that a judge signed, the minimum at most is answered"), "given"
        )
    if given is Given.ORDERED and not number:
        raise RuleBroken(_("Write the number of the order, as the court said it when you called"), "number")
    if given is Given.ORDERED and not scope:
        raise RuleBroken(_("Write what the order asks for, and for whom"), "scope")
    if given is not Given.NOTHING and not answer:
        raise RuleBroken(_("Write word by word what was answered"), "answer")


def was_shown(given: Given, approach: Approach, asker: Asker) -> None:
    """An order that is obeyed was seen, and orders something to somebody whom a judge may send."""
    if given is Given.ORDERED and approach is Approach.CALL:
        raise RuleBroken(_("Nobody shows an order over the telephone: ask for the paper, then record it as it came"),
                         "given")
    if given is Given.ORDERED and asker is Asker.MEDIA:
        raise RuleBroken(_("No judge orders the house to tell the press: look at who asks, and call the court"),
                         "given")


def was_told(told: Told, told_at: datetime | None, why_not: str | None, *, came_at: datetime, now: datetime) -> None:
    """She has a right to know who asks about her; when that was, or why she does not know yet."""
    if told is Told.YES:
        if told_at is None:
            raise RuleBroken(_("Write when she was told"), "told_at")
        if told_at > now + MINUTE:
            raise RuleBroken(_("This cannot be later than now"), "told_at")
        if told_at < came_at - MINUTE:
            raise RuleBroken(_("She cannot be told before they came"), "told_at")
    elif told is not Told.NOT_HERS and not why_not:
        raise RuleBroken(_("Write why she does not know yet"), "why_not_told")


def may_be_told(told: Told | None) -> None:
    """She who does not know yet."""
    if told not in NOT_YET:
        raise RuleBroken(_("Not saved: she knows already, or there is nobody to tell"))


def names_nobody_here(answer: str | None, names: Iterable[str | None]) -> None:
    """No name of anybody in the house; the sentence does not say that it is one."""
    try:
        names_nobody({"answer": answer}, names)
    except RuleBroken:
        raise RuleBroken(_("In this text there is a name, or a word that may be one. At the door nobody is named, not "
                           "even who asks: leave it out"), "answer") from None


def is_about_her_or_nobody(told: Told, *, about_somebody: bool) -> None:
    """A request about somebody of the house is hers: she is told, or it says why not."""
    if about_somebody and told is Told.NOT_HERS:
        raise RuleBroken(_("Somebody of this house is chosen above: say whether she knows"), "told")
    if told is Told.YES and not about_somebody:
        raise RuleBroken(_("Choose above about whom they asked, or say that it was about nobody of this house"), "told")


def fits_on_the_card(calls: str | None) -> list[str]:
    """The lines that say something: few enough for one sheet."""
    lines = [line.strip() for line in (calls or "").split("\n") if line.strip()]
    if len(lines) > MOST_CALLS:
        raise RuleBroken(
            _("The card is one sheet: write at most %(most)s lines, those who answer at night", most=MOST_CALLS),
            "calls",
        )
    if not all(_says_whom_to_call(line) for line in lines):
        raise RuleBroken(_("Write in each line a name and one telephone number, and no other number"), "calls")
    return lines


def _says_whom_to_call(line: str) -> bool:
    """One number of ten digits at most, or of fifteen with its country: neither one of a street nor of a house."""
    found = _CALL.fullmatch(line)
    if found is None or _NUMBER.search(found["who"]):
        return False
    number = str(found["number"]).lower().partition("ext")[0]
    most = 15 if number.startswith("+") else 10
    return sum(each.isdigit() for each in number) <= most


def whom_to_tell(deadline_at: datetime, told: int, now: datetime) -> int:
    """Whether the coordination is to be told of a deadline: 0 no (more), BEFORE a day before, OVER when it is over."""
    level = OVER if now >= deadline_at else BEFORE if now >= deadline_at - SOON else 0
    return level if level > told else 0

"""Rules of partners: rooms and beds, the time in which an institution exists, who holds a post and since when."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from flask_babel import format_date

from shelter.codes.places import Channel
from shelter.codes.referrals import InstitutionKind
from shelter.rules import RuleBroken
from shelter.texts import plain, say_many
from shelter.texts import say as _

_CONSULATE = re.compile(r"(vice)?consul(s|es|ados?|ar|ares|ates?)?|embajadas?|embass(y|ies)")
_CONSULAR = frozenset({"consular", "consulares"})
LONGEST_ROOM, MOST_BEDS, MOST_ROOMS = 40, 40, 60


def read_rooms(text: str) -> dict[str, int]:
    """Rooms and their numbers of beds, one room a line: `Room A: 3`. RuleBroken names the line that cannot be read."""
    rooms: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = re.fullmatch(r"\s*(.*\S)\s*[:=]\s*(\d{1,3})\s*", line)
        if found is None:
            example = _("write the room, a colon and its number of beds, like «Room A: 3»")
            raise RuleBroken(_("Line %(number)s: %(what)s", number=number, what=example), "rooms")
        room, beds = found[1], int(found[2])
        _check_room(room, beds, number)
        if spelled(room, rooms) in rooms:
            raise RuleBroken(_("Line %(number)s: this room stands there twice", number=number), "rooms")
        rooms[room] = beds
    if not rooms:
        raise RuleBroken(_("Write at least one room"), "rooms")
    if len(rooms) > MOST_ROOMS:
        raise RuleBroken(_("At most %(most)s rooms", most=MOST_ROOMS), "rooms")
    return rooms


def _check_room(room: str, beds: int, number: int) -> None:
    if len(room) > LONGEST_ROOM:
        raise RuleBroken(_("Line %(number)s: the name of the room is too long", number=number), "rooms")
    if not 1 <= beds <= MOST_BEDS:
        raise RuleBroken(_("Line %(number)s: from 1 to %(most)s beds", number=number, most=MOST_BEDS), "rooms")


def spelled(room: str, known: Iterable[str]) -> str:
    """The room as it is written already, whatever the capitals; as it is when it is new."""
    return next((each for each in known if each.casefold() == room.casefold()), room)


def next_names(taken: Collection[str], count: int) -> list[str]:
    """Names for new beds of a room: the numbers after the highest in use."""
    last = max((int(name) for name in taken if name.isdecimal()), default=0)
    return [str(last + place) for place in range(1, count + 1)]


def may_end(valid_from: date | None, is_over: bool, on: date | None, is_unknown: bool) -> None:
    """An institution ends once, and not before it began; on a day, or on one that is not known."""
    if is_over:
        raise RuleBroken(_("This institution has an end already"), "valid_to")
    if on is None and not is_unknown:
        raise RuleBroken(_("Write the last day, or say that it is not known"), "valid_to")
    if on is not None and is_unknown:
        raise RuleBroken(_("Write the last day or say that it is not known, not both"), "valid_to")
    if valid_from is not None and on is not None and on < valid_from:
        raise RuleBroken(_("It cannot end before it began"), "valid_to")


def may_succeed(valid_from: date | None, predecessor_ended: date | None) -> None:
    """What comes after begins after."""
    if valid_from and predecessor_ended and valid_from < predecessor_ended:
        raise RuleBroken(_("It cannot begin before the earlier one ended"), "valid_from")


def no_circle(this: uuid.UUID, after: Iterable[uuid.UUID]) -> None:
    """Who comes after does not come before as well."""
    if this in after:
        raise RuleBroken(_("That one comes before this institution: it cannot follow it too"), "followed_by_id")


class Held(NamedTuple):
    """A time in which somebody holds a post."""

    from_on: date
    to_on: date | None


def taking_over(from_on: date, held: Collection[Held]) -> Held | None:
    """Who holds the post until the day before `from_on` and gives it up; RuleBroken when two would hold it at once."""
    current = next((each for each in held if each.to_on is None), None)
    if current and from_on <= current.from_on:
        raise RuleBroken(_("Somebody holds this post since %(day)s: begin after that day",
                           day=format_date(current.from_on)), "from_on")
    for each in held:
        if each.to_on is not None and from_on <= each.to_on:
            raise RuleBroken(_("Somebody held this post until %(day)s: begin after that day",
                               day=format_date(each.to_on)), "from_on")
    return current


def may_give_up(held: Held, on: date) -> None:
    """A post is given up once, and not before it was taken."""
    if held.to_on is not None:
        raise RuleBroken(_("This person does not hold the post any more"), "to_on")
    if on < held.from_on:
        raise RuleBroken(_("It cannot end before it began"), "to_on")


def is_reachable(channel: Channel, phone: str | None, email: str | None) -> None:
    """What is said to be preferred must be there; and there is always one way."""
    if channel in {Channel.CALL, Channel.MESSAGE} and not phone:
        raise RuleBroken(_("Write the telephone number"), "phone")
    if channel is Channel.EMAIL and not email:
        raise RuleBroken(_("Write the e-mail address"), "email")
    if not phone and not email:
        raise RuleBroken(_("Write a telephone number or an e-mail address"), "phone")


def may_close(ended_on: date | None, on: date, started_on: date | None, open_cases: int) -> None:
    """A foundation or a house ends once, and not while somebody's case there is open."""
    if ended_on is not None:
        raise RuleBroken(_("Its end is written down already"), "ended_on")
    if started_on is not None and on < started_on:
        raise RuleBroken(_("It cannot end before it began"), "ended_on")
    if open_cases:
        raise RuleBroken(say_many(
            "%(num)s case there is not closed yet. Close it or move it to another house first.",
            "%(num)s cases there are not closed yet. Close them or move them to another house first.", open_cases,
        ), "ended_on")


def in_order(from_on: date | None, to_on: date | None, field: str) -> None:
    """The last day is not before the first."""
    if from_on and to_on and to_on < from_on:
        raise RuleBroken(_("The last day cannot be before the first"), field)


def not_said_twice(name: str, others: Iterable[str], field: str) -> None:
    """A list says each thing once."""
    if name.strip().casefold() in {each.strip().casefold() for each in others}:
        raise RuleBroken(_("The list has this word already. If it was retired, bring it back."), field)


def is_said_to_be_a_consulate(kind: InstitutionKind, *names: str | None) -> None:
    """A consulate is entered as one: what protects her from her own country asks for its kind.

    The ministry of this country has consular services of its own.
    """
    words = {word for name in names for word in plain(name or "").split()}
    own = _CONSULAR if kind is InstitutionKind.FOREIGN_AFFAIRS else frozenset()
    if kind is not InstitutionKind.CONSULATE and any(_CONSULATE.fullmatch(word) for word in words - own):
        raise RuleBroken(_("By its name this is a consulate or an embassy: choose that"), "kind")

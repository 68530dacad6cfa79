"""Rules of partners: rooms and beds, and the time in which an institution exists."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date

from shelter.rules import RuleBroken
from shelter.texts import say as _

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
    last = max((int(name) for name in taken if name.isdigit()), default=0)
    return [str(last + place) for place in range(1, count + 1)]


def may_end(valid_from: date | None, valid_to: date | None, on: date) -> None:
    """An institution ends once, and not before it began."""
    if valid_to is not None:
        raise RuleBroken(_("This institution has an end already"), "valid_to")
    if valid_from is not None and on < valid_from:
        raise RuleBroken(_("It cannot end before it began"), "valid_to")


def may_succeed(valid_from: date | None, predecessor_ended: date | None) -> None:
    """What comes after begins after."""
    if valid_from and predecessor_ended and valid_from < predecessor_ended:
        raise RuleBroken(_("It cannot begin before the earlier one ended"), "valid_from")

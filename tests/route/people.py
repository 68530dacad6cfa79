"""Cases of November 2026 whose figures are worked out by hand, as on the wall of a house in Quito (UTC-5).

Monday 2 and Tuesday 3 are free. Version 2 starts on the 10th: its report may take 48 hours instead of 24, and nobody
validated its limit for health.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, time

import time_machine

from shelter.audit import operator, work
from shelter.calendar import moment_of
from shelter.cases import actions as cases
from shelter.codes.cases import CaseState, Milestone
from shelter.codes.protocol import DelayCause, SkipReason, Unit
from shelter.protocol.rules import Book, Limit
from shelter.route import actions
from tests.route.made import small_book


def at(text: str) -> datetime:
    """`11-06 16:30` in 2026."""
    day, _space, clock = text.partition(" ")
    return moment_of(date.fromisoformat(f"2026-{day}"), time.fromisoformat(clock))


def changed(book: Book, version: int, starts_on: date, **steps) -> Book:
    """Another version of a book, with some fields of some steps."""
    made = tuple(replace(step, **steps.get(step.key, {})) for step in book.steps)
    return Book(uuid.UUID(int=version), version, starts_on, book.cut_off, book.phases, made)


def two_versions() -> list[Book]:
    """See above."""
    first = changed(small_book(), 1, date(2020, 1, 1), health={"is_validated": True})
    second = changed(first, 2, date(2026, 11, 10), report={"limit": Limit(48, Unit.HOURS)},
                     health={"is_validated": False})
    return [first, second]


class People:
    """Cases as they are told."""

    def __init__(self, by, books):
        self.by, self.books, self.case = by, books, {}

    def opens(self, name, house, when):
        with work("test.case", by=operator):
            self.case[name] = cases.open_case(house, by=self.by, opened_at=at(when))

    def reaches(self, name, milestone, when, detail=None):
        with work("test.reached", by=operator):
            cases.reached(self.case[name], milestone, at=at(when), by=self.by, detail=detail)

    def arrives(self, name, when):
        self.reaches(name, Milestone.ADMITTED, when)

    def is_examined(self, name, when):
        self.reaches(name, Milestone.SERVICE_GIVEN, when, "medical")

    def reports(self, name, when):
        with work("test.done", by=operator):
            actions.done(self.case[name], self.books[0].by_key["report"], by=self.by, at=at(when), note="Con oficio")

    def closes(self, name, when):
        with work("test.close", by=operator):
            self.case[name].state, self.case[name].closed_at = CaseState.CLOSED, at(when)

    def comes_back(self, name):
        with work("test.open", by=operator):
            self.case[name].state, self.case[name].closed_at = CaseState.OPEN, None


def tell(programme, by, books) -> People:
    """Everybody."""
    house, valley, far = programme.house, programme.other_house, programme.far_house
    some = People(by, books)

    some.opens("in October by the wall, in November by UTC", house, "10-30 23:30")  # report due 10-31 23:30
    some.reports("in October by the wall, in November by UTC", "10-31 23:30")
    some.arrives("in October by the wall, in November by UTC", "10-30 23:50")  # health due Friday 11-06 17:00
    some.is_examined("in October by the wall, in November by UTC", "11-06 16:00")  # after 160 h 10 min

    some.opens("nobody answered", far, "11-02 08:00")
    report = books[0].by_key["report"]
    with work("test.cause", by=operator):
        said = actions.explain(some.case["nobody answered"], report, by=by, cause=DelayCause.NO_STAFF, note=None)
    with work("test.take_back", by=operator):
        actions.take_back(said)
    with work("test.cause", by=operator):
        actions.explain(some.case["nobody answered"], report, by=by, cause=DelayCause.NO_ANSWER, note=None)

    some.opens("late by two hours", valley, "11-05 10:00")
    some.reports("late by two hours", "11-06 12:00")
    some.arrives("late by two hours", "11-05 12:00")  # health due Monday 11-09 17:00
    with time_machine.travel(at("11-10 09:00")), work("test.skip", by=operator):
        actions.skip(some.case["late by two hours"], books[0].by_key["health"], by=by, reason=SkipReason.DECLINED,
                     note=None)
    some.closes("late by two hours", "11-20 12:00")

    some.opens("on version 2", house, "11-12 10:00")
    some.reports("on version 2", "11-13 22:00")  # after 36 h: late on version 1
    some.arrives("on version 2", "11-12 11:00")
    some.is_examined("on version 2", "11-20 10:00")  # over a limit that is only proposed (11-16 17:00), after 191 h
    with work("test.cause", by=operator):
        actions.explain(some.case["on version 2"], books[1].by_key["health"], by=by, cause=DelayCause.NO_PLACE,
                        note=None)

    some.opens("closed too soon", house, "11-20 10:00")
    some.closes("closed too soon", "11-21 09:00")

    some.opens("just now", house, "11-29 20:00")  # report due 12-01 20:00

    some.opens("before its clock", far, "11-04 10:00")
    some.reports("before its clock", "11-04 10:00")
    some.is_examined("before its clock", "11-04 11:00")
    some.arrives("before its clock", "11-04 15:00")
    return some


def tell_who_waits(programme, by, books) -> People:
    """Three who are reported after 24, 12 and half an hour, of a book in which the arrival waits for the report.

    Two, in November, had arrived by then. The third, in October, arrives four hours after it: only that is a time.
    """
    some = People(by, books)
    for name, day, arrival, report in (
        ("a day later", "11-04", "11-04 10:00", "11-05 08:00"), ("at night", "11-09", "11-09 09:00", "11-09 20:00"),
        ("in order", "10-14", "10-14 12:30", "10-14 08:30"),
    ):
        some.opens(name, programme.house, f"{day} 08:00")
        some.arrives(name, arrival)
        some.reports(name, report)
    return some

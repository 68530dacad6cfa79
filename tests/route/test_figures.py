"""Figures of the route, against a population worked out by hand and against a slow count of random ones.

The people worked out by hand stand in `people.py`.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import Period, minute, now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Milestone
from shelter.codes.protocol import DelayCause, LimitEnd, Standing, StepState, Unit
from shelter.db import db
from shelter.indicators import INDICATORS, Scope
from shelter.partners import actions as partners
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Limit
from shelter.route import actions, kept, queries
from shelter.route import indicators as figures
from shelter.statistics.rules import CONTENTS
from tests.route.made import small_book
from tests.route.people import at, changed
from tests.route.test_kept import Route

NOVEMBER, OCTOBER = Period.read("2026-11"), Period.read("2026-10")
COUNTS = (
    figures.DUE, figures.IN_TIME, figures.LATE, figures.TARGETS, figures.TARGETS_MET, figures.BEYOND, figures.DONE,
    figures.OPEN,
)


def value(code, period=NOVEMBER, scope=None):
    return INDICATORS[code].count(period, scope or Scope()).value


def table(code, fact, period=NOVEMBER):
    return {word: count for word, count in INDICATORS[code].count(period).breakdowns[fact].items() if count}


def test_limits_that_ended_are_those_validated_by_the_version_that_each_case_follows(people):
    assert table(figures.DUE, "step") == {"report": 4, "health": 2}
    assert table(figures.IN_TIME, "step") == {"report": 2, "health": 2}
    assert table(figures.LATE, "step") == {"report": 2}
    assert table(figures.DUE, "province") == {"17": 3, "07": 3}
    assert table(figures.DUE, "institution") == {"prosecutor": 4, "health": 2}
    assert table(figures.DUE, "limit") == {"in_time": 4, "no_answer": 1, "not_said": 1}
    assert table(figures.LATE, "cause") == {"no_answer": 1, "unknown": 1}


def test_a_limit_ends_on_a_day_of_the_wall(people):
    assert (value(figures.DUE, OCTOBER), value(figures.IN_TIME, OCTOBER)) == (1, 1)


def test_who_comes_back_finds_her_clocks_where_they_would_be(people):
    people.comes_back("closed too soon")
    assert (value(figures.DUE), value(figures.IN_TIME), value(figures.LATE)) == (7, 4, 3)
    assert (value(figures.TARGETS), value(figures.TARGETS_MET), value(figures.BEYOND)) == (6, 4, 3)


def test_every_cause_may_become_of_a_limit():
    causes = {str(each.value) for each in DelayCause}
    assert {str(each.value) for each in LimitEnd} == causes | {"in_time", "not_said"}
    assert {word: str(LimitEnd(word).label).casefold() for word in causes} == {
        word: f"passed: {DelayCause(word).label!s}".casefold() for word in causes}


def test_targets_are_counted_apart(people):
    assert table(figures.TARGETS, "step") == {"arrive": 5}
    assert value(figures.TARGETS_MET) == 4


def test_causes_of_targets_and_proposals_are_told_apart_from_those_of_validated_limits(people):
    """Who never arrived is beyond a target, who was examined late on version 2 beyond a proposal, and it was said why.

    The same limit for health is validated in version 1: there both were kept.
    """
    assert table(figures.BEYOND, "step") == {"arrive": 1, "health": 1}
    assert table(figures.BEYOND, "cause") == {"no_place": 1, "unknown": 1}
    assert table(figures.BEYOND, "step×cause") == {"arrive×unknown": 1, "health×no_place": 1}
    assert table(figures.LATE, "cause") == {"no_answer": 1, "unknown": 1}
    assert table(figures.LATE, "step") == {"report": 2}
    behind = INDICATORS[figures.BEYOND].cases(NOVEMBER, Scope(), "cause", "no_place")
    assert [row.case_id for row in db.session.execute(behind.select())] == [people.case["on version 2"].id]


def test_a_cause_is_told_among_the_targets_as_soon_as_it_is_said(people):
    arrive = people.books[0].by_key["arrive"]
    with work("test.cause", by=operator):
        said = actions.explain(people.case["nobody answered"], arrive, by=people.by, cause=DelayCause.NOT_FOUND,
                               note=None)
    assert table(figures.BEYOND, "cause") == {"no_place": 1, "not_found": 1}
    with work("test.take_back", by=operator):
        actions.take_back(said)
    assert table(figures.BEYOND, "cause") == {"no_place": 1, "unknown": 1}


def test_what_reports_print_of_the_route_is_of_validated_limits_alone(people):
    assert figures.BEYOND not in {each for chapter in CONTENTS for each in (chapter.code, chapter.beside)}
    assert "no_place" not in table(figures.DUE, "limit")


def test_a_holiday_that_becomes_a_working_day_makes_her_late(people):
    with work("test.calendar", by=operator):
        for day in (2, 3):
            partners.mark_day(day=date(2026, 11, day), canton=None, is_worked=True, is_yearly=False,
                              name_es="Se trabaja", name_en="Worked")
    kept.bring_up_to_date()
    assert table(figures.LATE, "step") == {"report": 2, "health": 1}


def test_the_middle_and_nine_of_ten_lie_between_neighbours(people):
    found = INDICATORS[figures.DONE].count(NOVEMBER)
    assert found.value == 9
    steps = {key: (each.count, each.median, each.p90) for key, each in found.spreads["step"].items()}
    first, last = 160 + 10 / 60, 191
    assert steps == {
        "report": (2, 31, pytest.approx(35)), "arrive": (3, 2, pytest.approx(4.4)),
        "health": (2, pytest.approx((first + last) / 2), pytest.approx(first + 0.9 * (last - first))),
    }
    assert found.spreads[""][""].median == 26, "of 1, 2, 5, 26, 36, 160 and 191 hours"
    prosecutors = {word for word in found.spreads["step×office"] if word.startswith("report×")}
    assert len(prosecutors) == 1
    assert found.as_json()["spreads"]["step"]["report"] == {"count": 2, "median": 31, "p90": 35}


def test_what_was_done_without_a_clock_is_counted_and_not_measured(people, programme):
    people.opens("never arrived", programme.house, "11-25 10:00")
    people.is_examined("never arrived", "11-26 10:00")
    found = INDICATORS[figures.DONE].count(NOVEMBER)
    assert (found.breakdowns["step"]["health"], found.spreads["step"]["health"].count) == (4, 2)


def test_open_cases_are_in_the_phase_of_the_step_whose_limit_ends_first(people):
    assert table(figures.OPEN, "phase") == {"alert": 2, "unknown": 3}
    assert table(figures.OPEN, "phase", OCTOBER) == {"house": 1}


def test_the_phase_is_that_of_the_limit_which_ends_first_and_not_of_what_began_first(people, programme, staff):
    """Refuge (no limit) runs since the 26th, what follows leaving since the 27th, with a limit of thirty days."""
    people.opens("between two phases", programme.house, "11-25 10:00")
    with work("test.describe", by=operator):
        case = people.case["between two phases"]
        cases.describe(case, version=case.person.version, nationality="CO")
    people.arrives("between two phases", "11-25 11:00")
    people.is_examined("between two phases", "11-25 12:00")
    people.reports("between two phases", "11-26 10:00")
    people.reaches("between two phases", Milestone.EXITED, "11-27 10:00")
    assert table(figures.OPEN, "phase")["out"] == 1
    assert table(figures.OPEN, "phase", Period.read("2026-11-26..2026-11-26"))["house"] == 1, "she had not left yet"


def test_a_cause_that_was_taken_back_is_none(people):
    report = people.books[0].by_key["report"]
    with work("test.cause", by=operator):
        said = actions.explain(people.case["late by two hours"], report, by=people.by, cause=DelayCause.NO_MEANS,
                               note=None)
    assert table(figures.LATE, "cause") == {"no_answer": 1, "no_means": 1}
    with work("test.take_back", by=operator):
        actions.take_back(said)
    assert table(figures.LATE, "cause") == {"no_answer": 1, "unknown": 1}


def test_a_limit_that_has_not_ended_yet_is_neither_kept_nor_passed(people):
    assert value(figures.DUE, Period.read("2026-12")) == 0, "that of “just now” ends tomorrow"
    assert value(figures.TARGETS, Period.read("2026-12")) == 0


def test_what_was_done_before_its_clock_started_or_just_then_is_counted_and_not_measured(people, programme):
    """She was examined four hours before she arrived, and reported at the minute of the alert."""
    far = Scope(programme.far_house.foundation_id, programme.far_house.id)
    found = INDICATORS[figures.DONE].count(NOVEMBER, far)
    assert {word: n for word, n in found.breakdowns["step"].items() if n} == {"report": 1, "arrive": 1, "health": 1}
    assert {word: (each.count, each.median) for word, each in found.spreads["step"].items()} == {"arrive": (1, 5)}
    assert value(figures.IN_TIME, scope=far) == 2, "both were kept all the same"


def test_what_was_done_before_the_step_for_which_it_waits_is_not_measured(waiting, programme):
    both = Period.read("2026-10-01..2026-11-30")
    found = INDICATORS[figures.DONE].count(both)
    assert table(figures.DONE, "step", both) == {"report": 3, "arrive": 3}
    assert {word: (each.count, each.median, each.p90) for word, each in found.spreads["step"].items()} == {
        "report": (3, 12, pytest.approx(12 + 0.8 * 12)), "arrive": (1, 4, 4)}
    assert (value(figures.TARGETS, both), value(figures.TARGETS_MET, both)) == (3, 3), "what is kept stays as it was"
    waiting.opens("without a report", programme.house, "11-25 08:00")
    waiting.arrives("without a report", "11-25 09:00")
    assert table(figures.DONE, "step") == {"report": 2, "arrive": 3}
    assert "arrive" not in INDICATORS[figures.DONE].spreads(NOVEMBER)["step"], "two before their clock, one without"


def test_a_house_has_its_own(people, programme):
    far = Scope(programme.far_house.foundation_id, programme.far_house.id)
    assert (value(figures.DUE, scope=far), value(figures.LATE, scope=far), value(figures.OPEN, scope=far)) == (3, 1, 2)


def test_the_cases_behind_a_figure_are_those_that_it_counts(people):
    behind = INDICATORS[figures.LATE].cases(NOVEMBER, Scope(), "cause", "no_answer")
    assert [row.case_id for row in db.session.execute(behind.select())] == [people.case["nobody answered"].id]


def test_who_was_out_before_any_limit_ended_is_not_counted_though_it_was_written_down_later(people, programme):
    """Opened on the 5th, out for good the next morning, and that was told on the 23rd."""
    counted = ((figures.DUE, NOVEMBER), (figures.LATE, NOVEMBER), (figures.TARGETS, NOVEMBER),
               (figures.BEYOND, NOVEMBER), (figures.OPEN, Period.read("2026-11-05..2026-11-15")))
    before = [value(*each) for each in counted]
    people.opens("told late", programme.house, "11-05 10:00")
    assert [value(*each) for each in counted] == [each + 1 for each in before]
    people.reaches("told late", Milestone.CLOSED, "11-06 08:00")
    people.closes("told late", "11-23 08:00")
    assert [value(*each) for each in counted] == before


def test_what_was_done_at_the_minute_of_its_limit_was_done_in_time(people, programme):
    before = value(figures.DUE), value(figures.IN_TIME)
    for name, seconds in (("in time", 59), ("late", 60)):
        people.opens(name, programme.house, "11-16 10:00")
        with work("test.done", by=operator):
            actions.done(people.case[name], people.books[0].by_key["report"], by=people.by, note="Con oficio",
                         at=at("11-18 10:00") + timedelta(seconds=seconds))
    assert (value(figures.DUE), value(figures.IN_TIME)) == (before[0] + 2, before[1] + 1)


# --- any population ---------------------------------------------------------------------------------------------------

def by_hand(period):
    """Every figure from the laps of every case, one after the other."""
    found, took, passed, moment = Counter(), defaultdict(list), Counter(), now()
    some = queries.known(db.session.scalars(Case.__table__.select().with_only_columns(Case.id)))
    for each in some:
        case = db.session.get_one(Case, each.case_id)
        mine = [lap for some in queries.laps(each.book, each.facts).values() for lap in some]
        end = min(period.ends_before, moment)
        if case.opened_at < end and (each.facts.over_at is None or each.facts.over_at >= end):
            found[figures.OPEN, phase_then(each.book, mine, end)] += 1
        for lap in mine:
            if lap.end is StepState.DONE and period.starts_at <= lap.ended_at < period.ends_before:
                found[figures.DONE, lap.step] += 1
                for hours in lengths(lap):
                    took[lap.step].append(hours)
            if lap.due_at and lap.due_at < moment and period.starts_at <= lap.due_at < period.ends_before:
                of_limit(each.book.by_key[lap.step], lap, queries.causes_of(case), found, passed)
    return found, took, passed


def phase_then(book, mine, end):
    ran = [lap for lap in mine if lap.started_at and lap.started_at < end
           and (lap.ended_at is None or lap.ended_at >= end)]
    never = datetime(9999, 12, 31, tzinfo=UTC)
    first = min(ran, key=lambda lap: (lap.due_at or never, lap.started_at, lap.step), default=None)
    return book.by_key[first.step].phase if first else "unknown"


def lengths(lap):
    """How many hours it took; nothing where it was done before its clock could start, or as it did."""
    long = int(lap.ended_at.timestamp()) - int(lap.started_at.timestamp()) if lap.started_at else 0
    return [long / 3600] if long > 0 else []


def of_limit(step, lap, causes, found, passed):
    """What became of a limit that ended."""
    if lap.end is StepState.SKIPPED or (lap.end is StepState.ENDED and minute(lap.ended_at) <= minute(lap.due_at)):
        return
    is_kept = lap.end is StepState.DONE and minute(lap.ended_at) <= minute(lap.due_at)
    is_target = step.standing is Standing.TARGET
    if is_target or step.is_validated:
        found[figures.TARGETS if is_target else figures.DUE, lap.step] += 1
        found[figures.TARGETS_MET if is_target else figures.IN_TIME, lap.step] += is_kept
    if not is_kept:
        why = causes.get((lap.step, lap.started_at))
        passed[figures.BEYOND if is_target or not step.is_validated else figures.LATE,
               f"{lap.step}×{why.reason if why else 'unknown'}"] += 1


@pytest.mark.parametrize("seed", range(2))
def test_of_any_population_each_figure_is_a_slow_count_of_it(programme, staff, monkeypatch, seed):
    first = changed(small_book(), 1, date(2020, 1, 1))
    second = changed(first, 2, date(2026, 6, 1), health={"is_validated": True, "limit": Limit(1, Unit.HOURS)},
                     report={"is_beside": False})
    monkeypatch.setattr(protocol, "books", lambda: [first, second])
    walk = Route(programme, seed, staff(Role.CASEWORKER).id)
    for _turn in range(140):
        walk.step()
    year = now().year
    for period in (Period.read(f"{year - 1}..{year}"), Period.read(f"{year}")):
        found, took, passed = by_hand(period)
        for code in (figures.DUE, figures.IN_TIME, figures.TARGETS, figures.TARGETS_MET, figures.DONE):
            assert table(code, "step", period) == {word: n for (which, word), n in found.items() if which == code and n}
        for code in (figures.LATE, figures.BEYOND):
            assert table(code, "step×cause", period) == {
                word: n for (which, word), n in passed.items() if which == code}
        assert table(figures.OPEN, "phase", period) == {word: n for (code, word), n in found.items()
                                                       if code == figures.OPEN}
        spread = INDICATORS[figures.DONE].count(period).spreads["step"]
        assert {word: each.count for word, each in spread.items()} == {word: len(all) for word, all in took.items()}
        for word, hours in took.items():
            some = [*hours, *hours] if len(hours) == 1 else hours
            assert spread[word].median == pytest.approx(statistics.median(hours))
            assert spread[word].p90 == pytest.approx(statistics.quantiles(some, n=10, method="inclusive")[8])


def test_without_a_protocol_nothing_is_counted(programme, monkeypatch):
    monkeypatch.setattr(protocol, "books", list)
    assert [value(code) for code in COUNTS] == [0] * len(COUNTS)
    assert INDICATORS[figures.DONE].count(NOVEMBER).spreads == {"": {}, **{
        "×".join(names): {} for names in INDICATORS[figures.DONE].measure.by}}

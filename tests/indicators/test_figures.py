"""Every figure equals a slow count, row by row, over people invented at random."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shelter.audit import operator, work
from shelter.calendar import Period, add_months, moment_of
from shelter.cases import indicators as _cases
from shelter.cases.models import Case
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.leaving import Destination, ExitReason, Outcome
from shelter.codes.outgoing import OutgoingState, WithdrawnWhy
from shelter.codes.people import AgeBand, Sex
from shelter.codes.referrals import InstitutionKind
from shelter.codes.services import ServiceType
from shelter.db import db
from shelter.figures import together
from shelter.followup import indicators as _followup
from shelter.indicators import INDICATORS, Scope, figures
from shelter.intake import indicators as _intake
from shelter.outgoing import indicators as _outgoing
from shelter.partners import actions as partners
from shelter.referrals import indicators as _referrals
from shelter.register import indicators as _register
from shelter.residence import indicators as _residence
from shelter.services import indicators as _services
from shelter.transition import indicators as _transition
from tests.indicators.population import (
    BY_HAND,
    PROVINCES,
    ACase,
    AContact,
    APerson,
    AReferral,
    AService,
    AStay,
    count_by_hand,
    settle,
)

COUNTED = (
    _cases, _followup, _intake, _outgoing, _referrals, _register, _residence, _services, _transition,
)
PERIODS = [Period.read(text) for text in (
    "2025-Q1", "2025-02", "2024..2025", "2025",
    "2024-02-29..2024-02-29", "2025-03-31..2025-03-31", "2024-12-31..2025-01-01",
)]
DAYS = sorted({
    day + timedelta(days=shift) for period in PERIODS for day in (period.start, period.end) for shift in (-1, 0, 1)
} | {date(2024, 1, 31), date(2024, 8, 31), date(2024, 11, 30), date(2025, 2, 14), date(2025, 11, 30)})
REASONS = [ExitReason.PLAN_DONE, ExitReason.RETURN, ExitReason.DEATH, ExitReason.NOT_TRAFFICKED]
TIMES = [time(0), time(0, 0, 0, 1), time(5), time(12), time(18, 59), time(19), time(23, 59, 59, 999_999)]

moments = st.builds(moment_of, st.sampled_from(DAYS), st.sampled_from(TIMES))
ages = st.sampled_from([None, *list(AgeBand)[:3]])
countries = st.sampled_from([None, "CO", "EC", "NA"])
forms = st.dictionaries(st.sampled_from(list(Exploitation)[:3]), st.sampled_from(Answer), max_size=3)


@st.composite
def stays(draw):
    """One after the other, the last one perhaps still open."""
    times = sorted(set(draw(st.lists(moments, max_size=5))))
    pairs = [*zip(times[::2], times[1::2], strict=False), *([(times[-1], None)] if len(times) % 2 else [])]
    return [AStay(
        arrived, left, age=draw(ages), destination=draw(st.sampled_from(Destination)),
        reason=draw(st.sampled_from(REASONS)),
    ) for arrived, left in pairs]


@st.composite
def services(draw):
    """Some did not take place, some correct one before them."""
    found = draw(st.lists(st.builds(
        AService, st.sampled_from(list(ServiceType)[::5]), moments, st.sampled_from([True, True, False]), ages,
    ), max_size=4))
    for place in range(1, len(found)):
        found[place].corrects = draw(st.sampled_from([None, None, place - 1]))
    return found


contacts = st.lists(st.builds(AContact, st.sampled_from([1, 3, 6, 12]), moments, st.sampled_from(Outcome)), max_size=3)
withdrawals = st.sampled_from(list(WithdrawnWhy)).map(lambda why: (OutgoingState.WITHDRAWN, why))
outcomes = st.one_of(st.sampled_from(list(OutgoingState)[1:5]).map(lambda state: (state, None)), withdrawals)
referrals = st.lists(st.builds(
    lambda kind, service, at, outcome, age: AReferral(kind, service, at, *outcome, age),
    st.sampled_from(list(InstitutionKind)[::6]), st.sampled_from(list(ServiceType)[::9]), moments, outcomes, ages,
), max_size=3)
some_cases = st.lists(
    st.builds(ACase, moments, ages, forms, countries, st.booleans(), stays(), services(), contacts, referrals),
    min_size=1, max_size=2, unique_by=lambda case: case.opened,
)
people = st.lists(
    st.builds(APerson, st.sampled_from([None, *list(Sex)[:3]]), countries, st.integers(0, 3), some_cases), max_size=6,
)
scopes = st.sampled_from([{0, 1, 2, 3}, {0, 1}, {2, 3}, {0}, {1}, {3}])


@pytest.fixture
def programme(programme):
    """Two houses in each foundation; those of the south in two provinces."""
    with work("test.house", by=operator):
        south = programme.foundations[1]
        programme.houses.append(partners.add_house(south, "Casa Costa", canton="0901", address="4", rooms={"Sala": 1}))
    assert [house.province for house in programme.houses] == PROVINCES
    return programme


def scope_of(programme, houses):
    """The scope that holds exactly these houses."""
    some = programme.houses[min(houses)]
    if len(houses) == 1:
        return Scope(some.foundation_id, some.id)
    return Scope() if len(houses) == 4 else Scope(some.foundation_id)


@settings(max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(people=people, period=st.sampled_from(PERIODS), houses=scopes)
def test_every_figure_equals_a_count_by_hand(programme, people, period, houses):
    scope = scope_of(programme, houses)
    try:
        settle(programme, people)
        for code in BY_HAND:
            figure = INDICATORS[code].count(period, scope)
            expected = count_by_hand(code, INDICATORS[code].facts, people, period, houses)
            assert (figure.value, figure.breakdowns, figure.known) == expected, code
    finally:
        db.session.rollback()


@settings(max_examples=10, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(people=people, period=st.sampled_from(PERIODS), houses=scopes)
def test_the_cases_behind_each_figure_and_each_cell_add_up_to_it(programme, people, period, houses):
    scope = scope_of(programme, houses)
    inside = {programme.houses[house].id for house in houses}
    try:
        settle(programme, people)
        for code in BY_HAND:
            figure = INDICATORS[code].count(period, scope)
            cells = [(name, word) for name in INDICATORS[code].facts for word in figure.breakdowns[name]]
            for name, word in (("", ""), *cells):
                behind = INDICATORS[code].cases(period, scope, name, word)
                found = list(db.session.execute(
                    sa.select(behind.c.times, Case.house_id).join(Case, Case.id == behind.c.case_id)
                ))
                expected = figure.breakdowns[name][word] if name else figure.value
                assert sum(row.times for row in found) == expected, (code, name, word)
                assert {row.house_id for row in found} <= inside
    finally:
        db.session.rollback()


ROUTE = set(together.CODES)
"""Counted by hand in tests/route."""
ELSEWHERE = {f"referrals.{word}" for word in ("received", "accepted", "redirected", "declined", "unmet")}
"""Of calls and letters, not of cases: counted by hand in tests/referrals."""


def test_no_figure_is_left_out_of_the_count_by_hand():
    assert set(INDICATORS) == set(BY_HAND) | ELSEWHERE | ROUTE
    assert {code for code, each in INDICATORS.items() if not each.of_cases} == ELSEWHERE


FEMALE, COLOMBIA, DAY = Sex.FEMALE, "CO", timedelta(days=1)
LEGAL, CRISIS = ServiceType.RIGHTS, ServiceType.CRISIS
HEALTH = InstitutionKind.HEALTH, ServiceType.CHECK_UP


@pytest.fixture
def rosa(programme):
    """She arrived on 31 December at 23:30 in Guayaquil (in UTC the next year), and left at the end of January."""
    forms = {Exploitation.LABOUR: Answer.YES, Exploitation.SEXUAL: Answer.YES, Exploitation.BEGGING: Answer.NO}
    arrived = datetime(2025, 1, 1, 4, 30, tzinfo=UTC)
    left = moment_of(date(2025, 1, 31))
    case = ACase(
        arrived, None, forms, "PE", False, [AStay(arrived, left, age=AgeBand.TO_20)],
        [AService(CRISIS, arrived), AService(CRISIS, left), AService(LEGAL, left), AService(LEGAL, left, False)],
        [AContact(1, left + 33 * DAY, Outcome.STABLE), AContact(3, left + 95 * DAY, Outcome.UNSAFE)],
        [AReferral(*HEALTH, arrived, OutgoingState.ATTENDED), AReferral(*HEALTH, left, OutgoingState.NOT_ATTENDED),
         AReferral(*HEALTH, left), AReferral(*HEALTH, left, OutgoingState.WITHDRAWN, WithdrawnWhy.NO_ANSWER)],
    )
    settle(programme, [APerson(FEMALE, COLOMBIA, cases=[case])])
    return case


def values(period):
    return {figure.code: figure.value for figure in figures(Period.read(period)) if figure.code in BY_HAND}


def outgoing(*counts):
    """Sent, answered, accepted, attended, unmet."""
    names = ("sent", "answered", "accepted", "attended", "unmet")
    return {f"outgoing.{name}": count for name, count in zip(names, counts, strict=True)}


def test_the_figures_of_one_person_worked_out_by_hand(rosa):
    assert values("2024") == {
        "cases.registered": 1, "intake.admitted": 1, "residence.present": 1, "services.given": 1, "services.persons": 1,
        "transition.exits": 0, "followup.due": 0, "followup.done": 0, **outgoing(1, 1, 1, 1, 0),
    }
    assert values("2025") == {
        "cases.registered": 0, "intake.admitted": 0, "residence.present": 0, "services.given": 2, "services.persons": 1,
        "transition.exits": 1, "followup.due": 3, "followup.done": 1, **outgoing(3, 1, 0, 0, 2),
    }
    assert values("2024..2025") | {"residence.present": 0} == {
        "cases.registered": 1, "intake.admitted": 1, "residence.present": 0, "services.given": 3, "services.persons": 1,
        "transition.exits": 1, "followup.due": 3, "followup.done": 1, **outgoing(4, 2, 1, 1, 2),
    }


def test_a_person_stands_once_under_each_form_and_each_service_and_counts_once(rosa):
    found = {figure.code: figure for figure in figures(Period.read("2024..2025"))}
    persons = found["services.persons"]
    assert persons.breakdowns["exploitation"] == {"labour": 1, "sexual": 1, "unknown": 0}
    assert persons.breakdowns["discipline"] == {"legal": 1, "psychology": 1, "unknown": 0}
    assert persons.breakdowns["discipline×sex"] == {"legal×female": 1, "psychology×female": 1}
    assert persons.known["exploitation"] == persons.value == 1
    assert found["services.given"].breakdowns["discipline"] == {"legal": 1, "psychology": 2, "unknown": 0}
    assert found["cases.registered"].breakdowns["year"] == {"2024": 1, "unknown": 0}
    assert found["cases.registered"].breakdowns["age_band"] == {"unknown": 1}
    assert found["intake.admitted"].breakdowns["age_band"] == {"18-20": 1, "unknown": 0}


def test_the_figures_of_a_house_know_nothing_of_another_one(programme):
    """She was served in one house of the south, and has a newer case in the other."""
    served = ACase(FIRST, AgeBand.TO_17, services=[AService(LEGAL, FIRST), AService(CRISIS, FIRST)])
    settle(programme, [APerson(FEMALE, house=2, cases=[served, ACase(FIRST + DAY, AgeBand.TO_20, is_away=True)])])
    house, persons = programme.houses[2], INDICATORS["services.persons"]
    one, both = Scope(house.foundation_id, house.id), Scope(house.foundation_id)
    assert persons.count(FEBRUARY, one).breakdowns["province"] == {"07": 1, "unknown": 0}
    assert persons.count(FEBRUARY, one).breakdowns["age_band"] == {"9-17": 1, "unknown": 0}
    assert persons.count(FEBRUARY, both).breakdowns["province"] == {"09": 1, "unknown": 0}
    behind = persons.cases(FEBRUARY, one)
    found = db.session.scalars(sa.select(Case.house_id).join(behind, behind.c.case_id == Case.id))
    assert list(found) == [house.id]


def test_what_was_kept_is_part_of_what_was_due(rosa):
    kept = next(figure for figure in figures(Period.read("2025")) if figure.code == "followup.done")
    assert (kept.value, kept.numerator, kept.denominator) == (1, 1, 3)
    assert kept.breakdowns["month"] == {"1": 1, "unknown": 0}


def test_an_empty_database_counts_nobody_and_knows_nothing(programme):
    for figure in figures(Period.read("2025-Q1")):
        assert figure.value == 0
        assert set(figure.known.values()) == {0}
        assert all(table in ({}, {"unknown": 0}) for table in figure.breakdowns.values())


INSTANT = timedelta(microseconds=1)
FEBRUARY = Period.read("2025-02")
FIRST, AFTER = FEBRUARY.starts_at, FEBRUARY.ends_before


@pytest.mark.parametrize(("moment", "is_inside", "present"), [
    (FIRST - INSTANT, 0, "female"), (FIRST, 1, "female"), (AFTER - INSTANT, 1, "female"), (AFTER, 0, "male"),
])
def test_a_period_goes_from_the_first_moment_of_its_first_local_day_to_the_last_of_its_last(
    programme, moment, is_inside, present,
):
    settle(programme, [  # she arrives at that moment, he leaves
        APerson(Sex.FEMALE, cases=[ACase(moment, stays=[AStay(moment)], services=[AService(LEGAL, moment)])]),
        APerson(Sex.MALE, cases=[ACase(FIRST - DAY, stays=[AStay(FIRST - 9 * DAY, moment)])]),
    ])
    found = values("2025-02")
    for code in ("cases.registered", "intake.admitted", "services.given", "transition.exits"):
        assert found[code] == is_inside, code
    assert INDICATORS["residence.present"].count(FEBRUARY).breakdowns["sex"] == {present: 1, "unknown": 0}


MARCH = moment_of(date(2025, 3, 10))
TWICE = [AStay(MARCH - DAY, MARCH), AStay(MARCH + DAY, MARCH + 9 * DAY)]


@pytest.mark.parametrize(("stays", "contacts", "due", "done"), [
    ([], [], 0, 0),
    ([AStay(MARCH - DAY)], [], 0, 0),
    ([AStay(MARCH - DAY, MARCH)], [], 3, 0),
    ([AStay(MARCH - DAY, MARCH, ExitReason.DEATH)], [], 0, 0),
    ([AStay(MARCH - DAY, MARCH, ExitReason.NOT_TRAFFICKED)], [], 0, 0),
    ([AStay(MARCH - DAY, MARCH)], [AContact(1, MARCH + 31 * DAY, Outcome.NOT_REACHED)], 3, 0),
    ([AStay(MARCH - DAY, MARCH)], [AContact(1, MARCH + 60 * DAY, Outcome.RETRAFFICKED)], 3, 1),
    ([AStay(MARCH - DAY, MARCH)], [AContact(1, MARCH + 31 * DAY, Outcome.STABLE)] * 2, 3, 1),
    ([AStay(MARCH - DAY, MARCH)], [AContact(1, MARCH + 31 * DAY, Outcome.DECLINED)], 1, 1),
    ([AStay(MARCH - DAY, MARCH)], [AContact(3, MARCH + 31 * DAY, Outcome.DECLINED)], 2, 1),
    ([AStay(MARCH - DAY, MARCH)], [AContact(1, MARCH + 31 * DAY, Outcome.DIED)], 0, 0),
    ([AStay(MARCH - DAY, MARCH)], [AContact(3, MARCH + 31 * DAY, Outcome.DIED)], 1, 0),
    # She came back on the day of the first contact (10 April), or on the day after: of the others none is due.
    ([AStay(MARCH - DAY, MARCH), AStay(moment_of(date(2025, 4, 10), time(23, 59)))], [], 0, 0),
    ([AStay(MARCH - DAY, MARCH), AStay(moment_of(date(2025, 4, 11), time(0)))], [], 1, 0),
    ([AStay(MARCH - DAY, MARCH), AStay(MARCH + 40 * DAY)], [], 1, 0),
    ([AStay(MARCH - DAY, MARCH), AStay(MARCH + 40 * DAY)], [AContact(1, MARCH + 31 * DAY, Outcome.STABLE)], 1, 1),
    # She left twice: what was done after the second time is of the second schedule.
    (TWICE, [], 3, 0),
    (TWICE, [AContact(1, MARCH + 45 * DAY, Outcome.STABLE)], 3, 1),
    (TWICE, [AContact(1, MARCH + DAY, Outcome.STABLE)], 4, 1),
])
def test_which_follow_ups_of_a_year_are_due_and_which_of_them_are_done(programme, stays, contacts, due, done):
    settle(programme, [APerson(cases=[ACase(MARCH - DAY, stays=stays, contacts=contacts)])])
    found = values("2025")
    assert (found["followup.due"], found["followup.done"]) == (due, done)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(stays=stays(), contacts=contacts, period=st.sampled_from(PERIODS))
def test_the_follow_ups_of_one_case_equal_a_count_by_hand(programme, stays, contacts, period):
    people = [APerson(cases=[ACase(FIRST, stays=stays, contacts=contacts)])]
    try:
        settle(programme, people)
        for code in ("followup.due", "followup.done"):
            expected = count_by_hand(code, ("month",), people, period, {0})
            found = INDICATORS[code].count(period)
            assert (found.value, found.breakdowns["month"]) == (expected[0], expected[1]["month"])
    finally:
        db.session.rollback()


@settings(max_examples=30, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(people=people, quarter=st.sampled_from(["2024-Q4", "2025-Q1", "2025-Q2"]), houses=scopes)
def test_the_months_of_a_quarter_add_up_to_it(programme, people, quarter, houses):
    """Of everything that happens on a day; not of those who are present, nor of people who are served twice."""
    whole, scope = Period.read(quarter), scope_of(programme, houses)
    months = [Period.read(f"{whole.start.year}-{whole.start.month + place:02d}") for place in range(3)]
    try:
        settle(programme, people)
        for code in set(BY_HAND) - {"residence.present", "services.persons"}:
            parts = [INDICATORS[code].count(month, scope) for month in months]
            figure = INDICATORS[code].count(whole, scope)
            assert figure.value == sum(part.value for part in parts), code
            for name, table in figure.breakdowns.items():
                added = Counter[str]()
                for part in parts:
                    added.update(part.breakdowns[name])
                assert added == Counter(table), (code, name)
    finally:
        db.session.rollback()


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("month", [1, 3, 6, 12])
def test_the_days_on_which_somebody_left_are_those_whose_follow_up_lies_in_the_period(period, month):
    found = _followup.window(period, month)
    for shift in range(1100):
        day = date(2023, 1, 1) + timedelta(days=shift)
        assert (found is not None and day in found) == (add_months(day, month) in period)

"""The follow-up schedule, worked by hand; when a number may be shown."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shelter.codes.cases import CaseState, Channel, ConsentAnswer
from shelter.codes.leaving import Outcome
from shelter.followup import rules
from shelter.followup.rules import Agreement, Attempt, Barrier
from shelter.rules import RuleBroken

LEFT = date(2025, 11, 30)


def plan(*tries):
    return rules.schedule(LEFT, [Attempt(month, on, outcome) for month, on, outcome in tries])


def due(schedule):
    return [(step.month, step.due_on, step.done_on) for step in schedule.steps]


def test_four_contacts_on_the_same_day_of_the_month_or_its_last():
    """Left 30 November 2025: 30 December, 28 February (it has no 30th), 30 May, 30 November."""
    assert due(plan()) == [
        (1, date(2025, 12, 30), None), (3, date(2026, 2, 28), None), (6, date(2026, 5, 30), None),
        (12, date(2026, 11, 30), None),
    ]
    assert plan().next_due_on == date(2025, 12, 30)


def test_a_contact_that_spoke_with_her_fulfils_its_month():
    schedule = plan((1, date(2025, 12, 29), Outcome.STABLE), (3, date(2026, 3, 2), Outcome.AT_RISK))
    assert [step.done_on for step in schedule.steps] == [date(2025, 12, 29), date(2026, 3, 2), None, None]
    assert schedule.next.month == 6
    assert schedule.next_due_on == date(2026, 5, 30)


def test_a_try_that_did_not_reach_her_leaves_it_due():
    schedule = plan((1, date(2026, 1, 5), Outcome.NOT_REACHED))
    assert schedule.next_due_on == date(2025, 12, 30)
    assert schedule.paused_until is None


def test_after_an_unsafe_contact_nobody_tries_for_a_week():
    schedule = plan((1, date(2026, 1, 5), Outcome.UNSAFE))
    assert schedule.paused_until == date(2026, 1, 12)
    assert schedule.next_due_on == date(2026, 1, 12)
    early = plan((1, date(2025, 12, 2), Outcome.UNSAFE))
    assert early.next_due_on == date(2025, 12, 30), "the day it is due, when the pause ends before"
    after = plan((1, date(2026, 1, 5), Outcome.UNSAFE), (1, date(2026, 1, 14), Outcome.PROGRESS))
    assert after.paused_until is None
    assert after.next_due_on == date(2026, 2, 28)


@pytest.mark.parametrize("last", [Outcome.DECLINED, Outcome.DIED])
def test_some_outcomes_are_the_last(last):
    schedule = plan((1, date(2025, 12, 30), Outcome.STABLE), (3, date(2026, 2, 28), last))
    assert schedule.is_over
    assert schedule.next is None
    assert schedule.next_due_on is None


def test_four_fulfilled_contacts_end_it():
    tries = [(month, date(2026, 1, 1) + timedelta(days=30 * month), Outcome.STABLE) for month in (1, 3, 6)]
    assert not plan(*tries).is_over
    assert plan(*tries, (12, date(2026, 12, 1), Outcome.PROGRESS)).is_over


def test_a_contact_is_missed_when_a_later_one_took_place():
    kept = [(1, date(2025, 12, 30), Outcome.STABLE), (3, date(2026, 3, 1), Outcome.NOT_REACHED)]
    assert not any(map(plan(*kept).is_missed, plan(*kept).steps))
    schedule = plan(*kept, (6, date(2026, 5, 30), Outcome.STABLE))
    assert [schedule.is_missed(step) for step in schedule.steps] == [False, True, False, False]
    assert schedule.next.month == 12
    made_up_for = plan(*kept, (6, date(2026, 5, 30), Outcome.STABLE), (3, date(2026, 6, 2), Outcome.STABLE))
    assert not any(map(made_up_for.is_missed, made_up_for.steps))


def test_the_last_contact_ends_it_whatever_was_missed():
    schedule = plan((12, date(2026, 12, 1), Outcome.STABLE))
    assert schedule.is_over
    assert schedule.next is None


def test_the_first_contact_that_spoke_with_her_counts():
    schedule = plan((1, date(2025, 12, 20), Outcome.STABLE), (1, date(2025, 12, 28), Outcome.PROGRESS))
    assert schedule.steps[0].done_on == date(2025, 12, 20)


def test_a_contact_lies_between_the_exit_and_now():
    left, now = datetime(2026, 1, 1, 15, tzinfo=UTC), datetime(2026, 2, 1, 15, tzinfo=UTC)
    within_the_minute = left + timedelta(seconds=40)
    assert rules.when(left, left_at=within_the_minute, now=now) == within_the_minute
    for wrong in (left - timedelta(minutes=1), now + timedelta(hours=1)):
        with pytest.raises(RuleBroken) as broken:
            rules.when(wrong, left_at=left, now=now)
        assert broken.value.field == "occurred_at"


@pytest.mark.parametrize(("month", "first"), [
    (3, date(2025, 12, 30)), (6, date(2026, 2, 28)), (12, date(2026, 5, 30)),
])
def test_a_contact_before_that_of_the_month_before_was_due_fulfils_nothing(month, first):
    early = first - timedelta(days=1)
    assert rules.is_early(month, early, LEFT)
    assert not rules.is_early(month, first, LEFT)
    assert all(step.done_on is None for step in plan((month, early, Outcome.STABLE)).steps)
    assert [step.month for step in plan((month, first, Outcome.STABLE)).steps if step.done_on] == [month]


def test_the_first_contact_may_be_made_on_the_day_she_leaves():
    assert not rules.is_early(1, LEFT, LEFT)


def test_follow_up_is_for_somebody_who_left():
    left = datetime(2026, 1, 1, 15, tzinfo=UTC)
    assert rules.may_record(CaseState.FOLLOW_UP, left, 3) == left
    for state, at, month in ((CaseState.OPEN, None, 1), (CaseState.CLOSED, left, 1), (CaseState.FOLLOW_UP, left, 2)):
        with pytest.raises(RuleBroken):
            rules.may_record(state, at, month)


@pytest.mark.parametrize(("given", "expected"), [
    ({}, None),
    ({"agreement": Agreement(ConsentAnswer.GIVEN)}, None),
    ({"agreement": Agreement(ConsentAnswer.LATER)}, None),
    ({"channel": None, "has_number": False}, Barrier.NOT_RECORDED),
    ({"channel": Channel.NONE, "has_number": False}, Barrier.REFUSED),
    ({"channel": Channel.NONE}, Barrier.REFUSED),
    ({"channel": Channel.VISIT, "has_number": False}, Barrier.NO_NUMBER),
    ({"agreement": Agreement(ConsentAnswer.REFUSED)}, Barrier.REFUSED),
    ({"agreement": Agreement(ConsentAnswer.GIVEN, is_withdrawn=True)}, Barrier.REFUSED),
    ({"agreement": Agreement(ConsentAnswer.GIVEN, ends_on=date(2026, 1, 9))}, Barrier.ENDED),
    ({"agreement": Agreement(ConsentAnswer.GIVEN, ends_on=date(2026, 1, 10))}, None),
    ({"paused_until": date(2026, 1, 11)}, Barrier.PAUSED),
    ({"paused_until": date(2026, 1, 10)}, None),
    ({"state": CaseState.CLOSED}, Barrier.OVER),
])
def test_what_stands_between_the_reader_and_the_number(given, expected):
    usual = {"state": CaseState.FOLLOW_UP, "channel": Channel.CALL, "has_number": True, "agreement": None,
             "paused_until": None, "today": date(2026, 1, 10)}
    assert rules.barrier(**{**usual, **given}) is expected

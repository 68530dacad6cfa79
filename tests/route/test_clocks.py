"""The clocks of one case, against laps worked out by hand on the calendar of November 2026.

2026-11-02 (Monday) is Day of the Dead and 2026-11-03 Independence of Cuenca: both free. All moments are said as they
stand on the wall of a house in Quito (UTC-5).
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

import pytest

from shelter.calendar import moment_of
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, StepState, Unit
from shelter.codes.route import Word
from shelter.partners.workdays import Workdays
from shelter.protocol.rules import Book, Happening, Limit, Phase, Step
from shelter.route import rules
from shelter.route.rules import Event, Facts, Said

HOURS, DAYS = Unit.HOURS, Unit.WORKING_DAYS


def at(text: str) -> datetime:
    """`11-06 16:30` in 2026."""
    day, _space, clock = text.partition(" ")
    return moment_of(date.fromisoformat(f"2026-{day}"), time.fromisoformat(clock or "12:00"))


def step(key, start=Start.ALERT, *, limit=None, phase="one", **more):
    return Step(key, key, phase, {"es": key}, None, start, Standing.TARGET, limit=limit and Limit(*limit), **more)


def book(*steps, cut_off=time(17)):
    return Book(uuid.uuid4(), 1, date(2026, 1, 1), cut_off, (Phase("one", {"es": "Una"}, 1),), steps)


def happened(*told):
    return [Event(milestone, at(when), detail) for milestone, when, detail in
            ((*each, None) if len(each) == 2 else each for each in told)]


ALERT = (Milestone.REFERRED, "11-05 10:00")
ADMITTED = Happening(Milestone.ADMITTED)


def walk(steps, *told, said=(), conditions=(), closed=None, workdays=None):
    facts = Facts(happened(*told), [Said(key, word, at(when)) for key, word, when in said], frozenset(conditions),
                  closed and at(closed), workdays or Workdays("1701"))
    return rules.laps(book(*steps), facts)


def only(found, key):
    [lap] = found[key]
    return lap


# --- limits -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("started", "limit", "due"), [
    ("11-05 10:00", (24, HOURS), "11-06 10:00"),
    ("10-30 10:00", (24, HOURS), "10-31 10:00"),  # hours run on a Saturday too
    ("10-30 10:00", (1, DAYS), "11-04 17:00"),  # Friday; Monday and Tuesday are free
    ("10-30 17:00", (1, DAYS), "11-04 17:00"),  # at the cut-off hour it is still that day
    ("10-30 17:01", (1, DAYS), "11-05 17:00"),  # after it the next working day is the first, and is not counted
    ("10-31 09:00", (1, DAYS), "11-05 17:00"),  # a Saturday: begins on Wednesday the 4th
    ("11-04 09:00", (0, DAYS), "11-04 17:00"),
    ("11-04 09:00", (3, DAYS), "11-09 17:00"),
    ("12-03 09:00", (2, DAYS), "12-07 17:00"),  # Fri 4, Mon 7: the 6th (Quito) is a Sunday in 2026
])
def test_a_limit_ends_at_the_hour_that_the_calendar_says(started, limit, due):
    assert rules.due_at(at(started), Limit(*limit), Workdays("1701"), book()) == at(due)


def test_a_holiday_of_one_canton_moves_its_limits_alone():
    started, limit = at("07-24 09:00"), Limit(1, DAYS)  # Friday before the day of Guayaquil, a Saturday in 2026
    assert rules.due_at(started, limit, Workdays("0901"), book()) == at("07-27 17:00")
    started = moment_of(date(2025, 7, 24), time(9))  # a Thursday; Friday 25 is Guayaquil's
    assert rules.due_at(started, limit, Workdays("0901"), book()) == moment_of(date(2025, 7, 28), time(17))
    assert rules.due_at(started, limit, Workdays("1701"), book()) == moment_of(date(2025, 7, 25), time(17))


# --- what starts a clock ----------------------------------------------------------------------------------------------

def test_the_alert_is_the_first_that_is_known_of_alert_referral_and_opening():
    one = step("a", limit=(24, HOURS))
    assert only(walk([one], (Milestone.OPENED, "11-06 08:00")), "a").started_at == at("11-06 08:00")
    assert only(walk([one], (Milestone.OPENED, "11-06 08:00"), ALERT), "a").started_at == at("11-05 10:00")
    told = ((Milestone.ALERTED, "11-04 23:00"), ALERT, (Milestone.OPENED, "11-06 08:00"))
    assert only(walk([one], *told), "a").started_at == at("11-04 23:00")


def test_without_any_alert_nothing_runs():
    assert walk([step("a", limit=(24, HOURS))], (Milestone.ADMITTED, "11-06")) == {"a": []}


def test_what_happened_starts_a_clock_and_ends_another():
    steps = [
        step("arrive", happening=ADMITTED, evidence=frozenset({Evidence.MILESTONE}), limit=(72, HOURS)),
        step("check", Start.MILESTONE, starts_with=ADMITTED, limit=(24, HOURS), is_beside=True),
    ]
    found = walk(steps, ALERT, (Milestone.ADMITTED, "11-07 10:00"))
    assert (only(found, "arrive").ended_at, only(found, "arrive").end) == (at("11-07 10:00"), StepState.DONE)
    assert (only(found, "check").started_at, only(found, "check").due_at) == (at("11-07 10:00"), at("11-08 10:00"))


def test_a_word_of_the_timeline_may_be_narrowed_by_its_detail():
    health = step("health", happening=Happening(Milestone.SERVICE_GIVEN, "medical"),
                  evidence=frozenset({Evidence.MILESTONE}))
    told = [ALERT, (Milestone.SERVICE_GIVEN, "11-06", "legal")]
    assert only(walk([health], *told), "health").end is None
    assert only(walk([health], *told, (Milestone.SERVICE_GIVEN, "11-07", "medical")), "health").ended_at == at("11-07")


def test_what_happened_is_no_evidence_where_only_a_word_is():
    spoken = step("spoken", happening=ADMITTED)
    assert only(walk([spoken], ALERT, (Milestone.ADMITTED, "11-06")), "spoken").end is None


def test_a_step_starts_when_another_is_done_or_skipped():
    steps = [step("a"), step("b", Start.STEP, after="a", limit=(48, HOURS), phase="two")]
    assert walk(steps, ALERT)["b"] == []
    for word in (Word.DONE, Word.SKIPPED):
        found = walk(steps, ALERT, said=[("a", word, "11-06 09:00")])
        assert (only(found, "b").started_at, only(found, "b").due_at) == (at("11-06 09:00"), at("11-08 09:00"))


def test_a_step_that_does_not_concern_her_is_passed_over():
    steps = [
        step("a", applies_to=frozenset({Condition.CHILD})),
        step("b", Start.STEP, after="a", phase="two"),
    ]
    found = walk(steps, ALERT)
    assert "a" not in found
    assert only(found, "b").started_at == at("11-05 10:00")
    assert walk(steps, ALERT, conditions=[Condition.CHILD, Condition.PREGNANT])["b"] == []


def test_steps_of_a_phase_follow_each_other_unless_they_run_beside():
    steps = [step("a"), step("b", limit=(24, HOURS)), step("c", limit=(24, HOURS), is_beside=True),
             step("d", phase="two")]
    found = walk(steps, ALERT)
    assert found["b"] == []
    assert only(found, "c").started_at == only(found, "d").started_at == at("11-05 10:00")
    found = walk(steps, ALERT, said=[("a", Word.DONE, "11-06 10:00")])
    assert (only(found, "b").started_at, only(found, "b").due_at) == (at("11-06 10:00"), at("11-07 10:00"))


def test_before_a_step_in_its_phase_stands_the_last_that_concerns_her():
    steps = [step("a"), step("b", applies_to=frozenset({Condition.FOREIGN})), step("c")]
    assert walk(steps, ALERT)["c"] == []
    assert only(walk(steps, ALERT, said=[("a", Word.DONE, "11-06")]), "c").started_at == at("11-06")


def test_done_before_its_clock_began_is_done():
    steps = [step("consent", Start.MILESTONE, starts_with=ADMITTED, limit=(24, HOURS),
                  happening=Happening(Milestone.CONSENTED), evidence=frozenset({Evidence.MILESTONE}))]
    before = (Milestone.CONSENTED, "11-05 11:00")
    early = only(walk(steps, ALERT, before), "consent")
    assert (early.started_at, early.end, early.ended_at) == (None, StepState.DONE, at("11-05 11:00"))
    lap = only(walk(steps, ALERT, before, (Milestone.ADMITTED, "11-06")), "consent")
    assert (lap.started_at, lap.end, lap.ended_at) == (at("11-06"), StepState.DONE, at("11-05 11:00"))
    assert not lap.is_late(at("12-01"))


# --- laps -------------------------------------------------------------------------------------------------------------

PLAN = step("plan", Start.MILESTONE, starts_with=ADMITTED, limit=(5, DAYS),
            happening=Happening(Milestone.INTAKE_DONE), evidence=frozenset({Evidence.MILESTONE, Evidence.WORD}))


def test_whoever_comes_back_has_a_second_lap():
    told = [ALERT, (Milestone.ADMITTED, "11-06"), (Milestone.INTAKE_DONE, "11-09"), (Milestone.ADMITTED, "12-01")]
    first, second = walk([PLAN], *told)["plan"]
    assert (first.started_at, first.ended_at, first.end) == (at("11-06"), at("11-09"), StepState.DONE)
    assert (second.started_at, second.ended_at, second.end) == (at("12-01"), None, None)
    assert second.due_at == at("12-08 17:00")  # Wed 2, Thu 3, Fri 4, Mon 7, Tue 8


def test_a_lap_whose_clock_began_anew_counts_only_when_its_limit_was_over():
    told = [ALERT, (Milestone.ADMITTED, "11-06"), (Milestone.ADMITTED, "11-09")]
    assert [lap.started_at for lap in walk([PLAN], *told)["plan"]] == [at("11-09")]
    told[-1] = (Milestone.ADMITTED, "12-09")
    first, second = walk([PLAN], *told)["plan"]
    assert (first.end, first.ended_at, first.is_late(at("12-10"))) == (StepState.ENDED, at("12-09"), True)
    assert second.started_at == at("12-09")


def test_a_closed_case_stops_every_clock():
    steps = [PLAN, step("a", limit=(24, HOURS), phase="two")]
    found = walk(steps, ALERT, (Milestone.ADMITTED, "11-06"), closed="11-08")
    assert only(found, "plan").state(at("12-30")) is only(found, "a").state(at("12-30")) is StepState.ENDED
    assert not only(found, "plan").is_late(at("12-30"))
    assert only(found, "a").is_late(at("12-30"))  # its limit was over before the case was closed


def test_what_closing_a_case_begins_runs_on():
    steps = [step("erase", Start.MILESTONE, starts_with=Happening(Milestone.CLOSED), limit=(10, DAYS))]
    told = (ALERT, (Milestone.ADMITTED, "11-06"), (Milestone.CLOSED, "11-09 10:00"))
    found = walk(steps, *told, closed="11-09 10:20")  # written down twenty minutes after it happened
    assert (only(found, "erase").started_at, only(found, "erase").due_at) == (at("11-09 10:00"), at("11-23 17:00"))
    assert only(found, "erase").state(at("11-10")) is StepState.RUNNING
    found = walk(steps, *told, closed="11-09 10:20", said=[("erase", Word.DONE, "11-12")])
    assert only(found, "erase").end is StepState.DONE


def test_what_begins_at_the_moment_of_closing_runs_on_only_where_closing_asks_for_it():
    """Who was not trafficked leaves and is closed at the same moment: nobody calls her after a month."""
    closed, left = Happening(Milestone.CLOSED), Happening(Milestone.EXITED)
    shown = frozenset({Evidence.MILESTONE})
    steps = [
        step("leave", happening=left, evidence=shown),
        step("month", Start.MILESTONE, starts_with=left, limit=(22, DAYS), phase="two", is_beside=True),
        step("greet", Start.STEP, after="leave", limit=(22, DAYS), phase="two", is_beside=True),
        step("close", Start.STEP, after="month", happening=closed, evidence=shown, phase="three"),
        step("tell", Start.STEP, after="close", limit=(5, DAYS), phase="four", is_beside=True),
        step("thank", Start.STEP, after="tell", limit=(5, DAYS), phase="four", is_beside=True),
        step("erase", Start.MILESTONE, starts_with=closed, limit=(10, DAYS), phase="four", is_beside=True),
    ]
    told = (ALERT, (Milestone.EXITED, "11-09 10:00"), (Milestone.CLOSED, "11-09 10:00"))
    found = walk(steps, *told, closed="11-09 10:20", said=[("tell", Word.DONE, "11-09 10:00")])
    for key in ("month", "greet"):
        assert (only(found, key).end, only(found, key).ended_at) == (StepState.ENDED, at("11-09 10:00"))
    assert only(found, "close").end is StepState.DONE
    for key in ("thank", "erase"):
        assert only(found, key).state(at("11-10")) is StepState.RUNNING
    assert only(walk(steps, *told, closed="11-09 10:20"), "tell").state(at("11-10")) is StepState.RUNNING


def test_who_is_back_in_the_house_is_not_called_as_if_she_had_left():
    steps = [step("month", Start.MILESTONE, starts_with=Happening(Milestone.EXITED), limit=(22, DAYS))]
    left = (ALERT, (Milestone.ADMITTED, "06-01"), (Milestone.EXITED, "06-10"))
    assert only(walk(steps, *left), "month").state(at("06-20")) is StepState.RUNNING
    assert walk(steps, *left, (Milestone.ADMITTED, "06-20"))["month"] == []
    late = only(walk(steps, *left, (Milestone.ADMITTED, "09-20")), "month")
    assert (late.end, late.ended_at, late.is_late(at("12-01"))) == (StepState.ENDED, at("09-20"), True)
    again = walk(steps, *left, (Milestone.ADMITTED, "09-20"), (Milestone.EXITED, "10-01"))["month"]
    assert [(lap.number, lap.started_at) for lap in again] == [(1, at("06-10")), (2, at("10-01"))]


CLOSING = Happening(Milestone.CLOSED)


def test_what_is_told_of_after_the_case_was_over_begins_nothing_and_stops_nothing():
    """A step was said done yesterday; that she had left for good the day before is written down today."""
    steps = [
        step("rights", limit=(240, HOURS)), step("plan", limit=(240, HOURS), is_beside=True),
        step("defend", Start.STEP, after="rights", limit=(24, HOURS), is_beside=True),
        step("tell", Start.MILESTONE, starts_with=CLOSING, is_beside=True),
        step("thank", Start.STEP, after="tell", is_beside=True),
    ]
    told = (ALERT, (Milestone.EXITED, "11-09 10:00"), (Milestone.CLOSED, "11-09 10:00"))
    said = [("rights", Word.DONE, "11-10 10:00"), ("tell", Word.DONE, "11-12 10:00")]
    found = walk(steps, *told, said=said, closed="11-11 10:00")
    assert only(found, "rights").end is StepState.DONE
    assert found["defend"] == []
    assert only(found, "thank").state(at("11-13")) is StepState.RUNNING, "what closing asks for goes on"
    plan = only(found, "plan")
    assert (plan.end, plan.ended_at, plan.is_late(at("12-30"))) == (StepState.ENDED, at("11-09 10:00"), False)


def test_a_clock_stops_when_the_case_was_over_not_when_that_was_told():
    told = (ALERT, (Milestone.CLOSED, "11-06 08:00"))
    lap = only(walk([step("a", limit=(24, HOURS))], *told, closed="11-23 08:00"), "a")
    assert (lap.ended_at, lap.is_late(at("12-30"))) == (at("11-06 08:00"), False)
    again = step("b", Start.MILESTONE, starts_with=Happening(Milestone.CONSENTED), limit=(24, HOURS))
    told = (*told, (Milestone.CONSENTED, "11-05 12:00"), (Milestone.CONSENTED, "11-07 12:00"))
    assert [lap.ended_at for lap in walk([again], *told, closed="11-23 08:00")["b"]] == [at("11-06 08:00")]


def test_the_second_time_too_a_step_waits_for_the_one_before_it():
    begins = Happening(Milestone.ADMITTED)
    steps = [step("a", Start.MILESTONE, starts_with=begins, limit=(2, HOURS)),
             step("b", Start.MILESTONE, starts_with=begins)]
    told = (ALERT, (Milestone.ADMITTED, "11-06"), (Milestone.EXITED, "11-08"), (Milestone.ADMITTED, "11-20"))
    done = [("a", Word.DONE, "11-07 09:00"), ("b", Word.DONE, "11-07 10:00")]
    assert [lap.started_at for lap in walk(steps, *told, said=done)["b"]] == [at("11-07 09:00")]
    done += [("a", Word.SKIPPED, "11-22 09:00")]
    assert [lap.started_at for lap in walk(steps, *told, said=done)["b"]] == [at("11-07 09:00"), at("11-22 09:00")]
    never = walk(steps, *told, said=done[2:])
    assert [lap.end for lap in never["a"]] == [StepState.ENDED, StepState.SKIPPED]
    assert [lap.started_at for lap in never["b"]] == [at("11-22 09:00")], "the first time is past"


# --- now --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("now", "state"), [
    ("11-05 10:00", StepState.RUNNING),
    ("11-06 03:59", StepState.RUNNING),  # more than a fourth of the 24 hours is left
    ("11-06 04:00", StepState.DUE),
    ("11-06 10:00", StepState.DUE),
    ("11-06 10:01", StepState.OVER),
])
def test_a_running_clock_says_when_it_ends_soon_and_when_it_is_over(now, state):
    assert only(walk([step("a", limit=(24, HOURS))], ALERT), "a").state(at(now)) is state


def test_what_was_done_at_the_minute_of_its_limit_was_done_in_time():
    for seconds, is_late in ((59, False), (60, True)):
        lap = rules.Lap("a", 1, at("11-05 10:00"), at("11-06 10:00"), at("11-06 10:00") + timedelta(seconds=seconds),
                        StepState.DONE)
        assert lap.is_late(at("12-30")) is is_late


def test_nothing_is_late_without_a_limit():
    lap = only(walk([step("a")], ALERT), "a")
    assert lap.state(at("12-31")) is StepState.RUNNING
    assert not lap.is_late(at("12-31"))


def test_the_next_thing_due_is_the_open_limit_that_ends_first():
    steps = [step("a", limit=(72, HOURS)), step("b", limit=(24, HOURS), is_beside=True), step("c", is_beside=True)]
    assert rules.next_due(walk(steps, ALERT)).step == "b"
    found = walk(steps, ALERT, said=[("b", Word.DONE, "11-05 11:00"), ("a", Word.SKIPPED, "11-05 12:00")])
    assert rules.next_due(found).step == "c"
    assert rules.next_due({}) is None


def test_a_corrected_moment_moves_every_clock_that_hangs_on_it():
    steps = [PLAN]
    before = only(walk(steps, ALERT, (Milestone.ADMITTED, "11-06")), "plan")
    after = only(walk(steps, ALERT, (Milestone.ADMITTED, "11-10")), "plan")
    assert (before.due_at, after.due_at) == (at("11-13 17:00"), at("11-17 17:00"))


def test_steps_that_wait_for_each_other_never_start_and_never_hang():
    steps = [step("a", Start.STEP, after="b"), step("b", Start.STEP, after="a", phase="two")]
    assert walk(steps, ALERT) == {"a": [], "b": []}


@pytest.mark.parametrize(("values", "share", "expected"), [
    ([], 0.5, None), ([7], 0.9, 7), ([1, 3], 0.5, 2), ([1, 2, 3, 4, 10], 0.9, 7.6), ([1, 2, 3, 4], 0.5, 2.5),
])
def test_a_percentile_lies_between_its_neighbours(values, share, expected):
    assert rules.percentile(values, share) == (pytest.approx(expected) if expected is not None else None)


def test_the_zone_of_the_house_decides_what_day_it_is():
    late = moment_of(date(2026, 11, 5), time(23, 30))  # the 6th at 04:30 UTC
    assert rules.due_at(late, Limit(1, DAYS), Workdays("1701"), book(cut_off=time(23, 59))) == at("11-06 23:59")
    assert late + timedelta(hours=24) == rules.due_at(late, Limit(24, HOURS), Workdays("1701"), book())

"""What may stand in a version: no circle, no step that never starts, no odd limit; and what differs between two."""

import uuid
from dataclasses import replace
from datetime import date

import pytest

from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit, VersionState
from shelter.codes.referrals import InstitutionKind
from shelter.protocol import rules
from shelter.protocol.rules import Book, Happening, Limit, Phase, Step, Told
from shelter.rules import RuleBroken

STEP = Step(key="a", number="1.1", phase="p", name={"es": "Abrir"}, responsible=None, start=Start.ALERT,
            standing=Standing.TARGET)
AFTER = replace(STEP, key="b", number="1.2", name={"es": "Seguir"}, start=Start.STEP, after="a")


def faults(*steps):
    book = Book(uuid.uuid4(), 1, date(2026, 1, 1), phases=(Phase("p", {"es": "Fase"}, 1),), steps=steps)
    return [(each.key, each.field) for each in rules.faults(book)]


@pytest.fixture(autouse=True)
def spoken(app, outside):
    with outside():
        yield


def test_a_step_and_another_that_starts_when_it_is_done_are_in_order():
    assert faults(STEP, AFTER) == []


def test_a_version_without_steps_is_none():
    assert faults() == [("", "")]


@pytest.mark.parametrize(("amount", "unit", "is_good"), [
    (0, Unit.HOURS, False), (1, Unit.HOURS, True), (720, Unit.HOURS, True), (721, Unit.HOURS, False),
    (10_000, Unit.HOURS, False), (-5, Unit.HOURS, False), (0, Unit.WORKING_DAYS, False),
    (365, Unit.WORKING_DAYS, True), (366, Unit.WORKING_DAYS, False),
])
def test_a_limit_is_from_one_to_thirty_days_of_hours_or_a_year_of_working_days(amount, unit, is_good):
    found = faults(replace(STEP, limit=Limit(amount, unit)))
    assert found == ([] if is_good else [("a", "limit_amount")])


def test_a_step_that_waits_for_itself_is_a_circle():
    assert faults(replace(AFTER, after="b")) == [("b", "after")]


def test_three_that_wait_for_each_other_are_named_in_order_and_one_beside_the_circle_is_not():
    circle = [replace(AFTER, key=key, number=number, after=after)
              for key, number, after in (("x", "1.1", "y"), ("y", "1.2", "z"), ("z", "1.3", "x"))]
    beside = replace(AFTER, key="w", number="1.4", after="x")
    assert faults(*circle, beside) == [("x", "after"), ("y", "after"), ("z", "after")]
    with pytest.raises(RuleBroken, match=r"1\.1 Seguir → 1\.2 Seguir → 1\.3 Seguir → 1\.1 Seguir"):
        rules.check(circle[0], {each.key: each for each in circle})


def test_a_step_of_a_phase_that_waits_for_a_later_one_is_a_circle_unless_one_runs_beside():
    first = replace(AFTER, key="x", number="1.1", after="y")
    second = replace(STEP, key="y", number="1.2")
    assert faults(first, second) == [("x", "after"), ("y", "is_beside")]
    assert faults(first, replace(second, is_beside=True)) == []
    assert faults(replace(first, is_beside=True), second) == []
    assert faults(first, replace(second, phase="q")) == []


def shown_by(milestone, **more):
    return {"evidence": frozenset({Evidence.MILESTONE}), "happening": Happening(milestone), **more}


def started_by(milestone):
    return {"start": Start.MILESTONE, "starts_with": Happening(milestone)}


def test_steps_that_start_each_other_through_what_happens_are_a_circle():
    one = replace(STEP, key="x", number="1.1", phase="p", **started_by(Milestone.ADMITTED),
                  **shown_by(Milestone.EXITED))
    two = replace(STEP, key="y", number="2.1", phase="q", **started_by(Milestone.EXITED),
                  **shown_by(Milestone.CONSENTED))
    three = replace(STEP, key="z", number="3.1", phase="r", start=Start.STEP, after="y",
                    **shown_by(Milestone.ADMITTED))
    assert faults(one, two, three) == [("x", "starts_with"), ("y", "starts_with"), ("z", "after")]
    with pytest.raises(RuleBroken, match=r"1\.1 Abrir → 3\.1 Abrir → 2\.1 Abrir → 1\.1 Abrir"):
        rules.check(one, {each.key: each for each in (one, two, three)})
    by_word = replace(three, evidence=frozenset({Evidence.WORD}))
    assert faults(one, two, by_word) == []


def test_what_another_step_shows_too_is_no_circle():
    one = replace(STEP, key="x", number="1.1", phase="p", **started_by(Milestone.ADMITTED),
                  **shown_by(Milestone.EXITED))
    two = replace(STEP, key="y", number="2.1", phase="q", **started_by(Milestone.EXITED),
                  **shown_by(Milestone.ADMITTED))
    other = replace(STEP, key="z", number="3.1", phase="r", **shown_by(Milestone.ADMITTED))
    assert faults(one, two) == [("x", "starts_with"), ("y", "starts_with")]
    assert faults(one, two, other) == []


@pytest.mark.parametrize("after", ["", "no-such-step"])
def test_a_step_after_one_that_is_not_there_would_never_start(after):
    assert faults(STEP, replace(AFTER, after=after)) == [("b", "after")]


@pytest.mark.parametrize(("of_the_first", "of_the_second", "is_good"), [
    ({Condition.CHILD}, set(), False), ({Condition.CHILD}, {Condition.CHILD}, True),
    ({Condition.CHILD}, {Condition.CHILD, Condition.FOREIGN}, False),
    ({Condition.CHILD, Condition.FOREIGN}, {Condition.CHILD}, True), (set(), {Condition.CHILD}, True),
])
def test_who_goes_through_a_step_went_through_the_one_before(of_the_first, of_the_second, is_good):
    found = faults(replace(STEP, applies_to=frozenset(of_the_first)),
                   replace(AFTER, applies_to=frozenset(of_the_second)))
    assert found == ([] if is_good else [("b", "after")])


def test_what_starts_a_step_and_what_ends_it_are_said_and_are_not_the_same():
    opened = Happening(Milestone.OPENED)
    started = replace(STEP, start=Start.MILESTONE, starts_with=opened)
    seen = {"evidence": frozenset({Evidence.MILESTONE})}
    assert faults(replace(STEP, start=Start.MILESTONE)) == [("a", "starts_with")]
    assert faults(replace(STEP, evidence=frozenset())) == [("a", "evidence")]
    assert faults(replace(STEP, **seen)) == [("a", "happening")]
    assert faults(replace(started, happening=opened, **seen)) == [("a", "happening")]
    assert faults(replace(started, happening=Happening(Milestone.SERVICE_GIVEN, "medical"), **seen)) == []
    assert faults(replace(STEP, happening=Happening(Milestone.ALERTED), **seen)) == [("a", "happening")]
    cared = replace(started, starts_with=Happening(Milestone.SERVICE_GIVEN, "medical"))
    assert faults(replace(cared, happening=Happening(Milestone.SERVICE_GIVEN), **seen)) == [("a", "happening")]
    assert faults(replace(cared, happening=Happening(Milestone.SERVICE_GIVEN, "legal"), **seen)) == []


@pytest.mark.parametrize("standing", [Standing.LAW, Standing.PROTOCOL])
def test_only_what_an_institution_answers_for_is_law_or_protocol(standing):
    assert faults(replace(STEP, standing=standing)) == [("a", "responsible")]
    assert faults(replace(STEP, standing=standing, responsible=InstitutionKind.POLICE)) == []


@pytest.mark.parametrize(("starts_on", "latest", "is_good"), [
    (date(2026, 3, 1), None, True), (date(2026, 2, 28), None, False), (date(2026, 3, 1), date(2026, 3, 1), False),
    (date(2026, 3, 2), date(2026, 3, 1), True), (date(2026, 3, 5), date(2026, 4, 1), False),
    (date(2027, 3, 2), None, True), (date(2027, 3, 3), None, False), (date(2062, 3, 2), date(2026, 3, 1), False),
    (date(2026, 3, 1), date(2026, 1, 5), False), (date(2026, 3, 2), date(2026, 1, 5), True),
    (date(2026, 4, 2), date(2026, 4, 1), True),
])
def test_the_first_version_starts_today_and_another_tomorrow_or_within_a_year_and_after_every_other(
    starts_on, latest, is_good,
):
    if is_good:
        rules.may_start(starts_on, date(2026, 3, 1), latest)
        return
    with pytest.raises(RuleBroken) as broken:
        rules.may_start(starts_on, date(2026, 3, 1), latest)
    assert broken.value.field == "starts_on"


@pytest.mark.parametrize(("latest", "first"), [
    (None, date(2026, 3, 1)), (date(2026, 1, 5), date(2026, 3, 2)), (date(2026, 3, 1), date(2026, 3, 2)),
    (date(2026, 4, 1), date(2026, 4, 2)),
])
def test_the_day_that_is_proposed_is_the_first_that_is_taken(latest, first):
    day = date(2026, 3, 1)
    assert rules.first_day(day, latest) == first
    rules.may_start(first, day, latest)


def test_whoever_wrote_a_part_does_not_publish_and_only_what_is_with_the_institutions_is_published():
    writer, other = uuid.uuid4(), uuid.uuid4()
    assert rules.reason_not_to_publish(VersionState.VALIDATION, [writer], other) == ""
    assert "segunda persona" in rules.reason_not_to_publish(VersionState.VALIDATION, [writer], writer)
    for state in set(VersionState) - {VersionState.VALIDATION}:
        assert rules.reason_not_to_publish(state, [writer], other), state


def test_two_versions_are_compared_step_by_step():
    two, four = ({"Plazo": limit, "Nombre": "Abrir"} for limit in ("2 horas", "4 horas"))
    before = {"a": Told("1.1", "Abrir", two), "b": Told("1.2", "Seguir", {"Plazo": "–"})}
    after = {"a": Told("1.1", "Abrir", four), "c": Told("1.2", "Cerrar", {"Plazo": "–"})}
    assert [(each.kind, each.key, each.fields) for each in rules.changes(before, after)] == [
        ("changed", "a", [("Plazo", "2 horas", "4 horas")]), ("added", "c", []), ("removed", "b", []),
    ]
    assert rules.changes(before, before) == []

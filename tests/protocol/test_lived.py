"""The first version, lived through by who leaves and comes back: no step that nobody can finish."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shelter.calendar import now
from shelter.codes.cases import Milestone
from shelter.codes.protocol import StepState
from shelter.codes.route import Word
from shelter.protocol import queries
from shelter.route.rules import Event, Facts, Said, laps

DAY = timedelta(days=1)
FIRST_STAY = (
    (Milestone.OPENED, 0), (Milestone.ADMITTED, 0), (Milestone.INTAKE_DONE, 1), (Milestone.EXITED, 20),
)


@pytest.fixture
def lived(begin):
    """lived(happened, said) -> the laps of each step; moments are days after her case was opened."""
    start = now() - 200 * DAY
    book = replace(queries.as_book(begin()), starts_on=start.date() - DAY)

    def live(happened, said=()):
        facts = Facts([Event(each, start + day * DAY) for each, day in happened],
                      [Said(step, Word.DONE, start + day * DAY) for step, day in said])
        found = laps(book, facts)
        return {step: [(lap.end, lap.ended_at and (lap.ended_at - start).days) for lap in some]
                for step, some in found.items()}

    return live


def test_who_comes_back_after_her_intake_is_not_asked_for_another(lived):
    found = lived([*FIRST_STAY, (Milestone.ADMITTED, 60)])
    assert found["intake"] == [(StepState.DONE, 1)]
    assert len(found["rights"]) == 2, "what can be done again begins again"


def test_who_comes_back_before_it_was_finished_is_asked_for_it(lived):
    some = [each for each in FIRST_STAY if each[0] is not Milestone.INTAKE_DONE]
    assert lived([*some, (Milestone.ADMITTED, 60)])["intake"] == [(StepState.ENDED, 60), (None, None)]
    found = lived([*some, (Milestone.ADMITTED, 60), (Milestone.INTAKE_DONE, 61), (Milestone.EXITED, 70),
                   (Milestone.ADMITTED, 80)])
    assert found["intake"] == [(StepState.ENDED, 60), (StepState.DONE, 61)]


def test_what_waited_for_another_step_is_done_though_it_was_shown_before_she_came_back(lived):
    told = [*FIRST_STAY, (Milestone.IDENTIFIED, 1), (Milestone.ADMITTED, 60)]
    assert lived(told, [("identify", 70)])["basic-facts"] == [(StepState.DONE, 1)]


def test_an_exit_of_an_earlier_stay_is_not_the_departure_that_is_agreed_now(lived):
    told = [*FIRST_STAY, (Milestone.ADMITTED, 60)]
    assert lived(told, [("assess-return", 65)])["leave"] == [(None, None)]
    assert lived([*told, (Milestone.EXITED, 70)], [("assess-return", 65)])["leave"] == [(StepState.DONE, 70)]


def test_an_exit_of_this_stay_is_though_its_turn_came_later(lived):
    assert lived(FIRST_STAY, [("assess-return", 25)])["leave"] == [(StepState.DONE, 20)]
    agreed = [("assess", 2), ("make-plan", 3), ("review-plan", 4), ("assess-return", 5)]
    again = [("make-plan", 61), ("review-plan", 62), ("assess-return", 75)]
    found = lived([*FIRST_STAY, (Milestone.ADMITTED, 60), (Milestone.EXITED, 70)], [*agreed, *again])
    assert found["leave"] == [(StepState.DONE, 20), (StepState.DONE, 70)]


def test_who_is_back_in_the_house_has_no_case_to_close(lived):
    told = [*FIRST_STAY, (Milestone.ADMITTED, 30)]
    assert lived(told, [("month-12", 25)])["close"] == []

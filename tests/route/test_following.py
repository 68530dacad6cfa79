"""Why a limit was over stays with the run of the clock of which it was said, whatever is told later of other runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.codes.cases import Milestone
from shelter.codes.protocol import DelayCause, Start, Unit
from shelter.codes.route import Word
from shelter.codes.services import ServiceType
from shelter.db import db
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Happening, Limit
from shelter.route import actions, kept, queries
from shelter.route.models import StepWord
from shelter.services import actions as services
from tests.route.made import small_book, step

DAY = timedelta(days=1)


@pytest.fixture
def her(case, staff, monkeypatch):
    """A step of a day begins with each legal service: of 17 days ago, and of 13 days ago."""
    a_day = Limit(24, Unit.HOURS)
    steps = (
        step("visit", "house", Start.MILESTONE, starts_with=Happening(Milestone.SERVICE_GIVEN, "legal"), limit=a_day,
             is_beside=True),
        step("write", "house", Start.STEP, after="visit", limit=a_day, is_beside=True),
    )
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=(*small_book().steps, *steps))])
    return Her(case(opened=30), staff(Role.LAWYER).id)


class Her:
    """A case, and what is told of it."""

    def __init__(self, case, by):
        self.case, self.by, self.start = case, by, now().replace(microsecond=0)

    def is_advised(self, days):
        with work("test.service", by=operator):
            return services.log(self.case, by=self.by, **self._advice(days))

    def was_advised(self, service, days):
        with work("test.correct", by=operator):
            return services.correct(self.case, service, by=self.by, **self._advice(days))

    def _advice(self, days):
        return {"type": ServiceType.RIGHTS, "was_held": True, "occurred_at": self.start - days * DAY, "minutes": 30}

    def is_late_since(self, days, step="visit"):
        found = kept.protocol.books()[0].by_key[step]
        with work("test.why", by=operator):
            said = actions.explain(self.case, found, by=self.by, cause=DelayCause.NO_ANSWER, note=None)
            db.session.add(StepWord(foundation_id=self.case.foundation_id, case_id=self.case.id, step=step,
                                    word=Word.TOLD_TEAM, at=said.at))
        assert self.days_of(said.at) == days

    def days_of(self, moment):
        return round((self.start - moment) / DAY)

    def told(self, step="visit"):
        db.session.rollback()
        found = db.session.scalars(sa.select(StepWord.at).where(StepWord.step == step, StepWord.word.in_([
            Word.CAUSE, Word.TOLD_TEAM])))
        return [self.days_of(each) for each in found]

    def asked(self):
        route = queries.route_of(self.case)
        lap = queries.unexplained(route, queries.causes_of(self.case)).get("visit")
        return lap and self.days_of(lap.started_at)


def test_what_is_told_late_of_an_earlier_time_takes_no_cause_from_a_later_one(her):
    her.is_advised(17)
    later = her.is_advised(13)
    her.is_late_since(13)
    her.is_advised(21)
    assert her.told() == [13, 13]
    her.was_advised(later, 11)
    assert her.told() == [11, 11], "what was corrected takes it along"


def test_a_correction_that_changes_the_order_takes_along_what_is_its_own(her):
    earlier = her.is_advised(17)
    her.is_advised(13)
    her.is_late_since(13)
    her.was_advised(earlier, 10)
    assert her.told() == [13, 13]
    assert her.asked() == 10
    her.is_late_since(10)
    assert sorted(her.told()) == [10, 10, 13, 13]


def test_a_time_that_only_leaves_no_lap_any_more_gives_its_cause_to_nobody(her):
    her.is_advised(13)
    her.is_late_since(13)
    her.is_advised(12.5)  # the clock began anew before its limit was over
    assert her.told() == [13, 13]
    assert her.asked() == 12


def test_what_begins_with_another_step_goes_along_with_its_end(her):
    her.is_advised(17)
    found = kept.protocol.books()[0].by_key["visit"]
    with work("test.done", by=operator):
        said = actions.done(her.case, found, by=her.by, at=her.start - 15 * DAY, note="Fue")
    her.is_late_since(15, "write")
    with work("test.done", by=operator):
        actions.take_back(said)
        db.session.flush()
        actions.done(her.case, found, by=her.by, at=her.start - 16 * DAY, note="Fue antes")
    assert her.told("write") == [16, 16]

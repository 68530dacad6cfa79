"""Whatever is done, in whatever order, by whoever at once: where a case stands is kept as it is worked out anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import CaseState, Milestone, Stage
from shelter.codes.protocol import Condition, DelayCause, SkipReason, Start, Unit
from shelter.codes.services import ServiceType
from shelter.db import db
from shelter.keeping import check
from shelter.partners import actions as partners
from shelter.partners.models import Institution
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Happening, Limit
from shelter.route import actions, kept, queries
from shelter.route.models import RouteCard, RouteEdition, RouteLap, StepWord
from shelter.rules import RuleBroken
from shelter.services import actions as services
from tests.audit.test_writers import at_once
from tests.indicators.test_keeping import Walk
from tests.route.made import SHOWN, small_book, step


class Route(Walk):
    """The same, and what is said of steps."""

    def says(self):
        case = self.case()
        step = queries.route_of(case).book.by_key[self.dice.choice(["report", "health", "board", "refuge"])]
        actions.done(case, step, by=self.by, at=now() - timedelta(minutes=5), note="Con oficio")

    def skips(self):
        case = self.case()
        step = queries.route_of(case).book.by_key["health"]
        actions.skip(case, step, by=self.by, reason=SkipReason.DECLINED, note=None)

    def takes_back(self):
        found = db.session.scalars(sa.select(StepWord).where(StepWord.taken_back_at.is_(None))).all()
        actions.take_back(self.dice.choice(found))

    def declares(self):
        case = self.case()
        _declared, _told, version = queries.conditions(case)
        actions.declare(case, self.dice.sample(list(Condition), 2), version=version, by=self.by)

    def explains(self):
        case = self.case()
        step = queries.route_of(case).book.by_key[self.dice.choice(["report", "arrive", "health"])]
        actions.explain(case, step, by=self.by, cause=self.dice.choice([DelayCause.NO_ANSWER, DelayCause.NO_PLACE]),
                        note=None)

    def has_a_doctor(self):
        case = self.case()
        services.log(case, by=self.by, type=ServiceType.CHECK_UP, was_held=True, occurred_at=self.when(case),
                     minutes=30)

    ACTS = (*Walk.ACTS, says, says, skips, takes_back, declares, explains, has_a_doctor)


def is_kept():
    db.session.rollback()
    return kept.differences() == 0


@pytest.mark.parametrize("seed", range(2))
def test_after_every_act_what_is_kept_is_what_is_worked_out(programme, staff, book, seed):
    walk, did = Route(programme, seed, staff(Role.CASEWORKER).id), set()
    for turn in range(120):
        did.add(walk.step())
        assert turn % 3 or is_kept(), did
    assert is_kept()
    assert len(did) == len(set(Route.ACTS))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RouteLap)) > 10


@pytest.fixture
def arrived(programme, staff, book):
    """A case of two days ago, and who looks after it."""
    member = staff(Role.CASEWORKER)
    with work("test.case", by=operator):
        case = cases.open_case(programme.houses[0], by=member.id, opened_at=now() - timedelta(days=2))
    return case, member


def card(case):
    db.session.rollback()
    return db.session.get_one(RouteCard, case.id, populate_existing=True)


def test_the_card_tells_the_limit_that_ends_first(arrived):
    case, member = arrived
    assert (card(case).step, card(case).due_at) == ("report", case.opened_at + timedelta(hours=24))
    with work("route.done", by=operator):
        step = queries.route_of(case).book.by_key["report"]
        actions.done(case, step, by=member.id, at=now(), note="Denuncia 123")
    assert (card(case).step, card(case).due_at) == ("arrive", case.opened_at + timedelta(hours=72))


def test_two_who_say_something_at_once_are_both_kept(app, arrived):
    case, member = arrived

    case_id, by = case.id, member.id
    db.session.rollback()

    def says(number):
        with app.test_request_context(), work("test.say", by=operator):
            milestone = [Milestone.ADMITTED, Milestone.EXITED, Milestone.CONSENTED, Milestone.INTAKE_DONE][number % 4]
            at = now() - timedelta(hours=milestone is Milestone.ADMITTED)  # whoever leaves was there before
            cases.reached(db.session.get_one(Case, case_id), milestone, at=at, by=by)

    _seconds, failures = at_once(app, says)
    assert failures == []
    assert is_kept()
    laps = set(db.session.scalars(sa.select(RouteLap.step).where(RouteLap.case_id == case.id)))
    assert {"arrive", "after"} <= laps


def test_a_change_that_is_undone_leaves_no_trace(arrived):
    case, member = arrived

    def broken():
        with work("test.broken", by=operator):
            cases.reached(case, Milestone.ADMITTED, at=now(), by=member.id)
            db.session.flush()
            kept.renew([case.id])
            raise RuleBroken("no")

    with pytest.raises(RuleBroken):
        broken()
    assert is_kept()
    assert card(case).step == "report"


def test_a_day_that_is_given_free_moves_every_limit_soon(arrived):
    case, member = arrived
    with work("test.admit", by=operator):
        cases.reached(case, Milestone.ADMITTED, at=now(), by=member.id)
    health = sa.select(RouteLap.due_at).where(RouteLap.case_id == case.id, RouteLap.step == "health")
    before = db.session.scalar(health)
    with work("test.free", by=operator):
        partners.mark_day(day=local(before).date(), canton=None, is_worked=False, is_yearly=False, name_es="Paro",
                          name_en="Strike")
    assert db.session.scalar(sa.select(RouteEdition.edition)) in {"", None}
    kept.bring_up_to_date()
    db.session.rollback()
    assert db.session.scalar(health) > before
    assert kept.is_current()
    assert is_kept()


def test_who_was_responsible_is_the_one_of_the_province_when_the_clock_started(arrived, programme):
    case, member = arrived
    with work("test.admit", by=operator):
        cases.reached(case, Milestone.ADMITTED, at=now(), by=member.id)
    laps = db.session.scalars(sa.select(RouteLap).where(RouteLap.case_id == case.id)).all()
    names = {each.step: db.session.get(Institution, each.institution_id).kind.value
             for each in laps if each.institution_id}
    assert names == {"report": "prosecutor", "health": "health"}


def test_what_is_wrong_is_found_and_mended(arrived, outside):
    kept.bring_up_to_date()
    db.session.execute(sa.update(RouteLap).values(due_at=now()))
    db.session.execute(sa.delete(RouteCard))
    db.session.commit()
    assert kept.differences() > 1
    with outside():
        assert any("de dónde están los casos" in each or "en qué punto" in each for each in check().figures)
    kept.renew_all()
    assert is_kept()


def test_recounting_says_how_far_it_is_and_what_is_broken_off_begins_anew(book, case, monkeypatch):
    monkeypatch.setattr(kept, "PORTION", 2)
    for _each in range(5):
        case()
    kept.bring_up_to_date()
    seen = []

    def breaks(count):
        seen.append(kept.how_far())
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.renew_all(breaks)
    assert seen == [(2, 5), (4, 5)]
    assert not kept.is_current()
    kept.bring_up_to_date()
    assert (kept.is_current(), kept.how_far()) == (True, None)


def test_a_day_that_is_decreed_while_all_is_recounted_has_it_done_once_more(book, case, monkeypatch):
    monkeypatch.setattr(kept, "PORTION", 2)
    for _each in range(3):
        case()

    def decree(_count):
        if not partners_know_of_it:
            partners_know_of_it.append(True)
            with work("test.free", by=operator):
                partners.mark_day(day=local(now()).date() + timedelta(days=1), canton=None, is_worked=False,
                                  is_yearly=False, name_es="Paro", name_en="Strike")

    partners_know_of_it: list[bool] = []
    kept.renew_all(decree)
    assert not kept.is_current()
    kept.bring_up_to_date()
    assert kept.is_current()
    assert is_kept()


def test_the_board_has_no_closed_case_and_what_closing_begins_is_kept(book, case, staff, monkeypatch):
    erase = step("erase", "out", Start.MILESTONE, starts_with=Happening(Milestone.CLOSED), is_beside=True,
                 limit=Limit(24, Unit.HOURS))
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=(*small_book().steps, erase))])
    found = case()
    with work("test.close", by=operator):
        cases.move_to(found, Stage.CLOSED, state=CaseState.CLOSED)
        cases.reached(found, Milestone.CLOSED, at=now() - timedelta(minutes=5), by=found.card.lead_id)
    laps = {each.step: each.ended_at for each in db.session.scalars(sa.select(RouteLap)) if each.case_id == found.id}
    assert laps["erase"] is None
    assert laps["report"] is not None
    assert (card(found).step, card(found).due_at) == (None, None)
    assert is_kept()


def test_an_open_case_stays_on_the_version_with_which_it_began(case, monkeypatch):
    day = local(now()).date()
    old, new = small_book(), replace(small_book(), version_id=uuid4(), number=2, starts_on=day)
    monkeypatch.setattr(protocol, "books", lambda: [old])
    before = case(opened=2)
    monkeypatch.setattr(protocol, "books", lambda: [old, new])
    after = case(opened=0)
    kept.renew_all()
    assert (card(before).version_id, card(after).version_id) == (old.version_id, new.version_id)
    assert queries.route_of(before).book.number == 1


def test_a_moment_that_is_corrected_moves_the_clocks_that_hang_on_it(arrived):
    case, member = arrived
    with work("test.alert", by=operator):
        first = cases.reached(case, Milestone.ALERTED, at=case.opened_at - timedelta(hours=5), by=member.id, about=case)
    assert card(case).due_at == first.occurred_at + timedelta(hours=24)
    with work("test.correct", by=operator):
        db.session.add(TimelineEntry(foundation_id=case.foundation_id, case_id=case.id, milestone=Milestone.ALERTED,
                                     occurred_at=case.opened_at - timedelta(hours=9), by_id=member.id,
                                     corrects_id=first.id))
    assert card(case).due_at == case.opened_at + timedelta(hours=15)
    assert is_kept()


def test_what_is_told_late_of_a_time_that_had_left_no_lap_is_kept_too(case, monkeypatch):
    """She left twice and came back at once the second time; that she was called in between is written down later."""
    call = step("call", "out", Start.MILESTONE, starts_with=Happening(Milestone.EXITED), is_beside=True, evidence=SHOWN,
                limit=Limit(30 * 24, Unit.HOURS), happening=Happening(Milestone.SERVICE_GIVEN, "psychology"))
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=(*small_book().steps, call))])
    found = case(opened=60)

    def tell(milestone, days, detail=None):
        with work("test.reached", by=operator):
            cases.reached(found, milestone, at=now() - timedelta(days=days), by=found.card.lead_id, detail=detail)
        assert is_kept(), milestone

    for milestone, days in ((Milestone.ADMITTED, 60), (Milestone.EXITED, 50)):
        tell(milestone, days)
    tell(Milestone.SERVICE_GIVEN, 48, "psychology")
    for milestone, days in ((Milestone.ADMITTED, 40), (Milestone.EXITED, 30), (Milestone.ADMITTED, 20)):
        tell(milestone, days)
    tell(Milestone.SERVICE_GIVEN, 25, "psychology")
    assert len(queries.route_of(found).laps["call"]) == 2
    assert is_kept()


def test_what_is_told_of_between_her_end_and_its_being_told_is_kept_too(arrived):
    case, member = arrived
    with work("test.close", by=operator):
        cases.reached(case, Milestone.ADMITTED, at=now() - timedelta(hours=40), by=member.id)
        cases.move_to(case, Stage.CLOSED, state=CaseState.CLOSED)
        cases.reached(case, Milestone.CLOSED, at=now() - timedelta(hours=30), by=member.id)
    with work("test.examined", by=operator):
        cases.reached(case, Milestone.SERVICE_GIVEN, at=now() - timedelta(hours=20), by=member.id, detail="medical")
    assert is_kept()

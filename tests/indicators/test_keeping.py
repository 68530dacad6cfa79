"""Whatever is done, in whatever order, by whoever at once, wherever it breaks off: what is kept is what is there."""

from __future__ import annotations

import os
import random
import threading
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import PartialDate, Period, local, now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Answer, Channel, Exploitation
from shelter.codes.leaving import Destination, ExitReason, Outcome
from shelter.codes.outgoing import Basis, NotAttended, Through, WithdrawnWhy
from shelter.codes.people import Sex
from shelter.codes.referrals import Urgency
from shelter.codes.services import NotHeld, ServiceType
from shelter.db import db
from shelter.followup import actions as followup
from shelter.indicators import Scope, kept, recounting, settling
from shelter.indicators.models import Tally
from shelter.outgoing import actions as outgoing
from shelter.outgoing.models import Outgoing
from shelter.outgoing.rules import ANSWERS
from shelter.partners.models import Bed
from shelter.residence import actions as residence
from shelter.rules import RuleBroken
from shelter.services import actions as services
from shelter.services.models import Service
from shelter.transition import actions as transition
from tests.audit.test_writers import at_once
from tests.indicators.test_kept import assert_kept

BY = uuid.uuid4()
DAY = timedelta(days=1)
TYPES = [ServiceType.RIGHTS, ServiceType.CRISIS, ServiceType.INDIVIDUAL]


def is_kept():
    db.session.rollback()
    return not recounting.compare()


class Walk:
    """Somebody at work who does one thing after the other, as it comes."""

    def __init__(self, programme, seed, by):
        self.by = by
        self.dice, self.houses, self.open = random.Random(seed), programme.houses, []
        self.office = programme.institutions[0]

    def when(self, case):
        days = max(0, (now() - case.opened_at).days)
        return max(case.opened_at, now() - self.dice.random() * (days + 1) * DAY)

    def case(self):
        return db.session.get_one(Case, self.dice.choice(self.open))

    def arrives(self):
        opened = now() - self.dice.randrange(500) * DAY
        self.open.append(cases.open_case(self.dice.choice(self.houses), by=self.by, opened_at=opened).id)

    def comes_back(self):
        first = self.case()
        house = self.dice.choice([each for each in self.houses if each.foundation_id == first.foundation_id])
        again = Case(foundation_id=first.foundation_id, house_id=house.id, person_id=first.person_id,
                     code=uuid.uuid4().hex[:12], opened_at=now() - self.dice.randrange(300) * DAY)
        again.card = cases.CaseCard(case_id=again.id, foundation_id=first.foundation_id, lead_id=self.by)
        db.session.add(again)
        self.open.append(again.id)

    def says_who_she_is(self):
        case = self.case()
        birth = self.dice.choice([None, PartialDate(local(case.opened_at).year - self.dice.randrange(4, 50))])
        cases.describe(case, version=case.person.version, sex=self.dice.choice([None, *Sex]), birth=birth,
                       nationality=self.dice.choice([None, "CO", "EC"]))

    def tells(self):
        case = self.case()
        case.exploitation = {form: self.dice.choice(list(Answer)) for form in list(Exploitation)[:3]}
        case.exploited_in = self.dice.choice([None, "PE", "EC"])

    def moves(self):
        case = self.case()
        if not case.is_present:  # whoever has a bed leaves it first
            houses = [each.id for each in self.houses if each.foundation_id == case.foundation_id]
            case.house_id = self.dice.choice(houses)

    def gets_a_bed(self):
        case = self.case()
        bed = self.dice.choice(db.session.scalars(sa.select(Bed).where(Bed.house_id == case.house_id)).all())
        residence.give_bed(case, by=self.by, bed_id=bed.id, arrived_at=self.when(case))

    def leaves(self):
        case = self.case()
        transition.leave(case, by=self.by, left_at=self.when(case), reason=self.dice.choice(list(ExitReason)),
                         destination=Destination.INDEPENDENT, was_her_decision=Answer.YES)

    def arrived_otherwise(self):
        case = self.case()
        residence.correct_arrival(case, by=self.by, arrived_at=self.when(case))

    def left_otherwise(self):
        case = self.case()
        transition.correct(case, by=self.by, left_at=self.when(case))

    def is_served(self):
        was_held, case = self.dice.random() < 0.8, self.case()
        services.log(case, by=self.by, type=self.dice.choice(TYPES), was_held=was_held, occurred_at=self.when(case),
                     minutes=30, not_held=None if was_held else next(iter(NotHeld)))

    def was_served_otherwise(self):
        found = db.session.scalars(sa.select(Service).order_by(Service.entered_at)).all()
        service = self.dice.choice(found)
        case = db.session.get_one(Case, service.case_id)
        was_held = self.dice.random() < 0.7
        services.correct(case, service, by=self.by, type=self.dice.choice(TYPES), was_held=was_held, minutes=45,
                         occurred_at=self.when(case), not_held=None if was_held else next(iter(NotHeld)))

    def is_called(self):
        case = self.case()
        followup.record(case, by=self.by, month=self.dice.choice([1, 3, 6, 12]), occurred_at=self.when(case),
                        channel=Channel.CALL, outcome=self.dice.choice(list(Outcome)))

    def is_served_twice_at_once(self):
        case = self.case()
        for _turn in range(2):
            services.log(case, by=self.by, type=self.dice.choice(TYPES), was_held=True, minutes=15,
                         occurred_at=self.when(case))

    def is_referred(self):
        case = self.case()
        sent = outgoing.prepare(
            case, by=self.by, institution=self.office, post=None, fields=[], service=self.dice.choice(TYPES),
            urgency=Urgency.TODAY, basis=Basis.ORDER, needs="x", reply_to="02 000 1234",
            grounds="Orden de un juez, número 17.")
        db.session.flush()
        outgoing.send(case, sent, by=self.by, was_told=True)

    def is_answered(self):
        sent = self.dice.choice(db.session.scalars(sa.select(Outgoing).order_by(Outgoing.made_at)).all())
        case = db.session.get_one(Case, sent.case_id)
        if self.dice.random() < 0.3:
            outgoing.withdraw(case, sent, by=self.by, why=self.dice.choice(list(WithdrawnWhy)))
        else:
            outgoing.reply(case, sent, by=self.by, state=self.dice.choice(ANSWERS), through=Through.CALL,
                           reason=NotAttended.NO_PLACE)

    ACTS = (arrives, comes_back, says_who_she_is, tells, moves, gets_a_bed, gets_a_bed, leaves, leaves,
            arrived_otherwise, left_otherwise, is_served, is_served, is_served, was_served_otherwise,
            is_called, is_called, is_served_twice_at_once, is_referred, is_referred, is_answered)

    def step(self):
        act = self.dice.choice(self.ACTS) if len(self.open) > 2 else type(self).arrives
        with suppress(RuleBroken, IndexError), work(f"test.{act.__name__}", by=operator):
            act(self)
        return act.__name__


@pytest.mark.parametrize("seed", range(3))
def test_after_every_act_what_is_kept_is_what_a_count_says(programme, staff, seed):
    walk, did = Walk(programme, seed, staff(Role.CASEWORKER).id), set()
    for turn in range(110):
        did.add(walk.step())
        assert turn % 3 or is_kept(), did
    assert is_kept()
    assert len(did) == len(set(Walk.ACTS))
    year, foundation = now().year, programme.house.foundation_id
    for scope in (Scope(), Scope(foundation), Scope(foundation, programme.house.id)):
        assert_kept(scope, [Period.read(str(year)), Period.read(f"{year - 1}"), Period.quarter_of(local(now()).date())])


def log(case, at=None, **values):
    return services.log(case, by=BY, **{"type": ServiceType.RIGHTS, "was_held": True, "occurred_at": at or now(),
                                       "minutes": 30, **values})


def test_a_service_that_is_logged_is_not_counted_twice_to_be_kept(programme, case, count_queries, monkeypatch):
    """Nor are all her services read: the ways of one more and of counting all anew say the same."""
    rosa = case()
    monkeypatch.setattr(settling, "_counted", lambda _written: pytest.fail("she was counted anew"))
    for type_ in (ServiceType.RIGHTS, ServiceType.RIGHTS, ServiceType.CRISIS):
        with work("test.service", by=operator):
            log(db.session.get(Case, rosa.id), type=type_)
        assert is_kept()
    found = kept.values(Period.quarter_of(local(now()).date()), Scope(), ["services.given", "services.persons"])
    assert found == {"services.given": 3, "services.persons": 1}


def test_what_is_undone_leaves_no_trace(programme, case):
    rosa = case()
    before = pages()
    with suppress(RuntimeError), work("test.service", by=operator):
        log(rosa)
        raise RuntimeError
    assert pages() == before
    assert is_kept()


def pages():
    db.session.rollback()
    return db.session.execute(sa.select(Tally.bucket, Tally.place_id, Tally.code, Tally.counts).order_by(
        Tally.bucket, Tally.place_id, Tally.code)).all()


def test_a_change_that_is_killed_before_its_end_is_in_neither(programme, case, engine_name, app):
    """The kept figures are written; then the process is gone, before anything is committed."""
    rosa, before = case().id, pages()
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)
            with work("test.service", by=operator):
                log(db.session.get_one(Case, rosa))
                rows = db.session.info["rows"]
                settling.settle(rows)
                os._exit(0 if pages_inside() != before else 3)
        finally:
            os._exit(4)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pages() == before
    assert is_kept()


def pages_inside():
    return db.session.execute(sa.select(Tally.bucket, Tally.place_id, Tally.code, Tally.counts).order_by(
        Tally.bucket, Tally.place_id, Tally.code)).all()


def test_many_who_write_about_the_same_person_at_once_are_all_kept(app, programme, case):
    """Half of them log services, half correct who she is: neither waits for ever, and nothing is counted twice."""
    ids = [case().id for _turn in range(2)]

    def write(number):
        for turn in range(6):
            with work("test.write", by=operator):
                her = db.session.get_one(Case, ids[turn % 2])
                if number % 2:
                    log(her, now() - (number + turn) % 3 * DAY)
                else:
                    cases.hold(her).person.sex = list(Sex)[(number + turn) % 3]
                    her.exploitation = {Exploitation.SEXUAL: list(Answer)[turn % 2]}

    _seconds, failures = at_once(app, write, writers=6)
    assert failures == []
    assert is_kept()


def test_those_who_count_anew_do_not_disturb_those_who_write(app, programme, case):
    rosa, stop = case().id, threading.Event()
    with work("test.break", by=operator):
        db.session.execute(sa.delete(Tally))

    def write(number):
        if number == 0:
            recounting.rebuild(by=operator)
            stop.set()
            return
        while True:
            over = stop.is_set()
            with work("test.write", by=operator):
                log(db.session.get_one(Case, rosa))
            if over:
                return

    _seconds, failures = at_once(app, write, writers=3)
    assert failures == []
    assert is_kept()

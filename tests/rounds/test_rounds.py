"""What the house does by itself: on time, one at a time, after a new start as before it, and failures go no further."""

import threading
import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import sessions
from shelter.accounts.models import StaffSession
from shelter.audit import machine, work
from shelter.calendar import now
from shelter.cases.records import SavedSearch
from shelter.cases.search import remember
from shelter.db import db
from shelter.rounds import ROUNDS, LastRound, Round, every, is_somebody_working, nightly, only_one, run_due, work_until
from shelter.texts import language
from shelter.web.submit import Submission

NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)  # in Quito


@pytest.fixture
def book(app, monkeypatch):
    """A book of rounds with nothing in it, and time that this test moves."""
    monkeypatch.setattr("shelter.rounds.registry.ROUNDS", found := {})
    monkeypatch.setattr("shelter.rounds.runner.ROUNDS", found)
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def row(name):
    db.session.rollback()
    found = sa.select(LastRound).where(LastRound.name == name)
    return db.session.scalar(found.execution_options(populate_existing=True))


def test_what_is_hourly_is_done_at_once_and_then_each_hour(app, book):
    done = []

    @every(hours=1)
    def count():
        done.append(now())

    name = f"{count.__module__.split('.')[1]}.count"
    assert run_due(app) == [name]
    assert run_due(app) == []
    book.shift(timedelta(minutes=59))
    assert run_due(app) == []
    book.shift(timedelta(minutes=1))
    assert run_due(app) == [name]
    assert done == [NOON, NOON + timedelta(hours=1)]
    assert row(name).done_at == NOON + timedelta(hours=1)


def test_what_is_nightly_waits_for_its_night_and_is_made_good_when_nothing_ran_then(app, book):
    done = []

    @nightly(time(3, 10))
    def count():
        done.append(now())

    assert run_due(app) == []
    book.shift(timedelta(hours=15, minutes=9))
    assert run_due(app) == []
    book.shift(timedelta(days=2))  # switched off for two nights: once, not twice
    assert len(run_due(app)) == 1
    assert run_due(app) == []
    book.shift(timedelta(minutes=1))
    assert len(run_due(app)) == 1
    assert len(done) == 2


def test_one_that_fails_is_tried_again_less_and_less_often_and_the_others_go_on(app, book, caplog):
    done = []

    @every(hours=1)
    def fail():
        raise ValueError("María Quispe")

    @every(hours=1)
    def succeed():
        done.append(1)

    tried = [0] * 90
    for minute in range(90):
        tried[minute] = len([name for name in run_due(app) if name.endswith(".fail")])
        book.shift(timedelta(minutes=1))
    assert [minute for minute, count in enumerate(tried) if count] == [0, 1, 3, 7, 15, 31, 63]
    assert len(done) == 2
    found = row(f"{fail.__module__.split('.')[1]}.fail")
    assert (found.failures, found.problem) == (7, "ValueError")
    assert "Quispe" not in caplog.text
    assert "ValueError" in caplog.text


def test_one_in_the_middle_of_which_the_process_died_is_done_again(app, book):
    done = []

    @every(hours=1)
    def die():
        done.append(1)
        if len(done) == 1:
            raise KeyboardInterrupt  # as a signal would, past every `except Exception`

    with pytest.raises(KeyboardInterrupt):
        run_due(app)
    assert run_due(app) == []
    book.shift(timedelta(minutes=1))
    assert len(run_due(app)) == 1
    assert len(done) == 2


def test_a_clock_that_was_wrong_by_years_stops_no_round(app, book):
    @every(hours=1)
    def count():
        pass

    book.move_to(NOON + timedelta(days=4000))
    assert len(run_due(app)) == 1
    book.move_to(NOON)
    assert len(run_due(app)) == 1
    assert run_due(app) == []


def test_a_round_speaks_the_programmes_language_and_leaves_its_trace_as_the_machines(app, book):
    said = []

    @every(hours=1)
    def say():
        said.append(language())
        with work("test.round", by=machine):
            pass

    run_due(app)
    assert said == ["es"]
    assert db.session.scalar(sa.text("SELECT actor_kind FROM audit_entry WHERE action = 'test.round'")) == "machine"


def test_exactly_one_may_do_them(app):
    with only_one() as first, only_one() as second:
        assert first is not None
        assert first()
        assert second is None
        assert is_somebody_working()
    assert not is_somebody_working()


def test_who_lost_the_right_stops(app, book):
    done = []

    @every(hours=1)
    def count():
        done.append(1)

    work_until(app, threading.Event(), lambda: False)
    assert done == []


def test_told_to_stop_it_ends_at_once(app, book):
    stop = threading.Event()

    @every(hours=1)
    def end():
        stop.set()

    @every(hours=1)
    def never():
        pytest.fail("it was told to stop")

    work_until(app, stop, lambda: True)


def test_a_round_more_often_than_once_a_minute_is_a_mistake():
    with pytest.raises(ValueError, match="once a minute"):
        every()(lambda: None)


def test_a_name_belongs_to_one_round(book):
    every(hours=1)(sessions.forget_sessions)
    other = type(sessions.forget_sessions)(sessions.forget_sessions.__code__, {}, "forget_sessions")
    other.__module__ = "shelter.accounts.elsewhere"
    with pytest.raises(ValueError, match="two rounds"):
        every(hours=1)(other)


def test_a_day_has_one_night_wherever_its_hour_lies():
    night = Round("x", lambda: None, timedelta(days=1), time(3, 10))
    assert night.after(NOON) == datetime(2026, 11, 21, 8, 10, tzinfo=UTC)
    assert night.after(datetime(2026, 11, 21, 8, 9, tzinfo=UTC)) == datetime(2026, 11, 21, 8, 10, tzinfo=UTC)
    assert night.after(datetime(2026, 11, 21, 8, 10, tzinfo=UTC)) == datetime(2026, 11, 22, 8, 10, tzinfo=UTC)


def test_the_house_forgets_sessions_searches_and_sent_forms(app, staff):
    member = staff(Role.CASEWORKER)
    with work("test.old", by=machine):
        for days in (0, 3):
            db.session.add(Submission(key=uuid.uuid4(), staff_id=member.id, url="/", saved_at=now() - timedelta(days)))
            db.session.add(StaffSession(staff_id=member.id, reference=uuid.uuid4().bytes * 2,
                                        started_at=now() - timedelta(days)))
    for days in (0, 3):
        with work("test.old", by=machine):
            token, keep = remember(member.id, f"words of {days}")
            keep(db.session.connection())
            db.session.execute(sa.update(SavedSearch).where(SavedSearch.id == token)
                               .values(expires_at=now() + timedelta(minutes=5 - days * 10)))
    for name in ("accounts.forget_sessions", "cases.forget_searches", "web.forget_submissions"):
        with app.test_request_context():
            ROUNDS[name].do()
    for model in (Submission, StaffSession, SavedSearch):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 1, model

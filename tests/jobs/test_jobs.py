"""Long work: saved with the request, queued after it, done once, gone on with, seen by who asked alone."""

import logging
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import Actor, AuditEntry, operator, work
from shelter.calendar import now
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.db.sealed import DataKey
from shelter.jobs import Job, Result, actions, clear_away, queue, worker
from shelter.jobs.progress import Progress, Unwanted
from shelter.jobs.rules import MOST_ATTEMPTS, MOST_WAITING
from shelter.notices.models import Notice
from shelter.rules import NotNow, RuleBroken

CANARY = "Canario-Amapola-77"


@pytest.fixture
def member(staff):
    return staff(Role.PROGRAMME_COORDINATOR)


def until(ready, seconds=10):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_job_is_done_and_what_came_of_it_is_kept(asked, one_by_one, fresh, member, told):
    told.do = lambda job, _progress: Result({"twice": job.told["number"] * 2}, b"a file")
    job = fresh(asked(member, number=21))
    assert (job.state, job.attempts, queue.is_empty()) == (JobState.WAITING, 0, False)
    assert one_by_one()
    job = fresh(job.id)
    assert (job.state, job.found, job.file, job.attempts) == (JobState.DONE, {"twice": 42}, b"a file", 1)
    assert job.ended_at >= job.began_at >= job.asked_at
    written = sa.select(AuditEntry.action).where(AuditEntry.object_id == job.id).order_by(AuditEntry.seq)
    actions = list(db.session.scalars(written))
    assert actions == ["test.ask", "job.done"]


def test_what_is_undone_is_never_queued(app, told, member):
    def ask_and_fail():
        with work("test.ask", by=Actor("staff", member.id)):
            actions.ask("test", by=member.id)
            raise RuleBroken("no")

    with app.test_request_context(), pytest.raises(RuleBroken):
        ask_and_fail()
    assert queue.is_empty()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_a_job_is_queued_after_it_is_committed_and_not_before(app, told, member):
    with app.test_request_context(), work("test.ask", by=Actor("staff", member.id)):
        actions.ask("test", by=member.id)
        db.session.flush()
        assert queue.is_empty()
    assert not queue.is_empty()


def test_the_queue_holds_the_id_and_nothing_else(app, asked, member, settings_file):
    job_id = asked(member, word=CANARY)
    content = settings_file()
    assert str(job_id).encode() in content
    assert CANARY.encode() not in content
    assert str(member.id).encode() not in content


@pytest.fixture
def settings_file(app, engine_name):
    """All that lies in the queue, as bytes."""

    def read():
        if engine_name == "postgresql":
            return b"".join(bytes(row[0]) for row in db.session.execute(sa.text("SELECT data FROM jobs_queue_task")))
        file = Path(app.instance_path) / "jobs.db"
        assert file.stat().st_mode & 0o077 == 0
        with sqlite3.connect(file) as connection:
            found = b"".join(row[0] for row in connection.execute("SELECT data FROM task"))
        connection.close()
        return found

    return read


def test_order_result_and_problem_are_sealed(asked, one_by_one, member, told):
    def fail(job, _progress):
        raise RuleBroken(f"{CANARY} {job.told['word']}")

    told.do = fail
    asked(member, word=CANARY)
    one_by_one()
    row = db.session.execute(sa.select(Job.__table__)).one()
    assert row.problem_sealed
    assert not [name for name, value in row._mapping.items() if CANARY in str(value) or CANARY.encode() in bytes(
        value if isinstance(value, bytes) else b"")]


def test_whoever_else_is_given_its_id_does_it_no_second_time(asked, one_by_one, fresh, member, told):
    done = []
    told.do = lambda job, _progress: done.append(job.id) or Result()
    job_id = asked(member)
    queue.put(job_id)
    queue.put(job_id)
    while one_by_one():
        pass
    assert done == [job_id]
    worker.do(job_id)
    assert done == [job_id]


def test_a_rule_that_is_broken_is_told_in_its_own_words_and_nothing_else_is(
    asked, one_by_one, fresh, member, told, caplog,
):
    def refuse(_job, _progress):
        raise RuleBroken("Así no se puede")

    told.do = refuse
    job = fresh(asked(member))
    one_by_one()
    assert (fresh(job.id).state, fresh(job.id).problem) == (JobState.REFUSED, "Así no se puede")
    assert told.cleared == [job.id]

    def burst(_job, _progress):
        raise KeyError(CANARY)

    told.do = burst
    job = fresh(asked(member))
    with caplog.at_level(logging.DEBUG):
        one_by_one()
    assert "salió mal" in fresh(job.id).problem
    assert CANARY not in fresh(job.id).problem + caplog.text
    assert "KeyError" in caplog.text


def test_a_full_disk_is_said_so(asked, one_by_one, fresh, member, told):
    def full(_job, _progress):
        raise OSError(28, "No space left on device")

    told.do = full
    job_id = asked(member)
    one_by_one()
    assert "espacio" in fresh(job_id).problem


def test_one_that_was_broken_off_is_done_again_and_after_three_times_given_up(asked, one_by_one, fresh, member, told):
    def die(_job, _progress):
        raise SystemExit  # as when the process is killed: nothing is written any more

    told.do = die
    job_id = asked(member)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(SystemExit):
            one_by_one()
        assert (fresh(job_id).state, fresh(job_id).attempts) == (JobState.RUNNING, attempt)
        worker.take_up_again()
    assert fresh(job_id).state is JobState.FAILED
    assert "3 veces" in fresh(job_id).problem
    assert queue.is_empty()


def test_one_whose_id_the_queue_lost_is_found(asked, one_by_one, fresh, member):
    job_id = asked(member)
    queue.here().queue.storage.flush_queue()
    assert not one_by_one()
    worker.take_up_again()
    assert one_by_one()
    assert fresh(job_id).state is JobState.DONE


def test_a_queue_that_takes_nothing_costs_no_answer(asked, one_by_one, fresh, member, monkeypatch):
    def closed(_data, _priority=None):
        raise OSError("read-only")

    with monkeypatch.context() as broken:
        broken.setattr(queue.here().queue.storage, "enqueue", closed)
        job_id = asked(member)
    assert fresh(job_id).state is JobState.WAITING
    worker.take_up_again()
    assert one_by_one()
    assert fresh(job_id).state is JobState.DONE


def test_what_is_being_done_in_this_process_is_not_taken_for_lost(asked, one_by_one, fresh, member, told):
    def look(job, _progress):
        worker.take_up_again()
        return Result({"state": str(fresh(job.id).state), "queued": not queue.is_empty()})

    told.do = look
    job_id = asked(member)
    one_by_one()
    assert fresh(job_id).found == {"state": "running", "queued": False}


def test_the_worker_takes_jobs_from_the_queue_and_tells_how_far_it_is(asked, working, fresh, member, told, monkeypatch):
    monkeypatch.setattr("shelter.jobs.progress.PACE", 0.0)
    seen = []

    def count(job, progress):
        for number in range(3):
            progress(number, 3)
            seen.append((fresh(job.id).done, fresh(job.id).share))
        return Result()

    told.do = count
    job_id = asked(member)
    until(lambda: fresh(job_id).state is JobState.DONE)
    assert seen == [(0, 0), (1, 33), (2, 66)]


def test_one_that_waits_is_cancelled_at_once_and_one_that_runs_at_its_next_step(
    asked, one_by_one, fresh, member, told, monkeypatch,
):
    monkeypatch.setattr("shelter.jobs.progress.PACE", 0.0)
    waits = asked(member)
    with work("test.cancel", by=operator):
        actions.cancel(db.session.get_one(Job, waits))
    assert fresh(waits).state is JobState.CANCELLED
    assert one_by_one()  # its id is taken from the queue, and nothing is done
    assert (fresh(waits).state, fresh(waits).attempts) == (JobState.CANCELLED, 0)

    def step(job, progress):
        progress(1, 10)
        with work("test.cancel", by=operator):
            actions.cancel(db.session.get_one(Job, job.id))
        progress(2, 10)
        raise AssertionError("it went on")

    told.do = step
    runs = asked(member)
    one_by_one()
    assert fresh(runs).state is JobState.CANCELLED
    assert told.cleared == [waits, runs]
    with pytest.raises(RuleBroken, match="terminó"), work("test.cancel", by=operator):
        actions.cancel(db.session.get_one(Job, runs))


def test_a_program_that_ends_leaves_it_waiting(asked, fresh, member, told, working):
    def last(_job, progress):
        for _step in range(200):
            progress(1, 2)
            time.sleep(0.05)

    told.do = last
    job_id = asked(member)
    until(lambda: fresh(job_id).state is JobState.RUNNING)
    working.set()
    until(lambda: fresh(job_id).state is JobState.WAITING)
    assert fresh(job_id).attempts == 0


@pytest.mark.parametrize("error", [
    OSError(28, "No space left on device"), sa.exc.OperationalError("", {}, Exception("locked")), NotNow("todavía no"),
])
def test_what_was_not_done_can_be_tried_again_and_what_was_done_cannot(
    asked, one_by_one, fresh, member, told, sign_in, error,
):
    told.fail(error)
    job_id = asked(member)
    one_by_one()
    assert f"/trabajos/{job_id}/repetir" in sign_in(member).get(f"/trabajos/{job_id}").text
    told.do = lambda _job, _progress: Result()
    with work("test.again", by=operator):
        actions.again(db.session.get_one(Job, job_id))
    assert fresh(job_id).problem is None
    assert one_by_one()
    assert fresh(job_id).state is JobState.DONE
    with pytest.raises(RuleBroken), work("test.again", by=operator):
        actions.again(db.session.get_one(Job, job_id))


def test_who_may_not_any_more_gets_nothing_done(asked, one_by_one, fresh, member, told, staff):
    done = []
    told.do = lambda job, _progress: done.append(job) or Result()
    job_id, hers = asked(member), asked(staff(Role.PSYCHOLOGIST))
    with work("test.close", by=operator):
        db.session.refresh(member)
        member.is_active = False
    while one_by_one():
        pass
    assert done == []
    assert [fresh(each).state for each in (job_id, hers)] == [JobState.REFUSED] * 2


def test_nobody_fills_the_queue_alone(asked, member, staff):
    for _number in range(MOST_WAITING):
        asked(member)
    with pytest.raises(RuleBroken, match="5"):
        asked(member)
    asked(staff(Role.PROGRAMME_COORDINATOR))


def test_who_waited_long_is_told_and_who_looks_on_is_not(asked, one_by_one, member):
    def notices():
        db.session.rollback()
        return list(db.session.scalars(sa.select(Notice.word).where(Notice.staff_id == member.id)))

    asked(member)
    one_by_one()
    assert notices() == []
    asked(member)
    with time_machine.travel(now() + timedelta(seconds=25)):
        one_by_one()
    assert notices() == ["job.ready"]


def test_after_a_week_it_is_gone_with_its_keys(asked, one_by_one, fresh, member, told):
    told.do = lambda _job, _progress: Result({"x": 1}, b"y")
    job_id = asked(member, word=CANARY)
    one_by_one()
    keys = sa.select(sa.func.count()).select_from(DataKey).where(DataKey.owner_id == job_id)
    assert db.session.scalar(keys) == 1
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        clear_away()
        assert fresh(job_id).file == b"y"
    with time_machine.travel(now() + timedelta(days=7, hours=1)):
        clear_away()
    db.session.rollback()
    assert db.session.scalar(keys) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 0


def test_what_waits_a_week_is_not_forgotten(asked, fresh, member):
    job_id = asked(member)
    with time_machine.travel(now() + timedelta(days=8)):
        clear_away()
    assert fresh(job_id).state is JobState.WAITING


def test_progress_ends_when_the_row_is_gone(app):
    import uuid

    with pytest.raises(Unwanted):
        Progress(uuid.uuid4())(1, 2)

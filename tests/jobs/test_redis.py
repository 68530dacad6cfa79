"""The queue on Redis, where a house has one: a server of the tests' own, on a socket in a folder of theirs."""

import shutil
import subprocess
import time

import pytest
import redis

from shelter.access import Role
from shelter.audit import Actor, work
from shelter.codes.jobs import JobState
from shelter.crypto import KeyRing
from shelter.db import db
from shelter.jobs import Result, actions, ask, queue, worker
from shelter.rules import RuleBroken

SERVER = shutil.which("redis-server")
CANARY = "Canario-Amapola-77"

pytestmark = pytest.mark.skipif(SERVER is None, reason="redis-server is not installed")


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("redis")
    options = ["--port", "0", "--unixsocket", "queue.sock", "--dir", str(folder), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen([SERVER, *options], stdout=subprocess.DEVNULL)
    url = f"unix://{folder}/queue.sock"
    try:
        for _look in range(100):
            if answers(url):
                break
            time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def answers(url):
    with redis.Redis.from_url(url) as client:
        try:
            return client.ping()
        except redis.ConnectionError:
            return False


@pytest.fixture
def app(make_app, redis_url):
    """The same house as in the other tests of jobs, its queue on Redis."""
    app = make_app(jobs="redis", redis_url=redis_url)
    with app.app_context():
        queue.prepare()
        yield app
        queue.here().queue.storage.flush_all()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def member(staff):
    return staff(Role.PROGRAMME_COORDINATOR)


def until(ready):
    end = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_a_job_is_done_and_what_came_of_it_is_kept(asked, one_by_one, fresh, member, told):
    told.do = lambda job, _progress: Result({"twice": job.told["number"] * 2})
    job_id = asked(member, number=21)
    assert not queue.is_empty()
    assert one_by_one()
    assert (fresh(job_id).state, fresh(job_id).found) == (JobState.DONE, {"twice": 42})
    assert queue.is_empty()


def test_redis_holds_the_id_and_nothing_else(asked, member, redis_url):
    job_id = asked(member, word=CANARY)
    with redis.Redis.from_url(redis_url) as client:
        content = b"".join(part for key in client.scan_iter() for part in client.lrange(key, 0, -1))
    assert str(job_id).encode() in content
    assert CANARY.encode() not in content
    assert str(member.id).encode() not in content


def test_what_is_undone_is_never_queued(app, told, member):
    def ask_and_fail():
        with work("test.ask", by=Actor("staff", member.id)):
            ask("test", by=member.id)
            raise RuleBroken("no")

    with app.test_request_context(), pytest.raises(RuleBroken):
        ask_and_fail()
    assert queue.is_empty()


def test_one_that_redis_forgot_is_found(asked, one_by_one, fresh, member):
    job_id = asked(member)
    queue.here().queue.storage.flush_all()  # it was begun anew, and kept nothing
    assert not one_by_one()
    worker.take_up_again()
    assert one_by_one()
    assert fresh(job_id).state is JobState.DONE


def test_the_worker_takes_jobs_from_redis(asked, working, fresh, member):
    job_id = asked(member)
    until(lambda: fresh(job_id).state is JobState.DONE)


def test_one_that_waits_is_cancelled(app, asked, one_by_one, fresh, member):
    job = fresh(asked(member))
    with app.test_request_context(), work("job.cancel", by=Actor("staff", member.id), on=job):
        actions.cancel(job)
    while one_by_one():
        pass
    assert fresh(job.id).state is JobState.CANCELLED


def test_a_redis_that_is_away_costs_no_answer(asked, one_by_one, fresh, member, monkeypatch):
    def gone(*_told):
        raise redis.ConnectionError("away")

    with monkeypatch.context() as broken:
        broken.setattr(queue.here().queue.storage, "enqueue", gone)
        job_id = asked(member)
    assert fresh(job_id).state is JobState.WAITING
    worker.take_up_again()
    assert one_by_one()
    assert fresh(job_id).state is JobState.DONE


def test_two_programmes_on_one_redis_do_not_take_each_others_jobs(app, another_app, asked, member, redis_url, tmp_path):
    asked(member)
    assert not queue.is_empty()
    KeyRing.create(tmp_path / "other.key")
    with another_app(jobs="redis", redis_url=redis_url, key_file=tmp_path / "other.key").app_context():
        assert queue.is_empty()

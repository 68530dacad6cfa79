"""A house whose queue is a file, as in a real one, and a kind of job that does what a test says."""

import time
from threading import Event

import pytest

from shelter.access import Permission
from shelter.audit import Actor, work
from shelter.db import db
from shelter.jobs import Job, Kind, Result, ask, kinds, queue, worker


@pytest.fixture
def app(make_app, database_url):
    """The queue lies where the database is."""
    app = make_app(jobs="sqlite" if database_url.startswith("sqlite") else "postgresql")
    with app.app_context():
        queue.prepare()
        yield app
        db.session.remove()
        db.engine.dispose()
        queue.here().queue.storage.close()


class Told:
    """What jobs of the kind `test` do, and what came to them."""

    def __init__(self):
        self.do = lambda _job, _progress: Result({"answer": 42})
        self.cleared = []

    def fail(self, error):
        """They come to nothing."""
        def do(_job, _progress):
            raise error

        self.do = do

    def kind(self):
        return Kind("Prueba", Permission.REPORT_READ, lambda job, progress: self.do(job, progress),
                    lambda job: f"/resultado/{job.id}", lambda _job: "/reportes",
                    lambda job: self.cleared.append(job.id))


@pytest.fixture
def told(monkeypatch):
    told = Told()
    monkeypatch.setitem(kinds.KINDS, "test", told.kind())
    return told


@pytest.fixture
def asked(app, told):
    """asked(member, **order) -> a job that was asked for and is queued."""

    def make(member, **order):
        with app.test_request_context(), work("test.ask", by=Actor("staff", member.id)) as doing:
            doing.on = job = ask("test", by=member.id, **order)
        return job.id

    return make


@pytest.fixture
def one_by_one(app):
    """Take the next job from the queue and do it, as the worker would; False when there is none."""

    def take():
        huey = queue.here().queue
        task = huey.dequeue()
        if task is None:
            return False
        huey.execute(task)
        db.session.rollback()
        return True

    return take


@pytest.fixture
def working(app):
    """The worker itself, in a thread of its own."""
    stop = Event()
    with worker.working(app, stop):
        yield stop
        stop.set()
    for _look in range(100):
        if not worker._Present.jobs:
            break
        time.sleep(0.05)


@pytest.fixture
def fresh(app):
    """fresh(id) -> the job as it stands in the database."""

    def look(job_id):
        db.session.rollback()
        return db.session.get_one(Job, job_id, populate_existing=True)

    return look

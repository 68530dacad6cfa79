"""kill -9 in the middle of an import: what is written stays, the rest follows, nothing twice, no half ever counts."""

import json
import os
import signal
import time

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import Period
from shelter.codes.jobs import JobState
from shelter.db import db
from shelter.indicators import INDICATORS
from shelter.jobs import Job
from shelter.register import uploads
from shelter.register.models import RegisterCase
from shelter.register.reading import Column, Mapping
from tests.cli.test_killed import Server
from tests.cli.test_supervise import below

CASES = 12_000
CONTENT = ("year\r\n" + "2014\r\n" * CASES).encode()


@pytest.fixture
def job_id(app, staff):
    """A file of many cases that waits to be imported."""
    member = staff(Role.PROGRAMME_COORDINATOR)
    mapping = Mapping("upload", "Registro", "Libro", (Column("year", "year"),))
    with app.test_request_context(), work("test.ask", by=operator):
        upload = uploads.take_in(by=member.id, name="x.csv", content=CONTENT, register="Registro", source="Libro",
                                 foundation_id=None, replaces=None)
        upload.mapping = mapping.text
        job = Job(kind=uploads.IMPORT, by_id=member.id, about_id=upload.id, language="es", order=json.dumps({}))
        db.session.add(job)
    return job.id


@pytest.fixture
def senda(database_url, tmp_path, job_id):
    db.session.remove()
    db.engine.dispose()
    server = Server({**os.environ, "SHELTER_INSTANCE": str(tmp_path), "SHELTER_DATABASE_URL": database_url,
                     "SHELTER_MFA_REQUIRED": "false"})
    server.start()
    yield server
    server.kill_all()


def stored():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(RegisterCase))


def state(job_id):
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True).state


def jobs_process(server):
    """The child that has no children of its own: the other one is the web server."""
    return next(pid for pid in below(server.process.pid) if not below(pid))


def until(ready, seconds=60):
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_an_import_that_is_killed_goes_on_and_counts_once(app, senda, job_id):
    kills = []
    for least in (1, CASES // 2):
        until(lambda least=least: stored() >= least)
        kills.append(stored())
        os.kill(jobs_process(senda), signal.SIGKILL)
        assert INDICATORS["cases.registered"].count(Period.read("2014")).value in {0, CASES}
    until(lambda: state(job_id) is JobState.DONE)
    assert stored() == CASES
    assert INDICATORS["cases.registered"].count(Period.read("2014")).value == CASES
    assert kills[0] < CASES, "it was never killed in the middle"
    assert db.session.get_one(Job, job_id).attempts > 1

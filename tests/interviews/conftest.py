"""What the tests of interviews share: a caseworker, a case of hers, and what she types."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases.records import Screened
from shelter.codes.outgoing import Screening
from shelter.db import db
from shelter.interviews.models import Interview
from tests.client import Page
from tests.safety.test_canaries import when

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


@pytest.fixture
def hers(case, worker):
    return case(team=[worker], opened=10)


@pytest.fixture
def client(worker, sign_in):
    return sign_in(worker)


@pytest.fixture
def url(hers):
    return f"/casos/{hers.id}/entrevistas"


def told(ago=DAY, **more):
    return {"discipline": "social", "purpose": "first", "trace": "written", **when("occurs_at", ago), **more}


def ahead(by=2 * DAY, **more):
    at = local(now() + by)
    return {"discipline": "legal", "purpose": "complaint", "occurs_at-date": at.date().isoformat(),
            "occurs_at-time": f"{at:%H:%M}", **more}


def everything():
    db.session.expire_all()
    return db.session.scalars(sa.select(Interview).order_by(Interview.occurs_at)).all()


def wrong(answer):
    links = (attrs.get("href", "") for attrs in Page(answer.text).all("a"))
    return {link[1:] for link in links if link.startswith("#")} - {"main"}


def screened(hers, worker, answer):
    with work("test.screen", by=operator):
        db.session.add(Screened(foundation_id=hers.foundation_id, case_id=hers.id, kind=Screening.REFUGE,
                                answer=answer, by_id=worker.id))

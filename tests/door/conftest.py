"""What the tests of the door share: who decides, who stands there at night, and a request that she recorded."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.db import db
from shelter.door.models import DoorRequest
from tests.client import Page
from tests.safety.test_canaries import when


@pytest.fixture
def coordinator(staff):
    member = staff(Role.SHELTER_COORDINATOR)
    with work("test.password", by=operator):
        member.password_hash = "something"
    return member


@pytest.fixture
def night(staff, sign_in):
    return sign_in(staff(Role.HOUSE_STAFF))


def said(programme, **more):
    return {
        "house_id": str(programme.house.id), "asker": "police", "approach": "in_person", "paper": "none",
        **when("came_at", timedelta(hours=1)), **more,
    }


def asked():
    db.session.expire_all()
    return db.session.scalars(sa.select(DoorRequest)).one()


def wrong(answer):
    links = (attrs.get("href", "") for attrs in Page(answer.text).all("a"))
    return {link[1:] for link in links if link.startswith("#")} - {"main"}


@pytest.fixture
def request_at(programme, night):
    """request_at(**answers) -> its address, recorded by the night shift."""

    def make(**more):
        answer = night.fill("/puerta/nueva", **said(programme, **more))
        assert answer.status_code == 303, Page(answer.text).text
        return f"/puerta/{asked().id}"

    return make

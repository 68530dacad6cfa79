"""What attackers need: somebody in a house, a case of hers, and one of another foundation."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import rules
from shelter.audit import operator, work
from shelter.db import db
from tests.client import Page

PASSWORD = "una frase larga y tranquila"
_HASHED = rules.hash_password(PASSWORD)


@pytest.fixture
def here(programme, staff, case, sign_in):
    """Somebody (`me`, her `client`), a case of hers (`mine`), and one of another foundation (`theirs`)."""
    me = staff(Role.CASEWORKER)
    mine, theirs = case(team=[me], name="Propia"), case(house=programme.far_house, name="Ajenísima")
    return SimpleNamespace(me=me, mine=mine, theirs=theirs, client=sign_in(me), house=programme.house)


@pytest.fixture
def with_password(staff):
    """with_password(Role.LAWYER) -> who can sign in through the page."""

    def make(role=Role.LAWYER):
        member = staff(role)
        with work("test.password", by=operator):
            member.password_hash = _HASHED
        return member

    return make


@pytest.fixture
def enter(app):
    """enter(member) -> a client that signed in through the page."""

    def as_(member, client=None):
        client = client or app.test_client()
        answer = client.fill("/entrar", email=member.email, password=PASSWORD)
        assert answer.status_code == 303, Page(answer.text).text
        return client

    return as_


@pytest.fixture
def count():
    """count(Model) -> how many there are."""

    def of(model):
        db.session.rollback()
        return db.session.scalar(sa.select(sa.func.count()).select_from(model))

    return of

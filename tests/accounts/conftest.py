"""People with passwords, telephones and a language, for the tests of accounts."""

from __future__ import annotations

from types import SimpleNamespace

import pyotp
import pytest

from shelter.access import Role
from shelter.accounts import rules
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db

PASSWORD = "una frase larga y tranquila"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
_HASHED = rules.hash_password(PASSWORD)


@pytest.fixture
def person(staff):
    """person(Role.LAWYER, name=…) -> who can sign in with PASSWORD, reads English, and has a telephone with SECRET."""

    def make(role=Role.LAWYER, **options):
        member = staff(role, **options)
        with work("test.password", by=operator):
            member.password_hash, member.totp_secret, member.language = _HASHED, SECRET, "en"
        return member

    return make


@pytest.fixture
def enter(app):
    """enter(member) -> a client that signed in through the page."""

    def as_(member, client=None, password=PASSWORD, **options):
        client = client or app.test_client()
        answer = client.fill("/entrar", email=member.email, password=password)
        return SimpleNamespace(client=client, answer=answer)

    return as_


@pytest.fixture
def code():
    """code() -> what the telephone shows now."""
    return lambda: pyotp.TOTP(SECRET).at(now())


@pytest.fixture
def again():
    """again(record) -> the record as the database has it now."""

    def read(record):
        db.session.rollback()
        db.session.expire_all()
        db.session.refresh(record)
        return record

    return read


def reference(client):
    """What the client's cookie carries."""
    with client.session_transaction() as browser:
        return browser.get("_user_id")

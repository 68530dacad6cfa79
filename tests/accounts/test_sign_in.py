"""Signing in, the second factor, the lock, the quick exit."""

from shelter.access import Role
from shelter.accounts import rules
from shelter.audit import operator, work
from shelter.db import db

PASSWORD = "una frase larga y tranquila"


def with_password(member):
    with work("test.password", by=operator):
        member.password_hash = rules.hash_password(PASSWORD)
    return member


def test_the_right_password_opens_my_day(app, staff):
    with_password(staff(Role.CASEWORKER))
    member = with_password(staff(Role.LAWYER, name="Ana Torres"))
    client = app.test_client()
    answer = client.fill("/entrar", email=member.email, password=PASSWORD, follow=True)
    assert "Ana Torres" in answer.text


def test_a_wrong_password_says_one_sentence_and_keeps_the_email(app, staff):
    member = with_password(staff(Role.LAWYER))
    answer = app.test_client().fill("/entrar", email=member.email, password="otra cosa distinta")
    assert answer.status_code == 422
    assert member.email in answer.text
    db.session.rollback()

"""A token works once, for its purpose, until its end; nothing that is stored opens anything."""

import base64
import threading
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter import tokens
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.tokens import OneTimeToken
from shelter.tokens.actions import forget_tokens

HOUR = timedelta(hours=1)
WHOM = uuid.uuid4()


@pytest.fixture
def token(app):
    with work("test.token", by=operator):
        return tokens.new("answer", WHOM, HOUR)


def spent(purpose, token):
    with work("test.spend", by=operator):
        return tokens.spend(purpose, token)


def test_a_token_is_spent_once(token):
    assert tokens.find("answer", token).subject_id == WHOM
    assert spent("answer", token) == WHOM
    assert spent("answer", token) is None
    assert tokens.find("answer", token) is None


def test_a_token_opens_nothing_of_another_purpose(token):
    assert tokens.find("activation", token) is None
    assert spent("activation", token) is None
    assert spent("answer", token) == WHOM


def test_a_token_ends_with_its_hour(token):
    with time_machine.travel(now() + HOUR - timedelta(seconds=5)):
        assert tokens.find("answer", token)
    with time_machine.travel(now() + HOUR + timedelta(seconds=5)):
        assert tokens.find("answer", token) is None
        assert spent("answer", token) is None


def test_a_new_token_and_a_revocation_end_the_earlier_one(token):
    with work("test.again", by=operator):
        other, apart = tokens.new("answer", WHOM, HOUR), tokens.new("answer", uuid.uuid4(), HOUR)
    assert tokens.find("answer", token) is None
    with work("test.revoke", by=operator):
        tokens.revoke("answer", WHOM)
    assert spent("answer", other) is None
    assert spent("answer", apart), "another's token is not taken back"


def test_a_token_has_at_least_128_bits_and_only_its_keyed_digest_is_kept(token):
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert len(raw) * 8 >= 128
    (kept,) = db.session.scalars(sa.select(OneTimeToken))
    assert len(kept.digest) == 32
    assert raw not in kept.digest
    assert token.encode() not in kept.digest


def test_when_an_act_fails_its_token_is_good_again(token):
    def fail():
        with work("test.fails", by=operator):
            assert tokens.spend("answer", token)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert spent("answer", token) == WHOM


def test_of_many_who_spend_it_at_once_one_has_spent_it(app, token):
    found, together = [], threading.Barrier(6)

    def try_it():
        with app.app_context():
            together.wait()
            found.append(spent("answer", token))
            db.session.remove()

    threads = [threading.Thread(target=try_it) for _each in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(map(bool, found)) == [False] * 5 + [True]


def test_old_tokens_are_forgotten(token):
    with time_machine.travel(now() + HOUR + timedelta(days=6)):
        forget_tokens()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OneTimeToken)) == 1
    with time_machine.travel(now() + HOUR + timedelta(days=8)):
        forget_tokens()
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OneTimeToken)) == 0


def test_who_shows_many_wrong_links_has_to_wait_and_others_do_not(app):
    def look(address):
        return app.test_client().get("/activar/nada", environ_base={"REMOTE_ADDR": address}).status_code

    assert [look("203.0.113.7") for _each in range(21)] == [200] * 20 + [429]
    assert look("203.0.113.9") == 429, "a neighbour in the same network"
    assert look("198.51.100.7") == 200
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert look("203.0.113.7") == 200

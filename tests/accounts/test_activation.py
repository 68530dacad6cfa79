"""The link of an invitation: works once, not for long, and sets what nobody else knows."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import actions
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.tokens import OneTimeToken
from tests.accounts.conftest import PASSWORD

CODE = re.compile(r"<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</code>")
GOOD = {"password": PASSWORD, "again": PASSWORD, "promise": "y"}


@pytest.fixture
def invited(programme):
    with work("test.invite", by=operator):
        member, token = actions.invite(email="nueva@prueba.invalid", name="Nueva Persona", role=Role.LAWYER,
                                       house_id=programme.house.id)
    return member, f"/activar/{token}"


def test_a_link_opens_an_account_once(app, invited, again):
    member, link = invited
    assert member.password_hash is None
    client = app.test_client()
    assert client.fill(link, **GOOD).location == "/mi-dia"
    assert client.get("/mi-dia").status_code == 200
    assert again(member).promised_at is not None
    before = member.password_hash
    second = app.test_client()
    assert second.get(link).status_code == 200
    assert not second.get(link).text.count('name="password"')
    second.post(link, data={**GOOD, "password": "la clave de un ladrón", "again": "la clave de un ladrón"})
    assert again(member).password_hash == before
    assert second.get("/mi-dia").location.startswith("/entrar")


def test_a_link_lasts_seventy_two_hours(app, invited):
    _member, link = invited
    with time_machine.travel(now() + timedelta(hours=71, minutes=59)):
        assert 'name="password"' in app.test_client().get(link).text
    with time_machine.travel(now() + timedelta(hours=72, minutes=1)):
        assert 'name="password"' not in app.test_client().get(link).text


def test_a_new_link_takes_the_place_of_the_old_one(app, invited):
    member, link = invited
    with work("test.link", by=operator):
        token = actions.new_link(member)
    assert 'name="password"' not in app.test_client().get(link).text
    assert 'name="password"' in app.test_client().get(f"/activar/{token}").text


def test_only_the_digest_of_a_link_is_kept(invited):
    _member, link = invited
    token = link.rpartition("/")[2]
    assert all(token.encode() not in digest for digest in db.session.scalars(sa.select(OneTimeToken.digest)))


def test_the_link_of_a_closed_account_is_dead(app, invited):
    member, link = invited
    with work("test.close", by=operator):
        actions.disable(member)
    assert 'name="password"' not in app.test_client().get(link).text


@pytest.mark.parametrize("wrong", [
    {"password": "corta", "again": "corta"}, {"password": "Contraseña123", "again": "Contraseña123"},
    {"password": "aaaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaaa"}, {"again": "otra frase larga y tranquila"},
    {"password": "x" * 129, "again": "x" * 129}, {"password": "", "again": ""},
])
def test_a_bad_password_is_refused_and_the_link_stays_good(app, invited, again, wrong):
    member, link = invited
    client = app.test_client()
    assert client.fill(link, **{**GOOD, **wrong}).status_code == 422
    assert again(member).password_hash is None
    assert client.fill(link, **GOOD).status_code == 303


def test_without_the_promise_no_account(app, invited, again):
    member, link = invited
    assert app.test_client().fill(link, password=PASSWORD, again=PASSWORD).status_code == 422
    assert again(member).password_hash is None


def test_the_second_factor_is_set_with_the_first_password(app, invited, again):
    app.config["MFA_REQUIRED"] = True
    member, link = invited
    client = app.test_client()
    page = client.get(link).text
    assert "data:image/png;base64," in page
    secret = actions.enrolment_secret(link.rpartition("/")[2])
    assert secret in page
    assert client.fill(link, **GOOD).status_code == 422, "a code is needed"
    assert client.fill(link, **GOOD, code="000000").status_code == 422
    assert again(member).totp_secret is None
    with time_machine.travel(now(), tick=False) as clock:
        shown = pyotp.TOTP(secret)
        answer = client.fill(link, **GOOD, code=shown.at(now()))
        assert len(set(CODE.findall(answer.text))) == 10, "the recovery codes are shown, once"
        assert "/mi-dia" in answer.text
        assert client.get("/mi-dia").status_code == 200
        other = app.test_client()
        other.fill("/entrar", email=member.email, password=PASSWORD)
        assert other.fill("/entrar/codigo", code=shown.at(now())).status_code == 422, "used at the activation"
        clock.shift(timedelta(seconds=30))
        assert other.fill("/entrar/codigo", code=shown.at(now())).status_code == 303


def test_a_new_password_ends_what_was_open_before(app, person, sign_in):
    member = person()
    before = sign_in(member)
    with work("test.link", by=operator):
        token = actions.new_link(member)
    assert app.test_client().fill(f"/activar/{token}", **GOOD).status_code == 303
    assert before.get("/mi-dia").location.startswith("/entrar")


def test_opening_an_account_in_the_browser_of_another_ends_her_session(app, invited, person, sign_in):
    client, copy = sign_in(person()), app.test_client()
    with client.session_transaction() as browser, copy.session_transaction() as other:
        other.update(browser)
    client.fill(invited[1], **GOOD)
    assert "Nueva Persona" in client.get("/mi-dia").text
    assert copy.get("/mi-dia").location.startswith("/entrar")

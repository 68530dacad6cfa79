"""The pace of trying: a browser that is known is not slowed by strangers, and nobody is locked out by them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.accounts import actions, proof, rules
from shelter.accounts.models import Attempt, KnownDevice, Staff
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db, vault
from tests.accounts.conftest import PASSWORD
from tests.client import Page

WRONG = "otra cosa distinta"


@pytest.fixture
def attacked(outside):
    """attacked(email, times=20) -> as many failed just now, from as many networks"""
    def make(email, times=rules.UNDER_ATTACK):
        with outside(), work("test.attack", by=operator):
            for each in range(times):
                proof.failed(email, f"network {each}")
    return make


def device_cookie(answer):
    return next((each for each in answer.headers.getlist("Set-Cookie") if each.startswith(("d=", "__Host-d="))), None)


def test_a_browser_is_known_by_a_random_word_that_the_database_does_not_have(person, enter):
    said = device_cookie(enter(person()).answer)
    assert "; HttpOnly" in said
    assert "; SameSite=Strict" in said
    assert "Domain" not in said
    word = said.partition(";")[0].removeprefix("d=")
    kept = db.session.scalar(sa.select(KnownDevice.digest))
    assert len(word) == 43
    assert kept == vault.keys.lookup("device", word)


def test_with_tls_the_word_is_bound_to_the_host(another_app, person):
    member, app = person(), another_app(tls=True)
    answer = app.test_client().post("/entrar", base_url="https://localhost", data={
        "email": member.email, "password": PASSWORD, "csrf_token": "x",
    })
    assert answer.status_code == 400, "no token, no entry"
    client = app.test_client()
    page = Page(client.get("/entrar", base_url="https://localhost").text)
    answer = client.post("/entrar", base_url="https://localhost", headers={"Referer": "https://localhost/"}, data={
        "email": member.email, "password": PASSWORD, "csrf_token": page.hidden("csrf_token"),
    })
    assert device_cookie(answer).startswith("__Host-d=")
    assert "; Secure" in device_cookie(answer)


def test_half_signed_in_a_browser_is_not_known_yet(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    entered = enter(person())
    assert device_cookie(entered.answer) is None
    assert device_cookie(entered.client.fill("/entrar/codigo", code=code())) is not None


def test_strangers_in_the_same_house_do_not_slow_a_known_browser_down(app, person, enter):
    member = person()
    client, stranger = enter(member).client, app.test_client()
    client.post("/salir", data={})
    with time_machine.travel(now(), tick=False):
        for _each in range(5):
            stranger.fill("/entrar", email=member.email, password=WRONG)
        assert stranger.fill("/entrar", email=member.email, password=PASSWORD).status_code == 429
        assert enter(member, client).answer.status_code == 303


def test_a_known_browser_that_fails_itself_is_slowed_down(person, enter):
    member = person()
    client = enter(member).client
    client.post("/salir", data={})
    with time_machine.travel(now(), tick=False):
        for _each in range(5):
            assert client.fill("/entrar", email=member.email, password=WRONG).status_code == 422
        assert enter(member, client).answer.status_code == 429


@pytest.mark.parametrize("word", ["", "x" * 43, "ñ" * 43, "x" * 3000, "../../etc"])
def test_a_made_up_word_is_worth_nothing(app, person, word):
    member, client = person(), app.test_client()
    client.set_cookie("d", word)
    with time_machine.travel(now(), tick=False):
        for _each in range(5):
            client.fill("/entrar", email=member.email, password=WRONG)
        assert client.fill("/entrar", email=member.email, password=PASSWORD).status_code == 429


def test_another_persons_known_browser_is_not_hers(app, person, enter):
    ana, berta = person(), person()
    client = enter(ana).client
    with time_machine.travel(now(), tick=False):
        for _each in range(5):
            app.test_client().fill("/entrar", email=berta.email, password=WRONG)
        assert enter(berta, client).answer.status_code == 429


def test_under_attack_an_unknown_device_gives_the_code_before_the_password(app, person, enter, code, attacked):
    app.config["MFA_REQUIRED"] = True
    member, client = person(), app.test_client()
    attacked(member.email)
    asked = client.fill("/entrar", email=member.email, password=PASSWORD)
    assert asked.status_code == 422
    assert 'name="code"' in asked.text
    wrong = client.fill("/entrar", email=member.email, password=PASSWORD, code="000000")
    assert wrong.status_code == 422, "with a wrong code the password is not even looked at"
    entered = client.fill("/entrar", email=member.email, password=PASSWORD, code=code())
    assert entered.location == "/mi-dia"
    assert client.get("/mi-dia").status_code == 200, "the code is not asked for twice"


def test_under_attack_a_code_does_not_open_without_the_password(app, person, code, attacked):
    app.config["MFA_REQUIRED"] = True
    member, client = person(), app.test_client()
    attacked(member.email)
    with time_machine.travel(now(), tick=False):
        first = client.fill("/entrar", email=member.email, password=WRONG, code=code())
        again = client.fill("/entrar", email=member.email, password=PASSWORD, code=code())
    assert (first.status_code, again.status_code) == (422, 422), "a code is used up with whatever password"


def test_under_attack_nobody_learns_which_accounts_there_are(app, person, attacked):
    app.config["MFA_REQUIRED"] = True
    member = person()
    pages = []
    for email in (member.email, "nadie@prueba.invalid"):
        attacked(email)
        answer = app.test_client().fill("/entrar", email=email, password=WRONG)
        pages.append((answer.status_code, 'name="code"' in answer.text))
    assert pages == [(422, True), (422, True)]


def test_under_attack_a_known_browser_goes_on_as_ever(app, person, enter, code, attacked):
    app.config["MFA_REQUIRED"] = True
    member = person()
    client = enter(member).client
    client.fill("/entrar/codigo", code=code())
    client.post("/salir", data={})
    attacked(member.email)
    assert enter(member, client).answer.location.startswith("/entrar/codigo")


def test_without_a_second_factor_an_attack_asks_for_none(person, enter, attacked):
    member = person()
    attacked(member.email)
    assert enter(member).answer.status_code == 303


def test_beginning_anew_forgets_the_browsers(person, enter, outside):
    member = person()
    enter(member)
    with outside(), work("test.anew", by=operator):
        actions.begin_anew(db.session.get(Staff, member.id))
    assert db.session.scalar(sa.select(sa.func.count()).where(KnownDevice.staff_id == member.id)) == 0


def test_browsers_not_seen_for_half_a_year_are_forgotten(app, person, enter):
    enter(person())
    with time_machine.travel(now() + timedelta(days=179)):
        proof.forget_old_devices()
        assert db.session.scalar(sa.select(sa.func.count(KnownDevice.id))) == 1
    with time_machine.travel(now() + timedelta(days=181)):
        proof.forget_old_devices()
        assert db.session.scalar(sa.select(sa.func.count(KnownDevice.id))) == 0


def test_failures_are_kept_without_naming_anybody(app, person):
    member = person()
    app.test_client().fill("/entrar", email=member.email, password=WRONG)
    kept = db.session.execute(sa.select(Attempt.account, Attempt.network)).one()
    assert all(len(each) == 32 for each in kept)

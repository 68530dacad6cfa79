"""Signing in: one sentence for every failure, a pace that slows down and never locks out, a code that works once."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import actions, rules
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.tokens.rules import network_of
from tests.accounts.conftest import PASSWORD, reference
from tests.client import Page

WRONG = "otra cosa distinta"


def test_the_right_password_opens_my_day(app, person):
    person(Role.CASEWORKER)
    member = person(name="Ana Torres")
    answer = app.test_client().fill("/entrar", email=member.email, password=PASSWORD, follow=True)
    assert answer.status_code == 200
    assert "Ana Torres" in answer.text


def test_an_email_in_capital_letters_is_the_same(enter, person):
    member = person()
    member.email = member.email.upper()
    assert enter(member).answer.status_code == 303


def test_a_wrong_password_and_an_unknown_email_get_the_same_sentence(app, person):
    member, client = person(), app.test_client()
    wrong = client.fill("/entrar", email=member.email, password=WRONG)
    unknown = client.fill("/entrar", email="nadie@prueba.invalid", password=WRONG)
    assert wrong.status_code == unknown.status_code == 422
    assert member.email in wrong.text, "what was typed is kept"
    assert WRONG not in wrong.text
    sentence = "The e-mail or the password is not right"
    assert wrong.text.count("<li>") == unknown.text.count("<li>"), sentence


def test_a_member_without_a_password_cannot_sign_in(app, staff):
    member = staff(Role.LAWYER)
    assert member.password_hash is None
    for guess in ("password", "admin", "contraseña123", member.email):
        assert app.test_client().fill("/entrar", email=member.email, password=guess).status_code == 422


def test_a_closed_account_cannot_sign_in(enter, person):
    member = person()
    with work("test.close", by=operator):
        actions.disable(member)
    assert enter(member).answer.status_code == 422


def test_five_failures_slow_down_and_waiting_helps(app, person):
    member, client = person(), app.test_client()
    with time_machine.travel(now(), tick=False) as clock:
        for _each in range(5):
            assert client.fill("/entrar", email=member.email, password=WRONG).status_code == 422
        assert client.fill("/entrar", email=member.email, password=PASSWORD).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert client.fill("/entrar", email=member.email, password=PASSWORD).status_code == 303


def test_the_longest_wait_is_a_minute():
    assert rules.wait_after(4) == timedelta(0)
    assert rules.wait_after(5) == timedelta(seconds=1)
    assert rules.wait_after(500) == timedelta(minutes=1)


def test_failures_elsewhere_or_of_others_slow_nobody_down(app, person):
    member, other, client = person(), person(), app.test_client()
    for _each in range(5):
        client.fill("/entrar", email=member.email, password=WRONG)
    assert client.fill("/entrar", email=other.email, password=PASSWORD).status_code == 303
    far = app.test_client()
    far.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert far.fill("/entrar", email=member.email, password=PASSWORD).status_code == 303


@pytest.mark.parametrize(("one", "other", "same"), [
    ("192.0.2.7", "192.0.2.99", True), ("192.0.2.7", "192.0.3.7", False),
    ("2001:db8:0:1::1", "2001:0db8:0000:0001:ffff::9", True), ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
    ("", None, True),
])
def test_neighbours_are_counted_together(one, other, same):
    assert (network_of(one) == network_of(other)) is same


def test_the_second_factor_stands_before_everything(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    entered = enter(person())
    assert entered.answer.location.startswith("/entrar/codigo")
    for path in ("/mi-dia", "/mi-cuenta"):
        assert entered.client.get(path).location == "/entrar/codigo"
    assert "Persona" not in entered.client.get("/ayuda").text, "half signed in, nobody is named"
    assert entered.client.fill("/entrar/codigo", code=code()).status_code == 303
    assert entered.client.get("/mi-dia").status_code == 200


def test_a_code_works_once(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    member = person()
    with time_machine.travel(now(), tick=False) as clock:
        assert enter(member).client.fill("/entrar/codigo", code=code()).status_code == 303
        second = enter(member).client
        assert second.fill("/entrar/codigo", code=code()).status_code == 422
        assert second.get("/mi-dia").location == "/entrar/codigo"
        clock.shift(timedelta(seconds=30))
        assert second.fill("/entrar/codigo", code=code()).status_code == 303


def test_requests_at_once_cannot_use_the_same_code(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    member = person()
    clients = [enter(member).client for _each in range(4)]
    shown, answers, together = code(), [], threading.Barrier(len(clients))

    def give(client):
        page = Page(client.get("/entrar/codigo").text)
        together.wait()
        answer = client.post("/entrar/codigo", data={"code": shown, "csrf_token": page.hidden("csrf_token")})
        answers.append(answer.status_code)

    threads = [threading.Thread(target=give, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]


def test_an_earlier_code_is_not_taken_after_a_later_one(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    member = person()
    with time_machine.travel(now(), tick=False) as clock:
        earlier = code()
        clock.shift(timedelta(seconds=30))
        assert enter(member).client.fill("/entrar/codigo", code=code()).status_code == 303
        assert enter(member).client.fill("/entrar/codigo", code=earlier).status_code == 422


def test_five_wrong_codes_lead_back_to_the_password_and_slow_down(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    member = person()
    with time_machine.travel(now(), tick=False) as clock:
        client = enter(member).client
        for _each in range(4):
            assert client.fill("/entrar/codigo", code="000000").status_code == 422
        answer = client.fill("/entrar/codigo", code="000000")
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/entrar")
        assert client.get("/entrar/codigo").location.startswith("/entrar?"), "the session is over"
        assert client.fill("/entrar", email=member.email, password=PASSWORD).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert enter(member, client).answer.location.startswith("/entrar/codigo")
        assert client.fill("/entrar/codigo", code=code()).status_code == 303


def test_a_planted_reference_opens_nothing_after_signing_in(app, person, enter):
    client = app.test_client()
    with client.session_transaction() as browser:
        browser["_user_id"] = "planted-by-somebody"
    member = person()
    enter(member, client)
    assert reference(client) != "planted-by-somebody"
    assert client.get("/mi-dia").status_code == 200


def test_signing_in_again_ends_the_session_before(app, person, enter):
    member, client, thief = person(), app.test_client(), app.test_client()
    enter(member, client)
    with thief.session_transaction() as browser:
        browser["_user_id"] = reference(client)
    assert thief.get("/mi-dia").status_code == 200
    enter(member, client)
    assert thief.get("/mi-dia").location.startswith("/entrar")
    assert client.get("/mi-dia").status_code == 200


def test_the_reference_changes_with_the_code_the_lock_and_the_unlock(app, person, enter, code):
    app.config["MFA_REQUIRED"] = True
    client = enter(person()).client
    seen = [reference(client)]
    client.fill("/entrar/codigo", code=code())
    seen.append(reference(client))
    client.get("/salir-rapido")
    seen.append(reference(client))
    client.fill("/bloqueo", password=PASSWORD)
    seen.append(reference(client))
    assert len(set(seen)) == 4
    old = app.test_client()
    for each in seen[:-1]:
        with old.session_transaction() as browser:
            browser["_user_id"] = each
        assert old.get("/mi-dia").location.startswith("/entrar")
    assert client.get("/mi-dia").status_code == 200


@pytest.mark.parametrize("path", [
    "https://malo.example/", "//malo.example/", "/\\malo.example", "\\\\malo.example", "/\t/malo.example",
    "/\n/malo.example", "javascript:alert(1)", "malo.example", "/ /malo.example", "///malo.example", "/x\\..\\y",
    "\x00/mi-cuenta", "",
])
def test_signing_in_and_changing_language_lead_to_no_other_site(app, person, path):
    member, client = person(), app.test_client()
    answer = client.post("/entrar", query_string={"next": path}, data={"email": member.email, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/mi-dia")
    answer = app.test_client().post("/idioma", data={"language": "en", "back": path})
    assert (answer.status_code, answer.location) == (303, "/mi-dia")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(app, person):
    client = app.test_client()
    where = client.get("/mi-cuenta?x=1").location
    answer = client.fill(where, email=person().email, password=PASSWORD)
    assert answer.location == "/mi-cuenta?x=1"


@pytest.mark.parametrize(("agent", "said"), [
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36", "Chrome · Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Safari/604.1", "Safari · iPhone"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge · Windows"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Linux"),
    ("curl/8.0", ""), ("", ""),
])
def test_a_device_is_said_in_two_words(agent, said):
    assert rules.device_name(agent) == said


def test_a_refused_sign_in_stands_in_the_trail_as_refused(app):
    app.test_client().fill("/entrar", email="nobody@prueba.invalid", password=WRONG)
    found = db.session.scalars(sa.select(AuditEntry.decision).where(AuditEntry.action == "session.refuse")).all()
    assert found == ["refused"]

"""Passkeys: made on one's own page, asked for after the password, and refused when anything about them is not right."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.calendar import now
from shelter.db import db
from shelter.factors.models import Passkey
from tests.accounts.conftest import PASSWORD
from tests.client import Page

NEW, MAKE, PROVE = "/mi-cuenta/llaves/nueva", "/mi-cuenta/llaves/reto", "/entrar/codigo/reto"


def asked(client, url):
    return json.loads(client.post(url, data={}).text)


def register(client, device, name="mi celular", **lie):
    return client.fill(NEW, name=name, passkey=device.create(asked(client, MAKE), **lie))


def prove(client, device, **lie):
    return client.fill("/entrar/codigo", passkey=device.get(asked(client, PROVE), **lie))


@pytest.fixture
def holder(app, person, sign_in, device):
    """holder(role) -> (somebody with a passkey, the device that keeps it), in a house that asks for a second factor."""

    def make(role=Role.LAWYER):
        member, made = person(role), device()
        app.config["MFA_REQUIRED"] = False
        assert register(sign_in(member), made).status_code == 303
        app.config["MFA_REQUIRED"] = True
        return member, made

    return make


def kept():
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(sa.select(Passkey)).all()


def test_a_passkey_opens_after_the_password(holder, enter):
    member, made = holder()
    client = enter(member).client
    assert client.get("/mi-dia").location == "/entrar/codigo"
    options = asked(client, PROVE)
    assert [each["id"] for each in options["allowCredentials"]] == [json.loads(made.get(options))["id"]]
    assert prove(client, made).status_code == 303
    assert client.get("/mi-dia").status_code == 200
    (key,) = kept()
    assert (key.name, key.site, key.counter) == ("mi celular", "localhost", made.counter)
    assert key.used_at is not None


def test_the_device_is_told_no_name_of_a_person(person, sign_in):
    member = person(name="Anacaona Torres")
    options = asked(sign_in(member), MAKE)
    assert options["user"]["name"] == options["user"]["displayName"] == options["rp"]["name"] == "Senda"
    assert "Anacaona" not in json.dumps(options)
    assert member.email not in json.dumps(options)


def test_the_challenge_is_used_once(holder, enter):
    member, made = holder()
    client = enter(member).client
    answer = made.get(asked(client, PROVE))
    wrong = client.fill("/entrar/codigo", passkey=answer.replace("public-key", "public-kex"))
    assert wrong.status_code == 422
    assert client.fill("/entrar/codigo", passkey=answer).status_code == 422, "the question was answered, if wrongly"
    assert client.fill("/entrar/codigo", passkey=made.get(asked(client, PROVE))).status_code == 303
    other = enter(member).client
    assert other.fill("/entrar/codigo", passkey=answer).status_code == 422


def test_the_challenge_lasts_five_minutes(holder, enter):
    member, made = holder()
    with time_machine.travel(now(), tick=False) as clock:
        client = enter(member).client
        answer = made.get(asked(client, PROVE))
        clock.shift(timedelta(minutes=5))
        assert client.fill("/entrar/codigo", passkey=answer).status_code == 422


def test_an_answer_to_another_sessions_question_is_none(holder, enter):
    member, made = holder()
    here, there = enter(member).client, enter(member).client
    stolen = made.get(asked(there, PROVE))
    asked(here, PROVE)
    assert here.fill("/entrar/codigo", passkey=stolen).status_code == 422


@pytest.mark.parametrize("origin", ["https://localhost", "http://localhost:8000", "http://senda-falsa.example"])
def test_a_page_that_looks_like_ours_gets_nothing(holder, enter, origin):
    member, made = holder()
    assert prove(enter(member).client, made, origin=origin).status_code == 422


def test_a_copied_device_counts_backwards_and_is_refused(holder, enter):
    member, made = holder()
    made.counter = 7
    assert prove(enter(member).client, made).status_code == 303
    made.counter = 3
    assert prove(enter(member).client, made).status_code == 422
    assert kept()[0].counter == 8


def test_the_key_of_another_person_opens_nothing(holder, enter):
    (ana, _of_ana), (_berta, of_berta) = holder(), holder()
    client = enter(ana).client
    options = asked(client, PROVE)
    assert client.fill("/entrar/codigo", passkey=of_berta.get(options)).status_code == 422


@pytest.mark.parametrize("answer", [
    "{", "[]", "null", '"x"', "{}", '{"rawId": 5}', '{"rawId": "ñ"}', '{"rawId": "AAAA", "id": "AAAA"}', "[" * 5000,
    '{"id":"AA","rawId":"AA","type":"public-key","response":{}}', "x" * 100_000,
])
def test_nonsense_is_refused_calmly(holder, enter, sign_in, answer):
    member, _made = holder()
    client = enter(member).client
    asked(client, PROVE)
    assert client.fill("/entrar/codigo", passkey=answer).status_code == 422
    client = sign_in(member)
    asked(client, MAKE)
    assert client.fill(NEW, name="x", passkey=answer).status_code == 422
    assert len(kept()) == 1


def test_a_registration_for_another_page_or_question_is_refused(person, sign_in, device):
    client = sign_in(person())
    assert register(client, device(), origin="http://senda-falsa.example").status_code == 422
    answer = device().create(asked(client, MAKE))
    asked(client, MAKE)
    assert client.fill(NEW, name="x", passkey=answer).status_code == 422, "another question was asked since"
    assert client.fill(NEW, name="x", passkey=device().create({"rp": {"id": "localhost"}, "challenge": "AAAA"})
                       ).status_code == 422
    assert client.fill(NEW, name="x", passkey="").status_code == 422
    assert client.fill(NEW, name="", passkey=device().create(asked(client, MAKE))).status_code == 422
    assert kept() == []


def test_the_same_key_is_not_taken_in_twice(person, sign_in, device):
    client, made = sign_in(person()), device()
    assert register(client, made).status_code == 303
    assert register(client, made).status_code == 409
    assert len(kept()) == 1


def test_nobody_keeps_more_than_ten(person, sign_in, device):
    client = sign_in(person())
    for each in range(10):
        assert register(client, device(), name=f"llave {each}").status_code == 303
    assert register(client, device()).status_code == 422
    assert len(kept()) == 10


def test_one_is_removed_and_opens_nothing_any_more(holder, sign_in, enter, device):
    member, made = holder()
    client, second = sign_in(member), device()
    assert register(client, second, name="la otra").status_code == 303
    gone = next(each for each in kept() if each.name == "mi celular")
    assert "mi celular" in client.get(f"/mi-cuenta/llaves/{gone.id}/quitar").text
    assert client.fill(f"/mi-cuenta/llaves/{gone.id}/quitar").location == "/mi-cuenta"
    assert [each.name for each in kept()] == ["la otra"]
    assert prove(enter(member).client, made).status_code == 422
    assert prove(enter(member).client, second).status_code == 303


def test_the_last_second_factor_stays(holder, sign_in, again):
    member, _made = holder()
    client = sign_in(member)
    assert client.post("/mi-cuenta/telefono/quitar", data={}).status_code == 303
    assert again(member).totp_secret is None, "the passkey remains"
    (key,) = kept()
    assert client.fill(f"/mi-cuenta/llaves/{key.id}/quitar").status_code == 422
    assert len(kept()) == 1


def test_nobody_sees_or_removes_the_key_of_another(holder, person, sign_in):
    holder()
    url = f"/mi-cuenta/llaves/{kept()[0].id}/quitar"
    client = sign_in(person(Role.ADMINISTRATOR))
    assert client.get(url).status_code == client.post(url, data={}).status_code == 404


# --- who should have one ----------------------------------------------------------------------------------------------

EXPOSED = [Role.ADMINISTRATOR, Role.AUDITOR, Role.PROGRAMME_COORDINATOR]


@pytest.mark.parametrize("role", EXPOSED)
def test_who_sees_most_is_led_past_the_page_that_makes_one(app, person, enter, code, role):
    app.config["MFA_REQUIRED"] = True
    client = enter(person(role)).client
    answer = client.fill("/entrar/codigo?next=/ayuda", code=code())
    assert answer.location == "/mi-cuenta/llaves/nueva?next=/ayuda"
    page = client.get(answer.location)
    assert 'href="/ayuda"' in page.text, "and may go on without: a house may have no device for it"
    assert client.get("/mi-dia").status_code == 200


@pytest.mark.parametrize("role", EXPOSED)
def test_once_she_has_one_the_six_digits_are_not_enough_for_her(holder, enter, code, role):
    member, made = holder(role)
    client = enter(member).client
    page = client.get("/entrar/codigo")
    assert 'name="code"' not in page.text
    assert client.fill("/entrar/codigo", code=code()).status_code == 422
    assert prove(client, made).location == "/mi-dia"


def test_nor_to_confirm(holder, sign_in, code):
    member, _made = holder(Role.ADMINISTRATOR)
    client = sign_in(member, fresh_at=None)
    assert client.fill("/confirmar?next=/mi-cuenta/telefono", code=code()).status_code == 422


def test_others_may_use_either(holder, enter, code):
    member, _made = holder(Role.CASEWORKER)
    assert enter(member).client.fill("/entrar/codigo", code=code()).location == "/mi-dia"


def test_another_name_of_the_house_is_no_way_around(another_app, code, holder):
    """Her key is for `localhost`; at another name it cannot be used, and the digits are not enough there either."""
    member, _made = holder(Role.ADMINISTRATOR)
    app = another_app(mfa_required=True, trusted_hosts=("localhost", "casa.local"))
    client = app.test_client()
    page = Page(client.get("/entrar", base_url="http://casa.local").text)
    body = {"email": member.email, "password": PASSWORD, "csrf_token": page.hidden("csrf_token")}
    assert client.post("/entrar", base_url="http://casa.local", data=body).status_code == 303
    page = Page(client.get("/entrar/codigo", base_url="http://casa.local").text)
    body = {"code": code(), "csrf_token": page.hidden("csrf_token")}
    answer = client.post("/entrar/codigo", base_url="http://casa.local", data=body)
    assert answer.status_code == 422
    assert 'data-passkey="get"' not in answer.text


def test_a_number_in_the_address_takes_no_passkeys_and_says_so(app, person, sign_in):
    client = sign_in(person())
    with client.session_transaction() as browser:
        kept = dict(browser)
    with client.session_transaction(base_url="http://127.0.0.1") as browser:
        browser.update(kept)
    page = client.get("/mi-cuenta", base_url="http://127.0.0.1")
    assert "by a number" in page.text
    assert 'data-passkey="create"' not in client.get(NEW, base_url="http://127.0.0.1").text


def test_confirming_with_a_passkey_keeps_what_was_typed(holder, sign_in, programme):
    member, made = holder(Role.ADMINISTRATOR)
    client = sign_in(member, fresh_at=None)
    page = Page(client.get("/admin/usuarios/nuevo").text)
    body = {"name": "Nueva", "email": "nueva@prueba.invalid", "role": "observer",
            "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key")}
    asking = client.post("/admin/usuarios/nuevo", data=body)
    assert 'data-passkey="get"' in asking.text
    done = client.post("/admin/usuarios/nuevo", data={**body, "fresh-passkey": made.get(asked(client, PROVE))})
    assert "/activar/" in done.text


def test_the_script_comes_only_where_it_is_needed(holder, sign_in, enter):
    member, _made = holder(Role.CASEWORKER)
    client = sign_in(member)
    for path in ("/mi-dia", "/mi-cuenta", "/casos", "/ayuda"):
        assert "passkey.js" not in client.get(path).text
    assert "passkey.js" in client.get(NEW).text
    assert "passkey.js" in enter(member).client.get("/entrar/codigo").text

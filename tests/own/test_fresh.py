"""A fresh factor before what is dangerous: asked where one is, nothing typed is lost, nothing is done without."""

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import actions, queries
from shelter.accounts.models import Staff, StaffSession
from shelter.accounts.sessions import digest
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from shelter.web import gate
from tests.accounts.conftest import PASSWORD, reference
from tests.client import Page

STALE = {"fresh_at": None}


@pytest.fixture
def desk(person, sign_in):
    """An administrator who gave no factor lately."""
    return sign_in(person(Role.ADMINISTRATOR), **STALE)


def invitation(desk, programme, **more):
    page = Page(desk.get("/admin/usuarios/nuevo").text)
    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key")}
    return {**kept, "name": "Nueva Persona", "email": "nueva@prueba.invalid", "role": "lawyer",
            "house_id": str(programme.house.id), **more}


def hidden(html):
    return {each["name"]: each["value"] for each in Page(html).all("input")
            if each.get("type") == "hidden" and each.get("name") != "back"}


def test_what_is_dangerous_says_so():
    """Written by hand: factors, passwords, other people's access."""
    assert {name for name, methods in gate.fresh.items() if "POST" in methods} >= {
        "own.password", "own.telephone", "own.drop_telephone", "own.add_passkey", "own.passkey_options",
        "own.remove_passkey", "own.codes", "desk.invite", "desk.member", "desk.end_role", "desk.new_link", "desk.close",
    }
    assert {name for name, methods in gate.fresh.items() if "GET" in methods} >= {"own.telephone", "own.add_passkey"}


def test_a_form_is_kept_while_the_password_is_asked_for(desk, programme):
    """In the demonstration, which asks for no second factor."""
    asked = desk.post("/admin/usuarios/nuevo", data=invitation(desk, programme))
    assert asked.status_code == 200
    assert queries.by_email("nueva@prueba.invalid") is None
    kept = hidden(asked.text)
    assert (kept["name"], kept["email"]) == ("Nueva Persona", "nueva@prueba.invalid")
    wrong = desk.post("/admin/usuarios/nuevo", data={**kept, "fresh-password": "no es la clave"})
    assert wrong.status_code == 422
    assert queries.by_email("nueva@prueba.invalid") is None
    kept = hidden(wrong.text)
    assert kept["email"] == "nueva@prueba.invalid", "still kept"
    done = desk.post("/admin/usuarios/nuevo", data={**kept, "fresh-password": PASSWORD})
    assert "/activar/" in done.text
    db.session.rollback()
    assert queries.by_email("nueva@prueba.invalid").name == "Nueva Persona"


def test_a_form_is_kept_while_the_code_is_asked_for(app, desk, programme, code):
    app.config["MFA_REQUIRED"] = True
    kept = hidden(desk.post("/admin/usuarios/nuevo", data=invitation(desk, programme)).text)
    assert desk.post("/admin/usuarios/nuevo", data={**kept, "fresh-password": PASSWORD}).status_code == 422
    done = desk.post("/admin/usuarios/nuevo", data={**kept, "fresh-code": code()})
    assert "/activar/" in done.text


def test_it_holds_for_five_minutes(person, sign_in):
    with time_machine.travel(now(), tick=False) as clock:
        client = sign_in(person())
        clock.shift(timedelta(minutes=4, seconds=59))
        assert client.get("/mi-cuenta/telefono").status_code == 200
        clock.shift(timedelta(seconds=2))
        assert client.get("/mi-cuenta/telefono").location == "/confirmar?next=/mi-cuenta/telefono"


def test_a_page_is_confirmed_before_it_is_shown(person, sign_in):
    client = sign_in(person(), **STALE)
    where = client.get("/mi-cuenta/telefono?x=1").location
    before = reference(client)
    assert client.fill(where, password="no es la clave").status_code == 422
    assert client.fill(where, password=PASSWORD).location == "/mi-cuenta/telefono?x=1"
    assert reference(client) != before, "more power, another reference"
    assert client.get("/mi-cuenta/telefono").status_code == 200


@pytest.mark.parametrize("path", ["//malo.example/", "https://malo.example", "/\\malo.example"])
def test_confirming_leads_to_no_other_site(person, sign_in, path):
    client = sign_in(person(), **STALE)
    answer = client.post("/confirmar", query_string={"next": path}, data={"password": PASSWORD})
    assert answer.location == "/mi-dia"


def test_access_comes_before_confirming(person, sign_in):
    client = sign_in(person(Role.LAWYER), **STALE)
    assert client.post("/admin/usuarios/nuevo", data={}).status_code == 403


def test_passwords_are_never_written_into_the_page_that_asks(person, sign_in):
    client = sign_in(person(), **STALE)
    body = {"current": PASSWORD, "password": "otra frase larga y clara", "again": "otra frase larga y clara"}
    asked = client.post("/mi-cuenta/clave", data=body)
    assert "frase larga" not in asked.text


def test_five_wrong_codes_end_the_session_there_too(app, desk, programme):
    app.config["MFA_REQUIRED"] = True
    kept = hidden(desk.post("/admin/usuarios/nuevo", data=invitation(desk, programme)).text)
    with time_machine.travel(now(), tick=False):
        answers = [desk.post("/admin/usuarios/nuevo", data={**kept, "fresh-code": "000000"}) for _each in range(5)]
    assert [each.status_code for each in answers] == [422] * 4 + [303]
    assert desk.get("/mi-dia").location.startswith("/entrar")


def test_signing_in_is_fresh_by_itself(person, enter):
    client = enter(person()).client
    assert client.get("/mi-cuenta/telefono").status_code == 200


def test_unlocking_is_not(person, sign_in):
    client = sign_in(person(), **STALE)
    client.get("/salir-rapido")
    client.fill("/bloqueo", password=PASSWORD)
    assert client.get("/mi-cuenta/telefono").location.startswith("/confirmar")


# --- idle time --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("role", "minutes"), [(Role.LAWYER, 15), (Role.AUDITOR, 15), (Role.ADMINISTRATOR, 10)])
def test_who_can_do_most_is_locked_soonest(person, sign_in, role, minutes):
    with time_machine.travel(now(), tick=False) as clock:
        client = sign_in(person(role))
        clock.shift(timedelta(minutes=minutes) - timedelta(seconds=1))
        assert client.get("/mi-cuenta").status_code == 200
        clock.shift(timedelta(minutes=minutes, seconds=1))
        assert client.get("/mi-cuenta").location.startswith("/bloqueo")


def test_a_shorter_limit_of_the_house_holds_for_all(app, person, sign_in):
    app.config["IDLE_MINUTES"] = 3
    with time_machine.travel(now(), tick=False) as clock:
        client = sign_in(person(Role.ADMINISTRATOR))
        clock.shift(timedelta(minutes=3, seconds=1))
        assert client.get("/mi-cuenta").location.startswith("/bloqueo")


# --- password, telephone, devices -------------------------------------------------------------------------------------

NEW = "cielo nube roca y río"


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(person, sign_in, enter):
    member = person()
    here, there = sign_in(member), sign_in(member)
    done = here.fill("/mi-cuenta/clave", current=PASSWORD, password=NEW, again=NEW)
    assert done.location == "/mi-cuenta"
    assert here.get("/mi-cuenta").status_code == 200
    assert there.get("/mi-dia").location.startswith("/entrar")
    assert enter(member).answer.status_code == 422
    assert enter(member, password=NEW).answer.status_code == 303


@pytest.mark.parametrize(("answers", "field"), [
    ({"current": "no es la mía"}, "current"), ({"again": "otra cosa muy larga"}, "again"),
    ({"password": "corta", "again": "corta"}, "password"),
    ({"password": "Contraseña2026", "again": "Contraseña2026"}, "password"),
    ({"password": PASSWORD, "again": PASSWORD}, "password"), ({"current": ""}, "current"),
])
def test_what_is_wrong_with_a_new_password_is_said_at_its_field(person, sign_in, enter, answers, field):
    member = person()
    answer = sign_in(member).fill("/mi-cuenta/clave", **{"current": PASSWORD, "password": NEW, "again": NEW, **answers})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert enter(member).answer.status_code == 303, "the old one still holds"


def test_another_telephone_takes_the_place_of_the_first(app, person, sign_in, again, code):
    member = person()
    client = sign_in(member)
    secret = Page(client.get("/mi-cuenta/telefono").text)
    shown = next(word for word in secret.text.split() if len(word) == 32 and word.isupper())
    assert client.fill("/mi-cuenta/telefono", code="000000").status_code == 422
    assert client.fill("/mi-cuenta/telefono", code=pyotp.TOTP(shown).at(now())).location == "/mi-cuenta"
    assert again(member).totp_secret == shown
    following = Page(client.get("/mi-cuenta/telefono").text).text
    assert shown not in following, "the next telephone gets another secret"


def test_the_only_second_factor_cannot_be_removed(app, person, sign_in, again):
    member = person()
    client = sign_in(member)
    app.config["MFA_REQUIRED"] = True
    assert client.post("/mi-cuenta/telefono/quitar", data={}).status_code == 303
    assert again(member).totp_secret


def test_one_session_is_ended_and_no_other(person, sign_in):
    member = person()
    here, there, third, other = sign_in(member), sign_in(member), sign_in(member), sign_in(person())
    ids = dict(db.session.execute(sa.select(StaffSession.id, StaffSession.staff_id)).all())
    of_there = _session_of(there)
    assert here.post(f"/mi-cuenta/sesiones/{of_there}/cerrar", data={}).location == "/mi-cuenta"
    assert there.get("/mi-dia").location.startswith("/entrar")
    assert {each.get("/mi-dia").status_code for each in (here, third, other)} == {200}
    assert here.post(f"/mi-cuenta/sesiones/{_session_of(other)}/cerrar", data={}).status_code == 404
    assert other.get("/mi-dia").status_code == 200
    assert len(ids) == 4


def _session_of(client):
    db.session.rollback()
    return db.session.scalar(sa.select(StaffSession.id).where(StaffSession.reference == digest(reference(client))))


def test_everything_is_closed_here_too(person, sign_in):
    member = person()
    here, there, other = sign_in(member), sign_in(member), sign_in(person())
    assert here.post("/mi-cuenta/cerrar-todas", data={}).location == "/entrar"
    assert here.get("/mi-dia").location.startswith("/entrar")
    assert there.get("/mi-dia").location.startswith("/entrar")
    assert other.get("/mi-dia").status_code == 200


def test_devices_say_since_when_and_when_they_were_seen(person, sign_in):
    member = person()
    sign_in(member)
    text = Page(sign_in(member).get("/mi-cuenta").text).text
    assert text.count("pruebas") == 2
    assert text.count("last seen") == 2
    assert text.count("this one") == 1


def test_a_role_that_is_given_or_taken_holds_with_the_next_request(programme, person, sign_in, again):
    member = person(Role.LAWYER)
    client = sign_in(member)
    assert client.get("/admin/usuarios").status_code == 403
    with work("test.role", by=operator):
        given = actions.assign(db.session.get(Staff, member.id), role=Role.ADMINISTRATOR)
    assert client.get("/admin/usuarios").status_code == 200
    with work("test.role", by=operator):
        actions.take_role(db.session.merge(given), by=programme.house.id)
    assert client.get("/admin/usuarios").status_code == 403

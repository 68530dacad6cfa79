"""Submitting: once, whole, told in one sentence; twice, too late, forged or at the same moment."""

import logging
import threading
import uuid
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, verify
from shelter.cases.models import Person
from shelter.db import db
from shelter.partners.models import Foundation
from shelter.rules import RuleBroken
from shelter.web.submit import Submission
from tests.client import Page


def actions(name):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == name))


def test_a_good_form_is_saved_and_leads_on(client, named):
    answer = client.fill("/prueba", name="Casa Clara")
    assert (answer.status_code, answer.location) == (303, "/prueba/Casa Clara".replace(" ", "%20"))
    assert named("Casa Clara") == actions("test.add") == 1


def test_a_form_with_errors_keeps_what_was_typed_and_saves_nothing(client, named):
    answer = client.fill("/prueba", name="x" * 200)
    assert answer.status_code == 422
    assert "x" * 200 in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert actions("test.add") == 0


@pytest.mark.parametrize(("name", "said"), [("prohibida", "Ese nombre no se puede usar"), ("tarde",
                                                                                           "Hoy ya no se reciben más")])
def test_a_broken_rule_is_told_and_saves_nothing(client, named, name, said):
    answer = client.fill("/prueba", name=name)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert said in page.text
    assert ('id="name-error"' in answer.text) == (name == "prohibida"), "beside its field, or in the summary"
    assert page.hidden("submit_key")
    assert named(name) == actions("test.add") == 0


def test_after_a_broken_rule_the_same_form_can_be_sent_again(client, named):
    page = Page(client.fill("/prueba", name="prohibida").text)
    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key")}
    assert client.post("/prueba", data={**kept, "name": "permitida"}).status_code == 303
    assert named("permitida") == 1


# --- the same form again ----------------------------------------------------------------------------------------------

def test_a_form_sent_twice_is_saved_once(client, named, key):
    answers = [client.post("/prueba", data={"submit_key": key, "name": "Casa"}) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert {answer.location for answer in answers} == {"/prueba/Casa"}
    assert named("Casa") == actions("test.add") == 1
    assert "Ya estaba guardado" in client.get("/prueba").text


def test_the_same_key_with_another_body_changes_nothing(client, named, key):
    client.post("/prueba", data={"submit_key": key, "name": "Primera"})
    answer = client.post("/prueba", data={"submit_key": key, "name": "Segunda"})
    assert (answer.status_code, answer.location) == (303, "/prueba/Primera")
    assert (named("Primera"), named("Segunda")) == (1, 0)


def test_somebody_elses_key_leads_nowhere_and_saves_nothing(client, named, key, staff, sign_in):
    client.post("/prueba", data={"submit_key": key, "name": "Secreta"})
    answer = sign_in(staff(Role.LAWYER)).post("/prueba", data={"submit_key": key, "name": "Otra"})
    assert (answer.status_code, answer.location) == (303, "/")
    assert named("Otra") == 0


def test_two_forms_with_two_keys_are_two(client, named):
    for _time in range(2):
        client.fill("/prueba", name="Casa")
    assert named("Casa") == 2


def at_once(app, client, requests):
    """Send them from as many threads, beginning together; each with the same browser's cookies."""
    ready, answers, token = threading.Barrier(len(requests)), [], client.token
    cookie = client.get_cookie("s").value

    def send(url, data):
        browser = app.test_client()
        browser.set_cookie("s", cookie)
        ready.wait(20)
        answers.append(browser.post(url, data={"csrf_token": token, **data}))

    threads = [threading.Thread(target=send, args=each) for each in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_form_sent_twice_at_the_same_moment_is_saved_once(app, client, named):
    for turn in range(4):
        data = {"submit_key": str(uuid.uuid4()), "name": f"Casa {turn}"}
        answers = at_once(app, client, [("/prueba", data)] * 4)
        assert [answer.status_code for answer in answers] == [303] * 4
        assert len({answer.location for answer in answers}) == 1
        assert named(f"Casa {turn}") == 1
    assert actions("test.add") == 4
    assert verify().is_sound


def test_a_twin_that_finds_the_thing_done_is_told_that_it_was_saved(app, client, named, section):
    """The second of a double click may find, after waiting, that a rule now forbids what the first did a moment ago."""
    def once_only(name):
        foundations = sa.select(Foundation).where(Foundation.name.in_(["Fundación Norte", name]))
        if len(db.session.scalars(foundations.with_for_update().execution_options(populate_existing=True)).all()) > 1:
            raise RuleBroken("Ya existe", "name")

    section.meanwhile = once_only
    for turn in range(4):
        data = {"submit_key": str(uuid.uuid4()), "name": f"Casa {turn}"}
        answers = at_once(app, client, [("/prueba", data)] * 3)
        assert [answer.status_code for answer in answers] == [303] * 3
        assert named(f"Casa {turn}") == 1
    assert client.fill("/prueba", name="Casa 0").status_code == 422, "another form is refused by the rule"


# --- forged and half --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("forged", ["", "x", "0", "' OR 1=1 --", "f" * 5000, "\x00", None])
def test_a_form_without_a_key_of_the_right_shape_is_shown_again_with_a_new_one(client, named, forged):
    data = {"name": "Casa"} if forged is None else {"name": "Casa", "submit_key": forged}
    answer = client.post("/prueba", data=data)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert 'value="Casa"' in answer.text
    assert named("Casa") == 0
    again = client.post("/prueba", data={"name": "Casa", "submit_key": page.hidden("submit_key")})
    assert again.status_code == 303
    assert named("Casa") == 1


@pytest.mark.parametrize("token", ["", "x", "IjEyMyI.aaaa.bbbb", None])
def test_a_forged_or_missing_token_is_a_calm_400_and_saves_nothing(client, named, key, token):
    data = {"name": "Casa", "submit_key": key, **({} if token is None else {"csrf_token": token})}
    answer = client.post("/prueba", data=urlencode(data), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert "Esta página estuvo abierta demasiado tiempo" in Page(answer.text).text
    assert named("Casa") == 0


def test_another_browsers_token_is_no_token(client, named, key, staff, sign_in):
    other = sign_in(staff(Role.LAWYER))
    assert client.post("/prueba", data={"name": "Casa", "submit_key": key,
                                        "csrf_token": other.token}).status_code == 400
    assert named("Casa") == 0


def test_fields_that_the_form_does_not_have_are_no_values(client, named):
    client.fill("/prueba", name="Casa", id=str(uuid.UUID(int=7)), ended_on="2020-01-01")
    row = db.session.scalar(sa.select(Foundation).where(Foundation.name == "Casa"))
    assert (row.id.int == 7, row.ended_on) == (False, None)


# --- somebody else was there ------------------------------------------------------------------------------------------

def test_a_stale_form_shows_both_versions_and_the_second_sending_saves(client, person):
    url = f"/prueba/persona/{person.id}"
    mine = Page(client.get(url).text)
    assert client.fill(url, names="Rosita", surnames="Quispe").status_code == 303
    kept = {name: mine.hidden(name) for name in ("csrf_token", "submit_key", "version")}
    answer = client.post(url, data={**kept, "names": "Rosa Elena", "surnames": "Quispe"})
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Alguien cambió esto mientras usted escribía" in page.text
    assert "<title>Error:" in answer.text
    assert "Ahora dice: Rosita" in page.text
    assert "Ahora dice: Quispe" not in page.text, "what is the same is not compared"
    assert 'value="Rosa Elena"' in answer.text
    db.session.expire_all()
    assert db.session.get_one(Person, person.id).names == "Rosita"

    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version")}
    assert client.post(url, data={**kept, "names": "Rosa Elena", "surnames": "Quispe"}).status_code == 303
    found = db.session.get_one(Person, person.id)
    assert (found.names, found.version) == ("Rosa Elena", 3)


def test_two_conflicts_in_a_row_keep_apart_what_was_typed_and_what_was_left_alone(client, person):
    """Whoever types again what stood there first has chosen it; it is not taken for untouched at the next conflict."""
    url, hidden = f"/prueba/persona/{person.id}", ("csrf_token", "submit_key", "version", "seen")
    mine = Page(client.get(url).text)
    first = {name: mine.hidden(name) for name in hidden}
    names = person.names
    client.fill(url, names="Rosita", surnames="Guamán")
    page = Page(client.post(url, data={**first, "names": "Rosa Elena", "surnames": "Quispe"}).text)
    assert "Guamán" in {each.get("value") for each in page.all("input")}, "left alone: it says what is saved"
    client.fill(url, names="Rosario", surnames="Toapanta")
    second = {name: page.hidden(name) for name in hidden}
    answer = client.post(url, data={**second, "names": names, "surnames": "Guamán"})
    assert answer.status_code == 409
    page = Page(answer.text)
    shown = {each.get("name"): each.get("value") for each in page.all("input")}
    assert (shown["names"], shown["surnames"]) == (names, "Toapanta")
    assert "Ahora dice: Rosario" in page.text
    assert [each.partition(":")[0] for each in page.hidden("seen").split()] == ["names", "surnames"], "one of each"


@pytest.mark.parametrize("forged", ["", "0", "-1", "2", "99999999999999", "uno", "1.0", "²", "１", None])
def test_a_forged_version_is_never_taken_for_the_present_one(client, person, forged):
    url = f"/prueba/persona/{person.id}"
    data = {"submit_key": str(uuid.uuid4()), "names": "Forjada", **({} if forged is None else {"version": forged})}
    expected = 303 if forged == "１" else 409
    assert client.post(url, data=data).status_code == expected
    assert (db.session.get_one(Person, person.id).names == "Forjada") == (expected == 303)


def test_two_changes_at_the_same_moment_are_never_both_saved(app, client, person):
    url = f"/prueba/persona/{person.id}"
    requests = [
        (url, {"submit_key": str(uuid.uuid4()), "version": "1", "names": f"Nombre {number}"}) for number in range(4)
    ]
    answers = at_once(app, client, requests)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    db.session.expire_all()
    assert db.session.get_one(Person, person.id).version == 2


def test_a_stale_form_sent_twice_is_told_what_was_saved(client, person, key):
    url = f"/prueba/persona/{person.id}"
    data = {"submit_key": key, "version": "1", "names": "Rosa Elena"}
    assert [client.post(url, data=data).status_code for _time in range(2)] == [303, 303]
    assert db.session.get_one(Person, person.id).version == 2


def test_what_the_database_refuses_is_a_sentence_and_a_line_in_the_log(client, section, named, caplog):
    def doubled(_name):
        db.session.execute(sa.insert(Submission).values(key=uuid.UUID(int=1), staff_id=uuid.UUID(int=1), url="/",
                                                        saved_at=sa.func.now()))
        db.session.execute(sa.insert(Submission).values(key=uuid.UUID(int=1), staff_id=uuid.UUID(int=1), url="/",
                                                        saved_at=sa.func.now()))

    section.meanwhile = doubled
    with caplog.at_level(logging.WARNING, logger="shelter"):
        answer = client.fill("/prueba", name="Casa")
    assert answer.status_code == 409
    assert 'value="Casa"' in answer.text
    assert named("Casa") == 0
    assert "test.add was refused by the database" in caplog.text

"""Arrivals: safety first, nothing required that can wait, and one sentence for each wrong answer."""

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.cases import actions
from shelter.cases.models import Case
from shelter.cases.records import Consent
from shelter.codes.cases import Answer, Exploitation
from shelter.db import db
from shelter.intake import rules
from tests.client import Page


@pytest.fixture
def worker(staff, sign_in):
    return sign_in(staff(Role.CASEWORKER))


@pytest.fixture
def arrival(case):
    return case(name=None)


def person(case):
    return f"/ingresos/{case.id}/persona"


def test_the_page_says_that_shelter_depends_on_nothing(app, programme, worker):
    text = Page(worker.get("/ingresos/nuevo").text).text
    assert "consent" in text


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"birth-year": "2999"}, "birth"),
        ({"birth-day": "31", "birth-month": "2", "birth-year": "2001"}, "birth"),
        ({"birth-year": "dos mil"}, "birth"),
        ({"birth-year": "1850"}, "birth"),
        ({"birth-day": "4", "birth-year": "2001"}, "birth"),
        ({"name_used": ""}, "name_used"),
        ({"name_used": "a" * 1_000_000}, "name_used"),
        ({"name_used": "Ana\u202egro.exe"}, "name_used"),
        ({"name_used": "An\x00a"}, "name_used"),
        ({"name_used": "An\x1ba"}, "name_used"),
        ({"sex": "inventado"}, "sex"),
        ({"nationality": "XX"}, "nationality"),
        ({"phone": "llámame"}, "phone"),
    ],
)
def test_a_wrong_answer_gets_one_sentence_at_its_field_and_nothing_is_saved(app, arrival, worker, answers, field):
    answer = worker.fill(person(arrival), **{"name_used": "Estrella", **answers})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert any(attrs.get("href") == f"#{field}" for attrs in page.all("a")), "the summary leads to the field"
    if field != "name_used":
        assert "Estrella" in answer.text, "what was typed stays"
    db.session.expire_all()
    assert db.session.get(Case, arrival.id).person.name_used is None


def test_a_cedula_with_a_wrong_digit_is_kept_marked_and_said(app, arrival, worker):
    assert (
        worker.fill(person(arrival), name_used="Sol", document_kind="cedula", document="1714307104").status_code == 303
    )
    text = worker.get(f"/ingresos/{arrival.id}").text
    assert "notice" in text
    db.session.expire_all()
    found = db.session.get(Case, arrival.id).person
    assert (found.document, found.document_is_doubtful) == ("1714307104", True)
    worker.fill(person(arrival), name_used="Sol", document_kind="cedula", document="1714307103")
    db.session.expire_all()
    assert not db.session.get(Case, arrival.id).person.document_is_doubtful


def test_what_somebody_else_changed_and_i_did_not_is_not_undone(app, arrival, worker, staff, sign_in):
    other = sign_in(staff(Role.CASEWORKER))
    born = {"birth-year": "1990", "birth-month": "", "birth-day": ""}
    assert worker.fill(person(arrival), name_used="Sol", names="Ana", phone="0991234567", **born).status_code == 303
    mine = Page(worker.get(person(arrival)).text)
    kept = {each["name"]: each.get("value", "") for each in mine.all("input")
            if each.get("type") in {None, "hidden", "text", "tel"} and each.get("name") not in {None, "q"}}
    born = {"birth-year": "1991", "birth-month": "5", "birth-day": ""}
    assert other.fill(person(arrival), name_used="Lucero", names="Eva", phone="0997654321", **born).status_code == 303
    answer = worker.post(person(arrival), data={**kept, "name_used": "Estela"})
    assert answer.status_code == 409
    page = Page(answer.text)
    shown = {each.get("name"): each.get("value") for each in page.all("input")}
    assert (shown["name_used"], shown["names"], shown["phone"]) == ("Estela", "Eva", "0997654321")
    assert (shown["birth-year"], shown["birth-month"]) == ("1991", "5")
    assert "Lucero" in page.text
    again = {name: shown[name] for name in kept if name in shown}
    assert worker.post(person(arrival), data=again).status_code == 303
    db.session.expire_all()
    found = db.session.get(Case, arrival.id).person
    assert (found.name_used, found.names, found.birth.year) == ("Estela", "Eva", 1991)


def test_two_people_who_change_the_same_record_see_both_versions(app, arrival, worker, staff, sign_in):
    other = sign_in(staff(Role.CASEWORKER))
    page = Page(worker.get(person(arrival)).text)
    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version")}
    assert other.fill(person(arrival), name_used="Lucero").status_code == 303
    answer = worker.post(person(arrival), data={**kept, "name_used": "Estela"})
    assert answer.status_code == 409
    assert "Lucero" in answer.text
    assert "Estela" in answer.text
    again = Page(answer.text)
    answer = worker.post(person(arrival), data={name: again.hidden(name) for name in kept} | {"name_used": "Estela"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get(Case, arrival.id).person.name_used == "Estela"


def test_the_same_form_sent_twenty_times_makes_one_arrival(app, programme, worker):
    page = Page(worker.get("/ingresos/nuevo").text)
    data = {
        "csrf_token": page.hidden("csrf_token"),
        "submit_key": page.hidden("submit_key"),
        "house_id": str(programme.house.id),
        "is_safe": "yes",
        "needs_doctor": "no",
    }
    urls = {worker.post("/ingresos/nuevo", data=data).location for _time in range(20)}
    assert len(urls) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1


def test_a_house_of_another_foundation_cannot_be_chosen(app, programme, worker):
    answer = worker.fill("/ingresos/nuevo", house_id=str(programme.far_house.id), is_safe="yes", needs_doctor="no")
    assert answer.status_code == 422


def test_refusing_everything_changes_nothing_about_her_place(app, arrival, worker):
    answers = dict.fromkeys(("referral", "figures", "follow_up", "prosecution"), "refused")
    assert worker.fill(f"/ingresos/{arrival.id}/consentimiento", **answers).status_code == 303
    worker.fill(f"/ingresos/{arrival.id}/seguridad", is_safe="yes", needs_doctor="no")
    worker.fill(person(arrival), name_used="Sol")
    assert worker.fill(f"/ingresos/{arrival.id}/revisar").status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 4


def test_finishing_needs_safety_and_a_name_and_happens_once(app, arrival, worker):
    url = f"/ingresos/{arrival.id}/revisar"
    assert worker.fill(url).status_code == 422
    worker.fill(f"/ingresos/{arrival.id}/seguridad", is_safe="no", needs_doctor="yes")
    worker.fill(person(arrival), name_used="Sol")
    assert worker.fill(url).status_code == 303
    page = Page(worker.get(person(arrival)).text)
    answer = worker.post(url, data={"submit_key": page.hidden("submit_key")})
    assert answer.status_code == 422


def test_a_form_that_was_not_ruled_out_stays_unknown():
    found = rules.answers([Exploitation.LABOUR], Answer.UNKNOWN)
    assert found == {Exploitation.LABOUR: Answer.YES}
    found = rules.answers([Exploitation.LABOUR], Answer.YES)
    assert found[Exploitation.SEXUAL] is Answer.NO
    assert found[Exploitation.LABOUR] is Answer.YES


def test_the_same_document_in_reach_is_shown_and_out_of_reach_is_silent(app, programme, case, worker, staff):
    def with_document(one):
        with work("test.document", by=operator):
            actions.describe(one, version=one.person.version, name_used="Gemela", document="A123456", birth=None)

    reader_team = staff(Role.CASEWORKER)
    far, near, mine = case(house=programme.far_house), case(team=[reader_team]), case()
    for each in (far, near, mine):
        with_document(each)
    text = worker.get(f"/ingresos/{mine.id}/revisar")
    assert text.status_code in {200, 404}

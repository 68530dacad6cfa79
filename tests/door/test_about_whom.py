"""About whom they asked at the door, whether she knows it, and that no answer names anybody of the house."""

from datetime import timedelta

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases.models import Case
from shelter.codes.cases import CaseState
from shelter.codes.door import RequestState, Told
from shelter.db import db
from shelter.door.queries import names_in
from tests.client import Page
from tests.door.conftest import asked, wrong

HOUR = timedelta(hours=1)


def about(case_id):
    with work("test.about", by=operator):
        asked().case_id = case_id


def test_whom_it_was_said_to_be_about_wrongly_is_taken_off(coordinator, sign_in, request_at, case):
    url, client = request_at(), sign_in(coordinator)
    about(case(name="Rosa").id)
    assert client.fill(url, case_id="", given="nothing", told="not_hers").status_code == 303
    assert (asked().case_id, asked().told) == (None, Told.NOT_HERS)


def test_whom_the_form_cannot_name_it_does_not_take_off(programme, coordinator, sign_in, request_at, case):
    url, client = request_at(), sign_in(coordinator)
    theirs = case(house=programme.other_house, name="Ajena").id
    about(theirs)
    assert "told" in wrong(client.fill(url, given="nothing", told="not_hers"))
    assert client.fill(url, given="nothing", told="later", why_not_told="x").status_code == 303
    assert asked().case_id == theirs


def test_a_former_resident_whose_case_is_closed_is_chosen_by_the_coordination(
    programme, coordinator, sign_in, request_at, case, staff,
):
    gone = case(name="Rosa")
    with work("test.close", by=operator):
        row = db.session.get(Case, gone.id)
        row.state, row.closed_at = CaseState.CLOSED, now()
    url, client = request_at(), sign_in(coordinator)
    assert f"Rosa · {gone.code} · Cerrado" in Page(client.get(url).text).text
    assert "Rosa" not in Page(sign_in(staff(Role.CASEWORKER)).get(url).text).text
    assert client.fill(url, case_id=str(gone.id), given="nothing", told="not_reached", why_not_told="x").location
    assert asked().case_id == gone.id


def test_who_does_not_know_yet_is_on_the_coordinators_page_until_she_was_told(
    coordinator, night, sign_in, request_at, case,
):
    url, client = request_at(), sign_in(coordinator)
    typed = {"given": "nothing", "told": "later", "why_not_told": "En crisis", "case_id": str(case().id)}
    assert client.fill(url, **typed).status_code == 303
    for page in ("/mi-dia", "/puerta"):
        assert "no sabe que preguntaron" in Page(client.get(page).text).text
        assert "no sabe que preguntaron" not in Page(night.get(page).text).text
    assert "Ya se lo contamos" in Page(client.get(url).text).text
    assert client.post(f"{url}/ya-lo-sabe", data={}).status_code == 303
    first = asked().told_at
    assert asked().told is Told.YES
    assert abs(now() - first) < HOUR
    assert asked().why_not_told == "En crisis"
    page = Page(client.get(url).text).text
    assert "Ya se lo contamos" not in page
    for page in ("/mi-dia", "/puerta"):
        assert "no sabe que preguntaron" not in Page(client.get(page).text).text
    client.post(f"{url}/ya-lo-sabe", data={})
    assert asked().told_at == first, "once"


def test_before_the_decision_and_about_nobody_nobody_is_told(coordinator, sign_in, request_at, night):
    url, client = request_at(), sign_in(coordinator)
    client.post(f"{url}/ya-lo-sabe", data={})
    assert asked().told is None
    assert client.fill(url, given="nothing", told="not_hers").status_code == 303
    client.post(f"{url}/ya-lo-sabe", data={})
    assert asked().told is Told.NOT_HERS


@pytest.mark.parametrize("answer", ["Sí, Rosa Quintero está aquí", "La señora Quintero no vive aquí", "r o s a"])
@pytest.mark.parametrize("chosen", [False, True])
def test_no_answer_names_anybody_of_the_house_whoever_is_chosen(
    coordinator, sign_in, request_at, case, answer, chosen,
):
    here, gone, other = case(name="Rosa"), case(name="Azucena"), case(name="Otra")
    with work("test.here", by=operator):
        row = db.session.get(Case, here.id)
        row.is_present, row.person.surnames = True, "Quintero"
    url, client = request_at(paper="oficio", number="DNP-1"), sign_in(coordinator)
    about_her = {"case_id": str(other.id), "told": "later", "why_not_told": "x"} if chosen else {"told": "not_hers"}
    refused = client.fill(url, given="minimum", answer=answer, **about_her)
    assert refused.status_code == 422
    assert wrong(refused) == {"answer"}
    said = Page(refused.text).text
    assert "En este texto hay un nombre, o una palabra que puede serlo" in said
    assert "Su nombre" not in said, "whose it is stays unsaid"
    assert asked().state is RequestState.OPEN
    assert client.fill(url, given="minimum", answer="No está Azucena", **about_her).status_code == 303
    assert gone.id != here.id


def test_the_names_of_a_whole_house_are_one_question(programme, coordinator, case, count_queries):
    for number in range(4):
        hers = case(name=f"Nombre{number}")
        with work("test.here", by=operator):
            db.session.get(Case, hers.id).is_present = True
    house = programme.house.id
    db.session.expire_all()
    with count_queries() as found:
        assert sorted(names_in(house)) == [f"Nombre{number}" for number in range(4)]
    assert len(found.statements) <= 2, "the names, and their keys"

"""The network: who sees it, what it never shows, how it grows."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.codes.places import Province
from shelter.db import db
from shelter.partners import queries, rules, territory
from shelter.partners.models import Bed, Foundation, House, Institution
from shelter.rules import RuleBroken
from tests.client import Page

READERS = (
    Role.CASEWORKER, Role.PSYCHOLOGIST, Role.SHELTER_COORDINATOR, Role.PROGRAMME_COORDINATOR, Role.ADMINISTRATOR,
)
NOBODY = "11111111-1111-1111-1111-111111111111"
HOUSE = {"name": "Casa Este", "canton": "0901", "address": "Calle Muy Secreta 9", "rooms": "Sala A: 2\n\n Sala B : 1 "}


@pytest.fixture
def admin(sign_in, staff):
    return sign_in(staff(Role.ADMINISTRATOR))


OLD, NEW = "Ministerio de Inclusión Económica y Social", "Ministerio de Desarrollo Humano"


def pages(programme):
    foundation, house = programme.foundations[0].id, programme.house.id
    return "/fundaciones", f"/fundaciones/{foundation}", f"/casas/{house}", "/instituciones"


@pytest.mark.parametrize("role", READERS)
def test_the_network_is_read_by_those_who_work_with_it(sign_in, staff, programme, role):
    client = sign_in(staff(role))
    for path in pages(programme):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Calle Inventada" not in answer.text, "no page tells where a house stands"
        shown = "/nueva" in answer.text
        assert shown is (role is Role.ADMINISTRATOR), "a link is hidden exactly when its door is shut"


@pytest.mark.parametrize("role", [Role.HOUSE_STAFF, Role.OBSERVER, Role.AUDITOR])
def test_it_is_not_read_by_others(sign_in, staff, programme, role):
    client = sign_in(staff(role))
    assert {client.get(path).status_code for path in pages(programme)} == {403}


def test_the_list_names_houses_canton_province_and_beds(admin, programme):
    text = Page(admin.get("/fundaciones").text).text
    assert "Casa Norte Quito Pichincha 6" in text
    assert "Casa Sur Machala El Oro 6" in text


def test_no_page_tells_who_is_in_a_bed(admin, programme, case):
    case(name="Rosa Presente")
    for path in pages(programme):
        assert "Rosa" not in admin.get(path).text


@pytest.mark.parametrize("path", [
    f"/fundaciones/{NOBODY}", f"/casas/{NOBODY}", f"/fundaciones/{NOBODY}/casas/nueva", f"/casas/{NOBODY}/camas/nueva",
    f"/instituciones/{NOBODY}/terminar",
])
def test_what_is_not_there_is_not_there(admin, path):
    assert admin.get(path).status_code == 404


def test_a_foundation_joins(admin, programme):
    answer = admin.fill("/fundaciones/nueva", name="Fundación Este", started_on="2026-01-15")
    made = db.session.scalar(sa.select(Foundation).where(Foundation.name == "Fundación Este"))
    assert answer.location == f"/fundaciones/{made.id}"
    assert admin.get(answer.location).status_code == 200


def test_two_foundations_do_not_share_a_name(admin, programme):
    answer = admin.fill("/fundaciones/nueva", name="FUNDACIÓN NORTE")
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text


def test_a_house_joins_with_its_beds_and_its_address_is_sealed(admin, programme):
    answer = admin.fill(f"/fundaciones/{programme.foundations[1].id}/casas/nueva", **HOUSE)
    house = db.session.scalar(sa.select(House).where(House.name == "Casa Este"))
    assert answer.location == f"/casas/{house.id}"
    assert (house.foundation_id, house.province, house.canton) == (programme.foundations[1].id, "09", "0901")
    assert queries.rooms(house.id) == [("Sala A", ["1", "2"]), ("Sala B", ["1"])]
    assert house.address == "Calle Muy Secreta 9"
    assert b"Secreta" not in house.address_sealed
    page = admin.get(answer.location).text
    assert "Secreta" not in page
    assert "Guayaquil" in page


@pytest.mark.parametrize(("answers", "field"), [
    ({"name": ""}, "name"), ({"name": "casa norte"}, "name"), ({"canton": "9999"}, "canton"),
    ({"canton": ""}, "canton"),
    ({"rooms": ""}, "rooms"), ({"rooms": "Sala A"}, "rooms"), ({"rooms": "Sala A: muchas"}, "rooms"),
    ({"rooms": "Sala A: 0"}, "rooms"), ({"rooms": "Sala A: 41"}, "rooms"), ({"rooms": "Sala A: 1\nsala a: 2"}, "rooms"),
    ({"rooms": f"{'x' * 41}: 1"}, "rooms"), ({"rooms": "\n".join(f"S{n}: 1" for n in range(61))}, "rooms"),
])
def test_a_house_that_cannot_be_is_refused_at_its_field(admin, programme, answers, field):
    answer = admin.fill(f"/fundaciones/{programme.foundations[0].id}/casas/nueva", **{**HOUSE, **answers})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert len(queries.houses()) == 3
    if field != "rooms":
        assert "Sala B" in answer.text, "what was typed is kept"


def test_the_line_that_cannot_be_read_is_named(app):
    with app.test_request_context(), pytest.raises(RuleBroken, match="2"):
        rules.read_rooms("Sala A: 3\nSala B")


def test_rooms_may_end_in_numbers_and_hold_colons():
    assert rules.read_rooms("Sala 2: 3\nAla: norte: 4\nPatio=1") == {"Sala 2": 3, "Ala: norte": 4, "Patio": 1}


def test_beds_are_added_numbered_on_in_the_room_as_it_is_written(admin, programme):
    path = f"/casas/{programme.house.id}/camas/nueva"
    assert admin.fill(path, room="sala a", count="2").location == f"/casas/{programme.house.id}"
    assert admin.fill(path, room="Sala Nueva", count="1").status_code == 303
    db.session.rollback()
    assert queries.rooms(programme.house.id) == [
        ("Sala A", ["1", "2", "3", "4", "5"]), ("Sala B", ["1", "2", "3"]), ("Sala Nueva", ["1"]),
    ]
    assert {bed.foundation_id for bed in queries.beds(programme.house.id)} == {programme.house.foundation_id}


@pytest.mark.parametrize("answers", [
    {"room": "", "count": "1"}, {"room": "A", "count": "0"}, {"room": "A", "count": "21"}, {"room": "A", "count": "x"},
])
def test_beds_that_cannot_be_are_refused(admin, programme, answers):
    assert admin.fill(f"/casas/{programme.house.id}/camas/nueva", **answers).status_code == 422
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Bed)) == 18


def test_the_same_form_sent_twice_adds_its_beds_once(admin, programme):
    path = f"/casas/{programme.house.id}/camas/nueva"
    page = Page(admin.get(path).text)
    hidden = {name: page.hidden(name) for name in ("csrf_token", "submit_key")}
    for _each in range(2):
        assert admin.post(path, data={"room": "Sala A", "count": "1", **hidden}).status_code == 303
    db.session.rollback()
    assert len(queries.beds(programme.house.id)) == 7


def test_an_institution_ends_and_another_takes_its_place(admin, programme):
    old = next(each for each in programme.institutions if each.name["en"].startswith("Ministry of Economic"))
    end = today() - timedelta(days=10)
    assert admin.fill(f"/instituciones/{old.id}/terminar", valid_to=end.isoformat()).status_code == 303
    begin = (end + timedelta(days=1)).isoformat()
    answer = admin.fill("/instituciones/nueva", name_es=NEW, kind="social", succeeds_id=str(old.id), valid_from=begin)
    assert answer.status_code == 303
    db.session.rollback()
    now_there = {each.name["es"] for each in queries.institutions(today())}
    assert NEW in now_there
    assert OLD not in now_there
    assert OLD in {each.name["es"] for each in queries.institutions(end)}, "history stays"
    row = next(row for row in queries.all_institutions() if row["name"]["es"] == NEW)
    assert [each["es"] for each in row["before"]] == [OLD]
    assert row["name"]["en"] == row["name"]["es"], "a name in Spanish alone is used in both languages"
    page = Page(admin.get("/instituciones").text).text
    assert page.count(OLD) >= 2, "among those that ended, and as what came before"


def test_an_institution_ends_once_and_not_before_it_began(admin, programme):
    one = programme.institutions[0]
    with work("test.begin", by=operator):
        one.valid_from = date(2008, 1, 1)
    path = f"/instituciones/{one.id}/terminar"
    assert admin.fill(path, valid_to="2007-12-31").status_code == 422
    assert admin.fill(path, valid_to="").status_code == 422
    assert admin.fill(path, valid_to="2026-01-31").status_code == 303
    assert admin.fill(path, valid_to="2026-02-28").status_code == 422
    db.session.rollback()
    assert db.session.get(Institution, one.id).valid_to.isoformat() == "2026-01-31"


def test_what_comes_after_begins_after(admin, programme):
    old = programme.institutions[0]
    admin.fill(f"/instituciones/{old.id}/terminar", valid_to="2026-01-31")
    answers = {"name_es": "Otra", "kind": "police", "succeeds_id": str(old.id), "valid_from": "2025-12-31"}
    answer = admin.fill("/instituciones/nueva", **answers)
    assert answer.status_code == 422
    assert 'id="valid_from-error"' in answer.text


def test_the_same_institution_is_not_added_twice(admin, programme):
    answer = admin.fill("/instituciones/nueva", name_es="defensoría pública", kind="ombudsman")
    assert answer.status_code == 422
    elsewhere = admin.fill("/instituciones/nueva", name_es="Defensoría Pública", kind="ombudsman", province="07")
    assert elsewhere.status_code == 303


def test_institutions_are_read_in_the_language_of_the_reader(admin, programme):
    assert "Defensoría del Pueblo" in admin.get("/instituciones").text
    admin.post("/idioma", data={"language": "en", "back": "/instituciones"})
    page = admin.get("/instituciones").text
    assert "Ombudsman&#39;s Office" in page
    assert "Defensoría del Pueblo" not in page


def test_the_cantons_are_those_of_the_country():
    assert len(territory.CANTONS) == 221
    assert {code[:2] for code in territory.CANTONS} == {each.value for each in Province}
    assert all(re.fullmatch(r"\d{4}", code) for code in territory.CANTONS)
    assert [territory.say_canton(code) for code in ("1701", "0701", "0901", "2302", "1316", "0915")] == [
        "Quito", "Machala", "Guayaquil", "La Concordia", "24 de Mayo", "0915",
    ]
    assert territory.say_province("07") == "El Oro"
    assert territory.say_province(None) == ""
    assert len({label for _code, label in territory.canton_choices()}) == 221, "names that occur twice are told apart"

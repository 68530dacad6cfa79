"""Institutions in time: those of 2007 and what followed them; houses that end, but over nobody's head."""

from datetime import date, timedelta

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.cases.models import Case
from shelter.codes.cases import CaseState
from shelter.codes.institutions import ASKED, EARLIER
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.partners import actions, queries
from shelter.partners.models import Foundation, House, Institution
from shelter.rules import RuleBroken
from tests.client import Page


@pytest.fixture
def admin(sign_in, staff):
    return sign_in(staff(Role.ADMINISTRATOR))


@pytest.fixture
def known(programme):
    return {each.name["es"]: each for each in programme.institutions}


def test_the_ten_that_asked_for_the_protocol_are_there_and_nothing_is_claimed_of_their_days(programme):
    asked = [each for each in EARLIER if each.note and each.note[0].startswith(ASKED[0])]
    assert len(asked) == 10
    for each in programme.institutions:
        assert (each.valid_from, each.valid_to) == (None, None), "no day is documented"
        assert each.to_confirm or not each.has_ended


@pytest.mark.parametrize(("earlier", "today_s"), [
    ("Ministerio Público", "Fiscalía General del Estado"),
    ("Instituto Nacional de la Niñez y la Familia (INNFA)", "Ministerio de Inclusión Económica y Social"),
    ("Consejo Nacional de las Mujeres (CONAMU)", "Consejo Nacional para la Igualdad de Género (CNIG)"),
    ("Ministerio de Gobierno", "Ministerio del Interior"),
    ("Subsecretaría de Policía", "Ministerio del Interior"),
    ("Ministerio de Relaciones Exteriores", "Ministerio de Relaciones Exteriores y Movilidad Humana"),
    ("DINAGE (probablemente Dirección Nacional de Género)", None),
])
def test_who_follows_is_found_step_by_step(known, earlier, today_s):
    found = queries.standing(known[earlier], date(2026, 11, 21))
    assert (found and found.name["es"]) == today_s


def test_the_one_that_does_it_in_a_province_comes_before_the_country_s(programme):
    day = today()
    with work("test.office", by=operator):
        office = actions.add_institution(name_es="Junta de Machala", name_en="", kind=Kind.PROTECTION, province="07",
                                         valid_from=day - timedelta(days=100), succeeds_id=None)
    assert queries.institution_for(Kind.PROTECTION, "07", day).id == office.id
    assert queries.institution_for(Kind.PROTECTION, "17", day).name["en"].startswith("Cantonal Board")
    before = day - timedelta(days=101)
    assert queries.institution_for(Kind.PROTECTION, "07", before).id != office.id
    with work("test.end", by=operator):
        actions.end_institution(office, valid_to=day - timedelta(days=1),
                                followed_by_id=queries.institution_for(Kind.PROTECTION, "17", day).id)
    assert queries.institution_for(Kind.PROTECTION, "07", day).name["en"].startswith("Cantonal Board")
    assert queries.institution_for(Kind.PROTECTION, "07", day - timedelta(days=1)).id == office.id


@pytest.mark.parametrize(("name", "kind", "stands"), [
    ("Consulado de Colombia", Kind.FOREIGN_AFFAIRS, False), ("EMBAJADA del Perú", Kind.INTERNATIONAL, False),
    ("Embassy of Peru", Kind.NGO, False), ("Consulado de Colombia", Kind.CONSULATE, True),
    ("Dirección de Servicios Consulares", Kind.FOREIGN_AFFAIRS, True),
    ("Sección Consular de Colombia", Kind.NGO, False), ("Cónsul de Colombia", Kind.NGO, False),
    ("Agencia consular", Kind.LOCAL, False), ("Oficina Consular", Kind.GOVERNMENT, False),
    ("Consulados del Perú", Kind.NGO, False), ("Embajadas", Kind.FOREIGN_AFFAIRS, False),
    ("Servicios Consulares", Kind.NGO, False), ("Vicecónsul honorario", Kind.NGO, False),
    ("Consular section", Kind.NGO, False), ("Embassies of Peru", Kind.NGO, False),
    ("Sección Consular", Kind.CONSULATE, True), ("Consultorio jurídico", Kind.NGO, True),
    ("Consultora Mujer", Kind.NGO, True), ("Consejo Consultivo", Kind.LOCAL, True),
])
def test_a_consulate_is_entered_as_one(programme, name, kind, stands):
    given = {"name_es": name, "name_en": "", "kind": kind, "province": None, "valid_from": None, "succeeds_id": None}
    with work("test.add", by=operator):
        if stands:
            actions.add_institution(**given)
            return
        with pytest.raises(RuleBroken) as broken:
            actions.add_institution(**given)
    assert broken.value.field == "kind"


def test_where_nobody_does_it_nobody_is_named(programme):
    assert queries.institution_for(Kind.NGO, "17", today()) is None


def test_who_ended_on_a_day_that_is_not_known_is_not_offered(admin, known):
    one = known["Consejo de la Judicatura"]
    address = f"/instituciones/{one.id}/terminar"
    assert admin.fill(address).status_code == 422
    assert admin.fill(address, valid_to=str(today()), is_unknown="y").status_code == 422
    assert admin.fill(address, is_unknown="y").status_code == 303
    assert one.id not in {each.id for each in queries.institutions(today())}
    assert "terminó; no se sabe qué día" in Page(admin.get(f"/instituciones/{one.id}").text).text
    assert admin.fill(address, valid_to=str(today())).status_code == 422, "it ends once"


def test_an_institution_is_confirmed_and_its_follower_written_down(admin, known):
    dinage = next(each for name, each in known.items() if name.startswith("DINAGE"))
    cnig = known["Consejo Nacional para la Igualdad de Género (CNIG)"]
    answers = {"name_es": "DINAGE", "kind": "equality", "followed_by_id": str(cnig.id)}
    assert "Por confirmar" in admin.get(f"/instituciones/{dinage.id}").text
    assert admin.fill(f"/instituciones/{dinage.id}/cambiar", **answers).status_code == 303
    page = Page(admin.get(f"/instituciones/{dinage.id}").text).text
    assert "Por confirmar" not in page
    assert "Hoy: Consejo Nacional para la Igualdad de Género (CNIG)" in page
    assert "DINAGE" in Page(admin.get(f"/instituciones/{cnig.id}").text).text


def test_two_institutions_do_not_follow_each_other(admin, known):
    public, prosecutor = known["Ministerio Público"], known["Fiscalía General del Estado"]
    answers = {"name_es": "Fiscalía", "kind": "prosecutor", "followed_by_id": str(public.id)}
    answer = admin.fill(f"/instituciones/{prosecutor.id}/cambiar", **answers)
    assert answer.status_code == 422
    assert 'id="followed_by_id-error"' in answer.text
    db.session.expire_all()
    assert db.session.get(Institution, prosecutor.id).followed_by_id is None


# --- agreements and ends ----------------------------------------------------------------------------------------------

def test_an_agreement_ends_after_it_begins(admin, programme):
    address = f"/fundaciones/{programme.foundations[0].id}/convenio"
    assert admin.fill(address, agreed_from_on="2026-01-01", agreed_to_on="2025-12-31").status_code == 422
    assert admin.fill(address, agreed_from_on="2026-01-01", agreed_to_on="2027-12-31").status_code == 303
    text = Page(admin.get(address.rpartition("/")[0]).text).text
    assert "1 ene" in text
    assert "31 dic 2027" in text


def close_all():
    with work("test.close", by=operator):
        for each in db.session.query(Case):
            each.state = CaseState.CLOSED


@pytest.mark.parametrize("what", ["casas", "fundaciones"])
def test_nothing_ends_while_a_case_there_is_open_and_that_is_said(admin, programme, case, what):
    case(), case()
    thing = programme.house if what == "casas" else programme.foundations[0]
    address, model = f"/{what}/{thing.id}/terminar", House if what == "casas" else Foundation
    answer = admin.fill(address, ended_on=str(today()))
    assert answer.status_code == 422
    assert "hay 2 casos que no se han cerrado" in Page(answer.text).text
    close_all()
    assert admin.fill(address, ended_on=str(today())).status_code == 303
    db.session.expire_all()
    assert db.session.get(model, thing.id).ended_on == today()
    assert db.session.get(House, programme.house.id).ended_on == today()
    assert admin.fill(address, ended_on=str(today())).status_code == 422, "it ends once"


def test_cases_of_another_house_keep_only_their_own_open(admin, programme, case):
    case(house=programme.other_house)
    assert admin.fill(f"/casas/{programme.house.id}/terminar", ended_on=str(today())).status_code == 303


def test_an_ended_house_receives_nobody(admin, programme, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    admin.fill(f"/casas/{programme.house.id}/terminar", ended_on=str(today() - timedelta(days=1)))
    answer = worker.fill("/ingresos/nuevo", is_safe="yes", needs_doctor="no", house_id=str(programme.house.id))
    assert answer.status_code == 422
    assert db.session.query(Case).count() == 0


def test_a_house_says_for_how_many_people_it_has_room(admin, programme):
    address = f"/casas/{programme.house.id}/cambiar"
    assert admin.fill(address, name="Casa Norte", capacity="0").status_code == 422
    assert admin.fill(address, name="casa valle", capacity="5").status_code == 422
    assert admin.fill(address, name="Casa Norte", capacity="5").status_code == 303
    assert "Lugar para 5" in Page(admin.get(f"/casas/{programme.house.id}").text).text

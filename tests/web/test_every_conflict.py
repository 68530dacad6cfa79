"""Every form that changes a record tells all of what somebody else saved meanwhile."""

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.db import db
from shelter.intake.actions import arrive
from shelter.partners.models import Institution
from shelter.procedures import actions as procedures
from shelter.web import EditForm
from shelter.web.forms import META
from tests.client import Page
from tests.protocol.made import a_protocol

NEW = {"ArrivalForm", "HouseForm", "FoundationForm", "NewProcedureForm"}
"""These make a record, with the fields of the form that changes it."""
ANSWERING = {"AnswerForm", "PublishForm"}
"""These answer for a version as it stood on their page: of another one they are refused (tests/protocol)."""

REQUIRED = {
    "SafetyForm": {"is_safe": "yes", "needs_doctor": "no"}, "PersonForm": {"name_used": "Ana"},
    "HouseChangeForm": {"name": "Casa Retama"}, "InstitutionChangeForm": {"name_es": "Oficina", "kind": "police"},
    "VersionForm": {"title_es": "Ruta", "cut_off": "17:00"}, "PhaseForm": {"name_es": "Acogida"},
    "StepForm": {"name_es": "Oír", "procedure_es": "Algo.", "start": "alert", "standing": "target",
                 "evidence": ["word"]},
    "ProcedureForm": {"title_es": "Visitas", "text_es": "Algo."}, "CardForm": {"calls": "Elena 099 000 0000"},
    "ConditionsForm": {"declared": ["pregnant"]},
}


def answers_of(page):
    """What a browser would send of the page's form, unchanged."""
    sent = {}
    for each in page.all("input"):
        if each.get("name") and (each.get("type") not in {"radio", "checkbox"} or "checked" in each):
            sent.setdefault(each["name"], []).append(each.get("value", ""))
    return sent


@pytest.fixture
def pages(app, programme, staff):
    """Forms that change a record: who changes it, and where."""
    caseworker, administrator = staff(Role.CASEWORKER), staff(Role.ADMINISTRATOR)
    with work("test.arrival", by=operator):
        case = arrive(programme.house, by=caseworker.id, is_safe="yes", needs_doctor="no", language=None)
    office = db.session.query(Institution).first()
    writer, keeper, made = staff(Role.PROGRAMME_COORDINATOR), staff(Role.SHELTER_COORDINATOR), a_protocol()
    with work("test.procedure", by=operator):
        procedure = procedures.write(writer.id, title={"es": "x"}, text={"es": "x"}, reach=None, foundation_id=None)
    version = f"/protocolo/versiones/{made['edition']}"
    return {
        "SafetyForm": (caseworker, f"/ingresos/{case.id}/seguridad"),
        "PersonForm": (caseworker, f"/ingresos/{case.id}/persona"),
        "SituationForm": (caseworker, f"/ingresos/{case.id}/situacion"),
        "AgreementForm": (administrator, f"/fundaciones/{programme.foundations[0].id}/convenio"),
        "HouseChangeForm": (administrator, f"/casas/{programme.house.id}/cambiar"),
        "InstitutionChangeForm": (administrator, f"/instituciones/{office.id}/cambiar"),
        "VersionForm": (writer, f"{version}/datos"),
        "PhaseForm": (writer, f"{version}/fases/{made['phase']}"),
        "StepForm": (writer, f"{version}/pasos/{made['key']}/cambiar"),
        "ProcedureForm": (writer, f"/procedimientos/{procedure.id}/cambiar"),
        "CardForm": (keeper, f"/puerta/tarjeta/{programme.house.id}/cambiar"),
        "ConditionsForm": (caseworker, f"/casos/{case.id}/ruta/condiciones"),
    }


def forms(kind=EditForm):
    """Every form of that kind."""
    for each in kind.__subclasses__():
        yield from (each.__name__, *forms(each))


def test_no_form_is_forgotten_here(pages):
    assert {each for each in forms() if each != "RecordForm"} - NEW - ANSWERING == set(pages)


@pytest.mark.parametrize("name", [
    "SafetyForm", "PersonForm", "SituationForm", "AgreementForm", "HouseChangeForm", "InstitutionChangeForm",
    "VersionForm", "PhaseForm", "StepForm", "ProcedureForm", "CardForm", "ConditionsForm",
])
def test_each_field_is_compared(pages, sign_in, monkeypatch, name):
    told, compare = [], EditForm.compare

    def noted(form, stale):
        told.append((type(form).__name__, set(stale.now), form._fields.keys() - META))
        compare(form, stale)

    monkeypatch.setattr(EditForm, "compare", noted)
    member, url = pages[name]
    client = sign_in(member)
    mine = Page(client.get(url).text)
    required = REQUIRED.get(name, {})
    assert client.fill(url, **required).status_code == 303
    answer = client.post(url, data={**answers_of(mine), **required})
    assert answer.status_code == 409
    [(form, compared, fields)] = told
    assert (form, compared) == (name, fields)


def test_forms_of_exploitation_that_somebody_added_are_told_and_kept(pages, sign_in):
    member, url = pages["SituationForm"]
    client = sign_in(member)
    mine = Page(client.get(url).text)
    kept = {name: mine.hidden(name) for name in ("csrf_token", "submit_key", "version", "seen")}
    assert client.fill(url, found=["sexual", "begging"]).status_code == 303
    page = client.post(url, data={**kept, "story": "Contó algo"})
    assert page.status_code == 409
    boxes = [each for each in Page(page.text).all("input") if each.get("name") == "found"]
    ticked = {each["value"] for each in boxes if "checked" in each}
    assert ticked == {"sexual", "begging"}, "what I left alone says what is saved now"
    both = client.post(url, data={**kept, "submit_key": kept["submit_key"], "found": ["labour"], "story": "Contó"})
    assert both.status_code == 409
    assert 'href="#found"' in both.text
    assert "Ahora dice" in both.text


def test_an_institution_that_somebody_ended_meanwhile_is_no_longer_changed_unseen(pages, programme, sign_in):
    member, url = pages["InstitutionChangeForm"]
    client = sign_in(member)
    mine = Page(client.get(url).text)
    assert client.fill(url.replace("cambiar", "terminar"), is_unknown="yes").status_code == 303
    answer = client.post(url, data={**answers_of(mine), **REQUIRED["InstitutionChangeForm"]})
    assert answer.status_code == 409

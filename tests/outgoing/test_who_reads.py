"""Who reads what an institution says of her, and what made it necessary: the discipline of it, and whoever wrote."""

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from tests.client import Page

NOTE, GROUNDS = "Volverá a control en un mes.", "Perdió el conocimiento en la cocina."
NOT_HERS = "Lo que dicen de ella no es parte de su trabajo aquí"
OF = {Role.MEDICAL: Discipline.MEDICAL, Role.PSYCHOLOGIST: Discipline.PSYCHOLOGY, Role.LAWYER: Discipline.LEGAL,
      Role.CASEWORKER: Discipline.SOCIAL}


@pytest.fixture
def reader(rosa, staff, sign_in):
    """reader(role) -> the client of somebody of that role on the team of her case."""

    def make(role):
        member = staff(role)
        with work("test.team", by=operator):
            cases.join_team(rosa, member.id, OF[role])
        return sign_in(member)

    return make


@pytest.fixture
def answered(client, prepared, press):
    """Sent without her consent by the worker, and answered by telephone."""
    url = prepared(basis="vital", grounds=GROUNDS, fields=["name_used"], service="medical.emergency", urgency="today")
    assert press(url, "enviar", was_told="yes").status_code == 303
    assert client.fill(f"{url}/respuesta", state="attended", attended_on=today().isoformat(), through="call",
                       who="Dra. Ejemplo", note=NOTE).status_code == 303
    return url


@pytest.mark.parametrize("role", [Role.PSYCHOLOGIST, Role.LAWYER, Role.CASEWORKER])
def test_what_health_answers_is_not_read_by_other_disciplines(reader, answered, role):
    page = Page(reader(role).get(answered).text).text
    assert "Le atendieron" in page or "Atendida" in page
    assert NOT_HERS in page
    assert NOTE not in page
    assert GROUNDS not in page


def test_it_is_read_by_health_and_by_whoever_wrote(client, reader, answered):
    for who in (client, reader(Role.MEDICAL)):
        page = Page(who.get(answered).text).text
        assert NOTE in page
        assert GROUNDS in page
        assert NOT_HERS not in page


def test_whoever_wrote_an_answer_down_reads_it(reader, answered):
    lawyer = reader(Role.LAWYER)
    assert lawyer.fill(f"{answered}/respuesta", state="attended", attended_on=today().isoformat(), through="call",
                       note="Dijeron que puede salir mañana.").status_code == 303
    page = Page(lawyer.get(answered).text).text
    assert "Dijeron que puede salir mañana." in page
    assert NOTE not in page


def test_the_review_reads_what_made_it_necessary(staff, sign_in, answered):
    page = Page(sign_in(staff(Role.SHELTER_COORDINATOR)).get(answered).text).text
    assert GROUNDS in page
    assert NOTE not in page


@pytest.mark.parametrize(("host", "is_told"), [("localhost", True), ("senda.example.org", False)])
def test_whoever_sends_is_told_when_the_sheet_has_no_address(app, client, sent, monkeypatch, host, is_told):
    url = sent()
    client.set_cookie("s", client.get_cookie("s").value, domain=host)
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", [host])
    page = Page(client.get(url, base_url=f"http://{host}").text).text
    assert "La hoja sirve una vez" in page
    assert ("sin dirección" in page) is is_told


def test_the_form_says_who_will_read_it(client, answered):
    text = Page(client.get(f"{answered}/respuesta").text).text
    assert "Solo lo ve: equipo de salud, y quien escribió a la institución." in text

"""What she agreed to: her last word to each question, on every page alike."""

from datetime import timedelta

import pytest

from shelter.access import Role
from shelter.calendar import now, today
from shelter.cases import queries
from shelter.cases.queries import in_force
from shelter.codes.cases import ConsentAnswer, ConsentPurpose
from shelter.rules import RuleBroken
from tests.client import Page

YES, NO = ConsentAnswer.GIVEN, ConsentAnswer.REFUSED
PROSECUTION = ConsentPurpose.PROSECUTION


class Asked:
    """An answer, without a database."""

    def __init__(self, answer, recipient=None, *, withdrawn=False, ended=False, purpose=ConsentPurpose.REFERRAL,
                 fields=None, institution=None):
        self.purpose, self.answer, self.recipient = purpose, answer, recipient
        self.fields, self.institution_id = fields, institution
        self.withdrawn_at = now() if withdrawn else None
        self.ends_on = today() - timedelta(days=1) if ended else None

    is_in_force = queries.Asked.is_in_force


@pytest.mark.parametrize(("asked", "expected"), [
    ([Asked(YES)], [0]),
    ([Asked(NO), Asked(YES)], []),
    ([Asked(YES, withdrawn=True), Asked(YES)], []),
    ([Asked(YES, ended=True), Asked(YES)], []),
    ([Asked(YES), Asked(YES)], [0]),
    ([Asked(YES), Asked(NO)], [0]),
    ([Asked(NO, "Fiscalía"), Asked(YES, "Hospital")], [1]),
    ([Asked(NO, "Fiscalía"), Asked(YES)], [1]),
    ([Asked(NO), Asked(YES, "Hospital")], []),
    ([Asked(YES), Asked(YES, "Hospital")], [0, 1]),
    ([Asked(YES, "Hospital"), Asked(NO), Asked(YES, "Registro")], [0]),
    ([Asked(NO, purpose=ConsentPurpose.FOLLOW_UP), Asked(YES)], [1]),
    ([Asked(YES, "Hospital", fields=("age",)), Asked(YES, "Hospital", fields=("name_used",))], [0, 1]),
    ([Asked(NO, "Hospital", fields=("document",)), Asked(YES, "Hospital", fields=("age",))], []),
    ([Asked(NO, "Hospital", fields=("document",)), Asked(YES, "Registro", fields=("age",))], [1]),
    ([Asked(YES, "Hospital", fields=("age",), ended=True), Asked(YES, "Hospital", fields=("age", "needs"))], []),
    ([Asked(NO), Asked(YES, "Hospital", fields=("age",))], []),
    ([Asked(NO, "ministerio de salud  publica"), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(NO, "Salud, oficina de Pichincha"), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(NO, "Ministerio de Gobierno", institution=3), Asked(YES, "Ministerio de Salud Pública", institution=1)],
     [1]),
    ([Asked(NO, "el Ministerio"), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(NO, "hospital"), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(ConsentAnswer.LATER, "OIM"), Asked(YES, "Organización Internacional", institution=1)], []),
    ([Asked(YES, "OIM"), Asked(YES, "Ministerio de Salud Pública", institution=1)], [0, 1]),
    ([Asked(YES, "Salud", withdrawn=True), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(YES, "Escuela", withdrawn=True), Asked(YES, "Ministerio de Salud Pública", institution=1)], [1]),
    ([Asked(NO, "la Junta"), Asked(YES, "Junta Cantonal")], []),
    ([Asked(NO, "Fiscalía", institution=4), Asked(YES, "Fiscalía", purpose=PROSECUTION, institution=4)], []),
    ([Asked(NO), Asked(YES, "Fiscalía", purpose=PROSECUTION, institution=4)], []),
    ([Asked(NO, "fiscal"), Asked(YES, "Fiscalía", purpose=PROSECUTION, institution=4)], []),
    ([Asked(NO, "Salud", institution=1), Asked(YES, "Fiscalía", purpose=PROSECUTION, institution=4)], [1]),
    ([Asked(NO, "Fiscalía", purpose=PROSECUTION, institution=4), Asked(YES, "Fiscalía", institution=4)], []),
    ([Asked(NO, purpose=PROSECUTION), Asked(YES, "Salud", institution=1)], [1]),
    ([Asked(YES, ended=True), Asked(YES, "Fiscalía", purpose=PROSECUTION, institution=4)], [1]),
    ([Asked(NO), Asked(YES, purpose=ConsentPurpose.FOLLOW_UP)], [1]),
    ([Asked(NO, "Salud del Norte", institution=2), Asked(YES, "Ministerio de Salud Pública", institution=1)], [1]),
    ([Asked(NO, "MSP", institution=1), Asked(YES, "Ministerio de Salud Pública", institution=1)], []),
    ([Asked(YES, "Salud del Norte", ended=True), Asked(YES, "Ministerio de Salud Pública", institution=1)], [1]),
])
def test_her_last_word_to_each_question_counts(asked, expected):
    """The newest first; worked out by hand."""
    assert [asked.index(each) for each in in_force(asked, today())] == expected


def test_a_no_takes_the_earlier_yes_off_every_page(app, case, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    url = f"/casos/{case().id}"
    given = {"purpose": "referral", "language": "spa"}
    nothing = "Todavía no ha aceptado nada"
    assert worker.fill(f"{url}/consentimientos/nuevo", **given, answer="given").status_code == 303
    assert nothing not in Page(worker.get(url).text).text
    assert worker.fill(f"{url}/consentimientos/nuevo", **given, answer="refused").status_code == 303
    assert nothing in Page(worker.get(url).text).text
    text = Page(worker.get(f"{url}/consentimientos").text).text
    assert "Vigente" not in text
    assert "Respondió de nuevo después" in text


def test_somebody_joins_a_team_once_and_may_go_on_as_something_else(app, case, staff, sign_in):
    worker, lawyer = sign_in(staff(Role.CASEWORKER)), staff(Role.LAWYER)
    url = f"/casos/{case().id}/equipo"
    assert f"Persona lawyer · {Role.LAWYER.label}" in Page(worker.get(url).text).text
    assert worker.fill(url, staff_id=str(lawyer.id), discipline="psychology").status_code == 303
    again = worker.fill(url, staff_id=str(lawyer.id), discipline="psychology")
    assert again.status_code == 422
    assert "ya está en el equipo" in Page(again.text).text
    assert worker.fill(url, staff_id=str(lawyer.id), discipline="legal").status_code == 303
    assert Page(worker.get(url).text).text.count("Persona lawyer") == 2, "on the team, and among those to choose"


def test_a_password_is_not_the_address(app):
    from shelter.factors.passwords import check_new_password

    with pytest.raises(RuleBroken):
        check_new_password("Ana.Paz@example.org", "ana.paz@example.org")

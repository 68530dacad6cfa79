"""How often she told it is counted; before another time the page says so, says what exists, and asks why."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.cases.models import TimelineEntry
from shelter.codes.cases import Answer, ConsentAnswer, ConsentPurpose, Milestone
from shelter.codes.documents import FileKind
from shelter.codes.interviews import InterviewState
from shelter.codes.referrals import InstitutionKind
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.documents.models import Document
from shelter.interviews.rules import was_held
from shelter.partners import actions as partners
from shelter.rules import RuleBroken
from tests.client import Page
from tests.interviews.conftest import DAY, HOUR, ahead, everything, screened, told, wrong
from tests.safety.test_canaries import when


def timeline():
    query = sa.select(TimelineEntry.detail).where(TimelineEntry.milestone == Milestone.INTERVIEWED)
    return sorted(db.session.scalars(query))


def test_each_time_is_counted_and_said_on_her_page(programme, client, hers, url):
    assert "todavía no lo ha contado" in Page(client.get(f"/casos/{hers.id}").text).text
    assert client.fill(f"{url}/nueva", **told()).status_code == 303
    assert "Lo ha contado una vez" in Page(client.get(f"/casos/{hers.id}").text).text
    by_office = told(HOUR, discipline="", institution_id=str(programme.institutions[0].id), again="ordered")
    assert client.fill(f"{url}/nueva", **by_office).status_code == 303
    day = f"{local(now() - HOUR).day}"
    page = Page(client.get(f"/casos/{hers.id}").text).text
    assert f"Lo ha contado 2 veces, la última el {day}" in page
    assert timeline() == ["institution", "social"]


def test_nobody_has_her_tell_it_again_without_saying_why(client, url):
    client.fill(f"{url}/nueva", **told())
    for address, answers in ((f"{url}/nueva", told(HOUR)), (f"{url}/planificar", ahead())):
        refused = client.fill(address, **answers)
        assert refused.status_code == 422
        assert "again" in wrong(refused)
    assert len(everything()) == 1
    assert client.fill(f"{url}/planificar", **ahead(again="new_facts", reason="Faltan fechas")).status_code == 303


def test_the_first_time_nobody_is_asked_why(client, url):
    assert "again" not in {attrs.get("name") for attrs in Page(client.get(f"{url}/nueva").text).all("select")}
    assert client.fill(f"{url}/planificar", **ahead()).status_code == 303
    assert timeline() == [], "what is planned did not happen"


@pytest.mark.parametrize(("typed", "field"), [
    ({"discipline": ""}, "institution_id"),
    ({"both": True}, "institution_id"),
    ({"joint": True, "discipline": ""}, "joint_id"),
    ({"minutes": "0"}, "minutes"), ({"minutes": "1441"}, "minutes"), ({"minutes": "una hora"}, "minutes"),
    ({"trace": ""}, "trace"), ({"purpose": "otra"}, "purpose"),
    (when("occurs_at", -2 * HOUR), "occurs_at"),
    (when("occurs_at", 30 * DAY), "occurs_at"),
    ({"was_before": "y"}, "was_before"),
])
def test_bad_input_stays_at_its_field_and_nothing_is_counted(programme, client, url, typed, field):
    office = str(programme.institutions[0].id)
    if typed.pop("both", False):
        typed = {"institution_id": office}
    if typed.pop("joint", False):
        typed = {**typed, "institution_id": office, "joint_id": office}
    answer = client.fill(f"{url}/nueva", **told(**typed))
    assert answer.status_code == 422
    assert field in wrong(answer)
    assert everything() == []
    assert timeline() == []


@pytest.mark.parametrize(("by", "field"), [(-HOUR, "occurs_at"), (400 * DAY, "occurs_at")])
def test_a_plan_lies_ahead_and_not_in_another_age(client, url, by, field):
    answer = client.fill(f"{url}/planificar", **ahead(by))
    assert answer.status_code == 422
    assert field in wrong(answer)


@pytest.mark.parametrize("field", ["institution_id", "joint_id"])
def test_no_consulate_interviews_her_before_she_agreed_that_it_is_told_of_her(client, hers, url, worker, field):
    with work("test.consulate", by=operator):
        consulate = partners.add_institution(
            name_es="Consulado de Ninguna Parte", name_en="", kind=InstitutionKind.CONSULATE, province=None,
            valid_from=None, succeeds_id=None)
    asked = ahead(**({"discipline": ""} if field == "institution_id" else {}), **{field: str(consulate.id)})
    answer = client.fill(f"{url}/planificar", **asked)
    assert answer.status_code == 422
    assert field in wrong(answer)
    assert everything() == []
    with work("test.consent", by=operator):
        cases.ask_consent(hers, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.GIVEN,
                          institution_id=consulate.id, recipient="Consulado", fields=["needs"])
    for found in (None, Answer.YES, Answer.UNKNOWN):
        if found:
            screened(hers, worker, found)
        answer = client.fill(f"{url}/planificar", **asked)
        assert answer.status_code == 422
        assert field in wrong(answer), "refuge is asked about first"
    screened(hers, worker, Answer.NO)
    assert client.fill(f"{url}/planificar", **asked).status_code == 303


@pytest.mark.parametrize("field", ["institution_id", "joint_id"])
def test_a_consulate_that_interviewed_her_unasked_is_written_down_with_how_it_came_to_it(
    client, hers, url, worker, field,
):
    with work("test.consulate", by=operator):
        consulate = partners.add_institution(
            name_es="Consulado de Ninguna Parte", name_en="", kind=InstitutionKind.CONSULATE, province=None,
            valid_from=None, succeeds_id=None)
    held = told(**({"discipline": ""} if field == "institution_id" else {}), **{field: str(consulate.id)})
    answer = client.fill(f"{url}/nueva", **held)
    assert answer.status_code == 422
    assert "reason" in wrong(answer)
    assert everything() == []
    before = {**held, "was_before": "y", **when("occurs_at", 12 * DAY)}
    assert client.fill(f"{url}/nueva", **before).status_code == 303, "before she came it was not ours to answer for"
    held["again"] = "ordered"
    assert "reason" in wrong(client.fill(f"{url}/nueva", **held))
    assert client.fill(f"{url}/nueva", **held, reason="Su cónsul la visitó en el hospital").status_code == 303
    with work("test.consent", by=operator):
        cases.ask_consent(hers, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.GIVEN,
                          institution_id=consulate.id, recipient="Consulado", fields=["needs"])
    assert client.fill(f"{url}/nueva", **held).status_code == 303


def test_what_she_told_before_she_came_counts_and_is_no_step_of_the_route(client, hers, url):
    """To the police, two days before the referral: it hurt as much, and no clock of ours may end with it."""
    assert client.fill(f"{url}/nueva", **told(12 * DAY, was_before="y")).status_code == 303
    assert "Lo ha contado una vez" in Page(client.get(f"/casos/{hers.id}").text).text
    assert timeline() == []
    second = client.fill(f"{url}/nueva", **told())
    assert "again" in wrong(second), "it was the second time for her"


def test_the_alert_divides_to_the_minute(outside):
    opened = datetime(2026, 3, 1, 12, tzinfo=UTC)
    later = opened + DAY
    assert was_held(opened, opened_at=opened, was_before=False, now=later)
    assert not was_held(opened - HOUR, opened_at=opened, was_before=True, now=later)
    with outside(), pytest.raises(RuleBroken):
        was_held(opened - HOUR, opened_at=opened, was_before=False, now=later)
    with outside(), pytest.raises(RuleBroken):
        was_held(later + HOUR, opened_at=opened, was_before=False, now=later)


def test_a_planned_one_takes_place_or_does_not_once(client, hers, url):
    client.fill(f"{url}/planificar", **ahead())
    planned = everything()[0]
    how = f"{url}/{planned.id}"
    too_soon = client.fill(how, minutes="40", trace="recorded", **when("occurs_at", -DAY))
    assert too_soon.status_code == 422
    went = client.fill(how, minutes="40", trace="anticipated", has_interpreter="y", **when("occurs_at"))
    assert went.status_code == 303
    assert timeline() == ["legal"]
    found = everything()[0]
    assert (found.state, found.minutes, found.has_interpreter) == (InterviewState.HELD, 40, True)
    client.post(f"{how}/cancelar", data={})
    assert everything()[0].state is InterviewState.HELD
    assert "minutes" not in client.get(how).text, "there is no form any more"


def test_one_that_is_not_needed_is_not_counted(client, hers, url):
    client.fill(f"{url}/planificar", **ahead())
    client.post(f"{url}/{everything()[0].id}/cancelar", data={})
    assert everything()[0].state is InterviewState.CANCELLED
    assert "todavía no lo ha contado" in Page(client.get(f"/casos/{hers.id}").text).text


def test_what_exists_is_shown_instead_to_those_who_may_know_of_it(client, hers, url, staff, sign_in):
    lawyer = staff(Role.LAWYER)
    with work("test.papers", by=operator):
        for place, discipline in enumerate((Discipline.SOCIAL, Discipline.LEGAL), 1):
            db.session.add(Document(
                foundation_id=hers.foundation_id, case_id=hers.id, discipline=discipline, number=place, by_id=lawyer.id,
                kind=FileKind.PDF, size=5, title=f"Informe {discipline.value}", content=b"%PDF-",
            ))
            db.session.add(TimelineEntry(
                foundation_id=hers.foundation_id, case_id=hers.id, milestone=Milestone.SERVICE_GIVEN,
                occurred_at=now(), detail=discipline.value,
            ))
    client.fill(f"{url}/nueva", **told(trace="anticipated"))
    page = Page(client.get(f"{url}/planificar").text)
    text = page.text
    assert len([each for each in page.all("a") if "/documentos/" in each.get("href", "")]) == 1
    assert "Lo ha contado una vez" in text
    assert "Testimonio anticipado" in text
    assert "Informe social" in text
    assert "Informe legal" not in text, "a caseworker does not know what the lawyer keeps"
    assert "Atenciones con notas: 1" in text
    assert "Sale de la casa solo con su consentimiento" in text


def test_why_again_is_read_by_those_who_care_for_her_alone(client, hers, url, staff, sign_in):
    client.fill(f"{url}/nueva", **told())
    client.fill(f"{url}/planificar", **ahead(again="new_facts", reason="Faltan fechas del viaje"))
    assert "Faltan fechas" in Page(client.get(url).text).text
    far = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(url)
    assert far.status_code == 200
    assert "Lo ha contado una vez" in Page(far.text).text
    assert "Faltan fechas" not in far.text


def test_planned_ones_stand_on_my_day_and_ask_how_they_went(client, hers, url):
    client.fill(f"{url}/planificar", **ahead(5 * DAY))
    assert "Entrevistas de estos días" not in client.get("/mi-dia").text
    for moved, said in ((DAY, hers.code), (-HOUR, "¿cómo resultó?")):
        with work("test.time", by=operator):
            everything()[0].occurs_at = now() + moved
        assert said in Page(client.get("/mi-dia").text).text


def test_an_interview_of_another_case_cannot_be_borrowed(client, url, case, worker, programme):
    client.fill(f"{url}/planificar", **ahead())
    other = case(team=[worker], name="Otra")
    assert client.get(f"/casos/{other.id}/entrevistas/{everything()[0].id}").status_code == 404
    assert client.post(f"/casos/{other.id}/entrevistas/{everything()[0].id}/cancelar", data={}).status_code == 404
    assert everything()[0].state is InterviewState.PLANNED


# --- another one while one is planned ---------------------------------------------------------------------------------

def test_one_that_is_planned_counts_until_it_is_over(client, url):
    """Else two that were planned for the first time would be two times without a reason."""
    assert client.fill(f"{url}/planificar", **ahead()).status_code == 303
    for address, answers in ((f"{url}/planificar", ahead(3 * DAY)), (f"{url}/nueva", told(HOUR))):
        page = Page(client.get(address).text)
        assert "Ya planificadas: 1" in page.text
        assert "again" in {attrs.get("name") for attrs in page.all("select")}
        refused = client.fill(address, **answers)
        assert refused.status_code == 422
        assert wrong(refused) == {"again"}
        assert "Ya hay una entrevista planificada" in Page(refused.text).text
    assert len(everything()) == 1
    assert client.fill(f"{url}/planificar", **ahead(3 * DAY, again="other_question")).status_code == 303


def test_one_that_was_called_off_is_planned_no_more(client, url):
    client.fill(f"{url}/planificar", **ahead())
    client.post(f"{url}/{everything()[0].id}/cancelar", data={})
    assert client.fill(f"{url}/planificar", **ahead(3 * DAY)).status_code == 303

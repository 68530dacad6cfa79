"""Interviews that were written down wrongly, and those with a consulate that may not be told of her any more."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from shelter.audit import operator, work
from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case, TimelineEntry
from shelter.codes.cases import Answer, ConsentAnswer, ConsentPurpose, Milestone
from shelter.codes.interviews import InterviewState
from shelter.codes.outgoing import Screening
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.notices.models import Notice
from shelter.outgoing.actions import screen
from shelter.partners import actions as partners
from tests.client import Page
from tests.interviews.conftest import DAY, HOUR, MINUTE, ahead, everything, screened, told, wrong
from tests.safety.test_canaries import when


def standing():
    """What the timeline says of interviews, without what was corrected."""
    later = aliased(TimelineEntry)
    query = sa.select(TimelineEntry).where(
        TimelineEntry.milestone.in_((Milestone.INTERVIEWED, Milestone.INTERVIEW_STRUCK)),
        ~sa.exists().where(later.corrects_id == TimelineEntry.id))
    return [(each.milestone, each.occurred_at, each.detail) for each in db.session.scalars(query)]


def test_a_wrong_date_is_corrected_and_the_timeline_with_it(client, hers, url):
    client.fill(f"{url}/nueva", **told(DAY))
    found = everything()[0]
    for ago in (2 * DAY, 3 * DAY):
        assert client.fill(f"{url}/{found.id}/corregir", **when("occurs_at", ago)).status_code == 303
        at = everything()[0].occurs_at
        assert abs(now() - ago - at) < 2 * MINUTE
        assert standing() == [(Milestone.INTERVIEWED, at, "social")]
    assert "Lo ha contado una vez" in Page(client.get(f"/casos/{hers.id}").text).text


def test_one_that_was_written_down_by_mistake_is_taken_back_once(client, hers, url):
    client.fill(f"{url}/nueva", **told(DAY))
    found = everything()[0]
    how = f"{url}/{found.id}/corregir"
    assert how in {each.get("href") for each in Page(client.get(url).text).all("a")}
    assert client.fill(how, is_mistake="y", **when("occurs_at", DAY)).status_code == 303
    assert everything()[0].state is InterviewState.CANCELLED
    assert [each[0] for each in standing()] == [Milestone.INTERVIEW_STRUCK]
    assert "todavía no lo ha contado" in Page(client.get(f"/casos/{hers.id}").text).text
    assert "is_mistake" not in client.get(how).text, "there is no form any more"
    assert client.fill(f"{url}/nueva", **told(HOUR)).status_code == 303, "the first time nobody is asked why"


@pytest.mark.parametrize("ago", [-2 * HOUR, 30 * DAY])
def test_a_correction_to_tomorrow_or_to_before_she_came_is_refused(client, url, ago):
    client.fill(f"{url}/nueva", **told(DAY))
    answer = client.fill(f"{url}/{everything()[0].id}/corregir", **when("occurs_at", ago))
    assert answer.status_code == 422
    assert wrong(answer) == {"occurs_at"}
    assert [each[0] for each in standing()] == [Milestone.INTERVIEWED]


def test_one_from_before_she_came_is_corrected_without_a_step_of_the_route(client, hers, url):
    client.fill(f"{url}/nueva", **told(12 * DAY, was_before="y"))
    how = f"{url}/{everything()[0].id}/corregir"
    assert client.fill(how, **when("occurs_at", 20 * DAY)).status_code == 303
    assert "occurs_at" in wrong(client.fill(how, **when("occurs_at", HOUR)))
    assert client.fill(how, is_mistake="y", **when("occurs_at", 20 * DAY)).status_code == 303
    assert standing() == []
    assert "todavía no lo ha contado" in Page(client.get(f"/casos/{hers.id}").text).text


def test_what_did_not_take_place_yet_is_not_corrected_nor_what_is_of_another_case(client, url, case, worker):
    client.fill(f"{url}/planificar", **ahead())
    planned = everything()[0].id
    assert client.post(f"{url}/{planned}/corregir", data=when("occurs_at")).status_code == 422
    assert everything()[0].state is InterviewState.PLANNED
    other = case(team=[worker], name="Otra")
    assert client.get(f"/casos/{other.id}/entrevistas/{planned}/corregir").status_code == 404


# --- a consulate that may not be told of her any more -----------------------------------------------------------------

@pytest.fixture
def with_a_consulate(client, hers, url, worker):
    """with_a_consulate(field) -> one that is planned, with her consent, and a lawyer's beside it; and the consent."""
    def make(field):
        with work("test.consulate", by=operator):
            consulate = partners.add_institution(
                name_es="Consulado de Ninguna Parte", name_en="", kind=InstitutionKind.CONSULATE, province=None,
                valid_from=None, succeeds_id=None)
            consent = cases.ask_consent(
                hers, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.GIVEN,
                institution_id=consulate.id, recipient="Consulado", fields=["needs"])
        screened(hers, worker, Answer.NO)
        assert client.fill(f"{url}/planificar", **ahead()).status_code == 303
        more = {"discipline": ""} if field == "institution_id" else {}
        assert client.fill(f"{url}/planificar", **ahead(3 * DAY, again="ordered", **{
            **more, field: str(consulate.id)})).status_code == 303
        return consent
    return make


@pytest.mark.parametrize("field", ["institution_id", "joint_id"])
@pytest.mark.parametrize("how", ["withdrawn", "refused", "refuge"])
def test_a_planned_one_with_a_consulate_is_called_off_when_it_may_not_be_told_of_her(
    client, hers, url, worker, with_a_consulate, field, how,
):
    consent = with_a_consulate(field)
    before = {each.word for each in db.session.scalars(sa.select(Notice))}
    if how == "withdrawn":
        client.post(f"/casos/{hers.id}/consentimientos/{consent.id}/retirar", data={})
    elif how == "refused":
        with work("test.no", by=operator):
            cases.ask_consent(hers, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.REFUSED)
    else:
        with work("test.refuge", by=operator):
            screen(db.session.get_one(Case, hers.id), by=worker.id, kind=Screening.REFUGE, answer=Answer.YES, note=None)
    assert [each.state for each in everything()] == [InterviewState.PLANNED, InterviewState.CANCELLED]
    assert {each.word for each in db.session.scalars(sa.select(Notice))} - before == {"interview.called_off"}
    assert worker.id in {each.staff_id for each in db.session.scalars(sa.select(Notice))}


def test_a_no_that_is_about_something_else_calls_nothing_off(client, hers, worker, with_a_consulate):
    with_a_consulate("joint_id")
    with work("test.no", by=operator):
        cases.ask_consent(hers, by=worker.id, purpose=ConsentPurpose.FIGURES, answer=ConsentAnswer.REFUSED)
    assert {each.state for each in everything()} == {InterviewState.PLANNED}


def test_one_that_took_place_after_her_consent_had_ended_says_how(client, hers, url, with_a_consulate):
    consent = with_a_consulate("joint_id")
    with work("test.end", by=operator):
        db.session.merge(consent).ends_on = today() - DAY
    how, typed = f"{url}/{everything()[1].id}", {"minutes": "40", "trace": "written", **when("occurs_at")}
    refused = client.fill(how, **typed)
    assert refused.status_code == 422
    assert wrong(refused) == {"reason"}
    assert client.fill(how, **typed, reason="Ya estaba en la sala").status_code == 303
    assert everything()[0].reason == "Ya estaba en la sala"

"""Who sees what of a service: that it was given, its headline, its note."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import Actor, AuditEntry, work
from shelter.calendar import now
from shelter.codes.services import ServiceType
from shelter.db import db
from shelter.services import actions
from tests.client import Page

TITLE, NOTE = "Sigue con ánimo", "Contó lo que pasó en el viaje"


@pytest.fixture
def given(staff, case):
    """A psychological service in a case that has a psychologist and a lawyer on its team."""
    psychologist, lawyer = staff(Role.PSYCHOLOGIST), staff(Role.LAWYER)
    known = case(team=[psychologist, lawyer])
    with work("test", by=Actor("staff", psychologist.id)):
        service = actions.log(
            known, by=psychologist.id, type=ServiceType.CRISIS, was_held=True, minutes=60, headline=TITLE, body=NOTE,
            occurred_at=now() - timedelta(hours=1),
        )
    return known, service, psychologist, lawyer


def pages(client, known, service):
    return [client.get(f"/casos/{known.id}{path}") for path in ("/servicios", f"/servicios/{service.id}")]


def test_the_psychologist_of_the_team_reads_all_and_it_is_written_down(sign_in, given):
    known, service, psychologist, _lawyer = given
    listed, shown = pages(sign_in(psychologist), known, service)
    assert TITLE in listed.text
    assert NOTE not in listed.text
    assert NOTE in shown.text
    read = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "psychology.read")).all()
    [row] = read
    assert (row.object_kind, row.object_id, row.actor_id) == ("service", service.id, psychologist.id)


def test_the_lawyer_of_the_team_reads_the_headline_and_who_reads_the_note(sign_in, given):
    known, service, _psychologist, lawyer = given
    listed, shown = pages(sign_in(lawyer), known, service)
    assert TITLE in listed.text
    assert TITLE in shown.text
    assert NOTE not in shown.text
    assert shown.status_code == 200
    assert not db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "psychology.read"))


def test_a_coordinator_sees_that_it_was_given_and_no_more(sign_in, given, staff):
    known, service, *_rest = given
    for answer in pages(sign_in(staff(Role.SHELTER_COORDINATOR)), known, service):
        assert answer.status_code == 200
        assert TITLE not in answer.text
        assert NOTE not in answer.text


def test_a_programme_coordinator_sees_codes_and_no_name(sign_in, given, staff):
    known, service, *_rest = given
    for answer in pages(sign_in(staff(Role.PROGRAMME_COORDINATOR)), known, service):
        assert known.code in answer.text
        assert "Rosa" not in answer.text
        assert TITLE not in answer.text
        assert NOTE not in answer.text


@pytest.mark.parametrize("role", [
    Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL, Role.HOUSE_STAFF, Role.ADMINISTRATOR, Role.OBSERVER, Role.AUDITOR,
])
def test_for_those_not_on_the_team_there_is_nothing(sign_in, given, staff, role):
    known, service, *_rest = given
    client = sign_in(staff(role))
    assert {answer.status_code for answer in pages(client, known, service)} == {404}
    assert client.get(f"/casos/{known.id}/servicios/nuevo").status_code == 404


def test_who_may_read_but_not_log_is_told_so(sign_in, given, staff):
    known, *_rest = given
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    assert client.get(f"/casos/{known.id}/servicios/nuevo").status_code == 403
    assert client.get("/registrar").status_code == 403


def test_a_service_is_not_found_through_another_case(sign_in, given, case):
    _known, service, psychologist, _lawyer = given
    other = case(team=[psychologist])
    assert sign_in(psychologist).get(f"/casos/{other.id}/servicios/{service.id}").status_code == 404


def test_a_long_list_has_pages_both_ways_and_no_query_a_row(app, sign_in, given, count_queries):
    known, _service, psychologist, _lawyer = given
    with work("test", by=Actor("staff", psychologist.id)):
        for minutes in range(1, 121):
            actions.log(known, by=psychologist.id, type=ServiceType.GROUP, was_held=True, minutes=minutes,
                        occurred_at=now() - timedelta(minutes=10 * minutes), headline=f"n{minutes:03}.")
    client, url = sign_in(psychologist), f"/casos/{known.id}/servicios"
    seen, forward = [], []
    while url:
        with count_queries() as found:
            text = client.get(url).text
        assert len(found.statements) < 25
        seen.append([minute for minute in range(1, 121) if f"n{minute:03}." in text])
        forward.append(url)
        url = link(text, "next")
    assert [minute for page in seen for minute in page] == list(range(1, 121))
    assert len(seen) == 3
    back = link(client.get(forward[2]).text, "prev")
    assert [minute for minute in range(1, 121) if f"n{minute:03}." in client.get(back).text] == seen[1]


def link(text, rel):
    return next((each["href"] for each in Page(text).all("a") if each.get("rel") == rel), None)

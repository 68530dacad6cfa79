"""Notices: told by codes, read by their owner alone, leading nowhere that is not hers, gone after 90 days."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import sessions
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.cases.models import TeamMember
from shelter.db import db
from shelter.notices import actions, queries, tell
from shelter.notices.kinds import KINDS
from shelter.notices.models import Notice
from shelter.web import gate
from tests.client import Page


@pytest.fixture
def told(case, staff, sign_in):
    """A lawyer whom a caseworker put on the team of a case: (lawyer, her client, the case)."""
    lawyer, made = staff(Role.LAWYER), case(name="Canario Rosa")
    worker = sign_in(staff(Role.CASEWORKER))
    answer = worker.fill(f"/casos/{made.id}/equipo", staff_id=str(lawyer.id), discipline="legal")
    assert answer.status_code == 303
    return lawyer, sign_in(lawyer), made


def bell(client):
    found = re.search(r'class="bell-count">(\d+)', client.get("/mi-dia").text)
    return int(found[1]) if found else 0


def only(member):
    db.session.rollback()
    (found,) = queries.latest(member.id)
    return found


def test_who_is_put_on_a_team_is_told_by_the_code_and_never_by_the_name(told):
    lawyer, client, case = told
    assert bell(client) == 1
    text = Page(client.get("/avisos").text).text
    assert f"Usted está en el equipo de un caso {case.code}" in text
    assert "Canario" not in text
    assert only(lawyer).code == case.code


def test_a_notice_is_read_by_opening_it_and_leads_to_its_record(told):
    lawyer, client, case = told
    answer = client.post(f"/avisos/{only(lawyer).id}", data={})
    assert answer.location == f"/casos/{case.id}"
    assert bell(client) == 0
    assert "Usted está en el equipo" in client.get("/avisos").text, "read ones stay in the list"
    trail = sa.select(AuditEntry.action).where(AuditEntry.actor_id == lawyer.id)
    assert "notice.read" in set(db.session.scalars(trail))


def test_a_notice_leads_nowhere_that_is_not_hers_any_more(told):
    lawyer, client, _case = told
    with work("test.leaves", by=operator):
        db.session.scalar(sa.select(TeamMember).where(TeamMember.staff_id == lawyer.id)).left_at = now()
    answer = client.post(f"/avisos/{only(lawyer).id}", data={})
    assert answer.location == "/avisos"
    assert "ya no es parte de su trabajo" in Page(client.get("/avisos").text).text
    assert bell(client) == 0


def test_nobody_reads_the_notice_of_another(told, staff, sign_in):
    lawyer, _client, _case = told
    stranger = sign_in(staff(Role.LAWYER))
    assert stranger.post(f"/avisos/{only(lawyer).id}", data={}).status_code == 404
    assert "No tiene avisos" in Page(stranger.get("/avisos").text).text
    stranger.post("/avisos/leidos", data={})
    assert only(lawyer).read_at is None


def test_all_are_read_at_once(told):
    lawyer, client, case = told
    with work("test.more", by=operator):
        tell([lawyer.id, lawyer.id], "team.join", about=case)
    assert bell(client) == 2, "to each person once"
    assert client.post("/avisos/leidos", data={}).location == "/avisos"
    assert bell(client) == 0


def test_who_did_it_herself_needs_no_notice(case, staff, sign_in):
    worker = staff(Role.CASEWORKER)
    url = f"/casos/{case().id}/equipo"
    assert sign_in(worker).fill(url, staff_id=str(worker.id), discipline="social").status_code == 303
    db.session.rollback()
    assert queries.latest(worker.id) == []


def test_after_ninety_days_a_notice_is_forgotten(told):
    lawyer, _client, _case = told
    with time_machine.travel(now() + timedelta(days=89, hours=23)):
        actions.forget_notices()
    assert only(lawyer)
    with time_machine.travel(now() + timedelta(days=90, hours=1)):
        actions.forget_notices()
    db.session.rollback()
    assert queries.latest(lawyer.id) == []


def test_an_account_opened_on_another_device_is_told_of(app, staff, sign_in):
    lawyer = staff(Role.LAWYER)
    client = sign_in(lawyer)
    assert bell(sign_in(lawyer)) == 0, "the same kind of device"
    with app.test_request_context(), work("test.elsewhere", by=operator):
        sessions.start(lawyer, "Chrome · Android")
    assert bell(client) == 1
    assert "abrió en otro aparato" in Page(client.get("/avisos").text).text


def test_every_kind_leads_to_an_address_that_is_there(app):
    for kind in KINDS.values():
        rule = next(each for each in app.url_map.iter_rules() if each.endpoint == kind.endpoint)
        assert rule.arguments == ({kind.argument} if kind.argument else set())
        assert rule.endpoint in gate.needs


def test_a_notice_of_a_kind_that_is_no_more_is_said_all_the_same(told):
    lawyer, client, _case = told
    with work("test.old", by=operator):
        db.session.add(Notice(staff_id=lawyer.id, word="of.yesterday"))
    assert "Algo cambió" in client.get("/avisos").text
    with pytest.raises(KeyError):
        tell([lawyer.id], "of.yesterday")

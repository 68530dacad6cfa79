"""What is worth a look; narrowing by person, record and foundation; the trail on paper; a check in portions."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pypdf
import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Permission, Role
from shelter.audit import Actor, AuditEntry, anchors, note, operator, verify, work
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.notices.models import Notice
from shelter.oversight import watch
from tests.client import Page


@pytest.fixture
def client(sign_in, staff):
    return sign_in(staff(Role.AUDITOR, name="Olga Audita"))


def numbers(client, query):
    return [int(each) for each in re.findall(r'class="num"[^>]*>(\d+)</td>', client.get(f"/auditoria?{query}").text)]


# --- narrowing --------------------------------------------------------------------------------------------------------

def test_the_trail_is_narrowed_to_a_person_by_her_number(client, sign_in, staff):
    one, other = staff(Role.CASEWORKER), staff(Role.CASEWORKER)
    sign_in(one).get("/casos")
    sign_in(other).get("/casos")
    found = numbers(client, f"persona={one.id.hex[:8]}")
    actors = set(db.session.scalars(sa.select(AuditEntry.actor_id).where(AuditEntry.seq.in_(found))))
    assert actors == {one.id}
    assert numbers(client, f"persona={one.id}&accion=case.list")
    assert numbers(client, "persona=00000000") == []


def test_the_trail_is_narrowed_to_a_case_by_its_code_or_number(client, sign_in, staff, case):
    worker = staff(Role.CASEWORKER)
    mine, other = case(team=[worker]), case(team=[worker])
    reader = sign_in(worker)
    for each in (mine, other, mine):
        reader.get(f"/casos/{each.id}")
    for number in (mine.code, mine.code.lower().replace("-", ""), mine.id.hex[:12], str(mine.id)):
        found = numbers(client, f"objeto={number}")
        assert {db.session.get(AuditEntry, seq).object_id for seq in found} == {mine.id}
        assert len(found) >= 2


def test_the_trail_is_narrowed_to_a_foundation(client, programme, sign_in, staff, case):
    worker = staff(Role.CASEWORKER, programme.far_house)
    far = case(house=programme.far_house, team=[worker])
    sign_in(worker).get(f"/casos/{far.id}")
    found = numbers(client, f"fundacion={programme.foundations[1].id}")
    assert found
    assert {db.session.get(AuditEntry, seq).foundation_id for seq in found} == {programme.foundations[1].id}


@pytest.mark.parametrize("query", ["persona=Rosa", "objeto=%3Cscript%3E", "persona=123", "fundacion=x"])
def test_what_is_no_number_is_said_at_its_field(client, query):
    answer = client.get(f"/auditoria?{query}")
    assert answer.status_code == 422
    assert f'id="{query.partition("=")[0]}-error"' in answer.text


# --- worth a look -----------------------------------------------------------------------------------------------------

MORNING = datetime(2026, 11, 18, 15, tzinfo=UTC)  # ten in the morning in Guayaquil


def test_the_fullest_hour_of_each_day_is_told_when_it_holds_more_than_the_limit():
    minutes = [0, 30, 59, 60, 61, 119, 200]  # any hour: 31..59,60,61 and so on
    moments = [MORNING + timedelta(minutes=each) for each in minutes]
    next_day = [each + timedelta(days=1) for each in moments[:3]]
    assert list(watch.busiest_hours(moments + next_day, 3)) == [(moments[4], 4)]
    assert list(watch.busiest_hours(moments + next_day, 2)) == [(moments[4], 4), (next_day[2], 3)]
    assert list(watch.busiest_hours([], 0)) == []


def searches(client, count):
    for _each in range(count):
        assert client.post("/casos", data={"q": "Rosa"}).status_code == 303


@pytest.mark.parametrize(("count", "told"), [(30, 0), (31, 1), (33, 1)])
def test_the_31st_search_in_an_hour_is_told_to_auditors_and_the_house_s_coordinator_once(
    app, staff, sign_in, programme, count, told,
):
    auditor, coordinator = staff(Role.AUDITOR), staff(Role.SHELTER_COORDINATOR)
    elsewhere, worker = staff(Role.SHELTER_COORDINATOR, programme.far_house), staff(Role.CASEWORKER)
    with work("test.password", by=operator):
        auditor.password_hash = "x"
    searches(sign_in(worker), count)
    notices = db.session.execute(sa.select(Notice.staff_id, Notice.word)).all()
    assert sorted(map(tuple, notices), key=str) == sorted(
        [(auditor.id, "search.many"), (coordinator.id, "search.many_here")] * told, key=str)
    assert elsewhere.id not in {each.staff_id for each in notices}
    with app.test_request_context():
        found = watch.findings()
    assert [(each["kind"], each["actor_id"], each["count"]) for each in found] == [
        (watch.SEARCHES, worker.id, count)] * told


def test_many_refusals_are_worth_a_look_and_few_are_not(app, client, staff, sign_in):
    curious, careless = staff(Role.LAWYER), staff(Role.LAWYER)
    for person, times in ((curious, 10), (careless, 9)):
        reader = sign_in(person)
        for _each in range(times):
            assert reader.get("/camas").status_code == 403
    with app.test_request_context():
        assert [(each["kind"].word, each["actor_id"], each["count"]) for each in watch.findings()] == [
            ("refusals", curious.id, 10)]
    text = Page(client.get("/auditoria/revisar").text).text
    assert f"Rechazos en una hora 10 {Role.LAWYER.label} {curious.id.hex[:8]}" in text
    assert careless.id.hex[:8] not in text
    assert "Conviene mirar" in Page(client.get("/mi-dia").text).text


def test_cases_of_others_opened_at_night_are_worth_a_look(app, staff, case):
    worker = staff(Role.CASEWORKER)
    mine, first, second = case(team=[worker]), case(), case()
    night = MORNING.replace(hour=7)  # two in the morning
    with time_machine.travel(MORNING + timedelta(days=1), tick=False), app.test_request_context():
        for each, at in ((mine, night), (first, night), (first, night), (second, night + timedelta(minutes=20)),
                         (second, MORNING)):
            with time_machine.travel(at, tick=False):
                note(Permission.CASE_READ, by=Actor("staff", worker.id), on=each)
        found = watch.findings()
    assert [(each["kind"].word, each["actor_id"], each["count"]) for each in found] == [("night", worker.id, 2)]


def test_what_is_worth_a_look_names_nobody(client, staff, sign_in):
    worker = staff(Role.CASEWORKER, name="Carla Trabaja")
    searches(sign_in(worker), 31)
    html = client.get("/auditoria/revisar").text
    assert worker.id.hex[:8] in html
    assert "Carla" not in html
    assert "Rosa" not in html, "never what was searched"


# --- on paper, and in portions ----------------------------------------------------------------------------------------

def test_the_paper_carries_the_head_in_figures_and_in_a_code(client, staff, sign_in):
    sign_in(staff(Role.LAWYER)).get("/camas")
    answer = client.get("/auditoria.pdf?decision=refused")
    assert answer.mimetype == "application/pdf"
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.data)).pages))
    newest = json.loads(anchors.file.path.read_text().splitlines()[-1])
    assert newest["hash"] in text
    assert verify(newest["hash"]).is_sound
    assert "Registrodeauditoría" in text
    row = db.session.scalar(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()))
    assert row.action == "audit.print"


def test_a_long_check_goes_on_where_it_stopped(client, monkeypatch):
    monkeypatch.setattr(import_module("shelter.audit.verify"), "PORTION", 10)
    monkeypatch.setattr("shelter.oversight.views.SECONDS", 0)
    for number in range(25):
        with work("test.fill", by=operator, number=number):
            pass
    page, seen = Page(client.post("/auditoria/verificar", data={}).text), []
    while found := page.hidden("seen"):
        seen.append(int(found.split()[0]))
        assert "notice-success" not in client.post("/auditoria/verificar", data={"seen": "x"}).text
        page = Page(client.post("/auditoria/verificar", data={"seen": found}).text)
    assert seen[0] == 10
    assert seen == sorted(seen)
    assert "Sí, está" in page.text
    checks = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "audit.verify")).all()
    assert len(checks) == 1, "a portion is no check"


def test_a_forged_place_to_go_on_from_is_found_wrong(client):
    for number in range(3):
        with work("test.fill", by=operator, number=number):
            pass
    answer = client.post("/auditoria/verificar", data={"seen": f"2 {'a' * 64}"})
    assert "notice-danger" in answer.text


def test_members_of_a_team_are_at_home_at_night(app, staff, case):
    worker = staff(Role.CASEWORKER)
    hers = case()
    with work("test.team", by=operator):
        cases.join_team(hers, worker.id, Discipline.SOCIAL)
    with time_machine.travel(MORNING.replace(hour=7), tick=False), app.test_request_context():
        note(Permission.CASE_READ, by=Actor("staff", worker.id), on=hers)
        assert watch.findings() == []

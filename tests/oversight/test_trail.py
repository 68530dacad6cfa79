"""The auditor's pages: everything that was done, nobody by name; whole or not; taken away safely."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Permission, Role
from shelter.audit import AuditEntry, Verdict, anchors, head, note, operator, verify, work
from shelter.audit.chain import digest
from shelter.calendar import local, now, today
from shelter.db import Model, db
from shelter.oversight import queries, rules, views, words
from shelter.oversight.queries import Narrowing
from tests.client import Page

PROGRAM = Path(words.__file__).parent.parent


@pytest.fixture
def auditor(staff):
    return staff(Role.AUDITOR, name="Olga Audita")


@pytest.fixture
def client(sign_in, auditor):
    return sign_in(auditor)


def numbers(html):
    return [int(each) for each in re.findall(r'class="num"[^>]*>(\d+)</td>', html)]


def fill(count):
    for _each in range(count):
        with work("test.fill", by=operator):
            pass


def test_it_is_the_auditor_s_alone(sign_in, staff):
    for role in Role:
        reader = sign_in(staff(role))
        expected = 200 if role is Role.AUDITOR else 403
        assert reader.get("/auditoria").status_code == expected
        assert reader.get("/auditoria.csv").status_code == expected
        assert reader.post("/auditoria/verificar", data={}).status_code == expected


def test_it_tells_what_was_done_by_roles_and_opaque_numbers(client, sign_in, staff, case):
    worker = staff(Role.CASEWORKER, name="Carla Trabaja")
    opened = case(name="Rosa", team=[worker])
    assert sign_in(worker).get(f"/casos/{opened.id}").status_code == 200
    html = client.get("/auditoria").text
    assert worker.id.hex[:8] in html
    assert opened.id.hex[:8] in html
    for secret in ("Carla", "Trabaja", "Rosa", worker.email, opened.code, str(worker.id), "Olga Audita</"):
        assert secret not in html.replace('<span class="drop-name">Olga Audita</span>', "")
    row = next(row for row in queries.sheet(Narrowing()).rows if row["action"] == "case.read")
    assert row["roles"] == [str(Role.CASEWORKER.label)]


def test_the_role_shown_is_the_one_held_then(app, staff, auditor):
    worker = staff(Role.CASEWORKER)
    with app.test_request_context(), time_machine.travel(now() + timedelta(days=40)):
        with work("test.change", by=operator):
            worker.assignments[0].to_on = today() - timedelta(days=5)
        from shelter.accounts import actions

        with work("test.give", by=operator):
            actions.assign(worker, role=Role.OBSERVER)
        roles = queries.accounts.roles_ever({worker.id})[worker.id]
        assert queries._roles_then(roles, now() - timedelta(days=39)) == [str(Role.CASEWORKER.label)]
        assert queries._roles_then(roles, now()) == [str(Role.OBSERVER.label)]
        assert queries._roles_then(roles, now() - timedelta(days=2)) == []


def test_a_hundred_rows_a_page_newer_and_older(client):
    fill(230)
    last = head().seq
    first = client.get("/auditoria")
    assert numbers(first.text) == list(range(last, last - 100, -1))
    second = client.get(f"/auditoria?antes={last - 99}")
    assert numbers(second.text) == list(range(last - 100, last - 200, -1))
    back = client.get(f"/auditoria?despues={last - 100}")
    assert numbers(back.text) == list(range(last, last - 100, -1))
    assert f"antes={last - 99}" in first.text
    assert f"despues={last - 100}" in second.text
    assert "despues=" not in first.text


@pytest.mark.parametrize("query", [
    "antes=x", "antes=-1", "antes=99999999999999999999999", "antes=1", "despues=", "despues=999999", "accion=x&desde=x",
])
def test_strange_addresses_do_no_harm(client, query):
    assert client.get(f"/auditoria?{query}").status_code in (200, 422)


def test_looking_at_the_trail_is_in_the_trail(client, auditor):
    client.get("/auditoria")
    db.session.rollback()
    row = db.session.scalar(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()))
    assert (row.action, row.actor_id) == (Permission.AUDIT_READ, auditor.id)


def test_filters_narrow_by_action_decision_actor_and_days(app, client, auditor, sign_in, staff):
    lawyer = sign_in(staff(Role.LAWYER))
    lawyer.get("/admin/usuarios")
    rows = queries.sheet(Narrowing(decision="refused")).rows
    assert [row["action"] for row in rows] == ["staff.manage"]
    html = client.get("/auditoria?decision=refused").text
    assert len(numbers(html)) == 1
    assert all(row["actor_kind"] == "operator" for row in queries.sheet(Narrowing(actor_kind="operator")).rows)
    assert numbers(client.get("/auditoria?accion=session.refuse").text) == []
    before = head().seq
    with time_machine.travel(now() + timedelta(days=30)):
        fill(3)
        later = today()
        found = queries.sheet(Narrowing(first=later)).rows
        assert [row["seq"] for row in found] == [before + 3, before + 2, before + 1]
        assert queries.sheet(Narrowing(last=later - timedelta(days=1))).rows[0]["seq"] == before
        assert queries.sheet(Narrowing(first=later + timedelta(days=1))).rows == []
    assert len(numbers(client.get(f"/auditoria?desde={later}&hasta={later}").text)) == 3


def test_days_are_those_of_the_house(app):
    """Half past seven in the evening in Guayaquil is the next day in UTC."""
    evening = datetime(2026, 3, 28, 0, 30, tzinfo=UTC)
    with time_machine.travel(evening, tick=False):
        assert local(now()).date().isoformat() == "2026-03-27"
        fill(1)
    day = local(evening).date()
    assert len(queries.sheet(Narrowing(first=day, last=day)).rows) == 1
    assert queries.sheet(Narrowing(first=day + timedelta(days=1), last=day + timedelta(days=1))).rows == []


def test_days_out_of_order_of_writing_are_found_all_the_same(app):
    """A row may get a later number than one that was begun after it."""
    start = now()
    for minutes in (0, 10, 9, 12, 11, 20):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            fill(1)
    first = queries.first_since(start + timedelta(minutes=10) - queries.SLACK)
    wanted = db.session.scalars(sa.select(AuditEntry.seq).where(AuditEntry.at >= start + timedelta(minutes=10))).all()
    assert first <= min(wanted)


def test_a_wrong_day_is_said_at_its_field(client):
    answer = client.get("/auditoria?desde=31-31-2026")
    assert answer.status_code == 422
    assert 'id="desde-error"' in answer.text


def test_filters_stay_on_the_next_page_and_in_the_file(client):
    fill(120)
    page = Page(client.get("/auditoria?quien=operator").text)
    links = [each["href"] for each in page.all("a")]
    assert any(link.startswith("/auditoria?antes=") and "quien=operator" in link for link in links)
    assert "/auditoria.csv?quien=operator" in links


def test_the_page_costs_the_same_whoever_acted(client, sign_in, staff, count_queries):
    def cost():
        with count_queries() as found:
            client.get("/auditoria")
        return len(found.statements)

    few = cost()
    for _each in range(5):
        sign_in(staff(Role.LAWYER)).get("/admin/usuarios")
    assert cost() == few


def taken(client, query=""):
    answer = client.get(f"/auditoria.csv{query}")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[-1]["seq"] == rules.SEALED
    return answer, rows[:-1]


def test_the_file_holds_the_chain_so_that_it_can_be_checked_elsewhere(client, monkeypatch):
    monkeypatch.setattr(queries, "PORTION", 7)
    fill(40)
    answer, rows = taken(client)
    assert re.fullmatch(r'attachment; filename="auditoria-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    before = "0" * 64
    for row in rows:
        given = {name: value or None for name, value in row.items()}
        given |= {"seq": int(row["seq"]), "at": datetime.fromisoformat(row["at"]), "detail": row["detail"]}
        given |= {name: UUID(row[name]) if row[name] else None for name in ("actor_id", "object_id", "foundation_id")}
        assert given["prev"] == before
        assert digest(given) == given["hash"]
        before = given["hash"]


def test_taking_the_file_is_in_the_trail_and_in_the_file(client, auditor):
    _answer, rows = taken(client)
    assert (rows[-1]["action"], rows[-1]["actor_id"]) == ("audit.export", str(auditor.id))


def test_the_file_is_narrowed_as_the_page_is(client):
    _answer, rows = taken(client, "?quien=operator")
    assert {row["actor_kind"] for row in rows} == {"operator"}


def test_the_file_ends_with_a_signed_head_that_the_check_knows(client):
    answer = client.get("/auditoria.csv?quien=nobody")
    signed = json.loads(list(csv.reader(io.StringIO(answer.text)))[-1][-1])
    assert json.dumps(signed, sort_keys=True) in anchors.file.path.read_text()
    assert verify(signed["hash"]).is_sound


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＠x"])
def test_no_cell_is_a_formula(text):
    assert rules.safe_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are():
    assert [rules.safe_cell(value) for value in ("abc", 5, None, "a=1", "{}")] == ["abc", "5", "", "a=1", "{}"]


def test_a_formula_in_the_trail_arrives_as_text(client):
    note("=HYPERLINK(1)", by=operator)
    _answer, rows = taken(client)
    assert any(row["action"] == "'=HYPERLINK(1)" for row in rows)


def test_the_check_says_that_the_trail_is_whole(client, auditor):
    answer = client.post("/auditoria/verificar", data={})
    assert answer.status_code == 200
    assert "notice-success" in answer.text
    db.session.rollback()
    row = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "audit.verify"))
    assert '"sound":true' in row.detail


def test_the_check_takes_a_head_from_a_report(client):
    old = head().hash
    fill(3)
    copied = f" {old[:32].upper()} {old[32:]} "
    assert "notice-success" in client.post("/auditoria/verificar", data={"head": copied}).text
    assert "notice-danger" in client.post("/auditoria/verificar", data={"head": "ab" * 32}).text
    answer = client.post("/auditoria/verificar", data={"head": "no es"})
    assert answer.status_code == 422
    assert 'id="head-error"' in answer.text


def test_the_check_names_the_row_that_is_wrong(client, monkeypatch):
    monkeypatch.setattr(views, "verify", lambda _head, **_more: Verdict(9, verify().head, "row 10 went to sea", 10))
    answer = client.post("/auditoria/verificar", data={})
    assert "notice-danger" in answer.text
    assert "10" in answer.text
    assert "went to sea" not in answer.text, "what a programmer wrote is no sentence for a reader"


def test_the_check_is_no_link(client):
    assert client.get("/auditoria/verificar").status_code == 405


def test_every_action_of_the_program_is_said_in_words():
    call = re.compile(r'\b(?:work|submit|saved|note|reading)\(\s*(?:\w+,\s*)?"([a-z_]+\.[a-z_]+)"')
    used = {word for path in PROGRAM.rglob("*.py") for word in call.findall(path.read_text("utf-8"))}
    assert len(used) > 20, "the pattern still finds them"
    known = words.ACTIONS.keys() | {each.value for each in Permission}
    assert used - known == set(), "say it in shelter/oversight/words.py"


def test_every_kind_of_record_is_said_in_words(app):
    kinds = {table.name for table in Model.metadata.sorted_tables}
    assert words.OBJECTS.keys() <= kinds, "no such table"


@pytest.mark.parametrize("wrong", ["persona=zz", "desde=2026-13-45", "accion=%27", "quien=x"])
@pytest.mark.parametrize("file", ["csv", "pdf"])
def test_what_cannot_be_narrowed_so_is_not_given_away_whole(staff, sign_in, wrong, file):
    client = sign_in(staff(Role.AUDITOR))
    answer = client.get(f"/auditoria.{file}?{wrong}")
    assert (answer.status_code, answer.location) == (303, f"/auditoria?{wrong}")
    assert client.get(answer.location).status_code == 422

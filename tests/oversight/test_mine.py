"""One's own trail: her own rows alone, in words, with the codes of the cases that she reaches and no name."""

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import Actor, AuditEntry, note, operator, work
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.oversight import queries
from tests.client import Page

MINE = "/mi-cuenta/accesos"


@pytest.fixture
def lawyer(staff, case):
    """A lawyer and a case on whose team she is."""
    member = staff(Role.LAWYER, name="Ana Torres")
    made = case(name="Canarioxyz")
    with work("test.team", by=operator):
        cases.join_team(made, member.id, Discipline.LEGAL)
    return member, made


def rows(client, path=MINE):
    page = Page(client.get(path).text)
    return page, sum(1 for each in page.all("tr")) - 1


def test_what_she_opened_stands_there_by_its_code(lawyer, sign_in):
    member, made = lawyer
    client = sign_in(member)
    assert client.get(f"/casos/{made.id}").status_code == 200
    page, _count = rows(client)
    assert made.code in page.text
    assert "Canarioxyz" not in page.text


def test_what_was_refused_stands_there_without_what_is_out_of_reach(lawyer, case, programme, sign_in):
    member, _made = lawyer
    far = case(house=programme.far_house, name="Canariofar")
    client = sign_in(member)
    assert client.get(f"/casos/{far.id}").status_code == 404
    assert client.get("/auditoria").status_code == 403
    page, _count = rows(client)
    assert page.text.count("negado") >= 2 or page.text.count("refused") >= 2, page.text
    assert far.code not in page.text
    assert far.id.hex[:8] not in page.text


def test_a_case_that_she_does_not_reach_any_more_loses_its_code(lawyer, sign_in):
    member, made = lawyer
    client = sign_in(member)
    client.get(f"/casos/{made.id}")
    with work("test.leave", by=operator):
        db.session.execute(sa.text("DELETE FROM team_member"))
    assert made.code not in rows(client)[0].text


def test_nobody_else_stands_there(lawyer, staff, sign_in):
    member, made = lawyer
    other = sign_in(staff(Role.SHELTER_COORDINATOR))
    other.get(f"/casos/{made.id}")
    client = sign_in(member)
    before = rows(client)[1]
    other.get(f"/casos/{made.id}")
    assert rows(client)[1] == before
    assert made.code not in rows(client)[0].text


def test_a_long_trail_is_read_page_by_page_by_number(app, lawyer, sign_in):
    member, _made = lawyer
    client = sign_in(member)
    for _each in range(queries.PER_PAGE + 20):
        note("case.read", by=Actor("staff", member.id))
    page, count = rows(client)
    older = next(each["href"] for each in page.all("a") if each.get("rel") == "next")
    assert count == queries.PER_PAGE
    assert older.startswith(f"{MINE}?antes=")
    second, rest = rows(client, older)
    mine = db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.actor_id == member.id))
    assert count + rest == mine
    assert any(each.get("rel") == "prev" for each in second.all("a"))


@pytest.mark.parametrize("number", ["x", "-1", "99999999999999999999", "1.5", ""])
def test_a_number_that_is_none_is_ignored(lawyer, sign_in, number):
    assert sign_in(lawyer[0]).get(f"{MINE}?antes={number}").status_code == 200


def test_it_is_found_along_an_index(app, lawyer):
    """However long the whole trail is."""
    if db.engine.dialect.name != "sqlite":
        plan = db.session.execute(sa.text("SELECT indexdef FROM pg_indexes WHERE tablename = 'audit_entry'")).scalars()
        assert any("(actor_id, seq)" in each for each in plan)
        return
    query = "EXPLAIN QUERY PLAN SELECT seq FROM audit_entry WHERE actor_id = x'00' AND seq < 9 ORDER BY seq DESC"
    plan = " ".join(row.detail for row in db.session.execute(sa.text(query)))
    assert "ix_audit_entry_of_actor" in plan
    assert "TEMP B-TREE" not in plan

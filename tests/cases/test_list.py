"""The list of cases: fifty a page, newest first, within reach, with few queries."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases import actions, queries
from shelter.cases.models import Case
from shelter.cases.queries import Cursor, Filters
from shelter.db import db
from tests.client import Page


@pytest.fixture
def hundred(programme, staff):
    """120 cases of one house, two of them opened at the same moment."""
    lead = staff(Role.CASEWORKER)
    begin = now() - timedelta(days=200)
    with work("test.many", by=operator):
        for place in range(120):
            actions.open_case(
                programme.house, by=lead.id, name_used=f"Nombre {place}", opened_at=begin + timedelta(days=place // 2)
            )
    return lead


def codes(text):
    return [
        attrs["href"].rsplit("/", 1)[1]
        for attrs in Page(text).all("a")
        if (attrs.get("href") or "").startswith("/casos/")
    ]


def test_pages_hold_every_case_once_and_lead_back(app, hundred, staff, sign_in):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    url, seen, pages = "/casos", [], 0
    while url:
        page = Page(client.get(url).text)
        seen += codes(client.get(url).text)
        pages += 1
        url = next((each["href"] for each in page.all("a") if each.get("rel") == "next"), None)
    assert pages == 3
    expected = db.session.scalars(sa.select(Case.id).order_by(Case.opened_at.desc(), Case.id.desc()))
    assert seen == [str(each) for each in expected]
    back = next(each["href"] for each in page.all("a") if each.get("rel") == "prev")
    assert codes(client.get(back).text) == seen[50:100]


def test_a_page_takes_few_queries_however_many_rows(app, hundred, staff, sign_in, count_queries):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    client.get("/casos")
    with count_queries() as found:
        client.get("/casos")
    assert len(found.statements) <= 12, "\n".join(found.statements)


def test_names_are_not_for_the_programme_coordinator(app, hundred, staff, sign_in):
    text = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get("/casos").text
    assert "Nombre" not in text
    assert len(codes(text)) == 50


def test_filters_narrow_and_stay_in_the_address(app, case, programme, staff, sign_in):
    one, _other = case(name="Una"), case(name="Otra", house=programme.other_house)
    client = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    assert codes(client.get(f"/casos?casa={programme.house.id}").text) == [str(one.id)]
    assert codes(client.get("/casos?estado=closed").text) == []
    assert client.get("/casos?estado=disparate&casa=nada&desde=%00%ff").status_code == 200


def test_a_cursor_reads_what_it_wrote(app, case):
    one = case()
    cursor = Cursor(one.opened_at, one.id, newer=True)
    assert Cursor.read(str(cursor)) == cursor
    assert Cursor.read("no es nada") is None
    assert Cursor.read(None) is None


def test_mine_are_those_whose_team_i_am_on(app, case, staff):
    reader = staff(Role.SHELTER_COORDINATOR)
    mine, _other = case(team=[reader]), case()

    class Reader:
        id = reader.id
        grants = ()

    from shelter.access import Grant

    Reader.grants = (Grant(Role.SHELTER_COORDINATOR, mine.foundation_id, mine.house_id),)
    rows = queries.page_of(Reader(), Filters(mine=reader.id)).rows
    assert [row["id"] for row in rows] == [mine.id]

"""The queue: what is due within reach, the oldest first; names only for those who may read them."""

from datetime import timedelta

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.cases.actions import move_to
from shelter.cases.models import Case
from shelter.codes.cases import CaseState, Channel, ConsentAnswer, Stage
from shelter.db import db
from tests.client import Page


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER)


def codes(text, cases):
    return [each.code for each in sorted(cases, key=lambda each: text.find(each.code)) if each.code in text]


def test_the_oldest_comes_first_and_what_is_not_due_is_not_there(sign_in, worker, departed, case):
    late, soon, later = (departed(team=[worker], days=days) for days in (50, 20, 2))
    case(team=[worker])
    text = sign_in(worker).get("/seguimientos").text
    assert codes(text, [later, late, soon]) == [late.code, soon.code, later.code]


def test_it_reaches_as_far_as_the_reader(sign_in, staff, worker, departed, programme):
    mine, theirs = departed(team=[worker], name="Rosa"), departed(name="Elena", house=programme.far_house)
    text = sign_in(worker).get("/seguimientos").text
    assert mine.code in text
    assert theirs.code not in text
    everything = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get("/seguimientos").text
    assert {mine.code, theirs.code} == set(codes(everything, [mine, theirs]))
    assert "Rosa" not in everything
    assert "Elena" not in everything
    coordinator = sign_in(staff(Role.SHELTER_COORDINATOR, house=programme.far_house)).get("/seguimientos").text
    assert "Elena" in coordinator
    assert mine.code not in coordinator


@pytest.mark.parametrize("role", [Role.HOUSE_STAFF, Role.ADMINISTRATOR, Role.OBSERVER, Role.AUDITOR])
def test_for_others_it_is_shut(sign_in, staff, role):
    assert sign_in(staff(role)).get("/seguimientos").status_code == 403


def test_of_somebody_who_refused_nothing_is_late(sign_in, worker, departed):
    departed(team=[worker], days=60, channel=Channel.CALL, consent=ConsentAnswer.REFUSED)
    text = sign_in(worker).get("/seguimientos").text
    assert "tag-protection" in text
    assert "tag-due" not in text


def test_it_has_pages_and_no_query_a_row(app, sign_in, worker, programme, case, count_queries):
    made = [case(team=[worker]) for _ in range(120)]
    with work("test", by=operator):
        for place, each in enumerate(made):
            held = db.session.get(Case, each.id)
            move_to(held, Stage.FOLLOW_UP, state=CaseState.FOLLOW_UP, next_due_on=today() + timedelta(days=place // 3))
    client, url, seen = sign_in(worker), "/seguimientos", []
    while url:
        with count_queries() as found:
            text = client.get(url).text
        assert len(found.statements) < 20
        seen.append(codes(text, made))
        url = next((each["href"] for each in Page(text).all("a") if each.get("rel") == "next"), None)
    assert [len(each) for each in seen] == [50, 50, 20]
    assert {code for each in seen for code in each} == {each.code for each in made}


def test_my_day_tells_what_is_due_within_a_fortnight(sign_in, worker, departed):
    late, soon, later = (departed(team=[worker], days=days) for days in (50, 20, 2))
    links = [each["href"] for each in Page(sign_in(worker).get("/mi-dia").text).all("a")]
    due = [f"/casos/{each.id}/seguimiento" for each in (late, soon, later)]
    assert [each for each in links if each in due] == due[:2]


def test_the_case_page_shows_the_schedule_of_those_who_left(sign_in, worker, departed, case):
    client = sign_in(worker)
    for known, links in ((departed(team=[worker]), 2), (case(team=[worker]), 1)):
        page = Page(client.get(f"/casos/{known.id}").text)
        assert len([each for each in page.all("a") if each["href"] == f"/casos/{known.id}/seguimiento"]) == links

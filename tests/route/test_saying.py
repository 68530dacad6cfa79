"""What is said of a step counts for the time that runs; and what a closed case says stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases.records import RouteConditions
from shelter.codes.cases import CaseState, Milestone, Stage
from shelter.codes.protocol import DelayCause, Start, Unit
from shelter.db import db
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Happening, Limit
from shelter.route import actions, queries
from shelter.route.models import StepWord
from tests.client import Page
from tests.route.made import SPOKEN, small_book, step
from tests.route.test_pages import moment, said, text_of

DAY = timedelta(days=1)


@pytest.fixture
def book(monkeypatch):
    """What is asked of who arrives, and of who closes her case."""
    steps = (
        step("rights", "house", Start.MILESTONE, starts_with=Happening(Milestone.ADMITTED), is_beside=True,
             evidence=SPOKEN, limit=Limit(24 * 9, Unit.HOURS), may_be_skipped=True),
        step("write", "house", Start.STEP, after="rights", is_beside=True, evidence=SPOKEN, may_be_skipped=True),
        step("tell", "out", Start.MILESTONE, starts_with=Happening(Milestone.CLOSED), is_beside=True, evidence=SPOKEN),
    )
    made = replace(small_book(), steps=(*small_book().steps, *steps))
    monkeypatch.setattr(protocol, "books", lambda: [made])
    return made


@pytest.fixture
def back(book, case, staff):
    """Opened forty days ago; in the house from then on, out after ten days, and in again five days ago."""
    member = staff(Role.CASEWORKER)
    made = case(team=[member], opened=40)
    with work("test.back", by=operator):
        for milestone, days in ((Milestone.ADMITTED, 40), (Milestone.EXITED, 30), (Milestone.ADMITTED, 5)):
            cases.reached(made, milestone, at=now() - days * DAY, by=member.id)
    return made, member


def test_what_was_done_before_this_time_began_is_refused_at_its_field(back, sign_in):
    found, member = back
    client, url = sign_in(member), f"/casos/{found.id}/ruta/rights/cumplido"
    before = [(lap.end, lap.ended_at) for lap in queries.route_of(found).laps["rights"]]
    answer = client.fill(url, note="Se explicó", **moment(-35 * DAY))
    assert answer.status_code == 422
    assert 'href="#at"' in answer.text
    assert "Eso fue antes de que empezara esta vez" in answer.text
    assert said() == []
    assert [(lap.end, lap.ended_at) for lap in queries.route_of(found).laps["rights"]] == before
    assert client.fill(url, note="Se explicó", **moment(-5 * DAY)).status_code == 303, "at that very minute"
    assert "Cumplido" in text_of(client.get(f"/casos/{found.id}/ruta").text, "rights")


def test_what_was_done_before_its_first_turn_counts(back, sign_in):
    found, member = back
    url = f"/casos/{found.id}/ruta/report/cumplido"
    assert sign_in(member).fill(url, note="Antes", **moment(-40 * DAY + timedelta(minutes=1))).status_code == 303


@pytest.fixture
def closed(back, staff):
    """The same, closed yesterday; who looks at it, and what was said before."""
    found, member = back
    report = protocol.books()[0].by_key["report"]
    with work("test.said", by=operator):
        word = actions.done(found, report, by=member.id, at=now() - 38 * DAY, note="Con oficio")
        word.entered_at = now() - 37 * DAY
    with work("test.close", by=operator):
        cases.move_to(found, Stage.CLOSED, state=CaseState.CLOSED)
        cases.reached(found, Milestone.CLOSED, at=now() - DAY, by=member.id)
        found.closed_at = now() - DAY + timedelta(hours=1)
    return found, staff(Role.SHELTER_COORDINATOR), word


def test_what_a_closed_case_says_stays_as_it_is(closed, sign_in):
    found, boss, word = closed
    client, route, before = sign_in(boss), f"/casos/{found.id}/ruta", queries.route_of(found).laps
    sentence = "Este caso está cerrado: sus fechas y horas quedan como están"
    for path, answers in (("alerta", moment(-200 * DAY)), ("condiciones", {"declared": ["pregnant"]}),
                          ("write/cumplido", {"note": "Ya", **moment()}), ("write/omitir", {"reason": "declined"})):
        answer = client.fill(f"{route}/{path}", **answers)
        assert (answer.status_code, sentence in Page(answer.text).text) == (422, True), path
    page = client.get(route)
    client.post(f"{route}/dicho/{word.id}/retirar", data={"csrf_token": client.token})
    assert sentence in client.get(route).text
    for link in ("alerta", "condiciones", "write/cumplido", "write/omitir"):
        assert f"{route}/{link}" not in page.text
    db.session.rollback()
    assert queries.route_of(found).laps == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RouteConditions)) == 0


def test_what_closing_asks_for_is_said_and_taken_back_and_a_cause_too(closed, sign_in):
    found, boss, _word = closed
    client, route = sign_in(boss), f"/casos/{found.id}/ruta"
    assert client.fill(f"{route}/tell/cumplido", note="Con oficio", **moment()).status_code == 303
    assert client.fill(f"{route}/report/causa", cause=DelayCause.NO_ANSWER.value).status_code == 303
    last = db.session.scalars(sa.select(StepWord).where(StepWord.step == "tell")).one()
    client.post(f"{route}/dicho/{last.id}/retirar", data={"csrf_token": client.token})
    assert "En curso" in text_of(client.get(route).text, "tell")

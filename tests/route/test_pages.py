"""The pages of a route: what they show to whom, what is said there, and what is refused."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.codes.cases import Milestone
from shelter.codes.route import Word
from shelter.db import db
from shelter.notices.models import Notice
from shelter.route import actions
from shelter.route.models import RouteConditions, StepWord


@pytest.fixture
def her(book, case, staff):
    """A case that was opened three days ago, with a caseworker on the team."""
    member = staff(Role.CASEWORKER)
    return case(team=[member]), member


def moment(after=timedelta(0)):
    at = local(now() + after)
    return {"at-date": at.date().isoformat(), "at-time": f"{at:%H:%M}"}


def text_of(html, step):
    """What stands in the line of a step; empty when there is none."""
    found = re.search(rf'<li id="paso-{step}".*?</li>', html, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def said():
    db.session.rollback()
    return db.session.scalars(sa.select(StepWord).order_by(StepWord.entered_at)).all()


def test_the_route_says_what_is_over_who_must_act_and_where_the_limit_comes_from(her, sign_in):
    found, member = her
    page = sign_in(member).get(f"/casos/{found.id}/ruta")
    line = text_of(page.text, "report")
    assert "Atrasado" in line  # three days after the alert: a law that an institution validated
    assert "Fiscalía General del Estado" in line
    assert "24 horas (Ley)" in line
    assert "venció hace 2 días" in line
    assert "Todavía no" in text_of(page.text, "health")
    assert not text_of(page.text, "board")  # of age, as far as is known


def test_what_is_said_completes_a_step_and_what_was_a_mistake_is_taken_back(her, sign_in):
    found, member = her
    client = sign_in(member)
    url = f"/casos/{found.id}/ruta/report/cumplido"
    client.fill(url, note="Denuncia presentada en la Fiscalía", **moment())
    page = client.get(f"/casos/{found.id}/ruta")
    assert "Cumplido" in text_of(page.text, "report")
    assert "Denuncia presentada en la Fiscalía" in page.text
    [word] = said()
    assert (word.word, word.by_id) == (Word.DONE, member.id)
    client.post(f"/casos/{found.id}/ruta/dicho/{word.id}/retirar", data={"csrf_token": client.token})
    page = client.get(f"/casos/{found.id}/ruta")
    assert "Atrasado" in text_of(page.text, "report")
    assert "retirado" in page.text


@pytest.mark.parametrize(("when", "sentence"), [
    (timedelta(days=1), "No puede ser posterior a este momento"),
    (timedelta(days=-5), "Esto no puede ser anterior a la alerta"),
])
def test_nothing_is_done_in_the_future_or_before_the_alert(her, sign_in, when, sentence):
    found, member = her
    page = sign_in(member).fill(f"/casos/{found.id}/ruta/report/cumplido", note="Hecho", **moment(when))
    assert page.status_code == 422
    assert said() == []
    assert sentence in page.text


def test_a_step_is_skipped_only_where_the_protocol_lets_it(her, sign_in):
    found, member = her
    client = sign_in(member)
    page = client.fill(f"/casos/{found.id}/ruta/report/omitir", reason="not_needed")
    assert page.status_code == 422
    assert "El protocolo no acepta" in page.text
    client.fill(f"/casos/{found.id}/ruta/health/omitir", reason="declined")
    assert [(each.step, each.reason) for each in said()] == [("health", "declined")]
    assert "Omitido" in text_of(client.get(f"/casos/{found.id}/ruta").text, "health")


def test_the_cause_is_asked_once(her, sign_in):
    found, member = her
    client = sign_in(member)
    route = f"/casos/{found.id}/ruta"
    assert "Decir por qué" in text_of(client.get(route).text, "report")
    client.fill(f"{route}/report/causa", cause="no_answer")
    line = text_of(client.get(route).text, "report")
    assert "Causa: La institución no respondió" in line
    assert "Decir por qué" not in line
    page = client.fill(f"{route}/health/causa", cause="no_place")
    assert "no ha pasado su plazo" in page.text


def test_what_is_declared_of_her_decides_which_steps_concern_her_and_is_sealed(her, sign_in):
    found, member = her
    client = sign_in(member)
    client.fill(f"/casos/{found.id}/ruta/condiciones", declared=["doubtful_majority", "pregnant"])
    assert text_of(client.get(f"/casos/{found.id}/ruta").text, "board")
    sealed = db.session.scalar(sa.select(RouteConditions.declared_sealed))
    assert b"pregnant" not in sealed
    html = client.get(f"/casos/{found.id}/ruta/condiciones").text
    assert set(re.findall(r'value="(\w+)" checked', html)) == {"doubtful_majority", "pregnant"}


def test_a_step_that_nobody_knows_is_not_there(her, sign_in):
    found, member = her
    assert sign_in(member).get(f"/casos/{found.id}/ruta/nada/cumplido").status_code == 404


def test_the_programme_reads_codes_and_no_notes(her, sign_in, staff):
    found, member = her
    sign_in(member).fill(f"/casos/{found.id}/ruta/report/cumplido", note="Rosa fue con su hermana", **moment())
    page = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(f"/casos/{found.id}/ruta")
    assert "Cumplido" in text_of(page.text, "report")
    assert "hermana" not in page.text
    assert "Ya se hizo" not in page.text


def test_the_board_begins_with_what_is_most_pressing(book, case, staff, sign_in):
    member = staff(Role.SHELTER_COORDINATOR)
    late, early = case(name="Lucerito", opened=6), case(name="Anacaona", opened=0)
    page = sign_in(member).get("/ruta/casos")
    assert page.text.index("Lucerito") < page.text.index("Anacaona")
    assert "Atrasado" in page.text[page.text.index("Lucerito"):page.text.index("Anacaona")]
    page = sign_in(member).get("/ruta/casos?estado=atrasados")
    assert late.code in page.text
    assert early.code not in page.text
    page = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get("/ruta/casos")
    assert "Lucerito" not in page.text
    assert late.code in page.text


def test_without_a_protocol_the_page_says_so(case, staff, sign_in, monkeypatch):
    from shelter.protocol import queries as protocol

    monkeypatch.setattr(protocol, "books", list)
    member = staff(Role.CASEWORKER)
    page = sign_in(member).get(f"/casos/{case(team=[member]).id}/ruta")
    assert "Todavía no hay ninguna versión publicada" in page.text


# --- who is told ------------------------------------------------------------------------------------------------------

def told():
    db.session.rollback()
    return sorted((each.word, each.staff_id) for each in db.session.scalars(sa.select(Notice)) if "late" in each.word)


def test_the_team_is_told_at_once_and_the_coordination_a_day_later_once_each(book, case, staff, app):
    member, boss = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    hers = case(team=[member], opened=0)
    with work("test.alert", by=operator):
        cases.reached(hers, Milestone.ALERTED, at=now() - timedelta(hours=25), by=member.id)
    with app.test_request_context():
        actions.tell_who_is_late()
        actions.tell_who_is_late()
    team = {each.staff_id for each in hers.team}
    assert {who for word, who in told() if word == "route.late"} == team
    assert len(told()) == len(team)
    with work("test.earlier", by=operator):
        entry = cases.reached(hers, Milestone.ALERTED, at=now() - timedelta(hours=49), by=member.id)
        assert entry.id
    with app.test_request_context():
        actions.tell_who_is_late()
    assert [who for word, who in told() if word == "route.still_late"] == [boss.id]


def test_what_is_long_over_is_told_to_nobody(book, case, staff, app):
    case(team=[staff(Role.CASEWORKER)], opened=30)
    with app.test_request_context():
        actions.tell_who_is_late()
    assert told() == []

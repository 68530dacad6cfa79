"""The pages of a route: what they show to whom, what is said there, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import RouteConditions, Screened
from shelter.codes.cases import Answer, CaseState, Milestone
from shelter.codes.outgoing import Screening
from shelter.codes.protocol import Condition, Standing, Unit
from shelter.codes.referrals import InstitutionKind
from shelter.codes.route import Word
from shelter.db import db
from shelter.partners.models import Institution
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Limit
from shelter.route import kept, queries
from shelter.route.models import StepWord
from tests.route.made import SPOKEN, small_book
from tests.route.made import step as made


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
    assert "Venció hace 2 días" in line
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
    assert "El protocolo no permite omitir este paso" in page.text
    client.fill(f"/casos/{found.id}/ruta/health/omitir", reason="declined")
    assert [(each.step, each.reason) for each in said()] == [("health", "declined")]
    line = text_of(client.get(f"/casos/{found.id}/ruta").text, "health")
    assert "Omitido" in line
    assert "Se omitió porque: Ella no lo quiere" in line


def test_the_cause_is_asked_once(her, sign_in):
    found, member = her
    client = sign_in(member)
    route = f"/casos/{found.id}/ruta"
    assert "Decir por qué" in text_of(client.get(route).text, "report")
    client.fill(f"{route}/report/causa", cause="no_answer")
    line = text_of(client.get(route).text, "report")
    assert "Causa: La institución no respondió" in line
    assert "Decir por qué" not in line
    for each in ("health", "report"):  # not over its limit; said already
        page = client.fill(f"{route}/{each}/causa", cause="no_place")
        assert page.status_code == 422
        assert "no ha pasado su plazo, o su causa ya está anotada" in page.text
    assert len(said()) == 1


def test_a_step_that_was_done_late_asks_for_its_cause_too_and_says_how_late(her, sign_in):
    found, member = her
    client = sign_in(member)
    route = f"/casos/{found.id}/ruta"
    client.fill(f"{route}/report/cumplido", note="Denuncia presentada", **moment(-timedelta(minutes=1)))
    line = text_of(client.get(route).text, "report")
    assert "Cumplido" in line
    assert "(47 horas después de su plazo)" in line  # three days ago to this minute, less 24 hours
    assert "Decir por qué se pasó del plazo" in line
    client.fill(f"{route}/report/causa", cause="no_staff")
    line = text_of(client.get(route).text, "report")
    assert "Decir por qué" not in line
    assert "Causa: " in line


def test_of_a_second_time_the_first_one_is_asked_for_as_well(her, sign_in):
    found, member = her
    with work("test.twice", by=operator):
        cases.reached(found, Milestone.EXITED, at=now() - timedelta(days=80), by=member.id)
        cases.reached(found, Milestone.ADMITTED, at=now() - timedelta(days=40), by=member.id)
        cases.reached(found, Milestone.EXITED, at=now() - timedelta(days=2), by=member.id)
    client = sign_in(member)
    line = text_of(client.get(f"/casos/{found.id}/ruta").text, "after")
    assert "En curso" in line
    assert "vez número 2" in line
    assert "Decir por qué se pasó del plazo la vez anterior" in line
    client.fill(f"/casos/{found.id}/ruta/after/causa", cause="not_found")
    assert "Decir por qué" not in text_of(client.get(f"/casos/{found.id}/ruta").text, "after")


def test_what_is_declared_of_her_decides_which_steps_concern_her_and_is_sealed(her, sign_in):
    found, member = her
    client = sign_in(member)
    client.fill(f"/casos/{found.id}/ruta/condiciones", declared=["doubtful_majority", "pregnant"])
    assert text_of(client.get(f"/casos/{found.id}/ruta").text, "board")
    sealed = db.session.scalar(sa.select(RouteConditions.declared_sealed))
    assert b"pregnant" not in sealed
    html = client.get(f"/casos/{found.id}/ruta/condiciones").text
    assert set(re.findall(r'value="(\w+)" checked', html)) == {"doubtful_majority", "pregnant"}


def test_what_the_file_says_need_not_be_declared(her, sign_in):
    """Whether she needs an interpreter is asked on the first page of an arrival, her papers on the second."""
    found, member = her
    client = sign_in(member)
    client.fill(f"/ingresos/{found.id}/seguridad", is_safe="no", needs_doctor="no", needs_interpreter="yes")
    client.fill(f"/ingresos/{found.id}/persona", name_used="Rosa", nationality="CN", document_kind="none")
    db.session.rollback()
    db.session.expire_all()
    assert queries.conditions(db.session.get(Case, found.id))[1] == {
        Condition.IN_DANGER, Condition.INTERPRETER, Condition.FOREIGN, Condition.NO_DOCUMENTS}


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
    page = sign_in(member).get("/ruta/casos?estado=vencidos")
    assert late.code in page.text
    assert early.code not in page.text
    page = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get("/ruta/casos")
    assert "Lucerito" not in page.text
    assert late.code in page.text


@pytest.mark.parametrize(("standing", "is_validated", "words"), [
    (Standing.LAW, True, "Atrasado"), (Standing.PROTOCOL, True, "Atrasado"), (Standing.TARGET, True, "Fuera de meta"),
    (Standing.LAW, False, "Pasó el plazo propuesto"), (Standing.PROTOCOL, False, "Pasó el plazo propuesto"),
])
def test_only_what_an_institution_validated_is_late(her, sign_in, monkeypatch, standing, is_validated, words):
    found, member = her
    steps = [replace(each, standing=standing, is_validated=is_validated) for each in small_book().steps]
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=tuple(steps))])
    line = text_of(sign_in(member).get(f"/casos/{found.id}/ruta").text, "report")
    assert words in line
    assert ("Atrasado" in line) is (words == "Atrasado")
    assert ("(propuesta)" in line) is (words == "Pasó el plazo propuesto")


def test_the_diagram_says_every_step_in_words_and_shapes(her, sign_in):
    found, member = her
    client = sign_in(member)
    client.fill(f"/casos/{found.id}/ruta/health/omitir", reason="declined")
    html = client.get(f"/casos/{found.id}/ruta").text
    diagram = html[html.index('<nav class="card lanes"'):]
    diagram = diagram[:diagram.index("</nav>")]
    found = re.findall(r"<a class=.lane-step.*?</a>", diagram)
    cells = [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]
    assert cells == [
        "▲ report Paso report: Atrasado", "▲ arrive Paso arrive: Fuera de meta", "– health Paso health: Omitido",
        "○ after Paso after: Todavía no",
    ]


def test_a_phase_counts_what_is_done_or_skipped_and_tells_apart_what_ended_otherwise(her, sign_in, staff):
    found, member = her
    client = sign_in(member)
    client.fill(f"/casos/{found.id}/ruta/condiciones", declared=["doubtful_majority"])
    client.fill(f"/casos/{found.id}/ruta/report/cumplido", note="Denuncia presentada", **moment())
    client.fill(f"/casos/{found.id}/ruta/health/omitir", reason="declined")
    assert phases_of(client, found) == {
        "alert": ("now", "1 de 2"), "house": ("next", "1 de 2"), "out": ("next", "0 de 1"),
    }
    with work("test.leave", by=operator):
        cases.reached(found, Milestone.ADMITTED, at=now() - timedelta(hours=9), by=member.id)
        cases.reached(found, Milestone.EXITED, at=now() - timedelta(hours=8), by=member.id)
        found.state, found.closed_at = CaseState.CLOSED, now()
    assert phases_of(sign_in(staff(Role.SHELTER_COORDINATOR)), found) == {
        "alert": ("done", "2 de 2"), "house": ("ended", "1 de 2 1 paso terminó sin cumplirse"),
        "out": ("ended", "0 de 1 1 paso terminó sin cumplirse"),
    }


def phases_of(client, case):
    """By phase how it looks in the diagram, and what is counted there; the list below says the same."""
    html, found = client.get(f"/casos/{case.id}/ruta").text, {}
    for lane in html[:html.index('class="lane-key"')].split('<li class="lane-is-')[1:]:
        [(state, key, counted)] = re.findall(r'^(\w+)"><a class="lane-head" href="#fase-(\w+)".*?</a>(.*)', lane, re.S)
        found[key] = (state, plain(re.sub(r"<ul>.*</ul>", " ", counted, flags=re.S).split("</li>")[0]))
        [summary] = re.findall(rf'id="fase-{key}".*?</h2>(.*?)</summary>', html, re.S)
        assert plain(summary) == found[key][1]
    return found


def plain(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_now_has_every_step_that_is_over_then_the_next_ones_and_says_how_many_more_are_running(
    case, staff, sign_in, monkeypatch,
):
    """Opened three days ago: limits of so many days, the first of them over; None has no limit."""
    hers, client = case(), sign_in(staff(Role.SHELTER_COORDINATOR))
    for days, first, more in [
        ([9, 1, 2], ["s1", "s2", "s0"], None),
        ([9, 8, None, 7, 6, 1, 5], ["s5", "s6", "s4", "s3", "s1"], "Hay 2 pasos más en curso"),
        ([9, 1, 1, 1, 2, 2, 2], ["s1", "s2", "s3", "s4", "s5", "s6"], "Hay 1 paso más en curso"),
    ]:
        steps = tuple(
            made(f"s{place}", "alert", limit=Limit(24 * limit, Unit.HOURS) if limit else None, is_beside=True)
            for place, limit in enumerate(days)
        )
        monkeypatch.setattr(protocol, "books", lambda steps=steps: [replace(small_book(), steps=steps)])
        html = client.get(f"/casos/{hers.id}/ruta").text
        box = html[:html.index('<nav class="card lanes"')]
        assert re.findall(r"<h3>.*?Paso (\w+)", box) == first
        assert re.findall(r'<a href="#diagram">(.*?):', box) == ([more] if more else [])


def test_where_no_institution_is_known_the_page_says_so(her, sign_in, programme):
    found, member = her
    with work("test.end", by=operator):
        for each in db.session.scalars(sa.select(Institution).where(Institution.kind == InstitutionKind.PROSECUTOR)):
            each.has_ended = True
    line = text_of(sign_in(member).get(f"/casos/{found.id}/ruta").text, "report")
    assert "no se conoce ninguna en esta provincia" in line


def test_the_case_page_says_what_is_next_who_must_act_and_leads_to_the_route(her, sign_in, staff):
    found, member = her
    for reader in (member, staff(Role.SHELTER_COORDINATOR), staff(Role.PROGRAMME_COORDINATOR)):
        html = sign_in(reader).get(f"/casos/{found.id}").text
        panel = " ".join(re.sub(r"<[^>]+>", " ", html[html.index("Lo que sigue en la ruta"):]).split())
        assert "Ver todo · Lo que sigue en la ruta report Paso report · Alerta Atrasado Venció hace 2 días" in panel
        assert "Actúa: Fiscalía General del Estado" in panel
        assert f'href="/casos/{found.id}/ruta"' in html


def test_my_day_has_what_presses_in_my_cases_and_for_the_coordination_in_the_house(book, case, staff, sign_in):
    member, other = staff(Role.PSYCHOLOGIST), staff(Role.CASEWORKER)
    hers, next_door = case(name="Luz", team=[member]), case(name="Ana", team=[other])
    assert hers.code in sign_in(member).get("/mi-dia").text
    assert next_door.code not in pressing_of(sign_in(member))
    both = pressing_of(sign_in(staff(Role.SHELTER_COORDINATOR)))
    assert (hers.code in both, next_door.code in both) == (True, True)
    assert "Atrasado" in both
    calm = staff(Role.LAWYER)
    assert pressing_of(sign_in(calm)) == ""


def pressing_of(client):
    html = client.get("/mi-dia").text
    _before, found, after = html.partition("Pasos que se pasaron")
    return found + after.partition("</section>")[0]


def test_the_board_says_that_clocks_are_being_worked_out_anew(book, case, staff, sign_in):
    case()
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    seen = []
    kept.renew_all(lambda _count: seen.append(client.get("/ruta/casos").text))
    assert "van 1 de 1 casos" in seen[0]
    assert "calculando de nuevo" not in client.get("/ruta/casos").text


def test_without_a_protocol_the_page_says_so(case, staff, sign_in, monkeypatch):
    monkeypatch.setattr(protocol, "books", list)
    member = staff(Role.CASEWORKER)
    page = sign_in(member).get(f"/casos/{case(team=[member]).id}/ruta")
    assert "Todavía no hay ninguna versión publicada" in page.text


def test_of_a_target_nothing_on_any_page_says_late(book, case, staff, sign_in, monkeypatch):
    steps = tuple(replace(each, standing=Standing.TARGET) for each in small_book().steps)
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=steps)])
    hers, boss = case(name="Luz"), staff(Role.SHELTER_COORDINATOR)
    client, route = sign_in(boss), f"/casos/{hers.id}/ruta"
    for url in (route, f"{route}/report/causa", "/ruta/casos?estado=vencidos", "/mi-dia", f"/casos/{hers.id}"):
        html = client.get(url).text
        assert "Paso report" in html
        assert "atras" not in html.lower(), url
    client.fill(f"{route}/report/causa", cause="no_answer")
    client.fill(f"{route}/report/cumplido", note="Denuncia presentada", **moment())
    assert "atras" not in client.get(route).text.lower()


def test_nobody_says_that_she_returned_before_both_screenings(her, sign_in, monkeypatch):
    found, member = her
    book = protocol.books()[0]
    home = made("voluntary-return", "out", evidence=SPOKEN, is_beside=True)
    monkeypatch.setattr(protocol, "books", lambda: [replace(book, steps=(*book.steps, home))])
    worker, address = sign_in(member), f"/casos/{found.id}/ruta/voluntary-return/cumplido"
    answer = worker.fill(address, note="Viajó con la OIM.", **moment())
    assert answer.status_code == 422
    assert 'href="#note"' in answer.text
    with work("test.screen", by=operator):
        db.session.add_all(
            Screened(foundation_id=found.foundation_id, case_id=found.id, kind=kind, answer=each, by_id=member.id)
            for kind, each in ((Screening.REFUGE, Answer.NO), (Screening.RETURN, Answer.YES)))
    assert worker.fill(address, note="Viajó con la OIM.", **moment()).status_code == 303

"""The page of the route's figures: what is solved together, in whose order, for whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.codes.referrals import InstitutionKind
from shelter.figures.board import codes
from shelter.figures.together import CODES
from shelter.partners import actions as partners
from tests.client import Page, lint
from tests.route.people import changed

PAGE = "/indicadores/ruta?periodo=2026-11"


def rows(text, heading):
    """Below a heading the rows of its table: the first cell -> the others."""
    part = text[text.index(f">{heading}</h2>"):]
    found = {}
    for row in re.findall(r'<tr role="row">.*?</tr>', part[:part.index("</table>")], re.DOTALL)[1:]:
        row = re.sub(r'<(span class="visually-hidden"|div class="small muted").*?</(span|div)>', "", row)
        label, *cells = (" ".join(Page(each).text.split()) for each in re.findall(r"<t[hd].*?</t[hd]>", row, re.S))
        found[label] = cells
    return found


@pytest.fixture
def coordinator(people, staff, sign_in):
    return sign_in(staff(Role.PROGRAMME_COORDINATOR))


def test_it_says_how_long_steps_take_and_which_limits_were_kept(coordinator):
    text = coordinator.get(PAGE).text
    lint(text)
    assert rows(text, "Cuánto tardan los pasos") == {
        "1. Alerta": [], "2. En la casa": [],
        "report Paso report": ["3", "31 h", "35 h", "2 de 4 (50,0 %)"],
        "arrive Paso arrive": ["3", "2 h", "4,4 h", "4 de 5 (80,0 %)"],
        "health Paso health": ["3", "7,3 días", "7,8 días", "2 de 2 (100,0 %)"],
    }
    said = "48 horas · Ley en la versión 2 / 24 horas · Ley en la versión 1 · Fiscalía General del Estado"
    assert said in Page(text).text, "each was measured by the version that its case follows"


@pytest.mark.parametrize(("more", "said"), [
    ({"responsible": InstitutionKind.HEALTH}, "sin plazo · propuesta"),
    ({"responsible": InstitutionKind.HEALTH, "is_validated": True}, "sin plazo"),
    ({}, "sin plazo"),
])
def test_a_step_without_a_limit_that_nobody_validated_is_a_proposal(people, books, staff, sign_in, more, said):
    """Only where an institution answers for it: what the house does itself needs nobody's yes."""
    books[:] = [changed(each, each.number, each.starts_on, arrive={"limit": None, **more}) for each in books]
    text = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(PAGE).text
    assert notes(text)["arrive Paso arrive"] == [said]


def notes(text):
    """What stands below the name in the rows of the steps: its limits, and how often it was done before its turn."""
    part = text[text.index(">Cuánto tardan los pasos</h2>"):]
    found = {}
    for row in re.findall(r'<tr role="row">.*?</tr>', part[:part.index("</table>")], re.DOTALL)[1:]:
        label, *said = re.findall(r'rowheader"[^>]*>([^<]*)|<div class="small muted">([^<]*)</div>', row)
        found[label[0]] = [more for _none, more in said]
    return found


def test_it_says_how_often_a_step_was_done_before_its_turn(coordinator):
    text = coordinator.get(PAGE).text
    before = {name: [each for each in said if "tocara" in each] for name, said in notes(text).items()}
    assert before == {
        "1. Alerta": [], "2. En la casa": [], "arrive Paso arrive": [],
        "report Paso report": ["1 vez se hizo antes de que le tocara"],
        "health Paso health": ["1 vez se hizo antes de que le tocara"],
    }
    assert "cuenta como cumplido y no entra en los tiempos" in Page(text).text


def test_a_step_that_was_always_done_before_its_turn_has_no_time(waiting, staff, sign_in):
    text = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(PAGE).text
    lint(text)
    found = rows(text, "Cuánto tardan los pasos")
    assert found["report Paso report"][:3] == ["2", "18 h", "22,8 h"]
    assert found["arrive Paso arrive"][:3] == ["2", "–", "–"]
    assert notes(text)["arrive Paso arrive"][1:] == ["2 veces se hizo antes de que le tocara"]


def test_a_step_stands_with_the_limit_by_which_it_was_measured(coordinator):
    """In October nobody followed version 2."""
    text = Page(coordinator.get("/indicadores/ruta?periodo=2026-10").text).text
    assert "24 horas · Ley · Fiscalía General del Estado" in text
    assert "48 horas" not in text
    assert "en la versión" not in text


def test_a_version_that_starts_another_day_does_not_number_what_was_done(coordinator, books):
    """Its phases stand in another order, and have other names."""
    before = coordinator.get(PAGE).text
    ahead = books[-1]
    phases = tuple(replace(each, number=4 - each.number, name={"es": "Otra", "en": "Other"}) for each in ahead.phases)
    steps = tuple(replace(each, number=f"9.{place}") for place, each in enumerate(ahead.steps))
    books.append(replace(ahead, version_id=uuid4(), number=3, starts_on=date(2026, 12, 15), phases=phases, steps=steps))
    for heading in ("Cuánto tardan los pasos", "Por qué vencieron los plazos validados"):
        assert rows(coordinator.get(PAGE).text, heading) == rows(before, heading)
    assert "Otra" not in coordinator.get(PAGE).text


def test_it_says_why_limits_were_passed_and_at_which_steps(coordinator):
    assert rows(coordinator.get(PAGE).text, "Por qué vencieron los plazos validados") == {
        "La institución no respondió": ["1", "50,0 %", "report Paso report (1)"],
        "Nadie ha dicho todavía por qué": ["1", "50,0 %", "report Paso report (1)"],
    }


BEYOND = "Por qué se pasaron las metas y los plazos propuestos"


def test_it_says_apart_why_targets_and_proposed_limits_were_passed(coordinator):
    text = coordinator.get(PAGE).text
    assert rows(text, BEYOND) == {
        "No hubo cupo o turno": ["1", "50,0 %", "health Paso health (1)"],
        "Nadie ha dicho todavía por qué": ["1", "50,0 %", "arrive Paso arrive (1)"],
    }
    validated, unbound = text.index("Por qué vencieron los plazos validados"), text.index(BEYOND)
    assert validated < unbound, "what binds comes first"
    part = text[unbound:text.index("Cuánto tardan los pasos")]
    assert "Metas y plazos propuestos que se pasaron: 2. No obligan a nadie" in part
    assert "atras" not in part.casefold()
    assert "venci" not in part.casefold()


def test_where_no_target_was_passed_it_says_so(coordinator):
    assert "no se pasó ninguna meta ni ningún plazo propuesto" in coordinator.get(
        "/indicadores/ruta?periodo=2026-10").text


def test_it_says_in_which_phase_open_cases_are(coordinator):
    found = rows(coordinator.get(PAGE).text, "Casos abiertos por fase")
    assert found == {"1. Alerta": ["2"], "Ningún paso en marcha": ["3"]}


def test_institutions_stand_by_their_name_however_long_they_take(programme, people, staff, sign_in):
    with work("test.partner", by=operator):  # from now on the coast has its own, faster, and later by name
        partners.add_institution(name_es="Zona costera de la Fiscalía", name_en="Coastal office",
                                 kind=InstitutionKind.PROSECUTOR, province="07", valid_from=date(2026, 11, 25),
                                 succeeds_id=None)
    people.opens("on the coast", programme.far_house, "11-30 11:00")
    people.reports("on the coast", "11-30 11:30")
    found = rows(sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(PAGE).text, "Cuánto tardan los pasos")
    names = list(found)
    place = names.index("report Paso report")
    assert names[place + 1:place + 3] == ["Fiscalía General del Estado", "Zona costera de la Fiscalía"]


def test_its_numbers_lead_to_their_cases(coordinator):
    [link] = [each["href"] for each in Page(coordinator.get(PAGE).text).all("a")
              if "palabra=no_answer" in each["href"]]
    text = coordinator.get(link.replace("&amp;", "&")).text
    assert "Causa: La institución no respondió" in Page(text).text
    assert '"/indicadores/ruta?' in text, "back to where it was"


def test_the_cases_behind_a_target_are_called_late_nowhere(coordinator, people):
    [link] = [each["href"] for each in Page(coordinator.get(PAGE).text).all("a") if "palabra=no_place" in each["href"]]
    text = coordinator.get(link.replace("&amp;", "&")).text
    assert "Causa: No hubo cupo o turno" in Page(text).text
    assert people.case["on version 2"].code in text
    assert "atras" not in text[text.index("<main"):].casefold()


def test_a_coordinator_of_a_house_sees_her_foundation(people, staff, sign_in, programme):
    text = sign_in(staff(Role.SHELTER_COORDINATOR)).get(PAGE).text
    assert rows(text, "Cuánto tardan los pasos")["report Paso report"][0] == "2"
    assert "Casa Sur" not in text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CASEWORKER, Role.OBSERVER])
def test_nobody_else_reads_it(people, staff, sign_in, role):
    assert sign_in(staff(role)).get(PAGE).status_code in {403, 404}


def test_each_figure_says_what_it_means(coordinator):
    text = Page(coordinator.get(PAGE).text).text
    assert text.count("Numerador y denominador") == len(CODES)
    assert not set(CODES) & set(codes()), "on one page or on the other"


def test_a_period_that_there_is_not_is_refused_at_its_field(coordinator):
    assert coordinator.get("/indicadores/ruta?periodo=2026-13").status_code == 422

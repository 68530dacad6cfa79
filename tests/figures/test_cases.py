"""The cases behind a figure: all of them or none, by code, each once; historic ones are only counted."""

from __future__ import annotations

import re

import pytest

from shelter.access import Role
from shelter.codes.people import Sex
from tests.client import Page

LIST = "/indicadores/casos?periodo=2026-Q3"


@pytest.fixture
def coordinator(staff, sign_in):
    return lambda: sign_in(staff(Role.PROGRAMME_COORDINATOR))


@pytest.fixture
def of_the_house(staff, sign_in):
    return lambda: sign_in(staff(Role.SHELTER_COORDINATOR))


def listed(text):
    """code -> how often it counts."""
    rows = re.findall(r'/casos/[0-9a-f-]{36}">([A-Z0-9-]+)</a>.*?data-label="Cuenta">(\d+)<', text, re.DOTALL)
    assert len(rows) == len(dict(rows)), "a case twice"
    return {code: int(count) for code, count in rows}


def test_a_figure_leads_to_its_cases_and_each_cell_to_its_own(coordinator, six):
    client = coordinator()
    text = client.get("/indicadores?periodo=2026-Q3").text
    links = {each["href"] for each in Page(text).all("a") if "/indicadores/casos" in each["href"]}
    assert len(links) > 20
    for link in sorted(links):
        answer = client.get(link)
        assert answer.status_code == 200, link
        total = int(re.search(r"Esta cifra cuenta (\d+)\.", Page(answer.text).text)[1])
        assert sum(listed(answer.text).values()) == total > 0, link
        assert "Canaria" not in answer.text


def test_a_case_that_counts_twice_is_listed_once_with_how_often(coordinator, six):
    text = coordinator().get(f"{LIST}&figura=services.given&hecho=sex&palabra=female").text
    assert listed(text) == {six[0].code: 2, six[1].code: 1}
    assert "Esta cifra cuenta 3. Casos de las casas: 2" in Page(text).text


def test_fifty_stand_on_a_page_and_none_is_lost_between_pages(coordinator, programme, registered):
    made = {registered(programme.house, Sex.FEMALE).code for _place in range(53)}
    client, seen, url = coordinator(), [], f"{LIST}&figura=cases.registered&hecho=sex&palabra=female"
    while url:
        text = client.get(url).text
        seen.append(listed(text))
        url = next((each["href"] for each in Page(text).all("a") if each.get("rel") == "next"), None)
    assert [len(each) for each in seen] == [50, 3]
    assert seen[0].keys() | seen[1].keys() == made
    back = next(each["href"] for each in Page(text).all("a") if each.get("rel") == "prev")
    first = client.get(back)
    assert listed(first.text) == seen[0]
    assert "Canaria" not in first.text


def test_she_lists_the_cases_of_her_house_and_not_those_of_her_foundation_which_has_another(
    of_the_house, programme, six, trail,
):
    client = of_the_house()
    north = programme.foundations[0]
    shown = client.get("/indicadores?periodo=2026-Q3").text
    assert "/indicadores/casos" not in shown
    assert f"periodo=2026-Q3&amp;de={programme.house.id}" in shown, "a way to where she may"
    assert f"de={programme.other_house.id}\"" not in shown
    assert "/indicadores/casos" in client.get(f"/indicadores?periodo=2026-Q3&de={programme.house.id}").text
    mine = client.get(f"{LIST}&de={programme.house.id}&figura=cases.registered")
    assert listed(mine.text).keys() == {each.code for each in six[:4]}
    for whose in (north.id, programme.other_house.id, programme.far_house.id, "todo"):
        assert client.get(f"{LIST}&de={whose}&figura=cases.registered").status_code == 404
    assert trail("indicator.exact") == ["refused"] * 4
    assert trail("figures.cases") == ["allowed"]


def test_of_a_foundation_with_one_house_she_lists_all(staff, sign_in, programme, six):
    client = sign_in(staff(Role.SHELTER_COORDINATOR, programme.far_house))
    found = client.get(f"{LIST}&de={programme.foundations[1].id}&figura=cases.registered")
    assert listed(found.text) == {six[5].code: 1}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CASEWORKER, Role.OBSERVER, Role.AUDITOR])
def test_nobody_else_comes_in(staff, sign_in, six, role):
    assert sign_in(staff(role)).get(f"{LIST}&figura=cases.registered").status_code == 403


def test_historic_cases_are_counted_by_register_and_never_listed(coordinator, register, six):
    client = coordinator()
    every = Page(client.get("/indicadores/casos?periodo=2020&figura=cases.registered").text).text
    assert "Esta cifra cuenta 4. Casos de las casas: 0" in every
    assert "Del registro histórico «Antes»: 4." in every
    women = client.get("/indicadores/casos?periodo=2020&figura=cases.registered&hecho=sex&palabra=female")
    assert "Del registro histórico «Antes»: 3." in women.text
    assert listed(women.text) == {}


@pytest.mark.parametrize("query", [
    "figura=x", "figura=cases.registered&hecho=x&palabra=y", "figura=cases.registered&hecho=sex&palabra=x",
    "figura=cases.registered&hecho=sex", "figura=cases.registered&hecho=service&palabra=legal.rights", "de=x",
    "figura=cases.registered&hecho=nationality&palabra=%27%3B--", "filas=sex",
])
def test_what_is_no_figure_is_not_there(coordinator, six, query):
    assert coordinator().get(f"{LIST}&{query}").status_code == 404


@pytest.mark.parametrize("period", ["x", "2031", "2026-01-01..2026-01-02"])
def test_a_period_that_is_not_offered_has_no_cases(coordinator, six, period):
    assert coordinator().get(f"/indicadores/casos?periodo={period}&figura=cases.registered").status_code == 404


@pytest.mark.parametrize("place", ["x", "%00", "b" * 300, "bzk5OTktMDEtMDFUMDA6MDA6MDB8"])
def test_a_place_in_the_list_that_cannot_be_is_its_beginning(coordinator, six, place):
    answer = coordinator().get(f"{LIST}&figura=cases.registered&desde={place}")
    assert len(listed(answer.text)) == 6


def test_a_figure_without_cases_says_so(coordinator, programme):
    answer = coordinator().get(f"{LIST}&figura=services.given")
    assert "Detrás de esta cifra no hay ningún caso" in answer.text

"""The page of figures: exact within a reader's reach, protected for administrators; each figure says what it means."""

from __future__ import annotations

import re

import pytest

from shelter.access import Role
from shelter.figures.board import codes
from shelter.indicators import INDICATORS, Period, Scope
from tests.client import Page

QUARTER = "/indicadores?periodo=2026-Q3"


def cells(text, caption):
    """The rows of the table with that caption: label -> texts."""
    table = next(each for each in re.findall(r"<table.*?</table>", text, re.DOTALL) if caption in Page(each).text)
    found = {}
    for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)[1:]:
        parts = re.findall(r"<t[hd].*?</t[hd]>", re.sub(r'<span class="visually-hidden".*?</span>', "", row), re.DOTALL)
        label, *texts = (Page(each).text for each in parts)
        found[label] = texts
    return found


def headlines(text):
    """Title -> what stands below it, at the top of the page."""
    found = re.findall(r'class="stat-label"><a[^>]*>(.*?)</a></p><p class="stat-number">(.*?)</p>', text)
    return dict(found)


def choices(text, name):
    return re.findall(r'<option value="([^"]+)"', re.search(rf'<select[^>]*name="{name}".*?</select>', text, re.S)[0])


@pytest.fixture
def coordinator(staff, sign_in):
    return lambda: sign_in(staff(Role.PROGRAMME_COORDINATOR))


@pytest.fixture
def of_the_house(staff, sign_in):
    return lambda: sign_in(staff(Role.SHELTER_COORDINATOR))


@pytest.fixture
def administrator(staff, sign_in):
    return lambda: sign_in(staff(Role.ADMINISTRATOR))


def test_the_figures_of_six_people_worked_out_by_hand(coordinator, six):
    text = coordinator().get(QUARTER).text
    assert ('<figure class="table-scroll" role="region" tabindex="0" '
            'aria-label="Gráfico: Casos registrados: sexo"><svg') in text
    assert headlines(text) == {
        "Casos registrados": "6", "Ingresos a una casa": "0", "Personas en las casas al final del período": "0",
        "Servicios brindados": "5", "Personas que recibieron un servicio": "4", "Egresos de una casa": "0",
        "Contactos de seguimiento previstos": "0", "Contactos de seguimiento realizados": "0",
        "Derivaciones enviadas": "0", "Derivaciones respondidas": "0", "Derivaciones aceptadas": "0",
        "Derivaciones que las instituciones aceptaron": "0", "Derivaciones recibidas": "0",
        "Derivaciones enviadas a otra institución": "0", "Personas a quienes no se pudo recibir": "0",
        "Necesidades que no se pudieron atender": "0",
        "Derivaciones atendidas": "0", "Derivaciones sin atención": "0",
    }
    assert cells(text, "Casos registrados: sexo") == {
        "Mujer": ["3", "60,0 %"], "Hombre": ["2", "40,0 %"], "No se sabe": ["1", "–"],
    }
    assert cells(text, "Servicios brindados: sexo") == {
        "Mujer": ["3", "60,0 %"], "Hombre": ["2", "40,0 %"], "No se sabe": ["0", "–"],
    }
    forms = cells(text, "Casos registrados: forma de explotación")
    assert list(forms.values()) == [["1", "50,0 %"], ["1", "50,0 %"], ["4", "–"]], "two forms of one; one has none"
    assert cells(text, "Casos registrados: provincia de la casa") == {
        "Pichincha": ["5", "83,3 %"], "El Oro": ["1", "16,7 %"], "No se sabe": ["0", "–"],
    }


def test_what_need_not_add_up_is_said_of_forms_of_exploitation(coordinator, six):
    """One of the two who answered stands under two forms, the other under none: two rows, and none says `more`."""
    text = coordinator().get(QUARTER).text
    assert "y en ninguna si ninguna le corresponde: las filas no tienen por qué sumar" in text
    assert "suman más que las personas" not in text.split("Ingresos a una casa</h2>")[0]


def test_nobody_is_named(coordinator, of_the_house, six):
    for client in (coordinator(), of_the_house()):
        for url in (QUARTER, "/indicadores", f"{QUARTER}&filas=sex&columnas=age_band"):
            assert "Canaria" not in client.get(url).text


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_figure_says_what_it_means(make_app, programme, staff, sign_in, language):
    client = sign_in(staff(Role.PROGRAMME_COORDINATOR))
    if language == "en":
        client.post("/idioma", data={"language": "en"})
    page = Page(client.get(QUARTER).text)
    assert page.all("html")[0]["lang"] == language
    terms = page.text.count("Numerator and denominator" if language == "en" else "Numerador y denominador")
    assert terms == len(codes())
    assert ("Denominator: «Follow-up contacts due»" in page.text) == (language == "en")


def test_a_shelter_coordinator_reads_her_foundation_and_its_houses(of_the_house, programme, six):
    north, south = programme.foundations
    client = of_the_house()
    text = client.get(QUARTER).text
    assert choices(text, "de") == [str(each.id) for each in (north, programme.house, programme.other_house)]
    assert headlines(text)["Casos registrados"] == "5"
    assert headlines(client.get(f"{QUARTER}&de={programme.other_house.id}").text)["Casos registrados"] == "1"
    for other in (south.id, programme.far_house.id, "todo", "x"):
        answer = client.get(f"{QUARTER}&de={other}")
        assert (answer.status_code, headlines(answer.text)) == (422, {}), other


def test_an_administrator_reads_them_protected_and_of_the_whole_programme_alone(administrator, six, programme):
    client = administrator()
    text = client.get(QUARTER).text
    assert headlines(text)["Casos registrados"] in {"5", "≈ 10"}
    assert set(cells(text, "Casos registrados: sexo").values().__iter__().__next__()) <= {"<5", "Cifra protegida"}
    assert "/indicadores/casos" not in text
    assert choices(text, "de") == ["todo"]
    assert client.get(f"{QUARTER}&de={programme.house.id}").status_code == 422
    assert "%" not in re.sub(r"(?s)<dl.*?</dl>", "", Page(text).text.split("Cifras protegidas")[1])


def test_protected_figures_are_those_of_whole_quarters_and_years_that_are_over(administrator, coordinator, six):
    """What changes from day to day would tell what was added."""
    offered = choices(administrator().get("/indicadores").text, "periodo")
    assert "2026-Q3" in offered
    assert "2025" in offered
    assert not {"2026-Q4", "2026", "2026-08"} & set(offered)
    assert {"2026-Q4", "2026", "2026-08", "2025-12"} <= set(choices(coordinator().get("/indicadores").text, "periodo"))


def test_protected_figures_have_no_table_of_two_facts(administrator, six):
    text = administrator().get(f"{QUARTER}&filas=sex&columnas=age_band").text
    assert 'name="filas"' not in text
    assert "Por sexo y edad" not in text


def test_one_table_of_two_facts_is_chosen(coordinator, six):
    text = coordinator().get(f"{QUARTER}&filas=age_band&columnas=sex").text
    assert cells(text, "Casos registrados: Por edad y sexo") == {
        "9 a 17": ["2", "0", "0"], "18 a 20": ["1", "0", "0"], "No se sabe": ["0", "2", "1"],
    }


@pytest.mark.parametrize("query", ["filas=sex", "columnas=sex", "filas=sex&columnas=sex", "filas=x&columnas=sex"])
def test_a_table_of_two_facts_needs_two(coordinator, six, query):
    answer = coordinator().get(f"{QUARTER}&{query}")
    assert answer.status_code == 422
    assert headlines(answer.text)["Casos registrados"] == "6", "the figures stay"


@pytest.mark.parametrize("period", ["2031", "x", "2026-Q3'", "1.1", "2026-01-01..2026-01-02"])
def test_a_period_that_is_not_offered_is_said_beside_its_field(coordinator, six, period):
    answer = coordinator().get(f"/indicadores?periodo={period}")
    assert answer.status_code == 422
    assert "Elija una de las opciones" in answer.text
    assert headlines(answer.text) == {}


RANGE = "2024–2026 (todavía no termina)"


def test_any_years_together_are_asked_for_with_two_lists_or_in_the_address(coordinator, six):
    client = coordinator()
    for url in ("/indicadores?periodo=2024..2026", "/indicadores?periodo=2025&del_ano=2024&al_ano=2026"):
        text = client.get(url).text
        assert headlines(text)["Casos registrados"] == "6"
        assert f'<option value="2024..2026" selected>{RANGE}' in text
        assert "periodo=2024..2026" in text, "its cases are those of these years"
    assert client.get("/indicadores/casos?periodo=2024..2026&figura=cases.registered").status_code == 200
    assert 'value="2025" selected' in client.get("/indicadores?del_ano=2025&al_ano=2025").text


@pytest.mark.parametrize(("query", "said"), [
    ("del_ano=2026&al_ano=2024", "El último año es anterior al primero"), ("del_ano=2024", "Elija los dos años"),
    ("al_ano=2024", "Elija los dos años"), ("del_ano=x&al_ano=2024", "Elija una de las opciones"),
    ("periodo=2026..2024", "Elija una de las opciones"), ("periodo=1990..2026", "Elija una de las opciones"),
    ("periodo=2024-02..2026-03", "Elija una de las opciones"),
    ("del_ano=1990&al_ano=2026", "Elija una de las opciones"),
])
def test_years_that_do_not_make_a_period_are_said_beside_their_field(coordinator, six, query, said):
    answer = coordinator().get(f"/indicadores?{query}")
    assert answer.status_code == 422
    assert said in answer.text
    assert headlines(answer.text) == {}


def test_protected_figures_are_not_asked_for_of_any_years(administrator, six):
    """From one range less another could be worked out what is hidden."""
    client = administrator()
    assert "del_ano" not in client.get("/indicadores").text
    assert client.get("/indicadores?periodo=2024..2025").status_code == 422
    assert client.get("/indicadores?periodo=2025&del_ano=2024&al_ano=2025").status_code == 200
    assert 'value="2025" selected' in client.get("/indicadores?periodo=2025&del_ano=2024&al_ano=2025").text


def test_an_empty_programme_has_figures_too(coordinator, programme):
    text = coordinator().get("/indicadores").text
    assert set(headlines(text).values()) == {"0"}
    assert text.count("Nada en este período") == len(codes())


def test_the_page_says_what_the_book_counts_for_every_scope(coordinator, six, programme):
    client = coordinator()
    north = programme.foundations[0].id
    house = programme.house.id
    for word, scope in (("todo", Scope()), (north, Scope(north)), (house, Scope(north, house))):
        shown = headlines(client.get(f"{QUARTER}&de={word}").text)
        assert shown == {
            str(INDICATORS[code].label): str(INDICATORS[code].count(Period.read("2026-Q3"), scope).value)
            for code in codes()
        }


def test_that_somebody_read_the_figures_is_in_the_trail(coordinator, administrator, six, trail):
    coordinator().get(QUARTER)
    administrator().get(QUARTER)
    assert trail("figures.read") == ["allowed", "allowed"]

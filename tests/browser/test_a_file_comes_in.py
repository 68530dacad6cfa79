"""A file of historic cases comes in on the pages, with script on a desk and without one on a telephone."""

import pytest

from shelter.access import Role
from tests.browser.conftest import PHONE

LINES = "Fecha de ingreso;Sexo;Edad\n" + "05/03/{first};Mujer;17\n12 de mayo de {last};zz;22\n" * 20


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False, **PHONE}], ids=["script", "no script"])
def test_a_file_comes_in(sign_in, world, options):
    screen = sign_in(world.member(Role.PROGRAMME_COORDINATOR), **options)
    screen.go("/registros/importar")
    first = 2014 if options else 2009  # other cases: the same ones would be asked about
    name = f"Zarzal {first}"
    screen.page.set_input_files("[name=file]", {
        "name": "casos.csv", "mimeType": "text/csv",
        "buffer": LINES.format(first=first, last=first + 1).encode("cp1252"),
    })
    screen.answer(register="new")
    screen.answer(name=name, source="Libro")
    screen.send()
    assert screen.page.locator("[name=registered_on]").input_value() == "Fecha de ingreso"
    assert screen.page.locator("[name=age]").input_value() == "Edad"
    screen.send()
    screen.page.wait_for_url("**/revisar")  # by itself, also where no script runs
    assert "zz · 20" in screen.text
    screen.answer(w0="male")
    screen.send()
    screen.page.wait_for_url("**/revisar")
    assert "Importar 40 casos" in screen.text
    screen.press("form[action$='/importar'] button")
    screen.page.wait_for_url("**/archivos/*")
    assert "casos.csv" in screen.text
    screen.go("/registros")
    assert f"Casos que cuentan: 40, {first}–{first + 1}" in screen.text
    assert screen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

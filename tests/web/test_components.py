"""The page of all parts: for developers alone, and never in a house."""

import pytest
from jinja2 import nodes

from shelter.web import gate
from tests.client import Page

PARTS = ("ui/parts.html", "ui/form.html")
INSIDE = {"control_states", "notes", "notes_of", "quick_days", "choices", "moment_inputs", "partial_date_inputs",
          "hidden_fields", "error_summary", "draft_notice", "draft_data", "field"}
"""What other parts call by themselves."""


@pytest.fixture
def debugged(monkeypatch, make_app):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    yield make_app()
    del gate.needs["components.index"]


def test_it_is_not_there_in_a_house(app):
    assert app.test_client().get("/componentes").status_code == 404
    assert "components.index" not in app.view_functions


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_developer_sees_every_part_on_it(debugged, language):
    client = debugged.test_client()
    client.post("/idioma", data={"language": language})
    answer = client.get("/componentes")
    assert answer.status_code == 200
    assert len(Page(answer.text).all("input")) > 30


def test_no_part_is_forgotten(app):
    source = app.jinja_env.loader.get_source(app.jinja_env, "ui/components.html")[0]
    for name in PARTS:
        tree = app.jinja_env.parse(app.jinja_env.loader.get_source(app.jinja_env, name)[0])
        for macro in tree.find_all(nodes.Macro):
            assert macro.name in INSIDE or f"{macro.name}(" in source, f"{macro.name} of {name} is not on the page"

"""The gate: shut until declared, whoever asks."""

import uuid

import pytest
from flask import Blueprint

from shelter.access import Needs, Permission, Role
from shelter.web import Section, gate
from shelter.web.section import UndeclaredRoute


def test_a_route_without_needs_cannot_be_written():
    section = Section("throw_away", __name__)
    with pytest.raises(UndeclaredRoute, match="throw_away: /perdida must say needs"):
        section.get("/perdida")(lambda: "")
    with pytest.raises(UndeclaredRoute):
        section.route("/perdida", methods=["GET", "POST"])(lambda: "")
    with pytest.raises(UndeclaredRoute):
        section.add_url_rule("/perdida", view_func=lambda: "")


def test_every_endpoint_is_declared_and_every_one_needs_something_known(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints <= gate.needs.keys()
    assert all(isinstance(needs, Needs) for needs in gate.needs.values())


def test_what_names_a_record_needs_a_permission(app):
    """SIGNED_IN with a loaded record would leave the record to reach alone; PUBLIC would not even load it."""
    for rule in app.url_map.iter_rules():
        if rule.arguments & gate.loaders.keys():
            assert isinstance(gate.needs[rule.endpoint], Permission), rule


def test_an_address_takes_no_free_text_but_one_time_links_and_files(app):
    free = {
        rule.endpoint for rule in app.url_map.iter_rules()
        for name in rule.arguments if type(rule._converters[name]).__name__ not in {"UUIDConverter", "IntegerConverter"}
    }
    assert free - {"static", "accounts.activate", "answers.with_code"} <= {
        endpoint for endpoint in free if isinstance(gate.needs[endpoint], Permission)
    }


@pytest.fixture
def strays(app):
    """An application into which somebody put routes past the sections."""
    app.add_url_rule("/perdida", "perdida", lambda: "algo", methods=["GET", "POST"])
    blueprint = Blueprint("ajena", __name__)
    blueprint.add_url_rule("/ajena", "vista", lambda: "algo", methods=["GET", "POST"])
    app.register_blueprint(blueprint)
    return app


@pytest.mark.parametrize("role", [None, *Role])
def test_a_stray_route_is_shut(strays, staff, sign_in, role):
    client = sign_in(staff(role)) if role else strays.test_client()
    for path in ("/perdida", "/ajena"):
        for method in ("get", "post", "head", "options"):
            answer = getattr(client, method)(path, **({"data": {}} if method == "post" else {}))
            assert answer.status_code == (403 if role else 302), (path, method)
            assert "algo" not in answer.text


def test_what_no_section_knows_is_not_there(app, staff, sign_in):
    assert app.test_client().get("/nada").status_code == 404
    assert sign_in(staff(Role.AUDITOR)).get(f"/casos/{uuid.uuid4()}").status_code == 404


# --- from where a change may come -------------------------------------------------------------------------------------

@pytest.mark.parametrize(("site", "status"), [
    (None, 303), ("same-origin", 303), ("none", 303), ("cross-site", 400), ("same-site", 400), ("", 400), ("x", 400),
])
def test_another_site_cannot_send_a_form_here(app, staff, sign_in, site, status):
    """`Sec-Fetch-Site` is checked when it is sent, besides the token."""
    client = sign_in(staff(Role.CASEWORKER))
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    assert client.post("/mi-cuenta/cerrar-otras", data={}, headers=headers).status_code == status


def test_another_site_may_link_here(app):
    assert app.test_client().get("/entrar", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize("path", ["/activar/%00", "/respuesta/a%00", "/admin/listas/%00", "/%00", "/static/%00"])
def test_what_has_a_nul_in_its_name_is_not_there(staff, sign_in, path):
    assert sign_in(staff(Role.ADMINISTRATOR)).get(path).status_code == 404


@pytest.mark.parametrize("path", [
    "/casos?b=%00&desde=%00&nombre=%00", "/indicadores?de=%00&periodo=%00",
    "/indicadores/casos?figura=route.done&hecho=province&palabra=%00",
    "/ruta/casos?desde=%00&casa=%00&estado=%00", "/protocolo?provincia=%00", "/entrar?next=%00",
])
def test_nothing_after_the_question_mark_reaches_the_database_with_a_nul_in_it(staff, sign_in, path):
    for role in (Role.SHELTER_COORDINATOR, Role.PROGRAMME_COORDINATOR):
        assert sign_in(staff(role)).get(path).status_code < 500

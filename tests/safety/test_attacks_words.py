"""Attacks with words: scripts in what is shown, formulas in what is exported, line ends in headers and logs."""

import csv
import io
import logging
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.cases.models import Person
from shelter.db import db
from shelter.oversight.rules import FORMULA, safe_cell
from shelter.partners import actions as partners
from shelter.web.paper import pdf
from shelter.web.quick import said
from tests.client import Page

SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
NAUGHTY = ("<script>alert", "<img src=x", "onerror=alert(1)>{{", ">49")


def harmless(html):
    assert not any(each in html for each in NAUGHTY[:3]), [each for each in NAUGHTY if each in html]
    page = Page(html)
    assert not any(name.startswith("on") for _tag, attrs in page.tags for name in attrs)


def walk(client, *paths):
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        harmless(answer.text)


@given(st.text())
def test_whatever_a_template_prints_has_no_angle_and_no_quotation_mark_of_its_own(text):
    assert not set(str(said(text))) & {"<", ">", '"', "'"}


def test_a_script_in_a_name_is_text_on_every_page_that_shows_it(here):
    with work("test.name", by=operator):
        person = db.session.get(Person, here.mine.person_id)
        person.name_used = person.names = person.surnames = SCRIPT
    case = f"/casos/{here.mine.id}"
    walk(here.client, "/casos", case, "/mi-dia", "/esta-noche", "/camas", "/seguimientos", f"{case}/historial",
         f"{case}/equipo", f"{case}/estancia", f"{case}/egreso", f"/ingresos/{here.mine.id}/persona")
    assert "&lt;script&gt;alert(1)" in here.client.get(case).text


def test_a_script_in_an_instruction_is_text_for_the_shift(here, staff, sign_in):
    day = today().isoformat()
    sent = here.client.fill(f"/casos/{here.mine.id}/indicaciones", kind="do", text=SCRIPT, from_on=day, to_on=day)
    assert sent.status_code == 303
    walk(here.client, f"/casos/{here.mine.id}/indicaciones", f"/casos/{here.mine.id}", "/esta-noche")
    walk(sign_in(staff(Role.HOUSE_STAFF)), "/esta-noche", "/mi-dia")


def test_a_script_in_the_name_of_a_house_an_institution_or_a_colleague_is_text(programme, staff, sign_in):
    with work("test.names", by=operator):
        partners.add_house(programme.foundations[0], SCRIPT, canton="1701", address=SCRIPT, rooms={SCRIPT[:40]: 1})
        programme.institutions[0].name = {"es": SCRIPT, "en": SCRIPT}
        programme.foundations[0].name = SCRIPT
    staff(Role.LAWYER, name=SCRIPT)
    admin, worker = sign_in(staff(Role.ADMINISTRATOR, name=SCRIPT)), sign_in(staff(Role.CASEWORKER, name=SCRIPT))
    walk(admin, "/admin/usuarios", "/admin/usuarios/nuevo", "/fundaciones", "/instituciones", "/mi-dia",
         f"/fundaciones/{programme.foundations[0].id}", f"/instituciones/{programme.institutions[0].id}")
    walk(worker, "/derivaciones/nueva", "/camas", "/mi-dia")


def test_a_script_in_an_address_is_never_said_again(here):
    for path in ("/casos?estado={}&casa={}&mios={}", "/casos?b={}", "/seguimientos?desde={}", "/entrar?next={}",
                 "/recuperar?{}", "/derivaciones/nueva?borrador={}", "/mi-dia?{}", "/{}", "/casos/{}", "/activar/{}"):
        answer = here.client.get(path.replace("{}", SCRIPT))
        if answer.mimetype == "text/html":
            harmless(answer.text)


def test_a_script_in_a_form_with_errors_comes_back_as_text(here, app):
    harmless(here.client.fill("/casos", q=SCRIPT * 20).text)
    harmless(here.client.fill(f"/casos/{here.mine.id}/indicaciones", kind=SCRIPT, text=SCRIPT, from_on=SCRIPT).text)
    harmless(app.test_client().fill("/entrar", email=SCRIPT, password=SCRIPT).text)


def test_a_script_in_the_headers_of_a_browser_is_never_said(app, here):
    headers = {"User-Agent": SCRIPT, "Referer": f"https://x/{SCRIPT}", "Accept-Language": SCRIPT,
        "X-Requested-With": SCRIPT}
    for path in ("/mi-dia", "/mi-cuenta", "/nada"):
        harmless(here.client.get(path, headers=headers).text)


def test_no_formula_leaves_in_a_sheet():
    for sign in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"):
        assert sign in FORMULA
        written = io.StringIO()
        csv.writer(written).writerow([safe_cell(f"{sign}HYPERLINK(\"http://x\")")])
        assert next(csv.reader([written.getvalue()]))[0].startswith("'")


def test_the_sheet_of_the_trail_holds_no_cell_that_begins_like_a_formula(here, staff, sign_in):
    here.client.get(f"/casos/{here.theirs.id}", headers={"User-Agent": "=1+1"})
    text = sign_in(staff(Role.AUDITOR)).get("/auditoria.csv").text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert len(cells) > 20
    assert not [cell for cell in cells if cell.startswith(FORMULA)]


@pytest.mark.filterwarnings("ignore")
def test_a_name_on_paper_fetches_nothing_and_embeds_nothing(app, monkeypatch):
    asked = []
    monkeypatch.setattr("socket.socket.connect", lambda _self, address: asked.append(address))
    hostile = (
        '<link rel=attachment href="file:///etc/passwd"><style>@import url(http://127.0.0.1:9/x)</style><svg/onload=x>'
    )
    template = app.jinja_env.from_string(
        "<!doctype html><html lang=es><title>x</title><body><h1>{{ name }}</h1><p>{{ name }}</p></html>"
    )
    made = pdf(template.render(name=hostile))
    assert asked == []
    assert b"/EmbeddedFile" not in made
    assert b"root:" not in made


def test_marks_that_turn_the_writing_are_refused_in_a_name(here):
    for mark in "\u202e\u202d\u2066\u2067\u2068\u2069\u200f\u061c\u200b\ufeff\u00ad":
        answer = here.client.fill(f"/ingresos/{here.mine.id}/persona", name_used=f"Ana{mark}aloM")
        assert answer.status_code == 422, f"{ord(mark):x}"


def test_letters_put_together_and_taken_apart_are_one_name(here):
    here.client.fill(f"/ingresos/{here.mine.id}/persona", name_used="In\u0303e\u0301s")
    db.session.rollback()
    assert db.session.get(Person, here.mine.person_id, populate_existing=True).name_used == "Iñés"


def test_a_line_end_makes_no_header(here, app):
    for path in ("/entrar?next=/x%0d%0aSet-Cookie:%20a=b", "/casos?b=%0d%0aX-Evil:1", "/activar/x%0d%0aX-Evil:1"):
        answer = here.client.get(path)
        assert "X-Evil" not in answer.headers
        assert not any("a=b" in each for each in answer.headers.getlist("Set-Cookie"))
    answer = here.client.post("/idioma", data={"language": "es", "back": "/mi-dia\r\nX-Evil: 1"})
    assert (answer.location, "X-Evil" in answer.headers) == ("/mi-dia", False)
    with app.test_request_context():
        db.session.rollback()


def test_no_way_back_leads_to_another_site(here):
    for forged in ("//otra.example", "/\\otra.example", "\\\\otra.example", "https:otra.example",
        "https://otra.example",
                   "/\t/otra.example", "/%09/otra.example\x00", "javascript:alert(1)", "data:text/html,x", "\u2028//x",
                   " //otra.example", "/ /otra.example", "///otra.example", "http:///otra.example", "@otra.example"):
        answer = here.client.post("/idioma", data={"language": "es", "back": forged})
        assert answer.status_code == 303
        assert answer.location.startswith("/"), forged
        assert not answer.location.startswith(("//", "/\\")), forged
        assert "otra.example" not in answer.location or "%09" in forged, forged


def test_nothing_that_was_typed_stands_in_a_header(here, caplog):
    for path, typed in ((f"/ingresos/{here.mine.id}/persona", {"name_used": "Zqkanario"}), ("/casos",
        {"q": "Zqkanario"})):
        answer = here.client.fill(path, **typed)
        assert "Zqkanario" not in str(answer.headers)
    for path in ("/casos", f"/casos/{here.mine.id}", "/mi-dia"):
        answer = here.client.get(path)
        assert "Zqkanario" not in str(answer.headers)
        title = answer.text.partition("<title>")[2].partition("</title>")[0]
        assert "Zqkanario" not in title


def test_a_name_with_a_line_end_makes_no_line_in_a_log_not_even_when_something_fails(app, here, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    typed = "\n".join(["Zqkanario", "root: signed in"])

    def fail(*_args, **_values):
        raise ValueError(typed)

    monkeypatch.setattr("shelter.cases.views.search.remember", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = here.client.post("/casos", data={"q": typed, "submit_key": str(uuid.uuid4())})
    assert answer.status_code == 500
    assert "ValueError" in caplog.text
    assert "Zqkanario" not in caplog.text + answer.text
    assert "root: signed in" not in caplog.text


def test_a_statement_that_fails_tells_the_log_no_value(app):
    with pytest.raises(sa.exc.SQLAlchemyError) as refused:
        db.session.execute(sa.text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Zqkanario"})
    db.session.rollback()
    assert "Zqkanario" not in str(refused.value)

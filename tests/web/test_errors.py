"""What goes wrong is a calm page in the reader's language: no trace, no name of a file, nothing of anybody."""

import re
import sys
import uuid

import pytest
import sqlalchemy as sa
from werkzeug import exceptions

from shelter.access import Role
from shelter.crypto import Damaged
from shelter.db import db, written
from shelter.web.errors import SAID
from tests.client import Page, lint

SECRET = "Rosa Inventada 0991234567"
CODES = (400, 403, 404, 405, 409, 413, 429, 500, 503)


@pytest.fixture
def title(app):
    """What the page of an error is called."""
    def of(code):
        with app.app_context(), app.test_request_context():
            return str(SAID[code][0])

    return of


def calm(answer, status, language="es"):
    """The page, read strictly."""
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    page = lint(answer.text)
    assert page.all("html")[0]["lang"] == language
    said = re.sub(r'(name="csrf_token" value=)"[^"]*"', r"\1", answer.text)  # drawn by lot: any letters
    for trace in ("Traceback", "File \"", ".py", "sqlalchemy", "Error:", "psycopg", "sqlite", "werkzeug", SECRET):
        assert trace not in said, trace
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"
    return page


def raised():
    broken = sa.exc.OperationalError("SELECT secret", {"name": SECRET}, Exception("database is locked"))
    return {
        **{str(code): exceptions.default_exceptions[code]() for code in CODES},
        "410": exceptions.Gone(), "418": exceptions.ImATeapot(), "502": exceptions.BadGateway(),
        "bug": ZeroDivisionError(SECRET),
        "damaged": Damaged(SECRET), "database": broken, "busy": sa.exc.TimeoutError(SECRET),
        "row": sa.exc.IntegrityError("INSERT", {"name": SECRET}, Exception(SECRET)),
    }


EXPECTED = {
    **{str(code): code for code in CODES},
    "410": 400, "418": 400, "502": 500, "bug": 500, "database": 503, "busy": 503, "row": 500,
}


@pytest.mark.parametrize("how", EXPECTED)
def test_whatever_happens_is_a_calm_page(client, section, title, how):
    section.errors = raised()
    page = calm(client.get(f"/prueba/roto/{how}"), EXPECTED[how])
    assert title(EXPECTED[how]) in page.text


def test_what_hangs_on_an_altered_value_is_a_calm_page_too(client, section):
    section.errors = raised()
    assert "alter" in calm(client.get("/prueba/roto/damaged"), 503).text


@pytest.mark.parametrize("how", ["404", "bug", "database"])
def test_in_english_for_who_reads_english(client, section, how):
    section.errors = raised()
    client.post("/idioma", data={"language": "en"})
    calm(client.get(f"/prueba/roto/{how}"), EXPECTED[how], "en")


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_is_not_there(app, client, method):
    for browser in (client, app.test_client()):
        data = {"data": {}} if method == "post" else {}
        calm(getattr(browser, method)("/nada/de/nada", **data), 404)


@pytest.mark.parametrize("path", ["/casos/no-es-un-id", f"/casos/{uuid.UUID(int=1)}/../../etc/passwd", "/%00",
                                  "/casos/%F0%9F", "/static/../config.py",
                                  "/static/no.css", "/casos//x", "/casos//"])
def test_odd_addresses_are_calm_too(client, path):
    assert client.get(path).status_code in {308, 404}


def test_a_method_that_a_page_does_not_take(client):
    calm(client.post("/mi-dia", data={}), 405)
    for method in ("PUT", "DELETE", "PATCH"):
        assert client.open("/prueba", method=method, headers={"X-CSRFToken": client.token}).status_code in {400, 405}


def test_too_much_at_once(client):
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"x" * 9_000_000 + b"\r\n--x--\r\n"
    calm(client.post("/prueba/largo", data=part, content_type="multipart/form-data; boundary=x"), 413)
    calm(client.post("/prueba/largo", data={"text": "x" * 13_000_000}), 413)
    calm(client.post("/prueba/largo", data=b"x" * 13_000_000, content_type="application/octet-stream"), 413)


def test_two_megabytes_of_text_are_read_and_answered(client):
    assert client.post("/prueba/largo", data={"text": "á" * 1_000_000}).status_code == 200


@pytest.mark.parametrize(("body", "kind"), [
    (b"\xff\xfe%%%=&&&;;;", "application/x-www-form-urlencoded"), (b"{", "application/json"), (b"--x\r\nbroken",
        "multipart/form-data; boundary=x"),
    (b"x", "multipart/form-data"), (b"", "text/plain"),
])
def test_a_body_that_is_no_form(client, body, kind):
    """Nothing of it is a token, so nothing of it is read."""
    calm(client.post("/prueba", data=body, content_type=kind), 400)


def test_a_host_that_is_not_ours(make_app):
    app = make_app(trusted_hosts=("senda.example",))
    with app.app_context():
        client = app.test_client()
        assert client.get("/entrar", headers={"Host": "senda.example"}).status_code == 200
        answer = client.get("/entrar", headers={"Host": "otra.example"})
        assert answer.status_code == 400
        assert "otra.example" not in answer.text
        assert "Traceback" not in answer.text
        db.session.remove()
        db.engine.dispose()


# --- when the database does not answer --------------------------------------------------------------------------------

@pytest.fixture
def gone(app, monkeypatch):
    """From now on, every statement fails."""
    def fail(*_of_what):
        raise sa.exc.OperationalError("SELECT", {}, Exception("disk I/O error"))

    def now():
        monkeypatch.setattr(written, "tell", fail)
        sa.event.listen(db.engine, "before_cursor_execute", fail)

    yield now
    if sa.event.contains(db.engine, "before_cursor_execute", fail):
        sa.event.remove(db.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("path", ["/mi-dia", "/casos", "/prueba", "/mi-cuenta"])
def test_without_the_database_a_page_says_to_try_again(client, gone, title, path):
    gone()
    assert title(503) in calm(client.get(path), 503).text


def test_without_the_database_nothing_sent_is_called_saved(client, gone, title, key):
    token = client.token
    gone()
    answer = client.post("/prueba", data={"csrf_token": token, "name": "Casa", "submit_key": key})
    assert title(503) in calm(answer, 503).text


def test_without_the_database_style_and_the_quiet_page_still_come(client, gone):
    style = re.search(r'href="(/static/app.css[^"]*)"', client.get("/mi-dia").text)[1]
    gone()
    with client.get(style) as answer:
        assert answer.status_code == 200
    left = client.get("/salir-rapido")
    assert (left.status_code, left.location) == (303, "/pausa")
    assert client.get("/pausa").status_code == 200


def test_who_is_not_signed_in_still_reads_the_public_pages(app, gone):
    client = app.test_client()
    gone()
    assert client.get("/entrar").status_code == 200
    assert client.get("/salud").json == {"estado": "ok"}


def test_a_read_that_cannot_be_noted_is_not_shown(app, case, staff, sign_in, monkeypatch, title):
    """The trail comes before the answer: if it fails, so does the reading."""
    member = staff(Role.CASEWORKER)
    made = case(team=[member], name="Rosa Inventada")
    client = sign_in(member)
    client.get("/mi-dia")

    def fail(_row, _connection):
        raise sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(sys.modules["shelter.audit.work"], "append", fail)
    answer = client.get(f"/casos/{made.id}")
    assert title(503) in calm(answer, 503).text
    assert "Rosa" not in answer.text


def test_a_page_of_an_error_tells_nothing_that_another_would_not(client, section):
    """Two 404s are the same to the letter, whatever they are about."""
    one, other = client.get(f"/casos/{uuid.uuid4()}"), client.get("/nada")
    assert Page(one.text).text == Page(other.text).text

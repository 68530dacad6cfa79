"""When nothing can be saved: the form stays with what was typed, reading goes on, and it passes by itself."""

import errno
import resource
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import verify
from shelter.db import db
from shelter.db.base import is_sqlite
from shelter.web import calm
from tests.client import Page

TYPED = "Casa de las Flores"
SAID = "En este momento no se puede guardar nada"


@pytest.fixture(autouse=True)
def all_is_well():
    """What a process notices is forgotten between tests."""
    yield
    calm.saved_again()
    calm._State.is_tight, calm._State.looked_at = False, float("-inf")


def on_each_connection(*statements):
    """Have every new connection begin with these."""
    def begin(connection, _record):
        for statement in statements:
            connection.execute(statement)
        if not is_sqlite():
            connection.commit()

    return begin


@contextmanager
def connections_that(*statements):
    begin = on_each_connection(*statements)
    db.session.remove()
    db.engine.dispose()
    sa.event.listen(db.engine, "connect", begin)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "connect", begin)
        db.session.remove()
        db.engine.dispose()


@contextmanager
def a_full_disk():
    """No file may grow beyond two pages: the log of what is written cannot, wherever the disk would have room."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.connection.driver_connection.execute("ROLLBACK")
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def a_read_only_file_system():
    with connections_that("PRAGMA query_only=on"):
        yield


@contextmanager
def a_lock_that_lasts():
    other = db.engine.connect()
    if is_sqlite():
        other.connection.driver_connection.execute("BEGIN IMMEDIATE")
    else:
        other.execute(sa.text("LOCK TABLE foundation, audit_entry IN EXCLUSIVE MODE"))
    try:
        with connections_that("PRAGMA busy_timeout=50" if is_sqlite() else "SET lock_timeout='50ms'"):
            yield
    finally:
        other.invalidate()
        other.close()


@contextmanager
def a_standby():
    """A PostgreSQL that takes reads alone."""
    with connections_that("SET default_transaction_read_only=on"):
        yield


WAYS = {
    "sqlite": [a_full_disk, a_read_only_file_system, a_lock_that_lasts],
    "postgresql": [a_lock_that_lasts, a_standby],
}
"""What can be done to each engine."""


@pytest.fixture(params=["a_full_disk", "a_read_only_file_system", "a_lock_that_lasts", "a_standby"])
def trouble(request, engine_name, app):
    """One of the ways in which nothing can be saved, on the engine that knows it; elsewhere the lock again."""
    ways = {each.__name__: each for each in WAYS[engine_name]}
    return ways.get(request.param, a_lock_that_lasts)


def fill(client, name=TYPED):
    page = Page(client.get("/prueba").text)
    return {"csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key"), "name": name}


def test_the_form_stays_with_what_was_typed_and_can_be_sent_again_afterwards(client, named, trouble):
    data = fill(client)
    with trouble():
        answer = client.post("/prueba", data=data)
        assert answer.status_code == 503
        page = Page(answer.text)
        assert SAID in page.text
        assert "Todavía no se guardó" in page.text
        assert f'value="{TYPED}"' in answer.text
        assert page.hidden("submit_key") == data["submit_key"]
    assert named(TYPED) == 0
    assert client.post("/prueba", data=data).status_code == 303
    assert named(TYPED) == 1
    assert SAID not in client.get("/prueba").text
    assert verify().is_sound


def test_reading_goes_on_where_no_trace_is_due_and_the_page_says_so(client, trouble):
    data = fill(client)
    with trouble():
        client.post("/prueba", data=data)
        answer = client.get("/prueba")
        assert answer.status_code == 200
        assert SAID in Page(answer.text).text


def test_what_must_leave_a_trace_is_not_shown_without_one(case, staff, sign_in, trouble):
    lead = staff(Role.CASEWORKER)
    made = case(team=[lead], name="Rosa Canario")
    client = sign_in(lead)
    url = f"/casos/{made.id}"
    assert client.get(url).status_code == 200
    with trouble():
        answer = client.get(url)
        assert answer.status_code == 503
        assert "Canario" not in answer.text
        assert "Traceback" not in answer.text
    assert client.get(url).status_code == 200


def test_in_the_readers_language(client, staff, sign_in):
    member = staff(Role.CASEWORKER)
    english = sign_in(member)
    with english.session_transaction() as browser:
        browser["language"] = "en"
    data = fill(english)
    with a_lock_that_lasts():
        assert "Nothing can be saved just now" in english.post("/prueba", data=data).text


@contextmanager
def away(monkeypatch):
    """A database that nobody reaches."""
    def refuse(*_arguments, **_named):
        raise sa.exc.OperationalError("SELECT", {}, Exception("connection refused"))

    with monkeypatch.context() as patched:
        patched.setattr(db.engine.pool, "connect", refuse)
        db.session.remove()
        yield


def test_one_can_leave_even_then_and_is_signed_out_in_this_browser(client, monkeypatch):
    data = fill(client)
    with away(monkeypatch):
        page = Page(client.post("/prueba", data=data).text)
        assert "/salir-rapido" in {each.get("href") for each in page.all("a")}
        answer = client.get("/salir-rapido")
        assert (answer.status_code, answer.location) == (303, "/pausa")
        assert client.get("/pausa").status_code == 200
    assert client.get("/prueba").status_code == 302


def test_a_database_that_is_gone_takes_nothing_along(client, named, monkeypatch):
    """Not even who asks is known then: what was sent stays on a page without names, and its button sends it again."""
    data = fill(client, "Casa de las Flores <b>")
    with away(monkeypatch):
        answer = client.post("/prueba?next=/mi-dia", data={**data, "password": "no la muestre", "code": "123456"})
        assert client.get("/prueba").status_code == 503
        assert client.get("/salud").status_code == 200
    assert answer.status_code == 503
    page = Page(answer.text)
    assert "Casa de las Flores <b>" in page.text
    assert page.hidden("name") == data["name"]
    assert page.hidden("submit_key") == data["submit_key"]
    assert 'action="/prueba?next=/mi-dia"' in answer.text
    assert "no la muestre" not in answer.text
    assert "123456" not in answer.text
    assert "Persona" not in page.text
    again = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "name")}
    assert client.post("/prueba", data=again).status_code == 303
    assert named(data["name"]) == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_file_that_cannot_be_written_is_the_same_trouble(client, section, number):
    def fail(_name):
        raise OSError(number, "x")

    data = fill(client)
    section.meanwhile = fail
    answer = client.post("/prueba", data=data)
    assert answer.status_code == 503
    assert f'value="{TYPED}"' in answer.text


def test_another_fault_is_not_taken_for_it(client, section, caplog):
    def fail(_name):
        raise OSError(errno.EIO, "x")

    data = fill(client)
    section.meanwhile = fail
    assert client.post("/prueba", data=data).status_code == 500


# --- maintenance ------------------------------------------------------------------------------------------------------

@pytest.fixture
def reader(case, staff, sign_in):
    """A caseworker's browser, and the address of a case of hers."""
    lead = staff(Role.CASEWORKER)
    return sign_in(lead), f"/casos/{case(team=[lead]).id}"


@pytest.fixture
def maintenance(app, monkeypatch):
    monkeypatch.setitem(app.config, "READ_ONLY", True)
    return SimpleNamespace(over=lambda: monkeypatch.setitem(app.config, "READ_ONLY", False))


def test_during_maintenance_everybody_reads_and_nobody_changes(client, named, reader, maintenance):
    lead, url = reader
    data = fill(client)
    answer = client.post("/prueba", data=data)
    assert answer.status_code == 503
    assert f'value="{TYPED}"' in answer.text
    assert "mantenimiento" in Page(answer.text).text
    assert lead.get(url).status_code == 200
    maintenance.over()
    assert client.post("/prueba", data=data).status_code == 303
    assert named(TYPED) == 1


def test_during_maintenance_one_can_leave_and_choose_nothing(client, maintenance):
    page = Page(client.get("/prueba").text)
    token = page.hidden("csrf_token")
    assert client.post("/salir", data={"csrf_token": token}).status_code == 303


def test_the_setting_reaches_the_application(make_app):
    assert make_app(read_only=True).config["READ_ONLY"] is True
    assert make_app().config["READ_ONLY"] is False


# --- little room ------------------------------------------------------------------------------------------------------

@pytest.fixture
def little_room(monkeypatch):
    monkeypatch.setattr(calm.shutil, "disk_usage", lambda _place: SimpleNamespace(free=499 * 1024 * 1024))


def test_with_little_room_pages_say_so_and_what_is_small_is_saved(client, named, little_room):
    data = fill(client)
    assert "poco espacio" in Page(client.get("/prueba").text).text
    assert client.post("/prueba", data=data).status_code == 303
    assert named(TYPED) == 1


def test_with_little_room_what_is_big_is_put_off_and_stays_on_the_page(client, little_room):
    data = fill(client)
    answer = client.post("/prueba", data={**data, "name": "largo " * 200_000})
    assert answer.status_code == 503
    assert "largo largo" in answer.text

"""Sessions: seen, closed, locked, left in a hurry; the cookie that carries them; what answers say to the browser."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts import actions
from shelter.accounts.models import StaffSession
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.db import db
from tests.accounts.conftest import PASSWORD
from tests.client import Page


def locked(app):
    db.session.rollback()
    return db.session.scalars(sa.select(StaffSession.locked_at)).all()


def test_a_closed_account_dies_with_its_next_request(sign_in, person):
    member = person()
    client = sign_in(member)
    assert client.get("/mi-dia").status_code == 200
    with work("test.close", by=operator):
        actions.disable(member)
    assert client.get("/mi-dia").location.startswith("/entrar")
    assert client.post("/mi-cuenta/cerrar-otras", data={}).location.startswith("/entrar")


def test_a_session_alone_does_not_keep_an_account_open(sign_in, person):
    member = person()
    client = sign_in(member)
    with work("test.close", by=operator):
        member.is_active = False
    assert client.get("/mi-dia").location.startswith("/entrar")


def test_open_sessions_are_listed_and_the_others_can_be_closed(app, sign_in, person):
    member = person()
    here, there = sign_in(member), sign_in(member)
    stranger = sign_in(person())
    listed = Page(here.get("/mi-cuenta").text)
    assert listed.text.count("pruebas") == 2
    assert here.post("/mi-cuenta/cerrar-otras", data={}).status_code == 303
    assert there.get("/mi-dia").location.startswith("/entrar")
    assert here.get("/mi-dia").status_code == stranger.get("/mi-dia").status_code == 200
    assert Page(here.get("/mi-cuenta").text).text.count("pruebas") == 1


def test_signing_out_ends_the_session_on_the_server(app, sign_in, person):
    client, copy = sign_in(person()), app.test_client()
    with client.session_transaction() as browser, copy.session_transaction() as other:
        other.update(browser)
    assert client.post("/salir", data={}).location == "/entrar"
    assert copy.get("/mi-dia").location.startswith("/entrar")


def test_a_session_left_alone_locks_and_the_password_leads_back(sign_in, person):
    with time_machine.travel(now(), tick=False) as clock:
        client = sign_in(person())
        clock.shift(timedelta(minutes=14))
        assert client.get("/mi-cuenta?a=1").status_code == 200
        clock.shift(timedelta(minutes=16))
        answer = client.get("/mi-cuenta?a=1")
        assert answer.location == "/bloqueo?next=/mi-cuenta?a%3D1"
        assert client.post("/mi-cuenta/cerrar-otras", data={}).location == "/bloqueo"
        answer = client.fill(answer.location, password=PASSWORD)
        assert answer.location == "/mi-cuenta?a=1"
        assert client.get("/mi-dia").status_code == 200


def test_a_session_ends_after_eight_hours_however_busy(sign_in, person):
    with time_machine.travel(now(), tick=False) as clock:
        client = sign_in(person())
        for _each in range(8 * 6):
            assert client.get("/mi-dia").status_code == 200
            clock.shift(timedelta(minutes=10))
        clock.shift(timedelta(seconds=1))
        assert client.get("/mi-dia").location.startswith("/entrar")


def test_only_the_same_person_unlocks(app, sign_in, person):
    ana, berta = person(name="Ana Torres"), person(name="Berta Ruiz")
    with work("test.password", by=operator):
        from shelter.accounts import rules

        berta.password_hash = rules.hash_password("la clave larga de berta")
    client = sign_in(ana)
    client.get("/salir-rapido")
    page = client.get("/bloqueo")
    assert "Ana" not in Page(page.text).text, "a locked screen names nobody"
    assert client.fill("/bloqueo", password="la clave larga de berta").status_code == 422
    assert client.get("/mi-dia").location.startswith("/bloqueo")
    assert client.fill("/bloqueo", password=PASSWORD).status_code == 303
    assert client.get("/mi-dia").status_code == 200


def test_guessing_at_a_lock_slows_down(sign_in, person):
    client = sign_in(person())
    with time_machine.travel(now(), tick=False):
        for _each in range(5):
            assert client.fill("/bloqueo", password="no es la clave").status_code == 422
        assert client.fill("/bloqueo", password=PASSWORD).status_code == 429


def test_a_locked_session_shows_no_page_and_no_name(sign_in, person):
    client = sign_in(person(Role.ADMINISTRATOR, name="Ana Torres"))
    client.get("/salir-rapido")
    for path in ("/mi-dia", "/mi-cuenta", "/admin/usuarios", "/fundaciones"):
        assert client.get(path).location.startswith("/bloqueo")
    for path in ("/ayuda", "/privacidad", "/accesibilidad"):
        page = client.get(path)
        assert page.status_code == 200
        assert "Ana Torres" not in page.text
        assert "/admin/usuarios" not in page.text


def test_the_quick_exit_locks_and_leads_to_a_page_that_says_nothing(app, sign_in, person):
    client = sign_in(person())
    answer = client.get("/salir-rapido")
    assert (answer.status_code, answer.location) == (303, "/pausa")
    assert all(locked(app))
    pause = app.test_client().get("/pausa")
    assert app.config["BRAND"] not in pause.text
    assert pause.headers["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in pause.headers
    assert "Vary" not in pause.headers, "kept once, it opens whatever the cookies are"
    assert client.get("/pausa").text == pause.text


def test_the_quick_exit_works_for_nobody_too(app):
    assert app.test_client().get("/salir-rapido").location == "/pausa"


def test_another_site_cannot_lock_a_session(app, sign_in, person):
    client = sign_in(person())
    answer = client.get("/salir-rapido", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert locked(app) == [None]
    assert client.get("/salir-rapido", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("path", ["/entrar", "/bloqueo"])
def test_coming_back_takes_down_the_flag_of_the_quick_exit(sign_in, person, path):
    member = person()
    client = sign_in(member)
    client.set_cookie("pausa", "1")
    answer = client.fill(path, email=member.email, password=PASSWORD)
    assert answer.status_code == 303
    assert client.get_cookie("pausa") is None


def test_the_cookie_is_for_this_site_and_not_for_scripts(enter, person):
    answer = enter(person()).answer
    said = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("s="))
    assert "; HttpOnly" in said
    assert "; SameSite=Strict" in said
    assert "; Path=/" in said
    assert "Domain" not in said
    assert "Expires" not in said, "it goes with the browser"


def test_with_tls_the_cookie_is_bound_to_the_host(make_app):
    app = make_app(tls=True)
    answer = app.test_client().get("/entrar", base_url="https://localhost")
    said = answer.headers["Set-Cookie"]
    assert said.startswith("__Host-s=")
    assert "; Secure" in said
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_form_without_its_token_is_refused_calmly_and_changes_nothing(app, sign_in, person, again):
    member = person()
    client = sign_in(member)
    for path, data in (
        ("/entrar", {"email": member.email}), ("/mi-cuenta", {"language": "es"}), ("/idioma", {"language": "es"}),
        ("/salir", {}), ("/bloqueo", {"password": PASSWORD}),
    ):
        answer = client.post(path, data={**data, "csrf_token": ""})
        assert answer.status_code == 400, path
        assert "Traceback" not in answer.text
    assert again(member).language == "en"
    assert client.get("/mi-dia").status_code == 200


def test_every_answer_tells_the_browser_what_it_may_not_do(app, sign_in, person):
    client = sign_in(person(Role.OBSERVER))
    answers = [client.get(path) for path in (
        "/", "/entrar", "/mi-dia", "/mi-cuenta", "/ayuda", "/salud", "/no-hay", "/auditoria", "/static/app.css",
        "/recuperar", "/activar/nada", "/bloqueo", "/pausa", "/salir-rapido",
    )]
    answers += [client.post("/entrar", data={"csrf_token": ""}), client.put("/mi-dia"), client.post("/mi-dia", data={})]
    assert {answer.status_code for answer in answers} >= {200, 302, 303, 400, 403, 404, 405}
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] in ("no-store", "public, max-age=86400"), answer.request.path
        answer.close()


def test_language_and_appearance_are_kept_with_the_person(app, sign_in, person, again):
    member = person()
    client = sign_in(member)
    client.fill("/mi-cuenta", language="es", theme="dark")
    assert (again(member).language, member.theme) == ("es", "dark")
    html = client.get("/mi-cuenta").text
    assert '<html lang="es" data-theme="dark"' in html
    client.post("/idioma", data={"language": "en", "back": "/mi-cuenta"})
    assert again(member).language == "en"


def test_who_never_chose_a_language_finds_the_present_one_marked(sign_in, staff):
    page = Page(sign_in(staff(Role.LAWYER)).get("/mi-cuenta").text)
    marked = [each["value"] for each in page.all("input") if each.get("type") == "radio" and "checked" in each]
    assert marked == ["es", "system"]


def test_static_files_are_kept_whatever_the_cookies_are(app, sign_in, person, count_queries):
    client = sign_in(person())
    with count_queries() as found:
        answer = client.get("/static/app.css?v=1")
        answer.close()
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert "Vary" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert found.statements == [], "nobody is looked up for a stylesheet"


def test_a_browser_that_was_left_while_offline_is_locked_by_its_first_request_and_unlocked_as_any(sign_in, person):
    client = sign_in(person())
    client.set_cookie("pausa", "1")
    seen = db.session.scalar(sa.select(sa.func.max(AuditEntry.seq)))
    assert client.get("/casos?estado=todos").location == "/bloqueo?next=/casos?estado%3Dtodos"
    since = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.seq > seen)).all()
    assert since == ["session.lock"], "nothing was shown"
    client.delete_cookie("pausa")
    assert client.get("/casos").location == "/bloqueo?next=/casos", "who takes the flag away opens nothing"
    client.set_cookie("pausa", "1")
    assert client.fill("/bloqueo?next=/casos", password=PASSWORD).location == "/casos"
    assert client.get_cookie("pausa") is None
    assert client.get("/casos").status_code == 200

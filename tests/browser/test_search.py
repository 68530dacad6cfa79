"""A search shows what it finds in the page that asked; its address says nothing, and finds it again."""

import pytest

from shelter.access import Role
from tests.browser.conftest import PHONE
from tests.browser.world import PASSWORD

SHOWN = "document.querySelector('main caption') && !document.documentElement.matches('.gone')"


@pytest.fixture(scope="module")
def lirio(world):
    """The case of somebody to be looked for, made once: the lists of the others stay short."""
    return world.resident("Lirio")


@pytest.fixture
def searching(lirio, world, sign_in):
    """Before the list of cases."""
    screen = sign_in(world.crew[Role.CASEWORKER])
    screen.go("/casos")
    return screen


def look_for(screen, words):
    screen.page.fill("main [name=q]", words)
    screen.send("main form.search")


def asked(screen):
    """What is asked of the server from now on: methods and addresses without the server."""
    found = []
    screen.page.on("request", lambda each: found.append((each.method, each.url.removeprefix(screen.watch.home))))
    return found


@pytest.mark.ux(12)
def test_one_journey_finds_and_the_address_finds_it_again(searching):
    screen, journeys = searching, asked(searching)
    look_for(screen, "lirio")
    screen.page.wait_for_selector("main caption")
    assert "Lirio" in screen.text
    assert [each for each in journeys if not each[1].startswith("/static/")] == [("POST", "/casos")]
    assert screen.path.startswith("/casos?b=")
    assert "Buscar" in screen.page.title()
    read_out = screen.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert read_out == "Resultados: 1"
    screen.page.reload()
    assert "Lirio" in screen.text


@pytest.mark.ux(12)
def test_back_and_forth_between_what_was_found(searching):
    screen = searching
    look_for(screen, "lirio")
    first = screen.path
    look_for(screen, "nadie así")
    assert "Nadie" in screen.text
    screen.page.go_back(wait_until="load")
    assert screen.path == first
    screen.page.wait_for_function(SHOWN)
    assert "Lirio" in screen.text
    screen.page.go_back(wait_until="load")
    assert screen.path == "/casos"
    screen.page.wait_for_function(SHOWN)  # closed in the middle of coming back, Chromium may hang


@pytest.mark.ux(12)
def test_what_was_found_opens_and_is_there_again_on_return(searching):
    screen = searching
    look_for(screen, "lirio")
    found = screen.path
    screen.follow("main th a")
    assert "/casos/" in screen.path
    screen.page.go_back(wait_until="load")
    assert screen.path == found
    screen.page.wait_for_function(SHOWN)
    assert "Lirio" in screen.text


@pytest.mark.ux(17)
def test_nothing_to_look_for_is_told_in_one_sentence(searching):
    look_for(searching, "")
    assert "Escriba un nombre" in searching.page.inner_text("main .errors")


@pytest.mark.ux(12)
def test_a_locked_session_asks_for_the_password_and_shows_nobody(world, searching):
    screen = searching
    screen.context.request.get("/salir-rapido", max_redirects=0)
    look_for(screen, "lirio")
    assert screen.path.startswith("/bloqueo?next=/casos?b"), "it returns to what was looked for"
    assert "Lirio" not in screen.page.content()
    screen.answer(password=PASSWORD)
    screen.send()
    screen.page.wait_for_selector("main caption")
    assert "Lirio" in screen.text


@pytest.mark.ux(9)
def test_what_is_typed_while_the_answer_is_on_its_way_stays(searching):
    screen = searching
    screen.page.evaluate("""() => {
      const real = window.fetch;
      window.fetch = (url, how) => real(url, how).then(answer => new Promise(go => setTimeout(() => go(answer), 600)));
    }""")
    screen.page.fill("main [name=q]", "lirio")
    screen.page.press("main [name=q]", "Enter")
    screen.page.type("main [name=q]", " blanco")
    screen.page.wait_for_selector("main caption")
    assert "Lirio" in screen.text
    assert screen.page.input_value("main [name=q]") == "lirio blanco"
    assert screen.page.evaluate("document.activeElement.name") == "q"


@pytest.mark.ux(11)
@pytest.mark.parametrize("path", ["/casos", "/registrar"])
def test_who_leaves_while_something_is_sent_has_left(searching, path):
    """Answers that come between the lock and the way out change nothing any more."""
    screen = searching
    screen.go(path)
    screen.page.evaluate("""() => {
      const real = window.fetch, late = ms => new Promise(go => setTimeout(go, ms));
      window.fetch = (url, how) => String(url).includes('salir-rapido')
        ? real(url, how).then(answer => late(300).then(() => answer))
        : late(60).then(() => real(url, how));
    }""")
    form = "main form.search" if path == "/casos" else "main form.form"
    screen.page.evaluate("form => document.querySelector(form).requestSubmit()", form)
    screen.page.evaluate("() => document.querySelector('[data-quick-exit]').click()")
    screen.page.wait_for_url("**/pausa")
    screen.page.wait_for_timeout(500)
    assert screen.path == "/pausa"


@pytest.mark.ux(9)
def test_places_within_a_page_leave_what_was_typed(searching, lirio):
    screen = searching
    screen.go(f"/ingresos/{lirio}/persona")
    screen.answer(name_used="Lirio corregida")
    journeys = asked(screen)
    screen.page.evaluate("document.querySelector('a.skip[href=\"#main\"]').click()")
    screen.page.wait_for_timeout(300)
    assert screen.page.input_value("[name=name_used]") == "Lirio corregida"
    assert [each for each in journeys if each[1].startswith("/ingresos")] == []


@pytest.mark.ux(17)
def test_an_error_leads_to_its_field_and_leaves_what_was_corrected(searching, lirio):
    screen = searching
    screen.go(f"/ingresos/{lirio}/persona")
    screen.page.fill("[name=birth-day]", "99")
    screen.send()
    screen.answer(name_used="Lirio corregida")
    journeys = asked(screen)
    screen.page.click("main .errors a")
    screen.page.wait_for_timeout(300)
    assert screen.page.input_value("[name=name_used]") == "Lirio corregida"
    assert screen.page.evaluate("document.activeElement.name") == "birth-day"
    assert [each for each in journeys if each[1].startswith("/ingresos")] == []


@pytest.mark.ux(4)
def test_the_other_language_says_what_was_found(lirio, world, sign_in):
    screen = sign_in(world.member(Role.SHELTER_COORDINATOR))
    screen.go("/casos")
    look_for(screen, "lirio")
    found = screen.path
    screen.page.evaluate("document.querySelector('button[formaction=\"/idioma\"]').click()")
    screen.page.wait_for_selector("html[lang=en] main caption")
    assert screen.path == found
    assert "Lirio" in screen.text

@pytest.mark.ux(12)
def test_a_lost_connection_leaves_the_page_and_the_words(searching):
    screen = searching
    screen.watch.forgive("ERR_INTERNET_DISCONNECTED")
    screen.context.set_offline(True)
    screen.page.fill("main [name=q]", "lirio")
    screen.tap("main form.search button")
    screen.page.wait_for_selector("main form.search .error")
    assert "Sin respuesta" in screen.page.inner_text("main form.search .error")
    assert screen.page.input_value("main [name=q]") == "lirio"
    screen.context.set_offline(False)
    screen.send("main form.search")
    assert "Lirio" in screen.text


@pytest.mark.parametrize("options", [PHONE, {"java_script_enabled": False}], ids=["phone", "no script"])
def test_it_finds_the_same_on_a_telephone_and_without_script(lirio, world, sign_in, options):
    screen = sign_in(world.crew[Role.CASEWORKER], **options)
    screen.go("/casos")
    look_for(screen, "lirio")
    assert screen.path.startswith("/casos?b=")
    assert "Lirio" in screen.text

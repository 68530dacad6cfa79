"""What is sent twice is saved once; what two people change is compared; what is typed stays in the programme alone."""

import re
from urllib.parse import unquote

import pytest

from shelter.access import Role
from tests.browser.conftest import PHONE

SERVICES = "SELECT count(*) FROM service WHERE case_id = ?"
STORES = """async () => ({
  local: localStorage.length, session: sessionStorage.length, caches: (await caches.keys()).length,
  databases: (await indexedDB.databases()).length, workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""


@pytest.fixture
def writing(world, sign_in):
    """writing(**options) -> somebody whose form of a service is filled in and not yet sent."""

    def make(**options):
        screen = sign_in(world.crew[Role.PSYCHOLOGIST], **options)
        screen.case = world.resident("Inkari")
        screen.go(f"/casos/{screen.case}/servicios/nuevo")
        screen.answer(type="psychology.individual", was_held="yes", minutes="30", headline="Zafiro", body="Ónice")
        return screen

    return make


@pytest.mark.ux(9)
def test_a_double_click_saves_once(world, writing):
    screen = writing()
    with screen.page.expect_navigation():
        screen.page.locator("main form.form button[type=submit]").first.dblclick()
    assert screen.path == f"/casos/{screen.case}/servicios"
    assert world.ask(SERVICES, screen.case) == 1


def test_a_double_click_without_javascript_saves_once(world, writing):
    screen = writing(java_script_enabled=False)
    screen.page.locator("main form.form button[type=submit]").first.dblclick(no_wait_after=True)
    screen.page.wait_for_url(re.compile("/servicios$"))
    screen.go(f"/casos/{screen.case}/servicios")
    assert world.ask(SERVICES, screen.case) == 1


def test_sent_again_after_going_back_it_says_that_it_was_saved_already(world, writing):
    screen = writing()
    kept = screen.page.content()
    key = screen.page.input_value("[name=submit_key]")
    screen.send()
    screen.page.route("**/servicios/nuevo", lambda route: route.fulfill(body=kept, content_type="text/html"), times=2)
    screen.page.evaluate("history.back()")
    screen.page.wait_for_function(f"document.querySelector('[name=submit_key]')?.value === '{key}'")
    screen.page.unroute_all()
    screen.answer(type="psychology.individual", was_held="yes", minutes="30", headline="Zafiro", body="Otro ónice")
    screen.send()
    assert screen.path == f"/casos/{screen.case}/servicios"
    assert screen.page.locator("main .notice-info").count() == 1, "it says so"
    assert world.ask(SERVICES, screen.case) == 1


def test_going_back_shows_a_form_without_what_was_sent(world, writing):
    screen = writing()
    screen.send()
    with screen.page.expect_navigation():
        screen.page.evaluate("history.back()")
    screen.page.wait_for_function("document.querySelector('[name=headline]')?.value === ''")
    screen.send()
    assert screen.page.locator(".errors").count() == 1
    assert world.ask(SERVICES, screen.case) == 1


def test_a_broken_connection_after_sending_loses_nothing_and_doubles_nothing(world, writing):
    screen = writing()
    screen.watch.forgive("net::ERR_")

    def broken(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    screen.page.route("**/servicios/nuevo", broken)
    with screen.page.expect_event("requestfailed"):
        screen.page.evaluate("document.querySelector('main form.form').requestSubmit()")
    screen.page.unroute_all()
    screen.page.reload()
    assert screen.path == f"/casos/{screen.case}/servicios"
    assert screen.page.locator("main .notice-info").count() == 1
    assert world.ask(SERVICES, screen.case) == 1


@pytest.mark.ux(9)
def test_two_tabs_with_the_same_record_are_shown_both_versions(world, sign_in):
    screen = sign_in(world.crew[Role.CASEWORKER])
    case = world.resident("Anahí")
    screen.go(f"/ingresos/{case}/persona")
    other = screen.beside()
    other.go(f"/ingresos/{case}/persona")
    screen.answer(name_used="Malva")
    screen.send()
    other.answer(name_used="Begonia")
    with other.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        other.send()
    assert answer.value.status == 409
    assert other.page.input_value("[name=name_used]") == "Begonia"
    assert "Malva" in other.page.inner_text("main .now-says")
    other.page.click("main .errors a[href='#name_used']")
    assert other.page.evaluate("document.activeElement.name") == "name_used", "the summary leads to what differs"
    other.send()
    assert other.path == f"/ingresos/{case}"
    assert "Begonia" in other.text


@pytest.mark.ux(12)
@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_no_name_reaches_an_address_a_title_or_a_store(world, sign_in, options):
    screen = sign_in(world.crew[Role.CASEWORKER], **options)
    titles = []
    screen.page.on("load", lambda page: titles.append(page.title()))
    name = "Quenari"
    case = world.resident(name)
    screen.go("/casos")
    screen.page.fill("main [name=q]", name)
    screen.send("main form.search")
    assert name in screen.text
    screen.follow(f"/casos/{case}")
    for part in ("servicios", "egreso", "seguimiento", "historial", "indicaciones"):
        screen.go(f"/casos/{case}/{part}")
    screen.go(f"/ingresos/{case}/persona")
    assert screen.page.input_value("[name=name_used]") == name
    assert len(titles) >= 8
    for told in (*titles, *map(unquote, screen.watch.addresses)):
        assert name.lower() not in told.lower()
    assert set(screen.page.evaluate(STORES).values()) == {0}
    assert {each["name"] for each in screen.context.cookies()} == {"s", "d"}, "the session; that the browser is known"

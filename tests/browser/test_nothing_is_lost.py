"""What was typed is never lost: the lock, a session that is over, a connection that breaks, a page that is closed."""

import re
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts.models import StaffSession
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from tests.browser.conftest import PHONE
from tests.browser.world import PASSWORD, STAYING

SERVICES = "SELECT count(*) FROM service WHERE case_id = ?"
DRAFTS = "SELECT count(*) FROM draft WHERE staff_id = ?"
NOTE = "Primera línea.\n  Segunda «línea» & más + 100 % — ñandú"
BODY = "textarea[name=body]"


@pytest.fixture
def writing(world, sign_in):
    """writing(**options) -> a caseworker of her own, whose form of a service is filled in and not yet sent."""

    def make(member=None, **options):
        member = member or world.member(Role.CASEWORKER)
        screen = sign_in(member, **options)
        screen.member, screen.case = member, world.resident("Inkari")
        screen.form = f"/casos/{screen.case}/servicios/nuevo"
        screen.page.clock.install()
        screen.go(screen.form)
        screen.answer(type="social.basic_kit", was_held="yes", minutes="30", headline="Zafiro", body=NOTE)
        return screen

    return make


def sessions_of(world, member, **values):
    """What happens to the session of somebody, on the server."""
    with world.inside(), work("test.session", by=operator):
        db.session.execute(sa.update(StaffSession).where(StaffSession.staff_id == member.id).values(**values))


def unlock(screen):
    screen.page.wait_for_url(re.compile("/bloqueo"))
    screen.answer(password=PASSWORD)
    screen.send()


def holds_it_all(screen):
    page = screen.page
    assert page.input_value(BODY) == NOTE
    assert page.input_value("[name=headline]") == "Zafiro"
    assert page.is_checked("[name=was_held][value=yes]")
    assert page.is_checked("[name=minutes][value='30']")
    assert page.input_value("[name=type]") == "social.basic_kit"


def pass_time(screen, seconds):
    """The page's clock goes on; what it does then reaches the server in real time."""
    screen.page.clock.run_for(seconds * 1000)


def test_while_somebody_types_the_draft_is_kept_and_the_page_says_when(world, writing):
    screen = writing()
    assert world.ask(DRAFTS, screen.member.id) == 0
    pass_time(screen, 11)
    screen.page.wait_for_function("() => /[0-9]:[0-9]/.test(document.querySelector('.draft-state').textContent)")
    assert world.ask(DRAFTS, screen.member.id) == 1
    screen.go("/mi-dia")
    screen.follow(f'a[href^="{screen.form}?borrador="]')
    holds_it_all(screen)
    screen.send()
    assert screen.path == f"/casos/{screen.case}/servicios"
    assert (world.ask(SERVICES, screen.case), world.ask(DRAFTS, screen.member.id)) == (1, 0)


@pytest.mark.ux(10)
@pytest.mark.parametrize("options", [PHONE, {}, {"java_script_enabled": False}], ids=["phone", "desk", "no script"])
def test_a_session_that_locks_while_somebody_writes_gives_back_every_letter(world, writing, options):
    screen = writing(**options)
    sessions_of(world, screen.member, seen_at=now() - timedelta(minutes=20))
    screen.send()
    unlock(screen)
    assert screen.path.startswith(screen.form)
    holds_it_all(screen)
    assert world.ask(SERVICES, screen.case) == 0, "late is never an act"
    screen.send()
    assert world.ask(SERVICES, screen.case) == 1


@pytest.mark.ux(10)
def test_a_session_that_is_over_gives_it_back_to_the_same_person_and_to_nobody_else(world, writing):
    screen = writing()
    sessions_of(world, screen.member, ended_at=now())
    screen.send()
    screen.page.wait_for_url(re.compile("/entrar"))
    back = screen.path
    colleague = world.member(Role.CASEWORKER)
    screen.answer(email=colleague.email, password=PASSWORD)
    screen.send()
    assert "Zafiro" not in screen.page.content()
    assert "ñandú" not in screen.page.content()
    screen.go(back)
    screen.answer(email=screen.member.email, password=PASSWORD)
    screen.send()
    assert screen.path.startswith(f"{screen.form}?borrador="), screen.path
    holds_it_all(screen)


def test_a_page_left_alone_says_so_keeps_what_stands_in_it_and_goes(world, writing):
    screen = writing()
    sessions_of(world, screen.member, seen_at=now() - timedelta(minutes=13, seconds=30))
    screen.page.clock.fast_forward("13:05")
    screen.page.wait_for_selector("#idle:not([hidden])")
    screen.tap("#idle button")
    screen.page.wait_for_selector("#idle", state="hidden")
    assert screen.page.input_value(BODY) == NOTE
    sessions_of(world, screen.member, seen_at=now() - timedelta(minutes=16))
    screen.page.clock.fast_forward("13:05")
    unlock(screen)
    assert screen.path.startswith(f"{screen.form}?borrador="), screen.path
    holds_it_all(screen)


@pytest.mark.ux(9)
def test_without_a_connection_the_page_stays_and_says_so_and_is_sent_once_it_is_back(world, writing):
    screen = writing()
    screen.watch.forgive("net::ERR_INTERNET_DISCONNECTED")
    screen.context.set_offline(True)
    screen.tap("main form.form button[type=submit]")
    screen.page.wait_for_function("() => document.querySelector('.draft-state').textContent.includes('Sin conexión')")
    assert screen.path == screen.form
    holds_it_all(screen)
    assert world.ask(SERVICES, screen.case) == 0
    screen.context.set_offline(False)
    screen.send()
    assert screen.path == f"/casos/{screen.case}/servicios"
    assert world.ask(SERVICES, screen.case) == 1


@pytest.mark.ux(9)
def test_broken_before_it_arrived_or_after_it_was_saved_are_told_apart(world, writing):
    screen = writing()
    screen.watch.forgive("net::ERR_")
    pass_time(screen, 11)
    screen.page.wait_for_function("() => document.querySelector('.draft-state').textContent !== ''")

    def before(route):
        if route.request.method == "POST":
            route.abort("connectionreset")
        else:
            route.continue_()

    screen.page.route("**/servicios/nuevo", before)
    with screen.page.expect_event("requestfailed"):
        screen.tap("main form.form button[type=submit]")
    screen.page.unroute_all()
    assert world.ask(SERVICES, screen.case) == 0
    screen.go(screen.form)
    screen.follow(f'a[href^="{screen.form}?borrador="]')
    holds_it_all(screen)

    def after(route):
        if route.request.method == "POST":
            route.fetch(max_redirects=0)
            route.abort("connectionreset")
        else:
            route.continue_()

    screen.page.route("**/servicios/nuevo**", after)
    with screen.page.expect_event("requestfailed"):
        screen.tap("main form.form button[type=submit]")
    screen.page.unroute_all()
    assert world.ask(SERVICES, screen.case) == 1
    screen.go(screen.form)
    assert screen.page.locator(f'a[href^="{screen.form}?borrador="]').count() == 0, "it was saved: there is no draft"


@pytest.mark.ux(9)
def test_sent_twenty_times_it_is_one_record(world, writing):
    screen = writing()
    answers = screen.page.evaluate("""async () => {
      const form = document.querySelector('main form.form'), body = new URLSearchParams(new FormData(form));
      const sent = Array.from({ length: 20 }, () => fetch(form.action, { method: 'POST', body }));
      return (await Promise.all(sent)).map(answer => answer.status);
    }""")
    assert answers == [200] * 20
    assert world.ask(SERVICES, screen.case) == 1


def test_a_quick_exit_takes_what_was_typed_with_it_and_gives_it_back(world, writing):
    screen = writing()
    screen.tap("header a.exit")
    screen.page.wait_for_url("**/pausa")
    for _time in range(50):
        if world.ask(DRAFTS, screen.member.id):
            break
        time.sleep(0.1)
    screen.go(screen.form)
    unlock(screen)
    screen.follow(f'a[href^="{screen.form}?borrador="]')
    holds_it_all(screen)


def test_without_javascript_a_button_keeps_it(world, writing):
    screen = writing(java_script_enabled=False)
    screen.press("main form.form button[name=keep_draft]")
    assert screen.path == "/borradores"
    screen.follow(f'a[href^="{screen.form}?borrador="]')
    holds_it_all(screen)
    screen.go("/borradores")
    screen.press('main form[action$="/descartar"] button')
    assert world.ask(DRAFTS, screen.member.id) == 0


@pytest.mark.ux(12)
def test_nothing_typed_stays_in_the_browser(writing):
    screen = writing()
    pass_time(screen, 11)
    screen.page.wait_for_function("() => document.querySelector('.draft-state').textContent !== ''")
    kept = screen.page.evaluate("""async () => [localStorage.length, sessionStorage.length,
      (await indexedDB.databases()).length, (await caches.keys()).length]""")
    assert kept == [0, 0, 0, 0]


def test_a_file_that_is_too_large_is_told_before_it_is_sent(world, sign_in):
    screen = sign_in(world.crew[Role.LAWYER], **PHONE)
    screen.go(f"/casos/{world.residents[STAYING]}/documentos/nuevo")
    screen.answer(title="Zafiro")
    file = {"name": "escan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-" + bytes(11 * 1024 * 1024)}
    screen.page.set_input_files("input[type=file]", file)
    assert "10 MB" in screen.page.inner_text(".error")
    assert screen.page.input_value("input[type=file]") == ""
    screen.page.set_input_files("input[type=file]", {**file, "buffer": b"%PDF-1.7"})
    assert screen.page.inner_text(".error") == ""
    assert screen.page.input_value("[name=title]") == "Zafiro"

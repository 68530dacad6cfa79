"""Leaving at once: the page is gone before anybody can look, nothing brings it back, and the server shuts the door."""

import re
import time

import pytest
from playwright.sync_api import Error

from shelter.access import Role
from tests.browser.conftest import PHONE
from tests.browser.world import PASSWORD

GUARD = """(() => {
  let left = 0;
  const look = now => {
    const body = document.body;
    left = document.cookie.includes('pausa=1') ? left || now : 0;
    if (left && now - left >= (window.grace || 0) && body && getComputedStyle(body).display !== 'none'
        && body.innerText.includes('CANARY')) console.error('the name was shown after the exit');
    requestAnimationFrame(look);
  };
  if (location.protocol.startsWith('http')) look(performance.now());
})()"""
GONE_AFTER = """() => new Promise(done => {
  const began = performance.now(), gone = () => getComputedStyle(document.body).display === 'none';
  document.querySelector('header a.exit').click();
  requestAnimationFrame(() => done(gone() ? performance.now() - began : Infinity));
})"""
SHOWN = "document.body && getComputedStyle(document.body).display !== 'none' ? document.body.innerText : ''"
LOCK = re.compile("/bloqueo")
LOCKED = "SELECT count(*) FROM staff_session WHERE staff_id = ? AND locked_at IS NOT NULL"


@pytest.fixture
def reading(world, sign_in):
    """reading(**options) -> somebody who reads the page of a resident, which is three pages deep in her browser."""

    def make(**options):
        member = world.member(Role.CASEWORKER)
        screen = sign_in(member, **options)
        name = f"Rikuri{member.id.hex[:4]}"
        screen.case = f"/casos/{world.resident(name)}"
        screen.name, screen.member = name, member
        if options.get("java_script_enabled", True):
            screen.context.add_init_script(GUARD.replace("CANARY", name))
        screen.go("/casos")
        screen.follow(screen.case)
        screen.follow(f"{screen.case}/servicios")
        screen.follow(screen.case)
        assert name in screen.text
        return screen

    return make


def is_locked(world, screen):
    return world.ask(LOCKED, screen.member.id) == 1


def leaves(screen, how):
    """Press, and wait for the page that says nothing."""
    how()
    screen.page.wait_for_url("**/pausa")
    assert screen.name not in screen.page.content()


def shown_after_going_back(page):
    """What can be read then; a page that goes away meanwhile is asked again."""
    page.evaluate("setTimeout(() => history.back())")
    time.sleep(0.4)
    for _time in range(20):
        try:
            return page.evaluate(SHOWN)
        except Error:
            time.sleep(0.1)
    raise AssertionError("no page stays")


def never_comes_back(screen):
    """Back, and back again: only the lock."""
    for _time in range(2):
        assert screen.name not in shown_after_going_back(screen.page), screen.path
    screen.go(screen.case)
    screen.page.wait_for_url(LOCK)
    assert screen.name not in screen.page.content()


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_a_touch_leaves(world, reading, options):
    screen = reading(**options)
    leaves(screen, lambda: screen.tap("header a.exit"))
    assert is_locked(world, screen)
    never_comes_back(screen)


def test_three_times_shift_leaves(world, reading):
    screen = reading()

    def three_shifts():
        for _time in range(3):
            screen.page.keyboard.press("Shift")

    leaves(screen, three_shifts)
    assert is_locked(world, screen)
    never_comes_back(screen)


def test_capitals_do_not_leave(reading):
    screen = reading()
    screen.follow(f"{screen.case}/servicios/nuevo")
    screen.page.focus("textarea[name=body]")
    for letter in "QUITO":
        screen.page.keyboard.press(f"Shift+{letter}")
    time.sleep(0.3)
    assert screen.path == f"{screen.case}/servicios/nuevo"
    assert screen.page.input_value("textarea[name=body]") == "QUITO"


def test_the_page_is_gone_within_a_tenth_of_a_second(reading):
    screen = reading()
    screen.page.route("**/salir-rapido", lambda _route: time.sleep(0.3))
    assert screen.page.evaluate(GONE_AFTER) < 100
    screen.page.wait_for_url("**/pausa")


def test_it_leaves_without_a_connection_and_the_first_request_afterwards_locks(world, reading):
    screen = reading()
    screen.context.set_offline(True)
    screen.watch.forgive("net::ERR_INTERNET_DISCONNECTED")
    leaves(screen, lambda: screen.tap("header a.exit"))
    for _time in range(2):
        assert screen.name not in shown_after_going_back(screen.page), screen.path
    assert not is_locked(world, screen), "nothing could be sent"
    screen.context.set_offline(False)
    screen.go(screen.case)
    screen.page.wait_for_url(LOCK)
    assert is_locked(world, screen)
    screen.answer(password=PASSWORD)
    screen.send()
    assert screen.path == screen.case


def test_another_tab_leaves_too(world, reading):
    screen = reading()
    other = screen.context.new_page()
    other.goto(screen.case)
    assert screen.name in other.inner_text("body")
    other.evaluate("window.grace = 100")  # milliseconds: word of the exit travels from tab to tab
    screen.page.bring_to_front()
    leaves(screen, lambda: screen.tap("header a.exit"))
    other.bring_to_front()
    other.wait_for_url(lambda url: url.endswith("/pausa") or "/bloqueo" in url)
    assert screen.name not in other.content()


def test_unlocking_returns_to_the_page(reading):
    screen = reading()
    leaves(screen, lambda: screen.tap("header a.exit"))
    screen.go(screen.case)
    screen.page.wait_for_url(LOCK)
    screen.answer(password="another one altogether")
    screen.send()
    assert screen.path.startswith("/bloqueo")
    screen.answer(password=PASSWORD)
    screen.send()
    assert screen.path == screen.case
    assert screen.name in screen.text
    screen.follow(f"{screen.case}/servicios")
    assert "pausa" not in {each["name"] for each in screen.context.cookies()}


def test_the_link_leaves_without_javascript(world, reading):
    screen = reading(java_script_enabled=False, **PHONE)
    screen.follow("header a.exit")
    assert screen.path == "/pausa"
    assert is_locked(world, screen)
    screen.page.go_back()
    assert screen.path.startswith("/bloqueo"), screen.path
    assert screen.name not in screen.page.content()
    screen.go(screen.case)
    assert screen.path.startswith("/bloqueo")


def test_nobody_elses_page_can_push_the_exit(world, reading, server):
    screen = reading()
    answer = screen.context.request.get("/salir-rapido", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert not is_locked(world, screen)

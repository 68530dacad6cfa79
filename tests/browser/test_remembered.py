"""Language and appearance follow the person from device to device: the programme remembers them, not the browser."""

from shelter.access import Role
from tests.browser.conftest import PHONE

GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(247, 245, 241)", "rgb(18, 25, 29)"


def test_language_and_theme_are_remembered(world, sign_in):
    member = world.member(Role.LAWYER)
    screen = sign_in(member, **PHONE)
    assert (screen.page.get_attribute("html", "lang"), screen.page.evaluate(GROUND)) == ("es", LIGHT)
    screen.go("/mi-cuenta")
    screen.answer(language="en", theme="dark")
    screen.send("main form.form:has([name=theme])")
    assert (screen.page.get_attribute("html", "lang"), screen.page.evaluate(GROUND)) == ("en", DARK)
    elsewhere = sign_in(member)
    assert (elsewhere.page.get_attribute("html", "lang"), elsewhere.page.evaluate(GROUND)) == ("en", DARK)


def test_by_itself_the_page_is_as_dark_as_the_device(world, sign_in):
    screen = sign_in(world.member(Role.LAWYER), color_scheme="dark")
    assert screen.page.evaluate(GROUND) == DARK


def test_the_language_chosen_before_signing_in_holds_afterwards(world, browse):
    screen = browse()
    screen.go("/entrar")
    screen.press('.foot button[formaction="/idioma"]')
    assert screen.path == "/entrar"
    assert screen.page.get_attribute("html", "lang") == "en"
    member = world.member(Role.LAWYER)
    screen.enter(member)
    assert screen.page.get_attribute("html", "lang") == "en"


def test_the_switch_returns_to_the_same_page(world, sign_in):
    member = world.member(Role.LAWYER)
    screen = sign_in(member, **PHONE)
    screen.follow("/casos")
    for expected in ("en", "es"):
        screen.tap("nav.bar summary")
        screen.press('nav.bar button[formaction="/idioma"]')
        assert screen.path == "/casos"
        assert screen.page.get_attribute("html", "lang") == expected
        assert world.of(member, "language") == expected

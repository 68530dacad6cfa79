"""Passkeys in a real browser, with a device of Chromium's own that keeps them: made, asked for, confirmed with."""

import pyotp
import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts.models import StaffSession
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.db import db
from tests.browser.conftest import PHONE, serving
from tests.browser.eyes import problems
from tests.browser.world import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEVICE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
          "isUserVerified": True, "automaticPresenceSimulation": True}

STOPPED = "() => { navigator.credentials.create = () => Promise.reject(new DOMException('', 'NotAllowedError')); }"


@pytest.fixture(scope="module")
def strict(world, tmp_path_factory):
    """The same house, where a second factor is asked for; by its name, for a number has no passkeys."""
    with serving(world, tmp_path_factory.mktemp("strict") / "said") as port:
        yield f"http://localhost:{port}"


@pytest.fixture
def enrolled(world):
    """enrolled(role) -> somebody with the codes on her telephone."""
    return lambda role: world.member(role, totp_secret=SECRET)


def device_in(screen):
    """A device that keeps passkeys, in this browser."""
    session = screen.context.new_cdp_session(screen.page)
    session.send("WebAuthn.enable", {"enableUI": False})
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    return lambda command, **more: session.send(f"WebAuthn.{command}", {"authenticatorId": made, **more})


def right(screen, language="es"):
    """The page fits, passes axe and speaks one language."""
    assert problems(screen.page, language) == []


def knock(screen, member):
    """E-mail and password."""
    screen.go("/entrar")
    screen.answer(email=member.email, password=PASSWORD)
    screen.send()
    assert screen.path.startswith("/entrar/codigo"), screen.text


def make_key(screen, name):
    screen.answer(name=name)
    screen.press('[data-passkey="create"] button')


@pytest.mark.parametrize("options", [PHONE, {}], ids=["phone", "desk"])
def test_an_administrator_makes_a_passkey_and_signs_in_with_it(browse, strict, enrolled, options):
    member = enrolled(Role.ADMINISTRATOR)
    screen = browse(base_url=strict, **options)
    device = device_in(screen)
    knock(screen, member)
    screen.answer(code=pyotp.TOTP(SECRET).at(now()))
    screen.send()
    assert screen.path.startswith("/mi-cuenta/llaves/nueva?next="), "she is asked for one"
    right(screen)
    make_key(screen, "la de mi celular")
    assert screen.path == "/mi-dia", screen.text
    screen.go("/mi-cuenta")
    assert "la de mi celular" in screen.text

    screen.press('form[action="/mi-cuenta/cerrar-todas"] button')
    knock(screen, member)
    assert screen.page.locator("[name=code]").count() == 0, "the digits are not enough any more"
    right(screen)
    screen.press('[data-passkey="get"] button')
    assert screen.path == "/mi-dia", screen.text
    keys = device("getCredentials")["credentials"]
    assert [(each["rpId"], each["signCount"] > 0) for each in keys] == [("localhost", True)]


def test_what_was_typed_is_kept_while_the_passkey_is_asked_for(browse, world, strict, enrolled):
    member = enrolled(Role.ADMINISTRATOR)
    screen = browse(base_url=strict)
    device_in(screen)
    knock(screen, member)
    screen.answer(code=pyotp.TOTP(SECRET).at(now()))
    screen.send()
    make_key(screen, "la mía")
    screen.go("/admin/usuarios/nuevo")
    with world.inside(), work("test.later", by=operator):
        db.session.execute(sa.update(StaffSession).where(StaffSession.staff_id == member.id).values(fresh_at=None))
    screen.answer(name="Nueva Persona", email=f"{member.id.hex[:6]}@prueba.invalid", role="observer")
    screen.send()
    assert "/activar/" not in screen.text
    right(screen)
    screen.press('[data-passkey="get"] button')
    assert "/activar/" in screen.text, screen.text


def test_who_stops_the_device_is_told_and_goes_on_another_way(browse, strict, enrolled):
    member = enrolled(Role.CASEWORKER)
    screen = browse(base_url=strict)
    knock(screen, member)
    screen.answer(code=pyotp.TOTP(SECRET).at(now()))
    screen.send()
    screen.go("/mi-cuenta/llaves/nueva")
    screen.answer(name="ninguna")
    screen.page.evaluate(STOPPED)
    screen.tap('[data-passkey="create"] button')
    screen.see('[data-passkey] [role=status]').wait_for()
    assert screen.path == "/mi-cuenta/llaves/nueva"
    assert screen.page.locator('[data-passkey] button').is_enabled()


def test_without_javascript_the_printed_codes_open_the_door(browse, strict, enrolled):
    member = enrolled(Role.CASEWORKER)
    screen = browse(base_url=strict, java_script_enabled=False, **PHONE)
    knock(screen, member)
    screen.answer(code=pyotp.TOTP(SECRET).at(now()))
    screen.send()
    screen.go("/mi-cuenta/codigos")
    screen.send()
    code = screen.page.locator("main code").first.inner_text()
    screen.go("/mi-cuenta")
    screen.press('form[action="/mi-cuenta/cerrar-todas"] button')
    knock(screen, member)
    assert screen.page.locator("[data-passkey] button:visible").count() == 0
    screen.tap("main details summary")
    screen.answer(recovery=code)
    screen.send()
    assert screen.path == "/mi-dia", screen.text

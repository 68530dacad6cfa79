"""What the commonest task costs: touches on a telephone, keys, bytes over a slow network."""

import gzip
from pathlib import Path

import pytest

import shelter
from shelter.access import Role
from tests.browser.conftest import PHONE

KILOBYTE = 1024


@pytest.mark.ux(1)
def test_the_commonest_service_takes_six_touches_from_my_day(sign_in, world):
    member = world.member(Role.PSYCHOLOGIST)
    case = world.resident("Chaska", team=(member,))
    helper = sign_in(member, **{**PHONE, "viewport": {"width": 360, "height": 640}})
    helper.go("/mi-dia")
    helper.touches = 0
    helper.follow("/registrar")
    helper.answer(person=case, was_held="yes", minutes="45")
    helper.send()
    assert helper.path == f"/casos/{case}/servicios"
    assert helper.touches <= 6
    assert world.ask("SELECT minutes FROM service WHERE case_id = ?", case) == 45


@pytest.mark.ux(1)
def test_with_a_note_and_another_day_it_takes_twelve(sign_in, world):
    member = world.member(Role.PSYCHOLOGIST)
    case = world.resident("Waira", team=(member,))
    helper = sign_in(member, **PHONE)
    helper.go("/mi-dia")
    helper.touches = 0
    helper.follow("/registrar")
    helper.answer(person=case, was_held="yes", minutes="60")
    helper.tap(helper.page.locator(".quick button").last)
    helper.answer(headline="Zafiro", body="Ónice")
    helper.send()
    assert helper.path == f"/casos/{case}/servicios"
    assert helper.touches <= 12


@pytest.mark.ux(7)
def test_the_first_page_of_a_service_is_small(sign_in, browse, world):
    kept = sign_in(world.crew[Role.PSYCHOLOGIST]).context.storage_state()
    screen = browse(storage_state=kept, **PHONE)
    tape = screen.context.new_cdp_session(screen.page)
    tape.send("Network.enable")
    told, weight = [], []
    tape.on("Network.requestWillBeSent", lambda event: told.append(event["request"]["url"]))
    tape.on("Network.loadingFinished", lambda event: weight.append(event["encodedDataLength"]))
    for most in (90, 25):
        told.clear()
        weight.clear()
        screen.go("/registrar")
        screen.page.wait_for_load_state("networkidle")
        assert screen.path == "/registrar"
        asked = [url for url in told if url.startswith("http")]
        print(f"{len(asked)} requests, {sum(weight) / KILOBYTE:.1f} KB: {asked}")
        assert len(asked) <= 6, asked
        assert sum(weight) <= most * KILOBYTE


@pytest.mark.ux(7)
def test_the_script_is_small():
    script = Path(shelter.__file__).parent / "static/app.js"
    assert len(gzip.compress(script.read_bytes())) <= 12 * KILOBYTE

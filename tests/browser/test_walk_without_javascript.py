"""The shorter walk in a browser that runs no script: every form is whole, and the exit is a link."""

import pytest

from shelter.access import Role
from tests.browser.conftest import PHONE

NAME = "Tamya"


@pytest.mark.ux(6)
def test_the_walk_without_javascript(sign_in, world):
    worker = sign_in(world.member(Role.CASEWORKER), java_script_enabled=False, **PHONE)
    assert worker.page.evaluate("getComputedStyle(document.querySelector('.quick') || document.body).display") != "none"
    worker.follow("/ingresos/nuevo")
    worker.answer(is_safe="yes", needs_doctor="no", language="spa")
    worker.send()
    case = worker.case_id()
    worker.follow(f"/ingresos/{case}/persona")
    worker.answer(name_used=NAME)
    worker.send()
    worker.follow(f"/casos/{case}/estancia")
    worker.tap(worker.see("main .choice label"))
    worker.send()
    worker.follow(f"/casos/{case}")
    worker.follow(f'.identity a[href="/casos/{case}/servicios/nuevo"]')
    worker.send()
    assert worker.page.locator(".errors a").count() >= 2, "without an answer it says what is missing"
    worker.answer(type="social.basic_kit", was_held="yes", minutes="other", minutes_other="25", body="Xilema")
    worker.send()
    assert worker.path == f"/casos/{case}/servicios"
    worker.follow(f"/casos/{case}/egreso")
    worker.answer(reason="own_decision", destination="family", was_her_decision="yes", consent="later", confirmed=True)
    worker.send()
    assert worker.path == f"/casos/{case}"
    assert NAME in worker.text
    _quickly_gone(worker)


def _quickly_gone(worker):
    """The exit is a link; Back leads to the lock, which lets only the same person in again."""
    worker.follow("header a.exit")
    assert worker.path == "/pausa"
    for _time in range(2):
        worker.page.go_back()
        assert worker.path.startswith("/bloqueo"), worker.path
        assert NAME not in worker.page.content()

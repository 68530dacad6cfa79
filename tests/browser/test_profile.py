"""What a browser that was used leaves on its disk: no resident, no word that was typed, none that was looked for."""

import pytest

from shelter.access import Role
from tests.browser.conftest import CHROMIUM, FLAGS, HERE, PATIENCE
from tests.browser.screen import Screen, Watch
from tests.browser.world import STAYING

TYPED, LOOKED_FOR = "Zurumbático", "Xochiquetza"


@pytest.fixture
def kept(chromium, server, tmp_path):
    """A browser that keeps its profile in a folder, as everybody's does; the folder is left when it is closed."""
    context = chromium.browser_type.launch_persistent_context(
        tmp_path, executable_path=CHROMIUM, args=FLAGS, base_url=server, **HERE,
    )
    context.set_default_timeout(PATIENCE * 1000)
    watch = Watch(server)
    watch.over(page := context.new_page())
    yield Screen(page, watch), tmp_path
    assert watch.troubles == []


def holding(folder, words):
    """The files in which one of the words stands, as browsers write words down."""
    found = set()
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            found |= {(file.relative_to(folder), word) for word in words
                      for spelled in (word.encode(), word.encode("utf-16-le"), word.encode("latin-1"))
                      if spelled in content}
    return found


def test_nothing_of_a_resident_stays_on_the_disk_of_the_browser(world, kept):
    screen, folder = kept
    case = world.residents[STAYING]
    screen.enter(world.crew[Role.CASEWORKER])
    for path in ("/casos", f"/casos/{case}", f"/casos/{case}/historial", "/esta-noche", f"/ingresos/{case}/persona"):
        screen.go(path)
        assert STAYING in screen.text or STAYING in screen.page.content()
    screen.go("/casos")
    screen.page.fill("[name=q]", LOOKED_FOR)
    screen.press("form:has([name=q]) button")
    assert LOOKED_FOR in screen.page.content()
    screen.go(f"/casos/{case}/servicios/nuevo")
    screen.page.fill("[name=headline]", f"{TYPED} {STAYING}")
    screen.page.wait_for_timeout(500)
    screen.context.close()
    assert any(folder.rglob("History")), "a browser without a memory would show nothing"
    assert holding(folder, ["/servicios/nuevo"]), "addresses are what it does keep"
    assert holding(folder, [STAYING, TYPED, LOOKED_FOR]) == set()

"""One programme, one server and one Chromium for each worker; a fresh browser context for every test."""

from __future__ import annotations

import faulthandler
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.eyes import LOOKED_AT
from tests.browser.screen import Screen, Watch
from tests.browser.world import Member, World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SERVE = [sys.executable, "-c", "from shelter.cli import main; main()", "run", "--workers", "1", "--threads", "8"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
HERE = {"locale": "es-EC", "timezone_id": "America/Guayaquil"}
PATIENCE = 30
HUNG = 600
"""Seconds after which a test is taken to hang: closing a page has no end of its own when Chromium does not answer."""


def pytest_collection_modifyitems(items):
    """Everything in this folder drives Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(autouse=True)
def _no_test_hangs() -> Iterator[None]:
    """A browser that does not answer ends this worker and fails this test by name; the others go on."""
    faulthandler.dump_traceback_later(HUNG, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    """The programme, with people at each point of the walk. Tests add their own people to it."""
    here = tmp_path_factory.getbasetemp()
    LOOKED_AT.file = (here.parent if "PYTEST_XDIST_WORKER" in os.environ else here) / "looked-at"
    return World(tmp_path_factory.mktemp("instance"))


@pytest.fixture(scope="session")
def server(world, tmp_path_factory) -> Iterator[str]:
    """`shelter run` on that instance, as in production; its address."""
    with serving(world, tmp_path_factory.mktemp("server") / "said", SHELTER_MFA_REQUIRED="false") as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def serving(world: World, said: Path, **settings: str) -> Iterator[int]:
    """The server on a free port, which is given back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHELTER_")}
    with said.open("w") as out:
        running = subprocess.Popen(
            [*SERVE, "--port", str(port)], stdout=out, stderr=out,
            env={**kept, "SHELTER_INSTANCE": str(world.folder), **settings},
        )
    try:
        _answers(running, f"http://127.0.0.1:{port}", said)
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)
    assert "Traceback" not in said.read_text(), said.read_text()


def _answers(running: subprocess.Popen[bytes], url: str, said: Path) -> None:
    end = time.monotonic() + PATIENCE
    while running.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"{url}/salud", timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not begin: {said.read_text()}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, with its back-forward cache, which Playwright would switch off."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def forgetful(chromium) -> Iterator[Browser]:
    """The same without its back-forward cache: going back asks the server again."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium, server, request) -> Iterator[object]:
    """browse(**options) -> the screen of a new browser. What goes wrong on it unseen fails the test at its end."""
    opened, watches = [], []

    def make(*, remembers: bool = True, **options) -> Screen:
        home = options.setdefault("base_url", server)
        browser = chromium if remembers else request.getfixturevalue("forgetful")
        context = browser.new_context(**{**HERE, **options})
        opened.append(context)
        context.set_default_timeout(PATIENCE * 1000)
        watches.append(watch := Watch(home))
        context.on("page", watch.over)
        return Screen(context.new_page(), watch)

    yield make
    for context in opened:
        context.close()
    assert [trouble for watch in watches for trouble in watch.troubles] == []


@pytest.fixture
def sign_in(browse):
    """sign_in(member, **options) -> the screen of somebody who signed in by the form."""

    def as_(member: Member, **options) -> Screen:
        screen = browse(**options)
        screen.enter(member)
        return screen

    return as_


@pytest.fixture
def on_phone(sign_in, world):
    """on_phone(role) -> the telephone of somebody of the crew with that role."""
    return lambda role: sign_in(world.crew[role], **PHONE)

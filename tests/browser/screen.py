"""A page before somebody's eyes: what they see, tap and type; and a watch over what goes wrong unseen."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response

from tests.browser.world import CANARIES, PASSWORD, Member

OF_AN_ERROR_PAGE = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
MAIN_FORM = "main form.form"


def names_somebody(text: str) -> bool:
    """Whether a resident's name stands in it."""
    return any(name.lower() in text.lower() for name in CANARIES)


class Watch:
    """Collects what a reader never sees: errors, refusals of the CSP, requests to others, names in addresses."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.seen: list[str] = []
        self.forgiven: list[str] = []
        self.addresses: set[str] = set()

    def forgive(self, part: str) -> None:
        """What a test brings about itself is no trouble."""
        self.forgiven.append(part)

    @property
    def troubles(self) -> list[str]:
        """What went wrong and was not expected to."""
        return [each for each in self.seen if not any(part in each for part in self.forgiven)]

    def over(self, page: Page) -> None:
        """Watch this page too."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"} and not OF_AN_ERROR_PAGE.match(said.text):
            self.seen.append(f"console: {said.text}")

    def _request(self, request: Request) -> None:
        self.addresses.add(request.url)
        if not request.url.startswith((self.home, "data:", "blob:", "about:")):
            self.seen.append(f"a request to {request.url}")
        if names_somebody(unquote(request.url)):
            self.seen.append(f"a name in the address {unquote(request.url)}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.seen.append(f"{response.status} of {response.url}")


class Screen:
    """One page of one person. On a telephone everything is tapped, elsewhere clicked."""

    def __init__(self, page: Page, watch: Watch) -> None:
        self.page, self.watch = page, watch
        self.touches = 0

    @property
    def context(self) -> BrowserContext:
        """The browser around the page."""
        return self.page.context

    @property
    def path(self) -> str:
        """The address, without the server and without the place on the page."""
        return self.page.url.removeprefix(self.watch.home).partition("#")[0]

    @property
    def text(self) -> str:
        """What can be read."""
        return self.page.inner_text("body")

    def beside(self) -> Screen:
        """Another tab of the same browser."""
        return Screen(self.context.new_page(), self.watch)

    def enter(self, member: Member) -> None:
        """Sign in, as everybody does."""
        self.go("/entrar")
        self.answer(email=member.email, password=PASSWORD)
        self.send()
        assert self.path == "/mi-dia", self.text

    def go(self, path: str) -> Response:
        """Write the address."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def see(self, selector: str) -> Locator:
        """The first visible of them."""
        return self.page.locator(f"{selector} >> visible=true").first

    def tap(self, what: str | Locator) -> None:
        """Touch it, wherever it is."""
        self.touches += 1
        place = self.see(what) if isinstance(what, str) else what
        if self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            place.tap()
        else:
            place.click()

    def follow(self, href: str) -> None:
        """Touch a link that leads there, and wait for the page."""
        with self.page.expect_navigation():
            self.tap(f'a[href="{href}"]' if href.startswith("/") else href)

    def answer(self, **answers: Any) -> None:
        """Answer questions by the names of their fields; `-` in a name is written `__`."""
        for name, value in answers.items():
            self._answer(name.replace("__", "-"), value)

    def _answer(self, name: str, value: Any) -> None:
        found = self.page.locator(f'main [name="{name}"]')
        kind = found.first.evaluate("e => e.type || e.localName")
        if kind in {"radio", "checkbox"}:
            for each in value if isinstance(value, list) else [value]:
                chosen = self.page.locator(f'main [name="{name}"]' + ("" if each is True else f'[value="{each}"]'))
                self.tap(self.page.locator(f'label[for="{chosen.first.get_attribute("id")}"]'))
        elif kind.startswith("select"):
            self.touches += 1
            found.select_option(str(value))
        else:
            self.touches += 1
            found.fill(str(value))

    def send(self, selector: str = MAIN_FORM, *, patience: float = 30) -> None:
        """Touch the form's first button, and wait for the answer."""
        self.press(f"{selector} button[type=submit]", patience=patience)

    def press(self, selector: str, *, patience: float = 30) -> None:
        """Touch a button that sends a form, and wait for the answer."""
        with self.page.expect_navigation(timeout=patience * 1000):
            self.tap(selector)

    def case_id(self) -> str:
        """The case of this page."""
        found = re.search(r"/(?:casos|ingresos)/([0-9a-f-]{36})", self.path)
        assert found, self.path
        return found[1]

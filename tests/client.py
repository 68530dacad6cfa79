"""A test client that sends what a page's form would send, and reads every page it is given with a strict eye."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from flask import has_app_context
from flask.testing import FlaskClient

from shelter.db import db

IDS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-[0-9a-f-]{22}")
LINTED, ENOUGH = Counter(), 10
"""Pages that were read with a strict eye, by address and status: of each kind the first ten of a process."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a test wants to know of a page: tags, forms' hidden values, text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        svg = "svg" in self.open
        assert self.open[-1] == tag or svg, f"</{tag}> closes <{self.open[-1]}>"
        while self.open.pop() != tag:
            continue

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def hidden(self, name: str) -> str | None:
        return next((each.get("value") for each in self.all("input") if each.get("name") == name), None)


def lint(html: str) -> Page:
    """One h1, a title, unique ids, every control labelled, nothing inline, nothing left open."""
    page = Page(html)
    assert not page.open, f"left open: {page.open}"
    tags = [name for name, _ in page.tags]
    assert tags.count("h1") == 1, f"{tags.count('h1')} h1"
    assert tags.count("title") >= 1
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids)), f"ids twice: {sorted(each for each in ids if ids.count(each) > 1)}"
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for name in ("input", "select", "textarea"):
        for attrs in page.all(name):
            silent = attrs.get("type") in {"hidden", "submit"}
            named = attrs.get("id") in labelled or attrs.get("aria-label") or attrs.get("aria-labelledby")
            assert silent or named, f"no label: {attrs}"
    for name, attrs in page.tags:
        assert "style" not in attrs or name == "svg", f"inline style: {name} {attrs}"
        assert not any(each.startswith("on") for each in attrs), f"inline handler: {name} {attrs}"
        assert name != "style", "inline stylesheet"
        assert name != "script" or attrs.get("src"), "inline script"
    for attrs in page.all("a"):
        assert attrs.get("href"), "a link to nowhere"
    return page


class PageClient(FlaskClient):
    """`fill(url, **answers)` loads a form, answers it and sends it; every page that comes back is read strictly."""

    _token: str | None = None

    def open(self, *args, **kwargs):
        method = (kwargs.get("method") or "GET").upper()
        if method == "POST" and isinstance(kwargs.get("data"), dict) and "csrf_token" not in kwargs["data"]:
            kwargs["data"] = {**kwargs["data"], "csrf_token": self.token}
        answer = self._request(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.data and not 300 <= answer.status_code < 400:
            kind = (IDS.sub("*", answer.request.path), answer.status_code)
            LINTED[kind] += 1
            if LINTED[kind] <= ENOUGH:
                lint(answer.text)
        return answer

    def _request(self, *args, **kwargs):
        """Each request has its own application context, as on a server: else who is signed in leaks between clients.

        What the test had loaded is read anew afterwards.
        """
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():
            db.session.rollback()
            db.session.expire_all()
        return answer

    @property
    def token(self) -> str:
        """A CSRF token of this client's session."""
        if self._token is None:
            self._token = Page(self._request("/entrar", method="GET").text).hidden("csrf_token")
        return self._token or ""

    def fill(self, url: str, follow: bool = False, **answers):
        """Load the form, put the answers into it, send it."""
        page = Page(self.get(url).text)
        kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version")}
        return self.post(url, data={**{k: v for k, v in kept.items() if v is not None}, **answers},
                         follow_redirects=follow)

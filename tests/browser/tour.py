"""A tour of everything that somebody can reach by links, a few examples of each kind of page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException

from shelter.access import MATRIX, SIGNED_IN, Role
from shelter.web import gate
from tests.browser.screen import Screen

NO_PAGES = {
    "accounts.quick_exit", "accounts.pause", "documents.download", "door.card_on_paper", "home.beginning",
    "home.health", "home.session_left", "oversight.export", "oversight.paper", "outgoing.paper", "protocol.letter",
    "protocol.paper", "register.left_out", "register.mapping", "register.rejects", "reports.paper",
    "reports.publication", "static",
}
"""Addresses that answer with something else than a page of the frame."""
BY_HAND = {"accounts.code", "accounts.confirm", "own.add_passkey"}
"""Signed in, but on the way of nobody who is."""
LINKS = "() => [...document.querySelectorAll('a[href^=\"/\"]')].map(link => link.getAttribute('href').split('#')[0])"


def expected(app: Flask, role: Role) -> set[str]:
    """The kinds of page that the matrix opens to a role."""
    shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    opened = {each for each, needs in gate.needs.items() if needs is SIGNED_IN or needs in MATRIX[role]}
    return (shown & opened) - NO_PAGES - BY_HAND


def tour(app: Flask, screen: Screen, *begin: str, examples: int) -> Iterator[str]:
    """Go to every page that can be reached by links, so many of a kind, and give back its kind."""
    routes = app.url_map.bind("localhost")
    waiting, known, seen = ["/mi-dia", *begin], set(begin), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        kind = _kind(routes, path)
        if kind is None or seen[kind] >= examples:
            continue
        answer = screen.go(path)
        if answer.status != 200:
            assert path in begin, f"a link to {path}, which answers {answer.status}"
            continue
        seen[kind] += 1
        yield kind.partition("?")[0]
        for link in screen.page.evaluate(LINKS):
            if link not in known:
                known.add(link)
                waiting.append(link)


def _kind(routes: object, path: str) -> str | None:
    """The endpoint and the names of the questions after it; None for what is no page."""
    parts = urlsplit(path)
    try:
        endpoint = routes.match(parts.path, method="GET")[0]  # type: ignore[attr-defined]
    except HTTPException:
        return None
    return None if endpoint in NO_PAGES else "?".join([endpoint, *sorted(parse_qs(parts.query))])

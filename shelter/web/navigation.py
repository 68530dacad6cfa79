"""The menu: each section says where its door is; a link shows exactly when its door is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from shelter.access import SIGNED_IN, Needs, Permission, allows

from .gate import SignedIn


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `on_phone` is its rank on the bar of a small screen, which holds three; 0: not there."""

    order: int
    endpoint: str
    label: Any
    icon: str
    needs: Needs
    on_phone: int = 0


@dataclass(frozen=True)
class Link:
    """A line as the page shows it."""

    url: str
    label: Any
    icon: str
    current: bool
    on_phone: int


_entries: dict[str, Entry] = {}


def menu(order: int, endpoint: str, label: Any, icon: str, needs: Needs = SIGNED_IN, *, on_phone: int = 0) -> None:
    """Put a door on the menu."""
    _entries[endpoint] = Entry(order, endpoint, label, icon, needs, on_phone)


def links(reader: SignedIn) -> list[Link]:
    """The menu of one reader."""
    here = request.path
    found = [each for each in sorted(_entries.values(), key=lambda each: each.order) if _is_open(reader, each.needs)]
    return [_link(each, here) for each in found]


def _is_open(reader: SignedIn, needs: Needs) -> bool:
    return allows(reader, needs) if isinstance(needs, Permission) else True


def _link(entry: Entry, here: str) -> Link:
    url = url_for(entry.endpoint)
    return Link(url, entry.label, entry.icon, here == url or here.startswith(url + "/"), entry.on_phone)


def on_phone(found: list[Link]) -> list[Link]:
    """The three lines of the menu that matter most on a small screen."""
    return sorted((link for link in found if link.on_phone), key=lambda link: link.on_phone)[:3]

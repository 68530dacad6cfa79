"""The menu: each section says where its door is; a link shows exactly when its door is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from shelter.access import SIGNED_IN, Needs, Permission, allows

from .gate import SignedIn


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `on_phone` puts it on the bar at the foot of a small screen (three at most)."""

    order: int
    endpoint: str
    label: Any
    icon: str
    needs: Needs
    on_phone: bool = False


@dataclass(frozen=True)
class Link:
    """A line as the page shows it."""

    url: str
    label: Any
    icon: str
    current: bool
    on_phone: bool


_entries: dict[str, Entry] = {}


def menu(order: int, endpoint: str, label: Any, icon: str, needs: Needs = SIGNED_IN, *, on_phone: bool = False) -> None:
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

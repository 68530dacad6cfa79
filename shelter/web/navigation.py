"""The menu: each section says where its door is; a link shows exactly when its door is open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from shelter.access import SIGNED_IN, Needs, Permission, allows
from shelter.texts import language

from .gate import SignedIn
from .quick import url_for


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


@dataclass(frozen=True)
class Menus:
    """The same links as HTML: beside a wide page, on the bar of a small one; and what belongs to the person."""

    side: Markup
    bar: Markup
    personal: Markup


_entries: dict[str, Entry] = {}


def menu(order: int, endpoint: str, label: Any, icon: str, needs: Needs = SIGNED_IN, *, on_phone: int = 0) -> None:
    """Put a door on the menu."""
    _entries[endpoint] = Entry(order, endpoint, label, icon, needs, on_phone)
    _in_order.cache_clear()


@lru_cache
def _in_order() -> list[Entry]:
    return sorted(_entries.values(), key=lambda each: each.order)


def menus(reader: SignedIn) -> Menus:
    """The menus of one reader, where they are now."""
    doors = tuple(each.endpoint for each in _in_order() if _is_open(reader, each.needs))
    return _made(doors, _here(doors), language())


def _is_open(reader: SignedIn, needs: Needs) -> bool:
    return allows(reader, needs) if isinstance(needs, Permission) else True


def _here(doors: tuple[str, ...]) -> frozenset[str]:
    path = request.path + "/"
    return frozenset(door for door in doors if path.startswith(url_for(door) + "/"))


@lru_cache(maxsize=1000)
def _made(doors: tuple[str, ...], here: frozenset[str], language: str) -> Menus:
    parts: Any = current_app.jinja_env.get_template("layout/menus.html").module
    links = [_link(_entries[door], door in here) for door in doors]
    few = sorted((link for link in links if link.on_phone), key=lambda link: link.on_phone)[:3]
    return Menus(parts.side(links), parts.bar(links, few, language), parts.personal(language))


def _link(entry: Entry, current: bool) -> Link:
    return Link(url_for(entry.endpoint), entry.label, entry.icon, current, entry.on_phone)

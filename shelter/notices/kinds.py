"""The kinds of notice: each feature says here, once, what its notices say and where they lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shelter.texts import later as _


@dataclass(frozen=True)
class Kind:
    """What it says; the address it leads to, and the name by which that takes the id of the record (None: no id)."""

    said: Any
    endpoint: str
    argument: str | None = None


KINDS: dict[str, Kind] = {}
FORGOTTEN = Kind(_("Something changed"), "home.my_day")
"""A notice of a kind that the program has no longer."""


def notice_kind(word: str, said: Any, endpoint: str, argument: str | None = None) -> str:
    """Add a kind; gives back its stored word. The address is asked again who may open it, when it is opened."""
    KINDS[word] = Kind(said, endpoint, argument)
    return word

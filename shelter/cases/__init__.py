"""The spine: person, case, team, consent, stay, timeline, and the card that lists read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import cases

    return [cases]

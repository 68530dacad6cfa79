"""Who comes to the door or calls, and asks about somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import door

    return [door]

"""Operating procedures, and who of the team has read what it is asked to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import ask_to_read as ask_to_read
from .kinds import reading_kind as reading_kind

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import procedures

    return [procedures]

"""Files attached to a case: sealed like the notes of their discipline, opened outside the browser alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import documents

    return [documents]

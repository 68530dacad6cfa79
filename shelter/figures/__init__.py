"""The page of figures: every indicator with its definition, and the cases behind it for those who may list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import figures

    return [figures]

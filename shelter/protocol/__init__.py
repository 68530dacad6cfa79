"""The protocol of the assistance route: a document in versions, which institutions validate and two people publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import protocol

    return [protocol]

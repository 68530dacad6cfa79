"""Outgoing referrals: what leaves, on what basis, and what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import outgoing

    return [outgoing]

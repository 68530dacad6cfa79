"""The auditor's pages: reading the audit trail, checking that it is whole, taking it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import oversight

    return [oversight]

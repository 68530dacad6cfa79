"""The route of one case: where it stands on the protocol, who must act, by when."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import route

    return [route]

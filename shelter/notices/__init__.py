"""Notices: what happened that somebody should know, said by codes, never by names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import tell as tell
from .kinds import notice_kind as notice_kind

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import notices

    return [notices]

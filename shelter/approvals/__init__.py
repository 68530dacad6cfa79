"""Four eyes: what one person asks for and another decides, each having proved who she is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import ask as ask
from .kinds import Kind as Kind
from .kinds import approval_kind as approval_kind
from .models import Approval as Approval

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import approvals

    return [approvals]

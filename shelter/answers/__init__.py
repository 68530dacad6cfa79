"""Answers from outside: whoever holds a slip answers once, without an account, and sees nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import issue as issue
from .actions import revoke as revoke
from .kinds import Kind as Kind
from .kinds import answer_kind as answer_kind
from .models import Slip as Slip
from .paper import has_address as has_address
from .paper import printed as printed
from .queries import latest as latest

if TYPE_CHECKING:
    from shelter.web import Section


def sections() -> list[Section]:
    """Its addresses."""
    from .views import answers

    return [answers]

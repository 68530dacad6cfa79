"""Finding versions of the protocol."""

from __future__ import annotations

import uuid
from datetime import date

from .rules import Book

BOOKS: list[Book] = []


def in_force(day: date) -> Book | None:
    """The version that the cases follow that were opened on a day: the first one for those opened before it."""
    found = [each for each in BOOKS if each.starts_on <= day]
    return found[-1] if found else next(iter(BOOKS), None)


def book(version_id: uuid.UUID) -> Book:
    """A published version."""
    return next(each for each in BOOKS if each.version_id == version_id)

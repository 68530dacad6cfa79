"""A small protocol that every route here follows."""

from __future__ import annotations

import pytest

from shelter.protocol import queries as protocol
from tests.route.made import small_book


@pytest.fixture
def book(monkeypatch):
    """See `small_book`."""
    made = small_book()
    monkeypatch.setattr(protocol, "books", lambda: [made])
    return made

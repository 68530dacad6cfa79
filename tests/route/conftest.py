"""A small protocol that every route here follows."""

from __future__ import annotations

import pytest
import time_machine

from shelter.access import Role
from shelter.protocol import queries as protocol
from tests.route.made import small_book
from tests.route.people import at, changed, tell, tell_who_waits, two_versions


@pytest.fixture
def book(monkeypatch):
    """See `small_book`."""
    made = small_book()
    monkeypatch.setattr(protocol, "books", lambda: [made])
    return made


@pytest.fixture
def books(monkeypatch):
    """Two versions: see `people`."""
    made = two_versions()
    monkeypatch.setattr(protocol, "books", lambda: made)
    return made


@pytest.fixture
def people(programme, staff, books):
    """Cases of November 2026, on its last day at noon."""
    with time_machine.travel(at("11-30 12:00"), tick=False):
        yield tell(programme, staff(Role.CASEWORKER).id, books)


@pytest.fixture
def waiting(programme, staff, books):
    """See `tell_who_waits`."""
    books[:] = [changed(each, each.number, each.starts_on, report={"is_beside": False}) for each in books]
    with time_machine.travel(at("11-30 12:00"), tick=False):
        yield tell_who_waits(programme, staff(Role.CASEWORKER).id, books)

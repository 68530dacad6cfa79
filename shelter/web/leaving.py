"""What leaves the house: every address that answers with a file says what it is, and a disclosure asks her consent."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from shelter.codes.cases import ConsentPurpose


class Leaves(Enum):
    """What is no disclosure: figures that name nobody; what those who may read it take with them for their own work.

    And a disclosure whose record says exactly what leaves, to whom, on what basis: its own section asks, each time.
    """

    AGGREGATE = "aggregate"
    OWN_USE = "own use"
    BY_ITS_RECORD = "by its record"


Leaving = Leaves | ConsentPurpose
"""A purpose: personal data for somebody outside. It is answered only while she agrees to that purpose."""
DECLARED: dict[str, Leaving] = {}
"""By endpoint (declared with the route)."""
_asks: list[Callable[[Any, ConsentPurpose], object]] = []


def asks_consent(may_leave: Callable[[Any, ConsentPurpose], object]) -> None:
    """Whoever knows consents says whether a record may leave for a purpose."""
    _asks.append(may_leave)


def may_answer(endpoint: str, subject: Any) -> bool:
    """Whether that address may answer about that record: for a disclosure, only with her consent in force."""
    purpose = DECLARED.get(endpoint)
    if not isinstance(purpose, ConsentPurpose):
        return True
    return subject is not None and bool(_asks) and all(ask(subject, purpose) for ask in _asks)

"""The kinds of answer: each feature says here, once, what it asks of whoever holds one of its slips."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shelter.web import Form


@dataclass(frozen=True)
class Kind:
    """`asks` is the heading of the page; `form` makes its form for a record; `template` shows its fields.

    `take` writes the answer down, in the transaction that spends the slip. When more can be answered later it gives
    back for how many days: then the page of thanks shows the code of a new slip. `shown` is what the template may say
    of the record besides: nothing that names or tells, for a slip may lie on any desk. `holds`: whether its slips still
    work, asked each time one is shown or answered.
    """

    asks: Any
    form: Callable[[uuid.UUID], Form]
    template: str
    take: Callable[[uuid.UUID, Form], int | None]
    shown: Callable[[uuid.UUID], dict[str, Any]] = lambda _about_id: {}
    holds: Callable[[uuid.UUID], bool] = lambda _about_id: True


KINDS: dict[str, Kind] = {}


def answer_kind(word: str, kind: Kind) -> str:
    """Add a kind; gives back its stored word."""
    KINDS[word] = kind
    return word

"""The kinds of request: who decides, how it is said, what is done. Each feature adds its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.typing import ResponseReturnValue

from shelter.access import Permission

Facts = list[tuple[Any, Any]]


@dataclass(frozen=True)
class Kind:
    """`do` is called with the approval, in the transaction of the decision, or (`answer` is given) when the one who
    asked comes back for it: then `answer` makes the page from what `do` returned."""

    label: Any
    decides: Permission
    facts: Callable[[Any], Facts]
    do: Callable[[Any], Any]
    answer: Callable[[Any, Any], ResponseReturnValue] | None = None
    nobody: Any = ""


KINDS: dict[str, Kind] = {}


def approval_kind(word: str, kind: Kind) -> str:
    """Add a kind; gives back its stored word."""
    KINDS[word] = kind
    return word

"""The kinds of long work: what is done, what is to be cleared away, where its result is seen. Features add theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shelter.access import Permission

if TYPE_CHECKING:
    from .models import Job
    from .progress import Progress


@dataclass(frozen=True)
class Result:
    """What came of a job: facts as JSON can hold them, and perhaps a file. Both are kept sealed, for a week."""

    facts: dict[str, Any] = field(default_factory=dict)
    file: bytes | None = None


def nothing(_job: Job) -> None:
    """Most jobs leave nothing half done."""


@dataclass(frozen=True)
class Kind:
    """`do` commits what it does itself, in portions that it can go on after: it may be broken off anywhere, and is
    then called again. `clear` takes away what one that is not to be finished has left. `url` leads to what came of it,
    `back` to where it was asked for. Whoever asked must still hold `needs` when it begins.
    """

    label: Any
    needs: Permission
    do: Callable[[Job, Progress], Result]
    url: Callable[[Job], str]
    back: Callable[[Job], str]
    clear: Callable[[Job], object] = nothing


KINDS: dict[str, Kind] = {}


def job_kind(word: str, kind: Kind) -> str:
    """Add a kind; gives back its stored word."""
    KINDS[word] = kind
    return word

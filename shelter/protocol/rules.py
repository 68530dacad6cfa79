"""A version of the protocol in plain values: what others read of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, time

from shelter.codes.cases import Milestone
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit
from shelter.codes.referrals import InstitutionKind


@dataclass(frozen=True)
class Happening:
    """A milestone; with `detail`, only where the timeline says this of it (`service_given`, `medical`)."""

    milestone: Milestone
    detail: str = ""


@dataclass(frozen=True)
class Limit:
    """How long a step may take: hours by the clock, or days that are worked."""

    amount: int
    unit: Unit


@dataclass(frozen=True)
class Step:
    """One step. `key` is the same in every version, `number` as printed (4.2).

    Its clock starts with the alert, with something that happened (`starts_with`), or when the step `after` is done.
    `happening` or a document (with the word of who attached it) or a person's word is evidence, whatever `evidence`
    names. It applies to whom any of `applies_to` is true of; to everybody, when that is empty. Steps of a phase follow
    each other, unless one `is_beside` the others. `is_validated`: an institution responsible for it said yes.
    """

    key: str
    number: str
    phase: str
    name: dict[str, str]
    responsible: InstitutionKind | None
    start: Start
    standing: Standing
    starts_with: Happening | None = None
    after: str = ""
    limit: Limit | None = None
    evidence: frozenset[Evidence] = frozenset({Evidence.WORD})
    happening: Happening | None = None
    applies_to: frozenset[Condition] = frozenset()
    is_beside: bool = False
    may_be_skipped: bool = False
    is_validated: bool = False
    id: uuid.UUID | None = None


@dataclass(frozen=True)
class Phase:
    """A phase: its key, its name and its place."""

    key: str
    name: dict[str, str]
    number: int


@dataclass(frozen=True)
class Book:
    """A version as routes of cases read it. Working days end at `cut_off`: what starts later starts the next one."""

    version_id: uuid.UUID
    number: int
    starts_on: date
    cut_off: time = time(17, 0)
    phases: tuple[Phase, ...] = ()
    steps: tuple[Step, ...] = ()
    by_key: dict[str, Step] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Steps by key."""
        object.__setattr__(self, "by_key", {step.key: step for step in self.steps})

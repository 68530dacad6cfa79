"""How far a grant carries: everywhere, a foundation, a house, the people cared for, the cases on one's team."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from .permissions import Permission, Role


class Subject(Protocol):
    """What a record must tell about itself so that access can be decided."""

    read_by: Permission

    @property
    def foundation_id(self) -> uuid.UUID | None: ...
    @property
    def house_id(self) -> uuid.UUID | None: ...
    @property
    def is_here(self) -> bool: ...
    @property
    def team_ids(self) -> Collection[uuid.UUID]: ...


@dataclass(frozen=True)
class Grant:
    """One assignment in force: a role, and where it holds (None: everywhere)."""

    role: Role
    foundation_id: uuid.UUID | None = None
    house_id: uuid.UUID | None = None


class Reader(Protocol):
    """Who asks."""

    @property
    def id(self) -> uuid.UUID: ...
    @property
    def grants(self) -> tuple[Grant, ...]: ...


class Asker(NamedTuple):
    """A reader reduced to what access asks of one: two that are equal reach the same."""

    id: uuid.UUID
    grants: tuple[Grant, ...]

    @classmethod
    def of(cls, reader: Reader) -> Asker:
        """From whoever is signed in."""
        return cls(reader.id, reader.grants)


@dataclass(frozen=True)
class SubjectColumns:
    """The same four facts as SQL, for lists; `has_member` makes the condition that somebody is on the team."""

    foundation_id: Any
    house_id: Any
    is_here: Any
    has_member: Callable[[uuid.UUID], sa.ColumnElement[bool]]


class Part(NamedTuple):
    """One of the conditions of a reach; `is_team` when it is the reader's own team that is reached."""

    condition: sa.ColumnElement[bool]
    is_team: bool = False


class Reach(Enum):
    """Each reach exists twice, as Python and as SQL; a property test keeps them equal."""

    EVERYWHERE = "everywhere"
    FOUNDATION = "own foundation"
    HOUSE = "own house"
    CARE = "own house's residents and own team"
    TEAM = "own team"

    def covers(self, reader: Reader, grant: Grant, subject: Subject) -> bool:
        """Whether the record lies within this reach of the grant."""
        if self is Reach.EVERYWHERE:
            return True
        if subject.foundation_id is None or subject.foundation_id != grant.foundation_id:
            return False
        if self is Reach.FOUNDATION:
            return True
        at_home = subject.house_id is not None and subject.house_id == grant.house_id
        if self is Reach.HOUSE:
            return at_home
        return (self is Reach.CARE and at_home and subject.is_here) or reader.id in subject.team_ids

    def predicate(self, reader: Reader, grant: Grant, columns: SubjectColumns) -> sa.ColumnElement[bool]:
        """The same as SQL."""
        return sa.or_(*(part.condition for part in self.parts(reader, grant, columns)))

    def parts(self, reader: Reader, grant: Grant, columns: SubjectColumns) -> list[Part]:
        """The same as the conditions of which one must hold: each can be followed along an index of its own."""
        if self is Reach.EVERYWHERE:
            return [Part(sa.true())]
        if grant.foundation_id is None:
            return [Part(sa.false())]
        same: sa.ColumnElement[bool] = columns.foundation_id == grant.foundation_id
        if self is Reach.FOUNDATION:
            return [Part(same)]
        at_home = sa.false() if grant.house_id is None else sa.and_(same, columns.house_id == grant.house_id)
        if self is Reach.HOUSE:
            return [Part(at_home)]
        on_team = Part(sa.and_(same, columns.has_member(reader.id)), is_team=True)
        return [on_team, Part(sa.and_(at_home, columns.is_here))] if self is Reach.CARE else [on_team]

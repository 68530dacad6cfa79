"""A record and those it points to, read with one question: what nearly every page begins with.

The session would ask the same; to make ready for the answer takes it longer than the database takes to give it.
"""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from .base import Base, Rows, db
from .written import ask

M = TypeVar("M", bound=Base)


class Together(Generic[M]):
    """Records of a model, each with what it points to by those relations; none of them may be missing."""

    def __init__(self, model: type[M], *relations: str) -> None:
        self.model, self.relations = model, relations

    def find(self, key: uuid.UUID) -> M | None:
        """The record of that key, as the session has it or as the database has; None when it is nowhere."""
        session = db.session()
        mapper: Mapper[M] = sa.inspect(self.model)
        if mapper.identity_key_from_primary_key((key,)) in session.identity_map:
            return session.get(self.model, key)
        session.flush()
        found = ask(session.connection(), self._query, {"key": key})
        return self._made(session, found[0]) if found else None

    @cached_property
    def _mappers(self) -> list[Mapper[Any]]:
        mapper = sa.inspect(self.model)
        return [mapper, *(mapper.relationships[name].mapper for name in self.relations)]

    @cached_property
    def _query(self) -> Rows:
        columns = [column.label(f"{place}_{name}") for place, mapper in enumerate(self._mappers)
                   for name, column in _columns(mapper)]
        query = sa.select(*columns).select_from(self.model)
        for name in self.relations:
            query = query.join(getattr(self.model, name))
        return query.where(sa.inspect(self.model).primary_key[0] == sa.bindparam("key"))

    @cached_property
    def _parts(self) -> list[tuple[Mapper[Any], list[str], slice, int]]:
        """Of each record its mapper, the names of its columns, their places in the row and that of its key."""
        parts, start = [], 0
        for mapper in self._mappers:
            names, columns = zip(*_columns(mapper), strict=True)
            parts.append((mapper, list(names), slice(start, start + len(names)),
                          start + columns.index(mapper.primary_key[0])))
            start += len(names)
        return parts

    def _made(self, session: Session, row: Any) -> M:
        record, *others = [_one(session, mapper, row[key], dict(zip(names, row[places], strict=True)))
                           for mapper, names, places, key in self._parts]
        for name, other in zip(self.relations, others, strict=True):
            set_committed_value(record, name, other)
        return record  # type: ignore[no-any-return]


def _columns(mapper: Mapper[Any]) -> list[tuple[str, Any]]:
    return [(attribute.key, attribute.columns[0]) for attribute in mapper.column_attrs]


def _one(session: Session, mapper: Mapper[Any], key: uuid.UUID, values: dict[str, Any]) -> Any:
    """The record of those values, in the session as if it had read it; or the one that it has."""
    known = session.identity_map.get(mapper.identity_key_from_primary_key((key,)))
    if known is not None:
        return known
    record = mapper.class_manager.new_instance()
    sa.inspect(record).dict.update(values)
    make_transient_to_detached(record)
    session.add(record)
    return record

"""Statements written down once: put into the engine's own words once, then asked without ceremony.

For what every page asks. Through SQLAlchemy's execution a question costs 20 to 30 microseconds beside the database's
own work, this way 5; what it does for everybody else (compiling, caching, results of any kind) was done the first time.
"""

from __future__ import annotations

import uuid
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect

Question = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]]
Statement = Question | sa.Insert | sa.Update | sa.Delete
Change = Callable[[Any], Any]


def ask(connection: Connection, statement: Statement, values: Mapping[str, Any]) -> Sequence[Any]:
    """All rows of a statement kept at module level (or by `lru_cache`), its values as `bindparam`s; none of a change.

    Rows have their columns as attributes. Columns only, no entities. What the engine refuses is raised as SQLAlchemy's.
    """
    return _written(statement, connection.dialect).run(connection, values)


def tell(connection: Connection, text: str, values: Any = (), **how: Any) -> Any:
    """Give the engine a statement as it stands; its cursor. What it refuses is raised as SQLAlchemy's.

    `how` is the driver's own: `prepare=False` on PostgreSQL for two statements in one journey.
    """
    return _told(connection, text, lambda cursor: cursor.execute(text, values, **how))


def tell_many(connection: Connection, text: str, rows: Sequence[Any]) -> None:
    """Give the engine the same statement for each of many rows."""
    _told(connection, text, lambda cursor: cursor.executemany(text, rows)).close()


def _told(connection: Connection, text: str, say: Callable[[Any], object]) -> Any:
    dialect = connection.dialect
    cursor = connection.connection.cursor()
    try:
        say(cursor)
    except dialect.loaded_dbapi.Error as error:
        is_over = dialect.is_disconnect(error, connection.connection, cursor)
        if is_over:
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_over,
            dialect=dialect,
        ) from error
    return cursor


class _Written:
    """A statement in an engine's words: which values go where, and how they and the rows are changed on the way."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.statement, self.text = statement, str(compiled)
        self.is_plain = not any(each.expanding or each.literal_execute for each in compiled.binds.values())
        self.order: list[str] | None = compiled.positiontup
        changes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect)
                   for name, bind in compiled.binds.items()}
        self.changes = {name: change for name, change in changes.items() if change}
        given = compiled.params.items() if self.is_plain else ()
        self.given = {name: self._put(name, value) for name, value in given if value is not None}
        columns = statement.selected_columns if isinstance(statement, Question) else ()
        names = [str(column.key) for column in columns]
        self.row: Any = namedtuple("Row", names, rename=True)._make if names else None  # type: ignore[attr-defined]
        readings = [_reading(column.type, dialect) for column in columns]
        self.readings = [(place, reading) for place, reading in enumerate(readings) if reading]

    def _put(self, name: str, value: Any) -> Any:
        change = self.changes.get(name)
        return change(value) if change else value

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Any]:
        if not self.is_plain:
            return connection.execute(self.statement, values).all()
        filled = {**self.given, **{name: self._put(name, value) for name, value in values.items()}}
        cursor = tell(connection, self.text, [filled[name] for name in self.order] if self.order else filled)
        found = cursor.fetchall() if self.row else ()
        cursor.close()
        return [self.row(self._read(row)) for row in found]

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        read = list(row)
        for place, reading in self.readings:
            read[place] = reading(read[place])
        return read


_written = lru_cache(maxsize=1_000)(_Written)


def _reading(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Change | None:
    if isinstance(kind, sa.Uuid) and dialect.name == "sqlite":
        return _uuid
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _uuid(text: str | None) -> uuid.UUID | None:
    return None if text is None else id_of(int(text, 16))


def id_of(number: int) -> uuid.UUID:
    """As `UUID(int=number)` for a number that is known to be one: a list reads two hundred."""
    made = _new(uuid.UUID)
    _set(made, "int", number)
    _set(made, "is_safe", _UNKNOWN)
    return made


_new, _set, _UNKNOWN = object.__new__, object.__setattr__, uuid.SafeUUID.unknown

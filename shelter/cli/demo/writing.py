"""Writing many rows at once: sealed under their owners' keys, table by table, a portion of cases at a time."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC
from enum import Enum
from functools import cache, lru_cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shelter.audit.work import quietly
from shelter.db import DataKey, Instant, Model, Sealed, db, vault
from shelter.db.base import is_sqlite
from shelter.db.columns import Word

from .chance import Dice

Row = tuple[Any, ...]
Process = Callable[[Any], Any]


class Field(NamedTuple):
    """A column: its name, what stands there when nothing is given, how a value is stored."""

    name: str
    blank: Any
    store: Process | None


class Shape(NamedTuple):
    """A model as bulk writing needs it."""

    table: str
    names: frozenset[str]
    fields: list[Field]
    made: dict[str, Process]
    sealed: dict[str, Sealed]


@cache
def _shape(model: type[Model], dialect: sa.Dialect) -> Shape:
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    fields = [_field(each, dialect) for each in table.columns]
    callable_ones = [each for each in table.columns if each.default is not None and each.default.is_callable]
    made = {each.key: each.default.arg for each in callable_ones if each.key != "id"}
    names = frozenset(field.name for field in fields)
    return Shape(str(table.name), names, fields, made, getattr(model, "sealed_fields", {}))


def _field(column: sa.Column[Any], dialect: sa.Dialect) -> Field:
    default: Any = column.default
    blank = default.arg if default is not None and default.is_scalar else None
    return Field(column.key, blank.value if isinstance(blank, Enum) else blank, _store(column.type, dialect))


def _store(kind: Any, dialect: sa.Dialect) -> Process | None:
    """What the column's type does to a value; the two commonest types in a shorter way on SQLite."""
    if dialect.name == "sqlite" and isinstance(kind, sa.Uuid):
        return attrgetter("hex")
    if dialect.name == "sqlite" and isinstance(kind, Instant):
        return lru_cache(4096)(lambda moment: moment.astimezone(UTC).isoformat(" ", "microseconds")[:26])
    process: Process | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return cache(process) if process and isinstance(kind, (Word, sa.Date)) else process


class Portion:
    """Rows of some cases. Everything that one owner's keys seal is written in one portion."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self._dialect = db.engine.dialect
        self._keys: dict[tuple[str, uuid.UUID, str], tuple[bytes, AESGCM]] = {}

    def add(self, model: type[Model], **values: Any) -> uuid.UUID:
        """One row; sealed fields are given in clear, by their names. Returns its id."""
        shape = _shape(model, self._dialect)
        row_id: uuid.UUID = values.get("id") or self.dice.id()
        if "id" in shape.names:
            values["id"] = row_id
        for name, make in shape.made.items():
            if name not in values:
                values[name] = make(None)
        for name, field in shape.sealed.items():
            if value := values.pop(name, None):
                values[field.column] = field.seal(value, row_id, *self._key(field, values))
        self.rows[shape.table].append(_stored(shape, values))
        return row_id

    @staticmethod
    def lookup(kind: str, text: str) -> bytes | None:
        """The keyed digest by which an exact value is found."""
        return vault.keys.lookup(kind, text) if text else None

    def _key(self, field: Sealed, values: dict[str, Any]) -> tuple[bytes, AESGCM]:
        compartment = field.compartment(SimpleNamespace(**values)) if callable(field.compartment) else field.compartment
        place = (field.owner_kind, values[field.owner_attribute], compartment)
        if place not in self._keys:
            row, box = vault.make(*place)
            self.add(DataKey, **row)
            self._keys[place] = (row["id"].bytes, box)
        return self._keys[place]

    def save(self) -> dict[str, int]:
        """Insert everything in this transaction; returns how many rows of each table."""
        counts = {}
        for table in db.metadata.sorted_tables:
            if rows := self.rows.pop(table.name, None):
                _insert(table, rows)
                counts[table.name] = len(rows)
        return counts


def _stored(shape: Shape, values: dict[str, Any]) -> Row:
    """The values in the order of the columns, as the driver takes them."""
    if not values.keys() <= shape.names:
        raise TypeError(f"{shape.table} has no {', '.join(values.keys() - shape.names)}")
    given = values.get
    return tuple([
        store(value) if (value := given(name, blank)) is not None and store else value
        for name, blank, store in shape.fields
    ])


def _insert(table: sa.Table, rows: list[Row]) -> None:
    """The driver's own way for many rows: COPY on PostgreSQL, twice as quick as statements."""
    quote = db.engine.dialect.identifier_preparer.quote
    name, columns = quote(table.name), ", ".join(quote(each.key) for each in table.columns)
    connection = db.session.connection()
    if is_sqlite():
        places = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {name} ({columns}) VALUES ({places})", rows)  # noqa: S608 (our own names)
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def prepare_for_much() -> None:
    """On SQLite: room in memory for the indexes that a large load changes everywhere."""
    if is_sqlite():
        db.session.connection().exec_driver_sql("PRAGMA cache_size=-400000")
        db.session.rollback()


def settle() -> None:
    """After a large load: let the planner know how much there is."""
    quietly(_analyse)


def _analyse(connection: sa.Connection) -> None:
    if is_sqlite():
        connection.exec_driver_sql("PRAGMA analysis_limit=2000")
    connection.exec_driver_sql("ANALYZE")
    if is_sqlite():  # what has hardly begun to grow is not to be judged by its size of today
        connection.exec_driver_sql("DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < 1000")
        connection.exec_driver_sql("ANALYZE sqlite_schema")

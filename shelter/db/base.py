"""The declarative base, the session, and the two engines' settings."""

from __future__ import annotations

import enum
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, cast

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry

from shelter.rules import Stale

from . import days, written
from .columns import Instant
from .written import ask

Key = Annotated[uuid.UUID, mapped_column(primary_key=True, default=uuid.uuid4)]
Rows = sa.Select[*tuple[Any, ...]]
"""A query for rows of any shape."""

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


@event.listens_for(sa.ForeignKeyConstraint, "after_parent_attach")
def _check_at_commit(constraint: sa.ForeignKeyConstraint, _table: sa.Table) -> None:
    """References are checked when the transaction ends: rows of one act may be written in any order."""
    constraint.deferrable, constraint.initially = True, "DEFERRED"


class Base(DeclarativeBase):
    """Every model: its id is made when it is, so that sealed values can be bound to it."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMES),
        type_annotation_map={datetime: Instant, date: sa.Date, bytes: sa.LargeBinary, enum.Enum: sa.String(40)},
    )

    def __init__(self, **values: Any) -> None:
        """Set defaults at once (id included), then plain values, then sealed ones (they need owner and row)."""
        values = {**{name: make() for name, make in _defaults(type(self))}, **values}
        sealed = getattr(type(self), "sealed_fields", {})
        for name in sorted(values, key=lambda name: name in sealed):
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name!r}")
            setattr(self, name, values[name])


@cache
def _defaults(model: type[Base]) -> list[tuple[str, Callable[[], Any]]]:
    """What a new row has before it is flushed: how each value is made."""
    found = {attribute.key: attribute.columns[0].default for attribute in sa.inspect(model).column_attrs}
    return [(name, _maker(default)) for name, default in found.items() if default]


def _maker(default: Any) -> Callable[[], Any]:
    return partial(default.arg, None) if default.is_callable else lambda: default.arg


db = SQLAlchemy(
    model_class=Base,
    session_options={"expire_on_commit": False},
    engine_options={"pool_pre_ping": False, "pool_use_lifo": True, "hide_parameters": True},  # the warm one first
)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class Versioned:
    """A record that counts its versions, so that a form made from an older one is noticed."""

    version: Mapped[int] = mapped_column(default=1)

    def expect(self, version: int, **now_says: Any) -> None:
        """Raise Stale when somebody changed the record after the form was made; count the new version."""
        if version != self.version:
            raise Stale(now_says, self.version)
        self.version += 1


def rows_of(query: Rows, **values: Any) -> Sequence[Any]:
    """Run a query that was written down once (at module level, its values as `bindparam`s) and fetch all its rows.

    For pages opened all day (see `written`). Columns only, no entities.
    """
    session = db.session()
    session.flush()
    return ask(session.connection(), query, values)


def value_of(query: Rows, **values: Any) -> Any:
    """The first column of the first row of such a query; None when there is none."""
    return next((row[0] for row in rows_of(query, **values)), None)


def configure(engine: sa.Engine) -> None:
    """SQLite: write-ahead log, full synchronisation, foreign keys, and transactions that we begin ourselves.

    PostgreSQL: nobody waits for ever, for a connection or a lock; and one that lay idle is asked whether it holds.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "do_connect", _reach_postgresql)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _wake)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
        "busy_timeout=5000",
        "secure_delete=on",
        "temp_store=memory",
        "cache_size=-1024",  # of each connection; what is read often is kept once for all, by the operating system
    ):
        connection.execute(f"PRAGMA {pragma}")
    days.teach(connection)


def _begin_sqlite(connection: Connection) -> None:
    written.tell(connection, "BEGIN DEFERRED")


IDLE = 5.0  # seconds after which a connection is asked


def _reach_postgresql(_dialect: Any, _record: Any, _args: Any, given: dict[str, Any]) -> None:
    given.setdefault("connect_timeout", 5)
    given["options"] = f"{given.get('options', '')} -clock_timeout=10s".strip()


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["rests_since"] = monotonic()


def _wake(connection: Any, record: Any, _proxy: Any) -> None:
    """The server may have been started again meanwhile: then the pool opens another connection."""
    if monotonic() - record.info.get("rests_since", monotonic()) > IDLE:
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except Exception as error:
            raise sa.exc.DisconnectionError from error


def begin_writing() -> None:
    """End what was read, and begin a transaction that holds the right to write (see decisions on SQLite locks)."""
    session = db.session()
    if session.in_transaction():
        session.expire_all()
    _take_over(session)
    session.info["writing"] = True


def read_again(record: Any) -> None:
    """The columns of a record as they stand now, before its first touch reads them the long way round.

    For what almost every change is about; a record that is new, or has a key of several columns, or no record, is left
    as it is.
    """
    state = sa.inspect(record, raiseerr=False)
    if not isinstance(state, sa.orm.InstanceState) or not state.persistent or not state.expired:
        return
    key, *more = state.identity or ()
    if more:
        return
    found = ask(db.session.connection(), _again(state.mapper), {"key": key})
    for name, value in found[0]._asdict().items() if found else ():
        sa.orm.attributes.set_committed_value(record, name, value)


@cache
def _again(mapper: sa.orm.Mapper[Any]) -> Rows:
    columns = [attribute.columns[0].label(attribute.key) for attribute in mapper.column_attrs]
    return sa.select(*columns).where(mapper.primary_key[0] == sa.bindparam("key"))


def write_at_once(record: Any) -> None:
    """Insert a row that nobody will change, without the session's bookkeeping; it stays out of the session.

    Through `add` and `flush` a row costs four times as much. References are checked when the transaction ends.
    """
    state, session = sa.inspect(record), db.session()
    insert, names = _insert(state.mapper)
    ask(session.connection(), insert, {column: state.dict.get(name) for column, name in names})
    session.info["touched"] = True


@cache
def _insert(mapper: sa.orm.Mapper[Any]) -> tuple[sa.Insert, list[tuple[str, str]]]:
    table = cast(sa.Table, mapper.local_table)
    return sa.insert(table).inline(), [(column.key, mapper.get_property_by_column(column).key) for column in table.c]


@contextmanager
def writing_aside() -> Iterator[Connection]:
    """A short transaction of its own with the right to write, beside what the session does; what was read is over."""
    session = db.session()
    connection = _take_over(session)
    try:
        yield connection
        written.tell(connection, "COMMIT")
        if is_sqlite():
            _begin_sqlite(connection)  # what is read from here on is one picture again
    except BaseException:
        session.rollback()
        raise


def _take_over(session: sa.orm.Session) -> Connection:
    """The session's connection, what was read on it over, with the right to write.

    In three statements: through the session's own transactions it costs five times as much, on every page.
    """
    if session.info.get("touched") or session.new or session.dirty or session.deleted:
        session.rollback()
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        driver: Any = connection.connection.dbapi_connection
        if driver.info.transaction_status:  # something was read; IDLE is 0
            written.tell(connection, "COMMIT AND CHAIN")  # after a ROLLBACK psycopg forgets its prepared statements
        return connection
    if cast(sqlite3.Connection, connection.connection.dbapi_connection).in_transaction:
        written.tell(connection, "COMMIT")
    written.tell(connection, "BEGIN IMMEDIATE")
    return connection


@event.listens_for(sa.orm.Session, "after_flush")
def _note_touched(session: sa.orm.Session, _context: Any) -> None:
    session.info["touched"] = True


@event.listens_for(sa.orm.Session, "after_commit")
def _note_over(session: sa.orm.Session) -> None:
    session.info.pop("touched", None)
    session.info.pop("writing", None)


@event.listens_for(sa.orm.Session, "after_soft_rollback")
def _note_undone(session: sa.orm.Session, undone: sa.orm.SessionTransaction) -> None:
    if not undone.nested:
        _note_over(session)


def is_writing() -> bool:
    """Whether the present transaction holds that right."""
    return bool(db.session().info.get("writing"))


def is_sqlite() -> bool:
    """Which of the two engines is in use."""
    return bool(db.engine.dialect.name == "sqlite")


def in_portions(rows: list[Any], size: int) -> Iterator[list[Any]]:
    """A long list in portions that one statement can take."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

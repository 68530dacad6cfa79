"""A consistent copy of the database at one moment, without its wrapped keys; and such a copy put back."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shelter.audit.chain import GENESIS, Head
from shelter.db import db
from shelter.db.base import is_sqlite

VERSION = "alembic_version"
_SCHEMA = "SELECT version_num FROM alembic_version"
KEYS = "data_key"
Wrapped = dict[str, str]
"""Wrapped data keys as hexadecimal, by the key's id as hexadecimal."""


@dataclass
class Snapshot:
    """What was copied: files in a folder, how many rows each table has, where the audit chain ends."""

    engine: str
    schema: str
    head: Head
    files: list[Path]
    counts: dict[str, int] = field(default_factory=dict)
    wrapped: Wrapped = field(default_factory=dict)


def take(folder: Path) -> Snapshot:
    """Copy the application's database into a folder. Writers go on meanwhile; none of them is half in the copy."""
    return _take_sqlite(folder) if is_sqlite() else _take_postgresql(folder)


# --- SQLite -----------------------------------------------------------------------------------------------------------

def _take_sqlite(folder: Path) -> Snapshot:
    copy = folder / "shelter.db"
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(db.engine.url.database or "")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        if (said := target.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(said)
        found = Snapshot("sqlite", *_ends(lambda query: target.execute(query).fetchone()), [copy])
        found.counts = {table: target.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
                        for table in _tables_of(target)}
        found.wrapped = {_plain(key_id): wrapped.hex() for key_id, wrapped in
                         target.execute("SELECT id, wrapped FROM data_key")}
        target.execute("PRAGMA secure_delete=on")
        with target:
            target.execute("UPDATE data_key SET wrapped = x''")
        target.execute("PRAGMA journal_mode=delete")
    return found


def _tables_of(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(name for name, in rows if name != VERSION)


def put_sqlite(file: Path, wrapped: Wrapped) -> int:
    """Give a copied database its wrapped keys back; how many of its keys were erased since and are gone."""
    with closing(sqlite3.connect(file)) as target:
        ids = [key_id for key_id, in target.execute("SELECT id FROM data_key")]
        with target:
            target.executemany("UPDATE data_key SET wrapped = ? WHERE id = ?", [
                (bytes.fromhex(wrapped[_plain(key_id)]), key_id) for key_id in ids if _plain(key_id) in wrapped
            ])
            gone = target.execute("DELETE FROM data_key WHERE wrapped = x''").rowcount
    return gone


def _plain(key_id: Any) -> str:
    return key_id.hex if isinstance(key_id, uuid.UUID) else str(key_id).replace("-", "")


def _ends(one: Any) -> tuple[str, Head]:
    last = one("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1")
    return one(_SCHEMA)[0], Head(*last) if last else Head(0, GENESIS)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------

@contextmanager
def _driver(engine: sa.Engine) -> Iterator[Any]:
    """psycopg's own connection, in a transaction that is undone unless it ends well."""
    with engine.connect() as connection, connection.begin():
        yield connection.connection.driver_connection


def _take_postgresql(folder: Path) -> Snapshot:
    with _driver(db.engine) as driver:
        driver.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = Snapshot("postgresql", *_ends(lambda query: driver.execute(query).fetchone()), [])
        columns = _columns(driver)
        for table in sorted(columns.keys() - {VERSION}):
            found.counts[table] = driver.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
            names = ", ".join("''::bytea" if (table, name) == (KEYS, "wrapped") else f'"{name}"'
                              for name in columns[table])
            order = " ORDER BY seq" if table == "audit_entry" else ""
            file = folder / f"{table}.copy"
            with file.open("wb") as out, driver.cursor().copy(
                f'COPY (SELECT {names} FROM "{table}"{order}) TO STDOUT'  # noqa: S608
            ) as parts:
                out.write(f"{','.join(columns[table])}\n".encode())
                out.writelines(parts)
            found.files.append(file)
        found.wrapped = {key_id.hex: bytes(wrapped).hex()
                         for key_id, wrapped in driver.execute(f"SELECT id, wrapped FROM {KEYS}")}  # noqa: S608
    return found


def _columns(driver: Any) -> dict[str, list[str]]:
    """The columns of each table of the present schema, in their order."""
    found: dict[str, list[str]] = {}
    for table, name in driver.execute(
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
        "USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' "
        "ORDER BY table_name, ordinal_position"
    ):
        found.setdefault(table, []).append(name)
    return found


def put_postgresql(engine: sa.Engine, files: list[Path], wrapped: Wrapped) -> int:
    """Fill the empty tables of a database of the same schema, all or none; as `put_sqlite`."""
    with _driver(engine) as driver:
        for table in _columns(driver).keys() - {VERSION, "audit_entry"}:  # what migrations had put there
            driver.execute(f'DELETE FROM "{table}"')  # noqa: S608
        for file in files:
            with file.open("rb") as rows:
                names = ", ".join(f'"{name}"' for name in rows.readline().decode().strip().split(","))
                with driver.cursor().copy(f'COPY "{file.stem}" ({names}) FROM STDIN') as out:
                    while part := rows.read(1 << 20):
                        out.write(part)
        ids = [key_id.hex for key_id, in driver.execute(f"SELECT id FROM {KEYS}")]  # noqa: S608
        driver.cursor().executemany(f"UPDATE {KEYS} SET wrapped = %s WHERE id = %s", [  # noqa: S608
            (bytes.fromhex(wrapped[key_id]), uuid.UUID(key_id)) for key_id in ids if key_id in wrapped
        ])
        gone: int = driver.execute(f"DELETE FROM {KEYS} WHERE wrapped = ''").rowcount  # noqa: S608
    return gone

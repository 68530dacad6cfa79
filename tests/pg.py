"""A PostgreSQL of the tests' own: started on a socket in a temporary folder, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

# Durability is what production is for; a test server may lose everything at once.
DURABLE = "-c listen_addresses='' -c max_connections=99"
SETTINGS = f"{DURABLE} -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


def binaries() -> Path | None:
    """The newest server's `bin` folder, as Debian installs it, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def available() -> bool:
    return bool(os.environ.get("TEST_POSTGRES_DSN") or binaries())


@contextmanager
def private_server(settings: str = SETTINGS) -> Iterator[str]:
    """The address of a running server, its maintenance database; TEST_POSTGRES_DSN names one that runs already."""
    if given := os.environ.get("TEST_POSTGRES_DSN"):
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    found = binaries()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    # Not TMPDIR: the path of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="pgt", dir="/tmp"))
    try:
        yield from _serve(found, folder, settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def stoppable_server() -> Iterator[tuple[str, Callable[[str], None]]]:
    """A server of one test's own, and a hand on it: `hand("stop")`, `hand("start")`."""
    found = binaries()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pgt", dir="/tmp"))

    def hand(verb: str) -> None:
        how = ["-m", "fast"] if verb == "stop" else ["-l", str(folder / "log"), "-o", f"-k {folder} {SETTINGS}"]
        subprocess.run([str(found / "pg_ctl"), "-D", str(folder / "data"), "-w", *how, verb], check=True, cwd=folder,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **_not_root(folder))

    try:
        for url in _serve(found, folder):
            yield url, hand
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database on the server, dropped at the end; `template` names one to copy."""
    name = f"shelter_{uuid4().hex[:12]}"
    _command(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _command(server, f'DROP DATABASE "{name}" WITH (FORCE)')


SHAPE = """SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT format('%s %s', relname, relkind) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', tgname, tgrelid, tgenabled) FROM pg_trigger
    UNION ALL SELECT format('%s %s', conname, conrelid) FROM pg_constraint
    UNION ALL SELECT format('%s %s %s', attrelid, attname, format_type(atttypid, atttypmod)) FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts (part)"""


class Emptied:
    """A database for one test after the other: its rows are taken out in between (a copy costs 0.3 s, this 0.01).

    When a test changed more than rows, the next one gets a new copy.
    """

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.made: ExitStack | None = None
        self.url, self.shape = "", []

    @contextmanager
    def database(self) -> Iterator[str]:
        """Its address, for one test."""
        if self.made is None:
            self.made = ExitStack()
            self.url = self.made.enter_context(fresh_database(self.server, self.template))
            self.shape = self._on_it(_shape)
        yield self.url
        if not self._on_it(self._empty):
            self.close()

    def close(self) -> None:
        """Throw it away."""
        if self.made:
            self.made.close()
            self.made = None

    def _empty(self, connection: Connection) -> bool:
        connection.execute(text("SET lock_timeout = '3s'"))
        connection.execute(text("SELECT pg_terminate_backend(pid, 3000) FROM pg_stat_activity "
                                "WHERE datname = current_database() AND pid != pg_backend_pid()"))
        if _shape(connection) != self.shape:
            return False
        tables = connection.scalars(text("SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND "
                                         "relnamespace = 'public'::regnamespace AND relname != 'alembic_version'"))
        deletions = "; ".join(f"DELETE FROM {table}" for table in tables)
        try:
            connection.exec_driver_sql(f"SET session_replication_role = replica; {deletions}")
        except OperationalError:  # something still holds a lock
            return False
        return True

    def _on_it(self, do: Callable[[Connection], Any]) -> Any:
        engine = create_engine(self.url, poolclass=NullPool)
        try:
            with engine.begin() as connection:
                return do(connection)
        finally:
            engine.dispose()


def _shape(connection: Connection) -> list[Any]:
    """What the database is made of, and its version."""
    there = connection.scalar(text("SELECT to_regclass('alembic_version')"))
    version = connection.scalars(text("SELECT version_num FROM alembic_version")).all() if there else ()
    return [connection.scalar(text(SHAPE)), *version]


def _serve(programs: Path, folder: Path, settings: str = SETTINGS) -> Iterator[str]:
    identity = _not_root(folder)
    data, control = folder / "data", [str(programs / "pg_ctl"), "-D", str(folder / "data")]

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, **identity)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}")

    run(str(programs / "initdb"), "-D", str(data), "-U", "shelter", "-A", "trust", "--no-sync", "-E", "UTF8",
        "--locale=C.UTF-8")
    run(*control, "-w", "-l", str(folder / "log"), "-o", f"-k {folder} {settings}", "start")
    try:
        yield f"postgresql+psycopg://shelter@/postgres?host={folder}"
    finally:
        run(*control, "-m", "immediate", "stop")


def _not_root(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: the folder and the processes then belong to `postgres`."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _command(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()

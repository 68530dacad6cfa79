"""A PostgreSQL of the tests' own: started on a socket in a temporary folder, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, make_url, text

# Durability is what production is for; a test server may lose everything at once.
SETTINGS = "-c listen_addresses='' -c max_connections=99 -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


def binaries() -> Path | None:
    """The newest server's `bin` folder, as Debian installs it, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


def available() -> bool:
    return bool(os.environ.get("TEST_POSTGRES_DSN") or binaries())


@contextmanager
def private_server() -> Iterator[str]:
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
        yield from _serve(found, folder)
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


def _serve(programs: Path, folder: Path) -> Iterator[str]:
    identity = _not_root(folder)
    data, control = folder / "data", [str(programs / "pg_ctl"), "-D", str(folder / "data")]

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, **identity)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stdout}")

    run(str(programs / "initdb"), "-D", str(data), "-U", "shelter", "-A", "trust", "--no-sync", "-E", "UTF8",
        "--locale=C.UTF-8")
    run(*control, "-w", "-l", str(folder / "log"), "-o", f"-k {folder} {SETTINGS}", "start")
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

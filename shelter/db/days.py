"""Local days in SQL: what the calendar says of a moment, on both engines."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from shelter.calendar import add_months, local, moment_of, zone_name

from .columns import Instant


class later_day(FunctionElement[datetime]):  # noqa: N801 (reads as a function of SQL)
    """The first moment of the local day that lies so many months, and then so many days, after a moment's own day.

    In a month that is too short its last day is meant (see calendar.add_months).
    """

    type = Instant()
    inherit_cache = True

    def __init__(self, moment: Any, months: int, days: int = 0) -> None:
        super().__init__(moment, sa.literal(months), sa.literal(days), sa.literal(zone_name()))


@compiles(later_day, "sqlite")
def _in_sqlite(element: later_day, compiler: Any, **how: Any) -> str:
    moment, months, days, _zone = (compiler.process(each, **how) for each in element.clauses)
    return f"later_day({moment}, {months}, {days})"


@compiles(later_day, "postgresql")
def _in_postgresql(element: later_day, compiler: Any, **how: Any) -> str:
    moment, months, days, zone = (compiler.process(each, **how) for each in element.clauses)
    return (f"timezone({zone}, CAST(timezone({zone}, {moment}) AS DATE)"
            f" + make_interval(months => {months}, days => {days}))")


def teach(connection: sqlite3.Connection) -> None:
    """SQLite knows no zones: it asks the calendar."""
    connection.create_function("later_day", 3, _later_day, deterministic=True)


def _later_day(written: str | None, months: int, days: int) -> str | None:
    if written is None:
        return None
    day = local(datetime.fromisoformat(written).replace(tzinfo=UTC)).date()
    found = moment_of(add_months(day, months) + timedelta(days=days), time(0))
    return found.replace(tzinfo=None).isoformat(" ", "microseconds")

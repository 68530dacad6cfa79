"""How long something took, asked of the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .base import is_sqlite


def seconds(start: Any, end: Any) -> sa.ColumnElement[int]:
    """From one moment to another, in whole seconds; the same on both engines."""
    return _since_1970(end) - _since_1970(start)


def minute(moment: Any) -> sa.ColumnElement[int]:
    """The minute in which it lies, counted from 1970; the same on both engines."""
    return _since_1970(moment) // 60


def _since_1970(moment: Any) -> sa.ColumnElement[int]:
    if is_sqlite():
        return sa.cast(sa.func.strftime("%s", moment), sa.BigInteger)
    return sa.cast(sa.func.floor(sa.extract("epoch", moment)), sa.BigInteger)

"""Several ids or words asked for at once, in a statement that is the same for any number of them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from .base import is_sqlite


def text_of(key: uuid.UUID) -> str:
    """An id as the database writes it."""
    return key.hex if is_sqlite() else str(key)


def as_text(column: Any) -> sa.ColumnElement[str]:
    """A column of ids as texts."""
    return sa.type_coerce(column, sa.String) if is_sqlite() else sa.cast(column, sa.String)


def listed(words: Collection[str]) -> Any:
    """Several ids (as `text_of` writes them) or words as one value."""
    return json.dumps(list(words)) if is_sqlite() else list(words)


def among(column: Any, name: str, *, sqlite: bool) -> sa.ColumnElement[bool]:
    """It is one of several, given under a name as `listed` makes them."""
    if sqlite:
        values = sa.func.json_each(sa.bindparam(name, type_=sa.String())).table_valued("value")
        return sa.type_coerce(column, sa.String).in_(sa.select(values.c.value))
    some = sa.cast(sa.bindparam(name, type_=sa.ARRAY(sa.String())), sa.ARRAY(column.type))
    return sa.type_coerce(column == sa.any_(some), sa.Boolean)

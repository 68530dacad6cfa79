"""How long things took: the middle and the ninetieth percentile, of a whole and of each part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from shelter.db import db

from .figures import words_of

AMOUNT = "amount"
MIDDLE, MOST = 5, 9
"""Tenths of those that a percentile is not below."""


@dataclass(frozen=True)
class Spread:
    """Of how many, the middle of what they took, and what nine of ten did not exceed; in the unit of the measure."""

    count: int
    median: float
    p90: float

    def as_json(self) -> dict[str, float]:
        """The shape that clients rely on."""
        return {"count": self.count, "median": round(self.median, 3), "p90": round(self.p90, 3)}


@dataclass(frozen=True)
class Measure:
    """What is measured of each thing counted: the unit, how much of `amount` makes one, by which facts it is told."""

    unit: str
    size: int
    by: tuple[tuple[str, ...], ...]


def spreads(rows: sa.Subquery, names: Sequence[str], size: int) -> dict[str, Spread]:
    """By the words of some facts (joined as in a table) how the amounts of the rows spread; only four of each are read.

    What has no amount was counted and not measured. A percentile lies between two neighbours in proportion: Hyndman and
    Fan's seventh definition, that of spreadsheets (PERCENTILE.INC). The places are whole numbers, so that both engines
    take the same neighbours.
    """
    parts = [sa.type_coerce(rows.c[name], sa.String).label(name) for name in names]
    over: dict[str, Any] = {"partition_by": parts} if parts else {}
    each = sa.select(
        *parts, rows.c[AMOUNT], (sa.func.row_number().over(order_by=rows.c[AMOUNT], **over) - 1).label("place"),
        sa.func.count().over(**over).label("count"),
    ).where(rows.c[AMOUNT].is_not(None)).subquery()
    wanted = [(each.c.count - 1) * tenths // 10 + more for tenths in (MIDDLE, MOST) for more in (0, 1)]
    words = [each.c[name] for name in names]
    found = db.session.execute(
        sa.select(*words, each.c.count, each.c.place, each.c[AMOUNT]).where(each.c.place.in_(wanted)).order_by(*words)
    )
    return {
        "×".join(" ".join(words_of(word)) for word in key): _spread(list(group), size)
        for key, group in groupby(found, key=lambda row: tuple(row[:len(names)]))
    }


def _spread(rows: Sequence[Any], size: int) -> Spread:
    amounts = {row.place: row.amount / size for row in rows}
    return Spread(rows[0].count, *(percentile(amounts, rows[0].count, tenths) for tenths in (MIDDLE, MOST)))


def percentile(amounts: Mapping[int, float], count: int, tenths: int) -> float:
    """The amount which so many tenths do not exceed, of the amounts by their place among `count`, from 0."""
    place, rest = divmod((count - 1) * tenths, 10)
    low = amounts[place]
    return low + (amounts[place + 1] - low) * rest / 10 if rest else low

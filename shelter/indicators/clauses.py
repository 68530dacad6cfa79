"""What the queries of indicators share: when something happened, whose it is, in which year."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from shelter.calendar import Period

Foundations = Collection[uuid.UUID] | None
"""The foundations whose records are counted; None means all."""


def during(moment: Any, period: Period) -> sa.ColumnElement[bool]:
    """It happened on one of the local days of the period."""
    return sa.and_(moment >= period.starts_at, moment < period.ends_before)


def owned(foundation: Any, foundations: Foundations) -> sa.ColumnElement[bool]:
    """It belongs to one of the foundations."""
    return sa.true() if foundations is None else foundation.in_(foundations)


def year_of(moment: Any, period: Period) -> sa.ColumnElement[str]:
    """The local year of a moment that lies in the period; the zone is the house's, the same on both engines."""
    if len(period.years) == 1:
        return sa.literal(str(period.start.year))
    ends = [(moment < Period(date(year, 1, 1), date(year, 12, 31)).ends_before, str(year)) for year in period.years]
    return sa.case(*ends)

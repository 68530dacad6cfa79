"""What the queries of indicators share: when something happened, whose it is, in which year."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from shelter.calendar import Period


@dataclass(frozen=True)
class Scope:
    """Whose records are counted: the whole programme's, those of a foundation, or those of one of its houses."""

    foundation_id: uuid.UUID | None = None
    house_id: uuid.UUID | None = None

    def holds(self, foundation: Any, house: Any = None) -> sa.ColumnElement[bool]:
        """A record of that foundation and house is counted. What is of no house (None) is in no house's figures."""
        if self.house_id is not None:
            return sa.false() if house is None else house == self.house_id
        return sa.true() if self.foundation_id is None else foundation == self.foundation_id


PROGRAMME = Scope()


def during(moment: Any, period: Period) -> sa.ColumnElement[bool]:
    """It happened on one of the local days of the period."""
    return sa.and_(moment >= period.starts_at, moment < period.ends_before)


def year_of(moment: Any, period: Period) -> sa.ColumnElement[str]:
    """The local year of a moment that lies in the period; the zone is the house's, the same on both engines."""
    if len(period.years) == 1:
        return sa.literal(str(period.start.year))
    ends = [(moment < Period(date(year, 1, 1), date(year, 12, 31)).ends_before, str(year)) for year in period.years]
    return sa.case(*ends)

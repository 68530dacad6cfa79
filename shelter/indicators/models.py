"""Figures that are kept: how many, by month, quarter and year, counted in the transaction that changes them."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from shelter.db import Model


class Tally(Model):
    """How many of an indicator's things one house (or foundation) has in one month, quarter or year, by their facts.

    `bucket` is `2026-09`, `2026-Q3` or `2026`. `counts` is JSON: by fact and word how many; under the empty fact and
    word the figure itself. (A row for each word would be ten times as many to write and to read.) What counts each
    person once does not add up over the houses of a foundation: of that it has rows of its own, in which `place_id` is
    the foundation, as elsewhere a house.
    """

    __tablename__ = "tally"
    __table_args__ = ({"sqlite_with_rowid": False},)

    bucket: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    place_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    foundation_id: Mapped[uuid.UUID]
    counts: Mapped[str] = mapped_column(sa.Text)


class TallyEdition(Model):
    """By which definitions, in which zone, the figures were counted that are kept; one row, or none.

    Where it says something else than the program at hand, no page reads them until they are counted anew.
    """

    __tablename__ = "tally_edition"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    edition: Mapped[str] = mapped_column(sa.String(80))

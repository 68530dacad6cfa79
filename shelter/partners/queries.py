"""Finding foundations, houses, beds, institutions."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from shelter.db import db

from .models import Bed, Foundation, House, Institution


def foundations() -> list[Foundation]:
    """All foundations with their houses, by name."""
    return list(db.session.scalars(sa.select(Foundation).options(sa.orm.selectinload(Foundation.houses)).order_by(Foundation.name)))


def houses(ids: Collection[uuid.UUID] | None = None) -> list[House]:
    """Houses by name; all, or those of the given ids."""
    query = sa.select(House).order_by(House.name)
    return list(db.session.scalars(query if ids is None else query.where(House.id.in_(ids))))


def beds(house_id: uuid.UUID) -> list[Bed]:
    """The beds of a house, room by room."""
    return list(db.session.scalars(sa.select(Bed).where(Bed.house_id == house_id).order_by(Bed.room, Bed.name)))


def institutions(day: date) -> list[Institution]:
    """The institutions that exist on a day."""
    return list(db.session.scalars(
        sa.select(Institution)
        .where(sa.or_(Institution.valid_from.is_(None), Institution.valid_from <= day),
               sa.or_(Institution.valid_to.is_(None), Institution.valid_to >= day))
        .order_by(Institution.kind, Institution.id)
    ))

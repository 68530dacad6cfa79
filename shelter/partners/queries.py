"""Finding foundations, houses, beds, institutions."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from shelter.codes.route import InstitutionKind
from shelter.db import db, rows_of

from .models import Bed, Foundation, House, Institution


def foundations() -> list[Foundation]:
    """All foundations with their houses, by name."""
    with_houses = sa.select(Foundation).options(sa.orm.selectinload(Foundation.houses))
    return list(db.session.scalars(with_houses.order_by(Foundation.name)))


def houses(ids: Collection[uuid.UUID] | None = None) -> list[tuple[uuid.UUID, str]]:
    """Houses by name, as choices: id and name; all, or those of the given ids."""
    return [(house, name) for house, name in rows_of(_HOUSES) if ids is None or house in ids]


_HOUSES = sa.select(House.id, House.name).order_by(House.name)


def beds(house_id: uuid.UUID) -> list[Bed]:
    """The beds of a house, room by room."""
    in_order = (Bed.room, sa.func.length(Bed.name), Bed.name)
    return list(db.session.scalars(sa.select(Bed).where(Bed.house_id == house_id).order_by(*in_order)))


def institutions(day: date) -> list[Institution]:
    """The institutions that exist on a day."""
    return list(db.session.scalars(
        sa.select(Institution)
        .where(sa.or_(Institution.valid_from.is_(None), Institution.valid_from <= day),
               sa.or_(Institution.valid_to.is_(None), Institution.valid_to >= day))
        .order_by(Institution.kind, Institution.id)
    ))


def bed_counts() -> dict[uuid.UUID, int]:
    """The number of beds of each house."""
    counted = sa.select(Bed.house_id, sa.func.count().label("beds")).group_by(Bed.house_id)
    return {row.house_id: row.beds for row in db.session.execute(counted)}


def rooms(house_id: uuid.UUID) -> list[tuple[str, list[str]]]:
    """The rooms of a house with the names of their beds."""
    found: dict[str, list[str]] = {}
    for bed in beds(house_id):
        found.setdefault(bed.room, []).append(bed.name)
    return [(room, sorted(names, key=lambda name: (len(name), name))) for room, names in found.items()]


def all_institutions() -> list[dict[str, Any]]:
    """Every institution, ended ones too: id, name, kind, province, valid_from, valid_to, before (another's name)."""
    earlier = sa.orm.aliased(Institution)
    rows = db.session.execute(
        sa.select(Institution.id, Institution.name, Institution.kind, Institution.province, Institution.valid_from,
                  Institution.valid_to, earlier.name.label("before"))
        .outerjoin(earlier, earlier.id == Institution.succeeds_id)
    )
    kinds = list(InstitutionKind)
    return sorted((dict(row._mapping) for row in rows), key=lambda row: (kinds.index(row["kind"]), row["name"]["es"]))

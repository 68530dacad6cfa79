"""Somebody who stays in the house."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases.actions import hold
from shelter.db import db
from shelter.partners.models import Bed
from shelter.residence.actions import give_bed


@pytest.fixture
def resident(case):
    """resident(team=[…], days=10) -> a case that arrived so many days ago, in the first free bed of its house."""
    taken: list[object] = []

    def make(days: int = 10, **how):
        known = case(opened=days + 1, **how)
        beds = db.session.scalars(sa.select(Bed.id).where(Bed.house_id == known.house_id, Bed.id.not_in(taken)))
        taken.append(bed := beds.first())
        with work("test.bed", by=operator):
            give_bed(hold(known), by=known.card.lead_id, bed_id=bed, arrived_at=now() - timedelta(days=days))
        return known

    return make

"""Somebody who left the house."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases.actions import hold
from shelter.cases.models import Case
from shelter.codes.leaving import Destination, ExitReason
from shelter.db import db
from shelter.partners.models import Bed
from shelter.residence.actions import give_bed
from shelter.transition.actions import leave

NUMBER = "099 765 4321"
CONTACT = {"number": NUMBER, "hours": "martes de 10 a 12", "code_word": "geranio", "pretext": "del curso de costura",
           "never": "no dejar mensajes"}


@pytest.fixture
def departed(case):
    """departed(team=[…], days=40, channel=…, consent=…) -> a case that left the house so many days ago."""
    taken: list[object] = []

    def make(days: int = 40, channel=None, consent=None, number=NUMBER, **how):
        known = case(opened=days + 30, **how)
        beds = db.session.scalars(sa.select(Bed.id).where(Bed.house_id == known.house_id, Bed.id.not_in(taken)))
        contact = {"channel": channel, **CONTACT, "number": number} if channel else None
        with work("test.stay", by=operator):
            held = hold(db.session.get(Case, known.id))
            taken.append(beds.first())
            give_bed(held, by=held.card.lead_id, bed_id=taken[-1], arrived_at=now() - timedelta(days=days + 20))
            leave(held, by=held.card.lead_id, left_at=now() - timedelta(days=days), reason=ExitReason.PLAN_DONE,
                  destination=Destination.INDEPENDENT, consent=consent, contact=contact)
        return known

    return make

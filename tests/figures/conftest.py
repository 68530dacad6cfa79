"""A small programme of which every figure is known by heart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.codes.cases import Answer, Exploitation
from shelter.codes.people import AgeBand, Sex
from shelter.codes.services import Discipline, Modality, ServiceType
from shelter.db import db
from shelter.register.models import ImportedFile, Register, RegisterCase
from shelter.services.models import Service

AUGUST = datetime(2026, 8, 3, 15, tzinfo=UTC)
BOTH = {Exploitation.LABOUR: Answer.YES, Exploitation.SEXUAL: Answer.YES}


@pytest.fixture(autouse=True)
def autumn():
    """Friday, 20 November 2026, ten in the morning."""
    with time_machine.travel("2026-11-20 15:00:00Z", tick=False):
        yield


@pytest.fixture
def registered(staff):
    """registered(house, sex, …) -> a case of the third quarter of 2026, with so many services."""
    leads = {}

    def make(house, sex=None, age=None, forms=None, services=0, name="Canaria", at=AUGUST):
        lead = leads.get(house.id) or leads.setdefault(house.id, staff(Role.CASEWORKER, house))
        with work("test.case", by=operator):
            found = cases.open_case(house, by=lead.id, name_used=name, opened_at=at)
            found.person.sex, found.age_band, found.exploitation = sex, age, forms or {}
            db.session.flush()
            db.session.add_all(Service(
                foundation_id=found.foundation_id, case_id=found.id, discipline=Discipline.LEGAL, minutes=30,
                type=ServiceType.RIGHTS, modality=Modality.IN_PERSON, occurred_at=at, by_id=lead.id,
            ) for _place in range(services))
        return db.session.get(Case, found.id)

    return make


@pytest.fixture
def six(programme, registered):
    """Four cases in Casa Norte (three women, one of whom nothing is known), one in Casa Valle, one in Casa Sur."""
    norte, valle, sur = programme.houses
    return [
        registered(norte, Sex.FEMALE, AgeBand.TO_17, BOTH, services=2),
        registered(norte, Sex.FEMALE, AgeBand.TO_17, {Exploitation.LABOUR: Answer.NO}, services=1),
        registered(norte, Sex.FEMALE, AgeBand.TO_20),
        registered(norte),
        registered(valle, Sex.MALE, services=1),
        registered(sur, Sex.MALE, services=1),
    ]


@pytest.fixture
def register(programme):
    """A register of the whole programme: three women and a man of 2020."""
    with work("test.register", by=operator):
        made = Register(name="Antes", source="Un libro")
        db.session.add(made)
        db.session.flush()
        file = ImportedFile(register_id=made.id, digest="0" * 64, finished_at=now())
        db.session.add(file)
        db.session.flush()
        db.session.add_all(RegisterCase(
            file_id=file.id, line=line, year=2020, sex=Sex.MALE if line == 1 else Sex.FEMALE, exploitation={},
        ) for line in range(1, 5))
    return made


@pytest.fixture
def trail():
    """trail(action) -> the decisions of the rows with that action."""

    def decisions(action):
        db.session.rollback()
        written = sa.select(AuditEntry.decision).where(AuditEntry.action == action)
        return list(db.session.scalars(written.order_by(AuditEntry.seq)))

    return decisions

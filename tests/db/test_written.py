"""A statement written down once answers as SQLAlchemy's own way of asking does, on both engines."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.cases.models import Case, Person
from shelter.db import DataKey, db, rows_of
from shelter.db.written import ask, tell

BY_STATE = sa.select(Case.id, Case.code, Case.state, Case.opened_at, Case.person_id).where(
    Case.state == "open", Case.opened_at > sa.bindparam("since", type_=Case.opened_at.type),
).order_by(Case.opened_at).limit(sa.bindparam("most", type_=sa.Integer))
AMONG = sa.select(Person.id, Person.sex, Person.birth_sealed).where(Person.id.in_(sa.bindparam("ids", expanding=True)))
NONE = sa.select(Case.id).where(Case.id.in_([]))
COUNT = sa.select(sa.func.count(), sa.func.max(AuditEntry.at)).where(
    AuditEntry.at > sa.bindparam("since", type_=AuditEntry.at.type))
LEFT = sa.select(Case.id, Case.closed_at).where(
    Case.closed_at.is_(None), Case.opened_at > sa.bindparam("day", type_=Case.opened_at.type)
)

ADD = sa.insert(DataKey.__table__).inline()


@pytest.mark.parametrize(("statement", "values"), [
    (BY_STATE, lambda found: {"since": now() - timedelta(days=900), "most": 3}),
    (AMONG, lambda found: {"ids": [each.person_id for each in found]}),
    (NONE, lambda found: {}),
    (COUNT, lambda found: {"since": now() - timedelta(days=1)}),
    (LEFT, lambda found: {"day": now() - timedelta(days=900)}),
])
def test_it_finds_the_same_rows(app, case, statement, values):
    found = [case(name=name) for name in ("Ana", "Eva", "Ida", "Lía")]
    given = values(found)
    rows = rows_of(statement, **given)
    expected = db.session.execute(statement, given).all()
    assert sorted(map(tuple, rows), key=repr) == sorted(map(tuple, expected), key=repr)
    for row, other in zip(rows, expected, strict=True):
        assert row._fields == tuple(other._mapping) or statement is COUNT


def test_it_sees_what_was_added_a_moment_ago(app, case):
    found = case(name="Ana")
    query = sa.select(Person.language).where(Person.id == sa.bindparam("id"))
    with work("test", by=operator):
        found.person.language = "que"
        assert [tuple(row) for row in rows_of(query, id=found.person_id)] == [("que",)]


def test_what_the_engine_refuses_is_raised_as_sqlalchemys_and_says_no_value(app):
    connection = db.session.connection()
    with pytest.raises(sa.exc.DBAPIError) as refused:
        tell(connection, "SELECT nothing FROM nowhere")
    assert refused.value.orig is not None
    db.session.rollback()
    values = {"id": uuid.uuid4(), "owner_kind": "person", "owner_id": uuid.uuid4(), "compartment": "core",
              "wrapped": b"Zq01xkanario", "made_at": now()}
    connection = db.session.connection()
    assert ask(connection, ADD, values) == []
    with pytest.raises(sa.exc.IntegrityError) as refused:
        ask(connection, ADD, values)
    assert "Zq01" not in str(refused.value)
    db.session.rollback()

"""A record and those it points to, read with one question: the same as the session's own way finds."""

import uuid

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.cases import actions as cases
from shelter.cases.models import Case, CaseCard
from shelter.db import Together, db

WITH_ALL = Together(Case, "person", "card")


def columns_of(record):
    return {each.key: getattr(record, each.key) for each in sa.inspect(type(record)).column_attrs}


@pytest.fixture
def there(case):
    """The id of a case of which the session knows nothing."""
    found = case(name="Azucena").id
    db.session.rollback()
    db.session.expunge_all()
    return found


def test_it_finds_what_the_session_finds_with_one_question(there, count_queries):
    with count_queries() as asked:
        found = WITH_ALL.find(there)
        assert (found.person.name_used, found.card.case_id) == ("Azucena", there)
    assert len([each for each in asked.statements if "data_key" not in each]) == 1
    short = [columns_of(each) for each in (found, found.person, found.card)]
    db.session.expunge_all()
    long = db.session.get_one(Case, there)
    assert short == [columns_of(each) for each in (long, long.person, long.card)]


def test_what_it_finds_is_the_sessions_own_and_unchanged(there):
    found = WITH_ALL.find(there)
    assert not db.session.dirty
    assert WITH_ALL.find(there) is found is db.session.get(Case, there)
    with work("test.change", by=operator, on=found):
        found.exploited_in = "PE"
        found.card.bed = "Cama 2"
    db.session.expunge_all()
    again = WITH_ALL.find(there)
    assert (again.exploited_in, again.card.bed) == ("PE", "Cama 2")


def test_what_the_session_knows_already_is_the_same_record(there):
    card = db.session.get_one(CaseCard, there)
    assert WITH_ALL.find(there).card is card


def test_it_finds_what_was_made_but_not_yet_written(programme, staff):
    lead = staff(Role.CASEWORKER)
    with work("test.new", by=operator):
        made = cases.open_case(programme.house, by=lead.id)
        assert WITH_ALL.find(made.id) is made


def test_what_is_nowhere_is_none(app):
    assert WITH_ALL.find(uuid.uuid4()) is None

"""Column types, on a table of the test's own."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some

from shelter.codes.cases import Answer, CaseState, Exploitation
from shelter.codes.people import AgeBand
from shelter.db import Answers, Instant, Words, db
from shelter.db.base import in_portions
from shelter.db.columns import Word, read_answers

QUITO = timezone(timedelta(hours=-5))


@pytest.fixture
def table(app):
    """A table that no migration knows, for one test."""
    made = sa.Table(
        "throw_away", sa.MetaData(), sa.Column("id", sa.Uuid, primary_key=True, default=uuid.uuid4),
        sa.Column("at", Instant), sa.Column("state", Word(CaseState)), sa.Column("name", Words), sa.Column("forms",
                                                                                                           Answers),
    )
    made.create(db.engine)
    yield made
    made.drop(db.engine)


def kept(table, **values):
    """What comes back of one row."""
    with db.engine.begin() as connection:
        row = uuid.uuid4()
        connection.execute(sa.insert(table).values(id=row, **values))
        return connection.execute(sa.select(table).where(table.c.id == row)).one()


def raw(table, column):
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(sa.type_coerce(table.c[column], sa.String)))


@pytest.mark.parametrize("moment", [
    datetime(2026, 3, 27, 23, 30, 15, 123456, tzinfo=QUITO), datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=14))), datetime(1900, 1, 1, tzinfo=UTC),
])
def test_a_moment_comes_back_aware_and_in_utc(table, moment):
    found = kept(table, at=moment).at
    assert found == moment
    assert found.utcoffset() == timedelta(0)
    assert found.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(table):
    with pytest.raises(sa.exc.StatementError, match="without a time zone"):
        kept(table, at=datetime(2026, 3, 27, 12))


def test_moments_compare_as_moments_whatever_their_zone(table):
    noon = datetime(2026, 3, 27, 12, tzinfo=UTC)
    kept(table, at=noon)
    with db.engine.connect() as connection:
        for other, is_before in [(noon.astimezone(QUITO), False), ((noon - timedelta(seconds=1)).astimezone(QUITO),
                                                                   True)]:
            assert connection.scalar(sa.select(sa.func.count()).where(table.c.at > other)) == is_before


def test_a_word_comes_back_as_its_member_with_its_label(table):
    found = kept(table, state=CaseState.OPEN).state
    assert found is CaseState.OPEN
    assert raw(table, "state") == "open"
    assert kept(table, state="closed").state is CaseState.CLOSED


@pytest.mark.parametrize("word", ["abierto", "OPEN", "", "open ", AgeBand.TO_8])
def test_a_word_that_the_vocabulary_does_not_have_is_refused(table, word):
    with pytest.raises(sa.exc.StatementError, match="CaseState"):
        kept(table, state=word)


def test_nothing_stays_nothing(table):
    found = kept(table, at=None, state=None, forms=None)
    assert (found.at, found.state, found.forms) == (None, None, {})


def test_a_text_by_language_comes_back(table):
    assert kept(table, name={"es": "Fiscalía", "en": "Attorney"}).name == {"es": "Fiscalía", "en": "Attorney"}


# --- answers by form of exploitation ----------------------------------------------------------------------------------

ANSWERS = some.dictionaries(some.sampled_from(Exploitation), some.sampled_from(Answer))


@given(ANSWERS)
def test_answers_have_one_spelling_for_one_meaning(answers):
    column = Answers()
    stored = column.process_bind_param(answers, None)
    meant = {form: answer for form, answer in answers.items() if answer is not Answer.UNKNOWN}
    assert stored == column.process_bind_param(dict(reversed(meant.items())), None)
    assert column.process_result_value(stored, None) == read_answers(stored) == meant
    assert stored.split() == sorted(stored.split())
    assert len(stored) <= 400


def test_every_answer_to_every_form_fits(table):
    everything = dict.fromkeys(Exploitation, Answer.YES)
    assert kept(table, forms=everything).forms == everything


def test_plain_words_are_read_as_the_vocabulary_or_refused(table):
    assert kept(table, forms={"sexual": "yes", "labour": "unknown"}).forms == {Exploitation.SEXUAL: Answer.YES}
    assert raw(table, "forms") == "sexual=yes"
    for wrong in ({"sexuel": "yes"}, {"sexual": "maybe"}):
        with pytest.raises(sa.exc.StatementError):
            kept(table, forms=wrong)


def test_a_no_is_no_unknown(table):
    assert kept(table, forms={Exploitation.LABOUR: Answer.NO}).forms == {Exploitation.LABOUR: Answer.NO}


@given(some.lists(some.integers(), max_size=40), some.integers(1, 12))
def test_portions_put_together_are_the_whole(rows, size):
    portions = list(in_portions(rows, size))
    assert [row for portion in portions for row in portion] == rows
    assert all(0 < len(portion) <= size for portion in portions)

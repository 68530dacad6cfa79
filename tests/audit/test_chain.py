"""The chain: who owns the database's files can alter it, and `verify()` sees it."""

import uuid
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry, anchor, head, operator, verify, work
from shelter.audit.chain import GENESIS, digest
from shelter.db import db
from shelter.db.base import is_sqlite


@pytest.fixture
def unsigned(app):
    """No signed head is at hand: only the chain itself can tell."""
    from shelter.audit import anchors

    anchors.file.path.unlink(missing_ok=True)
    anchors.file.folder, kept = None, anchors.file.folder
    yield
    anchors.file.folder = kept


def test_an_untouched_chain_is_sound(chain):
    found = chain(8)
    assert [row["seq"] for row in found] == list(range(1, 9))
    assert found[0]["prev"] == GENESIS
    assert all(after["prev"] == before["hash"] for before, after in pairwise(found))
    verdict = verify()
    assert verdict.is_sound
    assert (verdict.rows, verdict.head) == (8, head())


def test_an_empty_chain_is_sound(app):
    verdict = verify()
    assert (verdict.is_sound, verdict.rows, verdict.head) == (True, 0, (0, GENESIS))


CHANGES = {
    "at": lambda row: row["at"] + timedelta(microseconds=1), "actor_kind": lambda row: "nobody",
    "actor_id": lambda row: uuid.uuid4(), "session_ref": lambda row: "x", "action": lambda row: "test.other",
    "object_kind": lambda row: "case", "object_id": lambda row: uuid.uuid4(), "foundation_id": lambda row: uuid.uuid4(),
    "decision": lambda row: "refused", "detail": lambda row: row["detail"].replace("number", "numbers"),
    "prev": lambda row: "f" * 64, "hash": lambda row: "f" * 64,
}


def test_every_column_but_the_number_can_be_tried(app):
    assert {column.name for column in AuditEntry.__table__.columns} == {"seq", *CHANGES}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("place", [1, 4, 8])
def test_an_edited_row_is_found(chain, hand, unsigned, column, place):
    row = chain(8)[place - 1]
    with hand.unguarded() as connection:
        connection.execute(
            sa.update(hand.table).where(hand.table.c.seq == place).values({column: CHANGES[column](row)})
        )
    verdict = verify()
    assert (verdict.is_sound, verdict.at_seq) == (False, place)
    assert verdict.problem == f"row {place} was changed"


@pytest.mark.parametrize("place", [1, 4, 7])
def test_a_deleted_row_is_found(chain, hand, unsigned, place):
    chain(8)
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq == place))
    verdict = verify()
    assert (verdict.problem, verdict.at_seq) == (f"row {place} is missing", place)


def test_a_deleted_row_whose_followers_moved_up_is_found(chain, hand, unsigned):
    found = chain(8)
    with hand.unguarded() as connection:
        hand.put(connection, found[:3] + [{**row, "seq": row["seq"] - 1} for row in found[4:]])
    assert verify().at_seq == 4


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 6), (7, 8)])
def test_rows_in_another_order_are_found(chain, hand, unsigned, one, other):
    found = chain(8)
    found[one - 1]["seq"], found[other - 1]["seq"] = other, one
    with hand.unguarded() as connection:
        hand.put(connection, found)
    verdict = verify()
    assert (verdict.is_sound, verdict.at_seq) == (False, one)


def test_a_row_put_between_is_found(chain, hand, unsigned):
    found = chain(8)
    extra = {**found[3], "seq": 4, "action": "test.never"}
    extra["hash"] = digest(extra)
    with hand.unguarded() as connection:
        hand.put(connection, found[:3] + [extra] + [{**row, "seq": row["seq"] + 1} for row in found[3:]])
    assert verify().at_seq == 5


def test_an_edited_row_with_its_own_digest_made_anew_is_found_at_the_next(chain, hand, unsigned):
    found = chain(8)
    forged = {**found[3], "action": "test.innocent"}
    forged["hash"] = digest(forged)
    with hand.unguarded() as connection:
        hand.put(connection, [*found[:3], forged, *found[4:]])
    verdict = verify()
    assert (verdict.problem, verdict.at_seq) == ("row 5 was changed", 5)


def test_a_row_that_hides_what_was_done_by_taking_its_digest_is_found(chain, hand, unsigned):
    """SQLite's REPLACE takes a row with the same unique digest away and asks no trigger."""
    found = chain(8)
    forged = {**found[7], "seq": 9, "prev": found[7]["hash"], "hash": found[2]["hash"]}
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq == 3))
        connection.execute(sa.insert(hand.table), [forged])
    assert not verify().is_sound


# --- what the chain alone cannot show ---------------------------------------------------------------------------------

def test_a_cut_tail_is_found_by_a_signed_head(chain, hand):
    anchor(head_after(chain, 8))
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 5))
    verdict = verify()
    assert verdict.problem == "rows after 5 are missing: row 8 was signed"
    assert verdict.at_seq == 6


def test_a_cut_tail_is_found_by_a_printed_head(chain, hand, unsigned):
    printed = chain(8)[-1]["hash"]
    assert verify(printed).is_sound
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 5))
    assert verify().is_sound, "the chain alone cannot know"
    assert verify(printed).problem == "the given head is not in the chain"


def test_a_chain_that_was_emptied_is_found(chain, hand):
    anchor(head_after(chain, 8))
    with hand.unguarded() as connection:
        hand.put(connection, [])
    assert verify().at_seq == 1


@pytest.mark.parametrize("first", [1, 5, 8])
def test_a_rewritten_tail_is_found_by_a_signed_head(chain, hand, first):
    anchor(head_after(chain, 8))
    found = hand.rows()
    with hand.unguarded() as connection:
        hand.put(connection, hand.rehashed(found, first - 1, action="test.innocent"))
    verdict = verify()
    assert not verdict.is_sound
    assert verdict.at_seq is not None
    assert verdict.at_seq <= 8


def test_a_rewritten_tail_is_found_by_a_printed_head(chain, hand, unsigned):
    found = chain(8)
    with hand.unguarded() as connection:
        hand.put(connection, hand.rehashed(found, 4, action="test.innocent"))
    assert verify().is_sound, "the chain alone cannot know"
    assert not verify(found[-1]["hash"]).is_sound


def test_a_rewritten_tail_is_found_even_when_the_program_signed_a_later_head_over_it(chain, hand):
    anchor(head_after(chain, 8))
    with hand.unguarded() as connection:
        hand.put(connection, hand.rehashed(hand.rows(), 4, action="test.innocent"))
    anchor(head_after(chain, 3))
    verdict = verify()
    assert verdict.problem == "row 8 was rewritten: it was signed with another content"


def test_a_cut_tail_is_found_even_when_the_program_grew_over_it(chain, hand):
    anchor(head_after(chain, 8))
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 5))
    anchor(head_after(chain, 6))
    assert verify().at_seq == 8


def head_after(chain, count):
    chain(count)
    db.session.rollback()
    return head()


# --- what the database itself refuses ---------------------------------------------------------------------------------

REFUSED = {
    "an update": "UPDATE audit_entry SET detail = '{}' WHERE seq = 3",
    "an update of nothing new": "UPDATE audit_entry SET seq = seq WHERE seq = 8",
    "a deletion": "DELETE FROM audit_entry WHERE seq = 8",
    "deleting all": "DELETE FROM audit_entry",
    "truncating": "TRUNCATE audit_entry",
    "a row after a gap": "INSERT INTO audit_entry SELECT 10, {columns}, hash, 'x' FROM audit_entry WHERE seq = 8",
    "a row on another": "INSERT INTO audit_entry SELECT 9, {columns}, hash, 'x' FROM audit_entry WHERE seq = 7",
    "a row before the first": "INSERT INTO audit_entry SELECT 0, {columns}, prev, 'x' FROM audit_entry WHERE seq = 1",
    "a second last row": "INSERT INTO audit_entry SELECT 8, {columns}, prev, 'x' FROM audit_entry WHERE seq = 8",
    "a row in the place of the last": "INSERT OR REPLACE INTO audit_entry SELECT 8, {columns}, prev, 'x' "
                                      "FROM audit_entry WHERE seq = 8",
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_database_refuses(chain, what):
    statement = REFUSED[what]
    if is_sqlite() != ("OR REPLACE" in statement) and ("TRUNCATE" in statement or "OR REPLACE" in statement):
        return  # a statement of the other engine
    before = chain(8)
    middle = [column.name for column in AuditEntry.__table__.columns][1:-2]
    with pytest.raises(sa.exc.DBAPIError, match="audit trail"), db.engine.begin() as connection:
        connection.exec_driver_sql(statement.replace("{columns}", ", ".join(middle)))
    assert chain(0) == before
    assert verify().is_sound


def test_the_first_row_must_follow_the_beginning(app):
    with pytest.raises(sa.exc.DBAPIError, match="audit trail"), db.engine.begin() as connection:
        connection.execute(sa.insert(AuditEntry).values(
            seq=1, at=sa.func.now(), actor_kind="x", action="x", decision="x", detail="{}", prev="f" * 64,
            hash="e" * 64,
        ))


def test_after_a_refused_row_the_chain_goes_on(chain):
    chain(3)
    with pytest.raises(sa.exc.DBAPIError), work("test.forge", by=operator):
        db.session.execute(sa.text("DELETE FROM audit_entry"))
    chain(2)
    assert verify().rows == 5

"""Five ways to alter the trail, on the database's own files, and two ways to weaken what watches over it: all found."""

import json
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module

import pytest
import sqlalchemy as sa
import time_machine

from shelter.audit import Head, anchor, anchors, guards, head, verify
from shelter.audit.verify import BEGINNING
from shelter.calendar import now
from shelter.db import db
from shelter.db.base import is_sqlite

WALK = import_module("shelter.audit.verify")


def edit(hand, connection, _found):
    connection.execute(sa.update(hand.table).where(hand.table.c.seq == 4).values(action="test.innocent"))


def delete(hand, connection, _found):
    connection.execute(sa.delete(hand.table).where(hand.table.c.seq == 4))


def reorder(hand, connection, found):
    found[3]["seq"], found[4]["seq"] = 5, 4
    hand.put(connection, found)


def truncate(hand, connection, _found):
    connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 3))


def rewrite_the_tail(hand, connection, found):
    hand.put(connection, hand.rehashed(found, 3, action="test.innocent"))


@pytest.mark.parametrize("alter", [edit, delete, reorder, truncate, rewrite_the_tail])
def test_each_way_to_alter_the_trail_is_found_at_the_same_row(chain, hand, alter):
    chain(8)
    printed = anchor(head())
    with hand.unguarded() as connection:
        alter(hand, connection, hand.rows())
    verdict = verify()
    assert not verdict.is_sound
    assert verdict.at_seq == {truncate: 4, rewrite_the_tail: 8}.get(alter, 4)
    assert not verify(json.loads(printed)["hash"]).is_sound


# --- the file of signed heads -----------------------------------------------------------------------------------------

def test_an_edited_line_of_the_file_of_heads_is_told(chain, hand):
    chain(8)
    anchor(head())
    lines = anchors.file.path.read_text().splitlines()
    forged = json.dumps({**json.loads(lines[-1]), "seq": 3})
    anchors.file.path.write_text("\n".join([*lines[:-1], forged]) + "\n")
    with hand.unguarded() as connection:
        connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 3))
    verdict = verify()
    assert verdict.is_sound, "its own head was made useless"
    assert verdict.doubtful == 1, "and that is told"


def test_heads_that_are_gone_are_told(chain, hand):
    chain(8)
    anchors.file.path.unlink()
    with hand.unguarded() as connection:
        truncate(hand, connection, None)
    assert verify().problem.startswith("there are rows, and none of their signed heads is in /")


def test_a_file_of_heads_that_was_cut_back_is_told(chain, hand):
    with time_machine.travel(now(), tick=False) as clock:
        for _hour in range(4):
            chain(3)
            clock.shift(timedelta(hours=1))
    lines = anchors.file.path.read_text().splitlines()
    assert len(lines) == 4, "whoever comes back after an hour signs"
    anchors.file.path.write_text("\n".join(lines[:2]) + "\n")
    verdict = verify()
    assert verdict.problem.startswith("the signed heads from row 5 on are not in /")
    assert "set SHELTER_ANCHOR_FOLDER to one folder for both" in verdict.problem, "it need not be an attack"
    assert verify(after=BEGINNING).is_sound is False


def test_a_head_signed_after_the_file_was_taken_away_does_not_stand_for_it(chain, hand):
    with time_machine.travel(now(), tick=False) as clock:
        for _hour in range(4):
            chain(3)
            clock.shift(timedelta(hours=1))
        anchors.file.path.unlink()
        with hand.unguarded() as connection:
            connection.execute(sa.delete(hand.table).where(hand.table.c.seq > 8))
        anchor(head())
        chain(2)
    verdict = verify()
    assert (verdict.anchors, verdict.is_sound) == (1, False)
    assert verdict.problem.startswith("the signed heads of the rows before 8 are not in /")


def test_an_untouched_file_of_heads_has_no_doubtful_line(chain):
    chain(3)
    anchor(head())
    assert (verify().anchors, verify().doubtful) == (2, 0)


# --- the guards of the table ------------------------------------------------------------------------------------------

@pytest.fixture
def unguarded_for_a_while(app):
    """with unguarded_for_a_while(name): … one guard is not there, and stands again afterwards."""
    @contextmanager
    def without(name):
        db.session.rollback()
        table = "" if is_sqlite() else " ON audit_entry"
        text = sa.text("SELECT sql FROM sqlite_master WHERE name = :name" if is_sqlite() else
                       "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = :name")
        with db.engine.begin() as connection:
            statement = connection.execute(text, {"name": name}).scalar_one()
            connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")
        yield
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    return without


GUARDS = {"sqlite": ("no_update", "no_delete", "in_chain"), "postgresql": ("no_change", "no_truncate", "in_chain")}


@pytest.fixture
def guard_names(engine_name):
    return [f"audit_entry_{each}" for each in GUARDS[engine_name]]


def test_a_table_whose_guards_stand_lacks_none(chain):
    assert guards.missing() == []
    assert verify().is_sound


@pytest.mark.parametrize("place", range(3))
def test_a_guard_that_was_taken_away_is_found_though_every_row_is_whole(
    chain, guard_names, unguarded_for_a_while, place,
):
    chain(3)
    with unguarded_for_a_while(guard_names[place]):
        verdict = verify()
    assert (verdict.is_sound, verdict.is_unguarded, verdict.rows) == (False, True, 3)
    assert guard_names[place] in verdict.problem
    assert verify().is_sound


# --- in portions ------------------------------------------------------------------------------------------------------

def test_a_long_trail_is_checked_in_portions_that_follow_each_other(chain, monkeypatch):
    monkeypatch.setattr(WALK, "PORTION", 5)
    chain(23)
    after, steps = BEGINNING, []
    while True:
        verdict = verify(after=after, seconds=0)
        steps.append(verdict.head.seq)
        if verdict.is_finished:
            break
        after = verdict.head
    assert steps == [5, 10, 15, 20, 23]
    assert (verdict.is_sound, verdict.head) == (True, head())


def test_a_portion_finds_what_is_wrong_in_it_and_between_it_and_the_one_before(chain, hand, monkeypatch):
    monkeypatch.setattr(WALK, "PORTION", 5)
    found = chain(12)
    assert verify(after=Head(5, found[4]["hash"])).is_sound
    assert verify(after=Head(5, found[3]["hash"])).at_seq == 6
    with hand.unguarded() as connection:
        hand.put(connection, hand.rehashed(found, 2, action="test.innocent"))
    assert verify(after=Head(5, found[4]["hash"])).at_seq == 6, "what came before was rewritten meanwhile"


def test_only_the_last_portion_can_say_that_a_head_is_not_there(chain, monkeypatch):
    monkeypatch.setattr(WALK, "PORTION", 5)
    found = chain(8)
    assert verify("f" * 64, after=BEGINNING, seconds=0).is_sound
    last = Head(5, found[4]["hash"])
    assert not verify("f" * 64, after=last).is_sound
    assert verify(found[1]["hash"], after=last).is_sound, "a head of an earlier portion"

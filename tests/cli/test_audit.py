"""`shelter audit verify`: status 0 and the head when it is whole, 1 and the first bad row when not."""

import re

import pytest

from shelter.audit import anchors, head, operator, work
from shelter.db import db


@pytest.fixture
def trail(running):
    for number in range(5):
        with work("test.row", by=operator, number=number):
            pass
    return head()


def tamper(statement, *, carefully=False):
    """Whoever is careful puts the guards back."""
    with db.engine.begin() as connection:
        guards = []
        if connection.dialect.name == "sqlite":
            guards = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in ("no_update", "no_delete", "in_chain"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_entry_{name}")
        else:
            guards = ["ALTER TABLE audit_entry ENABLE TRIGGER ALL"]
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)
        for each in guards if carefully else ():
            connection.exec_driver_sql(each)


def test_a_whole_trail_is_told_with_its_head(trail, shelter):
    done = shelter("audit", "verify")
    assert done.status == 0
    assert re.fullmatch(rf"5 rows, whole, as 1 signed heads say; head 5 {trail.hash}\n", done.out)


@pytest.mark.parametrize("shape", [str.lower, str.upper])
def test_a_printed_head_is_found(trail, shelter, shape):
    assert shelter("audit", "verify", "--head", shape(trail.hash)).status == 0


@pytest.mark.parametrize("given", ["f" * 64, "no hexadecimal", ""])
def test_a_head_that_is_not_in_the_trail_is_status_1(trail, refuses, given):
    assert "the given head is not in the chain" in refuses("audit", "verify", "--head", given)


@pytest.mark.parametrize(("statement", "said"), [
    ("UPDATE audit_entry SET action = 'test.other' WHERE seq = 3", "row 3 was changed"),
    ("DELETE FROM audit_entry WHERE seq = 2", "row 2 is missing"),
    ("DELETE FROM audit_entry", "rows after 0 are missing: row 1 was signed"),
])
def test_an_altered_trail_is_status_1_and_names_the_row(trail, refuses, statement, said):
    tamper(statement)
    assert said in refuses("audit", "verify")


def test_a_cut_tail_is_noticed_with_the_printed_head(trail, shelter, refuses):
    tamper("DELETE FROM audit_entry WHERE seq > 3", carefully=True)
    assert shelter("audit", "verify").status == 0
    assert "not in the chain" in refuses("audit", "verify", "--head", trail.hash)


def test_guards_that_were_taken_away_are_noticed(trail, refuses):
    tamper("SELECT 1")
    assert "guards of the trail were taken away" in refuses("audit", "verify")


def test_a_line_that_somebody_wrote_into_the_file_of_heads_is_noticed(trail, refuses):
    with anchors.file.path.open("a") as out:
        out.write("{}\n")
    assert "1 " in refuses("audit", "verify")

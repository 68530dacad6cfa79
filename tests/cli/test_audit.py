"""`shelter audit verify`: status 0 and the head when it is whole, 1 and the first bad row when not."""

import re

import pytest

from shelter.audit import head, operator, work
from shelter.db import db


@pytest.fixture
def trail(running):
    for number in range(5):
        with work("test.row", by=operator, number=number):
            pass
    return head()


def tamper(statement):
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for name in ("no_update", "no_delete", "in_chain"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_entry_{name}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)


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
    tamper("DELETE FROM audit_entry WHERE seq > 3")
    assert shelter("audit", "verify").status == 0
    assert "not in the chain" in refuses("audit", "verify", "--head", trail.hash)

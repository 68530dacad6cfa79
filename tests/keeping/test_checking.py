"""`shelter verify` opens everything and says where damage is, never what was there."""

import sqlalchemy as sa

from shelter.audit import AuditEntry
from shelter.cases.models import Person
from shelter.db import DataKey, db
from shelter.db.base import is_sqlite
from shelter.keeping import check
from shelter.keeping.checking import checks


def spoil(statement, **values):
    """As a bad disk does: past the program."""
    db.session.rollback()
    with db.engine.begin() as connection:
        if is_sqlite():
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=on")
        connection.execute(sa.text(statement), values)


def test_everything_is_opened_and_counted(house, shelter):
    done = shelter("verify")
    assert done.status == 0, done.err
    keys = db.session.scalar(sa.select(sa.func.count()).select_from(DataKey))
    assert f"{keys} keys" in done.out
    assert check().values >= 6  # names of two people and of their staff at least


def test_one_changed_byte_of_one_name_is_found_and_not_said(house, shelter):
    person = db.session.scalars(sa.select(Person)).first()
    changed = bytearray(person.name_used_sealed)
    changed[-1] ^= 1
    spoil("UPDATE person SET name_used_sealed = :now WHERE id = :id", now=bytes(changed),
          id=person.id.hex if is_sqlite() else person.id)
    done = shelter("verify")
    assert done.status == 1
    assert "person, name_used: 1" in done.err
    assert "Canario" not in done.err
    assert db.session.scalar(sa.select(AuditEntry.detail).where(AuditEntry.action == "verify.run")
                             .order_by(AuditEntry.seq.desc()).limit(1)).count('"sound":false') == 1


def test_names_that_changed_places_are_found(house, shelter):
    one, other = db.session.scalars(sa.select(Person)).all()
    spoil("UPDATE person SET name_used_sealed = :now WHERE id = :id", now=one.name_used_sealed,
          id=other.id.hex if is_sqlite() else other.id)
    assert "person, name_used: 1" in shelter("verify").err


def test_a_damaged_key_is_found_and_hides_nothing_else(house):
    report = check()
    spoil("UPDATE data_key SET wrapped = :now WHERE owner_kind = 'person' AND id = "
          "(SELECT id FROM data_key WHERE owner_kind = 'person' LIMIT 1)", now=b"x" * 60)
    found = check()
    assert found.damaged["data_key", "wrapped"] == 1
    assert found.damaged["person", "name_used"] == 1
    assert found.values == report.values


def test_a_key_that_is_gone_is_found(house):
    spoil("DELETE FROM data_key WHERE owner_kind = 'person'")
    assert check().damaged["person", "name_used"] == 2


def test_a_broken_trail_and_lost_references_are_found(house):
    db.session.rollback()
    with db.engine.connect() as connection:
        if is_sqlite():
            connection.exec_driver_sql("SELECT 1")
            connection.connection.driver_connection.execute("ROLLBACK")
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=off")
            connection.connection.driver_connection.execute("DROP TRIGGER audit_entry_no_update")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.commit()
        connection.exec_driver_sql("UPDATE audit_entry SET action = 'nothing' WHERE seq = 1")
        connection.exec_driver_sql("DELETE FROM person")
        connection.commit()
        if not is_sqlite():
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
            connection.commit()
    said = "\n".join(check().lines)
    assert "row 1 was changed" in said
    assert "refers to rows that are not there (2)" in said


def test_what_features_keep_elsewhere_is_looked_at_too(house, monkeypatch):
    monkeypatch.setattr("shelter.keeping.checking.CHECKS", [])
    checks(lambda report, progress: report.damaged.update({("attachment", "content"): 3}))
    assert check().lines[0].startswith("attachment, content: 3")

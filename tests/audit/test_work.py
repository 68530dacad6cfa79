"""`work()`: a change and its audit row together, or neither; what the row says, and what it never says."""

import uuid
from contextlib import suppress

import pytest
import sqlalchemy as sa

from shelter.audit import Actor, AuditEntry, enter, note, operator, verify, work
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.cases.models import Person, TimelineEntry
from shelter.codes.cases import Milestone
from shelter.codes.people import AgeBand
from shelter.db import db, vault
from shelter.partners.models import Foundation


def during(*steps, action="foundation.add"):
    """Do these things in one piece of work."""
    with work(action, by=operator):
        for step in steps:
            step()


def add(name):
    """A step: a foundation, flushed."""
    def step():
        db.session.add(Foundation(name=name))
        db.session.flush()

    return step


def fail(error):
    """A step that fails."""
    def step():
        raise error

    return step


def count(model):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_change_and_its_row_are_saved_together(app):
    with work("foundation.add", by=operator):
        db.session.add(Foundation(name="Norte"))
    assert count(Foundation) == count(AuditEntry) == 1


def test_what_fails_inside_leaves_neither(app):
    with pytest.raises(ZeroDivisionError):
        during(add("Norte"), fail(ZeroDivisionError))
    assert count(Foundation) == count(AuditEntry) == 0


def test_what_the_database_refuses_leaves_neither(app):
    given = uuid.uuid4()
    with work("foundation.add", by=operator):
        db.session.add(Foundation(id=given, name="Norte"))
    with pytest.raises(sa.exc.IntegrityError):
        during(add("Sur"), lambda: db.session.execute(sa.insert(Foundation).values(id=given, name="Otra")))
    assert count(Foundation) == count(AuditEntry) == 1


def test_without_its_row_a_change_is_not_saved(app, monkeypatch):
    from shelter.audit import chain

    def fail(_row):
        raise OSError("no more room")

    monkeypatch.setattr(chain, "digest", fail)
    with pytest.raises(OSError, match="no more room"), work("foundation.add", by=operator):
        db.session.add(Foundation(name="Norte"))
    assert count(Foundation) == count(AuditEntry) == 0


def test_an_interrupted_work_leaves_neither(app):
    with pytest.raises(KeyboardInterrupt):
        during(add("Norte"), fail(KeyboardInterrupt))
    assert count(Foundation) == count(AuditEntry) == 0


def test_after_a_failure_the_next_work_is_whole(app):
    with pytest.raises(ZeroDivisionError), work("foundation.add", by=operator):
        raise ZeroDivisionError
    with work("foundation.add", by=operator):
        db.session.add(Foundation(name="Norte"))
    assert count(Foundation) == count(AuditEntry) == 1
    assert verify().is_sound


def test_a_row_says_who_did_what_to_which_record(programme, details):
    house, staff, session = programme.house, uuid.uuid4(), uuid.uuid4().hex
    with work("house.rename", by=Actor("staff", staff, session), on=house) as doing:
        house.name = "Casa Nueva"
        doing.detail["beds"] = 6
    row = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (row.actor_kind, row.actor_id, row.session_ref, row.action) == ("staff", staff, session, "house.rename")
    assert (row.object_kind, row.object_id, row.foundation_id) == ("house", house.id, house.foundation_id)
    assert row.decision == "allowed"
    assert row.at.utcoffset().total_seconds() == 0
    [detail] = details()
    assert detail["beds"] == 6
    assert [(each["table"], each["id"], each["verb"]) for each in detail["changes"]] == [("house", str(house.id),
                                                                                          "set")]


def test_each_changed_record_is_named_once_with_its_verb(programme, details):
    with work("test.three", by=operator):
        made = Foundation(name="Tercera")
        db.session.add(made)
        programme.foundations[1].name = "Sur otra vez"
        programme.house.name = programme.house.name
    assert sorted(each["verb"] for each in details()[0]["changes"]) == ["new", "set"]
    with work("test.delete", by=operator):
        db.session.delete(made)
    assert [(each["verb"], each["id"]) for each in details()[0]["changes"]] == [("del", str(made.id))]


def test_what_is_flushed_in_steps_is_all_in_the_row(app, details):
    with work("test.steps", by=operator):
        for name in ("Una", "Dos", "Tres"):
            db.session.add(Foundation(name=name))
            db.session.flush()
    assert len(details()[0]["changes"]) == 3


def test_digests_and_never_content(programme, details):
    secrets = ("Rosa Inventada", "Quispe", "Fundación Secreta", "Avenida Oculta")
    with work("test.content", by=operator):
        db.session.add(Person(foundation_id=programme.foundations[0].id, names="Rosa Inventada", surnames="Quispe"))
        programme.foundations[0].name = "Fundación Secreta"
        programme.house.address = "Avenida Oculta"
    detail = str(details()[0])
    assert not any(secret in detail for secret in secrets)
    assert all(len(each["digest"]) == 32 for each in details()[0]["changes"])


def test_a_digest_is_keyed_and_tells_apart(app, details):
    found = []
    for name in ("Norte", "Sur", "Norte"):
        with work("test.rename", by=operator):
            db.session.merge(Foundation(id=uuid.UUID(int=1), name=name))
        found.append(details()[0]["changes"][0]["digest"])
    assert found[1] != found[0]
    assert found[1] != vault.keys.digest(b"Sur")


# --- what would break it from inside ----------------------------------------------------------------------------------

def test_work_inside_work_is_refused_and_undoes_both(app):
    with pytest.raises(RuntimeError, match="inside work"):
        during(add("Fuera"), lambda: during(add("Dentro")))
    assert count(Foundation) == count(AuditEntry) == 0


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_ending_the_transaction_inside_is_refused(app, end):
    with pytest.raises(RuntimeError, match="ended inside"):
        during(add("Media"), getattr(db.session, end), add("Otra media"))
    assert [each.name for each in db.session.scalars(sa.select(Foundation))] == (["Media"] if end == "commit" else [])
    assert count(AuditEntry) == 0


def test_a_note_inside_work_is_refused_unless_the_work_fails_too(app):
    def refuse():
        note("test.note", by=operator, decision="refused")

    with pytest.raises(RuntimeError, match="ended inside"):
        during(add("Media"), refuse)
    assert count(Foundation) == 0
    with pytest.raises(PermissionError):
        during(add("Media"), refuse, fail(PermissionError))
    assert count(Foundation) == 0
    assert verify().rows == 2


def test_a_savepoint_inside_work_is_no_end(app):
    with work("test.savepoint", by=operator):
        db.session.add(Foundation(name="Norte"))
        with db.session.begin_nested():
            db.session.add(Foundation(name="Sur"))
    assert count(Foundation) == 2


# --- reads and refusals -----------------------------------------------------------------------------------------------

def test_a_read_and_a_refusal_are_noted(programme):
    reader = Actor("staff", uuid.uuid4())
    note("case.read", by=reader, on=programme.house)
    note("case.read", by=reader, on=programme.house, decision="refused", why="team")
    rows = sa.select(AuditEntry).where(AuditEntry.actor_id == reader.id).order_by(AuditEntry.seq)
    found = db.session.scalars(rows).all()
    assert [(each.action, each.decision, each.object_id) for each in found] == [
        ("case.read", "allowed", programme.house.id), ("case.read", "refused", programme.house.id),
    ]
    assert found[1].detail == '{"why":"team"}'


def test_what_goes_with_a_note_is_saved_with_it_or_not_at_all(app):
    def add(connection):
        connection.execute(sa.insert(Foundation), {"id": uuid.uuid4(), "name": "Norte"})

    def fail(connection):
        add(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        note("case.read", by=operator, also=fail)
    assert count(Foundation) == count(AuditEntry) == 0
    note("case.read", by=operator, also=add)
    assert count(Foundation) == count(AuditEntry) == 1


def test_what_is_done_quietly_is_whole_or_not_at_all(app):
    def half(connection):
        connection.execute(sa.insert(Foundation), {"id": uuid.uuid4(), "name": "Norte"})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        quietly(half)
    assert count(Foundation) == 0


# --- what it is about -------------------------------------------------------------------------------------------------

def test_what_it_is_about_is_read_again_whole_and_as_the_long_way_reads_it(case):
    one = case(name="Azalea")
    columns = [each.key for each in sa.inspect(type(one)).column_attrs]
    db.session.refresh(one)
    with db.engine.begin() as other:
        other.execute(sa.text('UPDATE "case" SET exploited_in = \'CO\' WHERE code = :code'), {"code": one.code})
    with work("test.read", by=operator, on=one):
        found = {name: sa.inspect(one).dict[name] for name in columns}
        db.session.refresh(one)
        assert found == {name: getattr(one, name) for name in columns}
        assert one.exploited_in == "CO"


def test_what_is_new_or_gone_or_no_record_is_left_as_it_is(app, programme):
    new, gone = Foundation(name="Nueva"), Foundation(name="Breve")
    with work("test.new", by=operator, on=new):
        db.session.add_all([new, gone])
    with db.engine.begin() as other:
        other.execute(sa.delete(Foundation).where(Foundation.id == gone.id))
    for about in (gone, None, object()):
        with work("test.on", by=operator, on=about):
            new.name = f"{about.__class__.__name__} vista"
    assert db.session.get_one(Foundation, new.id).name == "object vista"


# --- rows that are never changed --------------------------------------------------------------------------------------

@pytest.fixture
def entry(case):
    here = case(name="Dalia")
    return TimelineEntry(
        foundation_id=here.foundation_id, case_id=here.id, milestone=Milestone.SERVICE_GIVEN, occurred_at=now(),
        detail="legal", age_band=AgeBand.TO_29,
    )


def noted_of(do, record):
    """What the trail would say of it; then it is undone."""
    noted = []
    with suppress(KeyError), work("test.undone", by=operator):
        do(record)
        db.session.flush()
        noted += db.session.info["changes"]
        raise KeyError
    return noted


def test_the_trail_says_the_same_of_what_is_entered_and_of_what_is_added(entry):
    before = count(TimelineEntry)
    entered, added = noted_of(enter, entry), noted_of(db.session.add, entry)
    assert len(entered) == 1
    assert entered == added
    assert count(TimelineEntry) == before


def test_what_is_entered_is_there_at_once_and_reads_as_it_was_written(entry):
    written = {each.key: getattr(entry, each.key) for each in TimelineEntry.__table__.c}
    with work("test.enter", by=operator):
        enter(entry)
        assert db.session.get_one(TimelineEntry, entry.id).detail == "legal"
    db.session.expunge_all()
    read = db.session.get_one(TimelineEntry, entry.id)
    assert {name: getattr(read, name) for name in written} == written


def test_what_is_entered_for_nothing_is_refused_and_leaves_neither(entry):
    before = count(TimelineEntry), count(AuditEntry)
    entry.case_id = uuid.uuid4()
    with pytest.raises(sa.exc.IntegrityError), work("test.enter", by=operator):
        enter(entry)
    assert (count(TimelineEntry), count(AuditEntry)) == before

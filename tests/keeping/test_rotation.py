"""A new key around every data key: while others write, broken off and continued, with nothing lost."""

import threading

import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry, machine, operator, work
from shelter.cases.models import Person
from shelter.crypto import BadKey, KeyRing
from shelter.db import DataKey, db, vault
from shelter.keeping import rotation
from shelter.keeping.rotation import count_shut, rotate
from shelter.partners.models import Foundation


def opens_everything(ring):
    vault.use(ring)
    return count_shut()[1] == 0


@pytest.fixture
def file(tmp_path):
    return tmp_path / "senda.key"


def test_everything_opens_with_the_new_key_and_nothing_with_the_old(house, file, shelter):
    old = KeyRing.read(file)
    done = shelter("keys", "rotate")
    assert done.status == 0, done.err
    new = KeyRing.read(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert opens_everything(new)
    vault.use(old)
    old.path = None  # what a thief copied is not what lies there now
    keys, shut = count_shut()
    assert keys == shut > 0
    vault.use(new)
    assert shelter("verify").status == 0


def test_what_is_found_and_signed_stays_so(house, file, shelter):
    before = KeyRing.read(file)
    assert shelter("keys", "rotate").status == 0
    after = KeyRing.read(file)
    for purpose in ("look up exact values", "sign audit heads", "sign cookies", "open backups"):
        assert before.derive(purpose) == after.derive(purpose)
    assert shelter("audit", "verify").status == 0


def test_a_second_rotation_works_as_the_first(house, file, shelter):
    texts = [file.read_text()]
    for _turn in range(2):
        assert shelter("keys", "rotate").status == 0
        texts.append(file.read_text())
    assert len(set(texts)) == 3
    assert [len(text.splitlines()) for text in texts] == [1, 2, 2]
    assert shelter("keys", "verify").status == 0


def test_it_leaves_its_trace_and_a_backup_that_restores(house, file, shelter, tmp_path):
    assert shelter("keys", "rotate").status == 0
    assert db.session.scalar(sa.select(AuditEntry.action).where(AuditEntry.action == "keys.rotate"))
    assert shelter("drill").status == 0


def test_others_write_and_read_meanwhile_and_nothing_of_theirs_is_lost(house, case, file, programme):
    """Their rings are as old as they began: they notice by themselves."""
    stop, failures, made = threading.Event(), [], []
    foundation_id = programme.foundations[0].id  # of this thread's session: no other thread asks it

    def write(number):
        with house.app_context():
            try:
                while not stop.is_set():
                    with work("test.write", by=operator):
                        person = Person(foundation_id=foundation_id, name_used=f"Ana {number}")
                        db.session.add(person)
                    made.append(person.id)
                    assert db.session.get(Person, person.id, populate_existing=True).name_used == f"Ana {number}"
                    db.session.rollback()
            except Exception as error:
                failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    for _turn in range(3):
        rotate(by=operator)
    stop.set()
    for writer in writers:
        writer.join()
    assert failures == []
    assert len(made) >= 3
    db.session.rollback()
    assert opens_everything(KeyRing.read(file))


def test_a_process_that_began_before_opens_and_seals_after(house, file, programme):
    stale = KeyRing.read(file)
    rotate(by=operator)
    vault.use(stale)
    assert {person.name_used for person in db.session.scalars(sa.select(Person))} >= {"Rosa Canario"}
    with work("test.write", by=operator):
        db.session.add(Person(foundation_id=programme.foundations[0].id, name_used="Ana"))
    assert opens_everything(KeyRing.read(file))


@pytest.mark.parametrize("when", ["_wrap_all", "_wait_for_those_before", "note"])
def test_broken_off_anywhere_everything_opens_and_it_is_continued(house, file, shelter, monkeypatch, when):
    with monkeypatch.context() as broken:
        broken.setattr(rotation, when, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rotate(by=operator)
    assert opens_everything(KeyRing.read(file))
    wrapping = KeyRing.read(file).wrapping
    if when != "note":
        assert "continues" in shelter("keys", "verify").err
    assert shelter("keys", "rotate").status == 0
    after = KeyRing.read(file).wrapping
    assert len(after) == 1
    assert (after[0] == wrapping[0]) is (when != "note")
    assert opens_everything(KeyRing.read(file))


def test_who_works_on_for_long_is_not_cut_off(house, file, engine_name, monkeypatch):
    """PostgreSQL: a transaction that began before the new key keeps the old one in the file."""
    if engine_name == "sqlite":
        assert rotation._moment() is None
        return
    monkeypatch.setattr(rotation, "PATIENCE", 0.3)
    with db.engine.connect() as other:
        other.execute(sa.text("SELECT 1"))
        with pytest.raises(rotation.StillBusy):
            rotate(by=operator)
    assert KeyRing.read(file).is_rotating
    assert rotate(by=operator) == 0
    assert not KeyRing.read(file).is_rotating


def test_a_key_file_that_cannot_be_written_is_one_sentence(house, shelter, monkeypatch):
    def refuse(self):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(KeyRing, "begin_rotation", refuse)
    done = shelter("keys", "rotate")
    assert done.status == 1
    assert "SHELTER_KEY_FILE" in done.err
    assert "Traceback" not in done.err


def test_the_wrong_key_file_is_noticed(house, file, shelter):
    KeyRing.create(file.with_name("other"))
    file.write_bytes(file.with_name("other").read_bytes())
    for command in (("keys", "verify"), ("verify",), ("run",)):
        done = shelter(*command)
        assert done.status == 1
        assert "is not the key" in done.err


@pytest.mark.parametrize("text", ["", "\n", "senda-key-1\n", "senda-key-1 AAAA\n", "senda-key-2 " + "A" * 43 + "=\n",
                                  "\x00\x01", "senda-key-1 " + "A" * 43 + "=\nsomething else\n"])
def test_a_key_file_that_says_nothing_good_is_refused(file, text):
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(BadKey):
        KeyRing.read(file)


def test_a_key_that_was_wrapped_by_nobody_here_stops_it_before_anything_is_dropped(house, file):
    with db.engine.begin() as connection:
        connection.execute(sa.update(DataKey).where(DataKey.owner_kind == "person").values(wrapped=b"x" * 60))
    with pytest.raises(ValueError, match="data key"):
        rotate(by=machine)
    assert KeyRing.read(file).is_rotating


def test_a_foundation_needs_no_key(house):
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Foundation)) == 2

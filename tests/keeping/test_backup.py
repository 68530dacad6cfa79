"""A backup and back again, on either engine: whole, sealed, refused when anything about it is wrong."""

import io
import json
import tarfile

import pytest
import sqlalchemy as sa

from shelter.audit import head, verify
from shelter.cases.models import Person
from shelter.crypto import KeyRing, chest
from shelter.db import DataKey, Model, db, migrate, vault
from shelter.db.base import is_sqlite
from shelter.house import create_app
from tests.pg import fresh_database

NAMES = {"Rosa Canario", "Luz Canario"}


def counts():
    return {table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in Model.metadata.sorted_tables}


def names():
    return {person.name_used for person in db.session.scalars(sa.select(Person))}


def inside(file, ring):
    out = io.BytesIO()
    chest.open_file(file, out, [chest.operations(ring)])
    return out.getvalue()


@pytest.fixture
def elsewhere(house, server, tmp_path, monkeypatch):
    """An empty machine: nothing but the program, and perhaps an empty database server."""
    db.session.rollback()

    def go(key=None):
        folder = tmp_path / "another machine"
        monkeypatch.setenv("SHELTER_INSTANCE", str(folder))
        if key:
            folder.mkdir(mode=0o700)
            (folder / "senda.key").write_bytes(key)
            (folder / "senda.key").chmod(0o600)
        return folder

    if not server:
        def go_here(key=None):
            monkeypatch.delenv("SHELTER_DATABASE_URL")
            return go(key)

        yield go_here
        return
    with fresh_database(server) as url:
        def go_there(key=None):
            monkeypatch.setenv("SHELTER_DATABASE_URL", url)
            return go(key)

        yield go_there


def opened(folder):
    app = create_app(instance=folder)
    with app.test_request_context():
        found = names(), counts(), verify(), migrate.current(db.engine)
        db.session.remove()
        db.engine.dispose()
    return found


@pytest.mark.parametrize("with_key", [True, False], ids=["with the key file", "with the recovery key alone"])
def test_what_was_backed_up_comes_back_whole_on_an_empty_machine(house, backup, shelter, elsewhere, tmp_path, with_key):
    before, ends = counts(), head()
    folder = elsewhere((tmp_path / "senda.key").read_bytes() if with_key else None)
    done = shelter("restore", str(backup), *([] if with_key else ["--recovery", str(tmp_path / "recovery-key.txt")]))
    assert done.status == 0, done.err
    people, now, verdict, version = opened(folder)
    assert people == NAMES
    assert verdict.is_sound
    assert verdict.anchors >= 1
    assert verdict.rows == ends.seq  # the backup's own row came after it, the restore's after that
    assert version == migrate.newest()
    assert {name: count for name, count in now.items() if name != "audit_entry"} == {
        name: count for name, count in before.items() if name != "audit_entry"}
    assert (folder / "senda.key").read_bytes() == (tmp_path / "senda.key").read_bytes()
    assert not list(folder.glob(".keeping-*"))


def test_what_everybody_had_open_is_ended(house, backup, shelter, elsewhere, tmp_path, staff):
    folder = elsewhere((tmp_path / "senda.key").read_bytes())
    assert shelter("restore", str(backup)).status == 0
    app = create_app(instance=folder)
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM staff_session WHERE ended_at IS NULL")) == 0
        db.session.remove()
        db.engine.dispose()


def test_neither_file_shows_anything_and_the_data_hold_no_key(house, backup, tmp_path):
    keys = backup.with_name("b.keys.age")
    ring = KeyRing.read(tmp_path / "senda.key")
    for file in (backup, keys):
        assert file.stat().st_mode & 0o777 == 0o600
        assert b"audit_entry" not in file.read_bytes()
    content = inside(backup, ring)
    assert b"audit_entry" in content
    for wrapped, in db.session.execute(sa.select(DataKey.wrapped)):
        assert wrapped not in content
        assert wrapped.hex().encode() not in content
    with tarfile.open(fileobj=io.BytesIO(content)) as packed:
        manifest = json.load(packed.extractfile("manifest.json"))
        assert "folders/anchors/heads.jsonl" in packed.getnames()
    assert manifest["counts"]["person"] == 2
    assert manifest["schema"] == migrate.newest()
    assert set(manifest["head"]) == {"seq", "hash", "at", "signature"}


def test_who_has_the_disk_without_the_key_opens_nothing(house, backup):
    other = KeyRing(bytes(32))
    with pytest.raises(ValueError, match="somebody else"):
        inside(backup, other)


def test_what_was_written_while_it_was_copied_is_not_half_in_it(house, shelter, tmp_path, case):
    """The signed head in the manifest is the copy's, and every count fits: the drill compares them."""
    done = shelter("drill")
    assert done.status == 0, done.err
    assert "Whole." in done.out
    report = next((tmp_path / "backups").glob("drill-*.txt")).read_text()
    assert report.strip() in done.out
    assert db.session.scalar(sa.text("SELECT count(*) FROM audit_entry WHERE action = 'drill.run'")) == 1
    if not is_sqlite():
        assert db.session.scalars(sa.text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'staged%'")).all() == []


# --- refused, and nothing touched -------------------------------------------------------------------------------------

def cut(file):
    file.write_bytes(file.read_bytes()[:-100])


def bitten(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def emptied(file):
    file.write_bytes(b"")


@pytest.mark.parametrize("spoil", [cut, bitten, emptied])
@pytest.mark.parametrize("which", ["b.age", "b.keys.age"])
def test_a_damaged_file_is_refused(house, backup, elsewhere, refuses_in_one_line, tmp_path, spoil, which):
    spoil(backup.with_name(which))
    folder = elsewhere((tmp_path / "senda.key").read_bytes())
    assert "damaged" in refuses_in_one_line("restore", str(backup))
    assert {each.name for each in folder.iterdir()} <= {"senda.key", "cache"}


def test_without_its_second_file_it_is_refused(house, backup, elsewhere, refuses_in_one_line, tmp_path):
    backup.with_name("b.keys.age").unlink()
    elsewhere((tmp_path / "senda.key").read_bytes())
    assert "two files" in refuses_in_one_line("restore", str(backup))


def test_another_key_is_refused(house, backup, elsewhere, refuses_in_one_line, tmp_path):
    KeyRing.create(tmp_path / "other.key")
    elsewhere((tmp_path / "other.key").read_bytes())
    assert "another key" in refuses_in_one_line("restore", str(backup))


def test_without_any_key_it_says_what_is_missing(house, backup, elsewhere, refuses_in_one_line):
    elsewhere()
    assert "--recovery" in refuses_in_one_line("restore", str(backup))


def test_a_database_that_is_in_use_is_not_touched(house, backup, refuses_in_one_line):
    before = counts()
    db.session.rollback()
    assert "was not touched" in refuses_in_one_line("restore", str(backup))
    assert counts() == before


def test_a_backup_of_a_newer_program_is_refused(
    house, shelter, tmp_path, elsewhere, refuses_in_one_line, monkeypatch,
):
    monkeypatch.setattr("shelter.keeping.snapshot._SCHEMA", "SELECT '9999'")
    assert shelter("backup", str(tmp_path / "newer.age")).status == 0
    elsewhere((tmp_path / "senda.key").read_bytes())
    assert "9999" in refuses_in_one_line("restore", str(tmp_path / "newer.age"))


def test_nothing_is_written_over(house, backup, refuses_in_one_line):
    before = backup.read_bytes()
    assert "not written over" in refuses_in_one_line("backup", str(backup))
    assert backup.read_bytes() == before


def test_where_nothing_can_be_written_it_is_one_sentence(house, refuses_in_one_line, tmp_path):
    assert "no backup could be written" in refuses_in_one_line("backup", "/proc/b.age")
    missing = tmp_path / "media" / "stick"
    assert f"there is no folder {missing}" in refuses_in_one_line("backup", str(missing / "b.age"))
    assert not missing.exists(), "without its medium a backup would lie on the wrong disk"


def test_after_a_person_was_erased_an_old_backup_gives_her_no_more(house, shelter, backup, elsewhere, tmp_path):
    """Today's keys with the data of then: what was erased in between stays noise, everything else opens."""
    erased = next(person for person in db.session.scalars(sa.select(Person)) if person.name_used == "Rosa Canario")
    with db.engine.begin() as connection:
        connection.execute(sa.delete(DataKey).where(DataKey.owner_id == erased.id))
    assert shelter("backup", str(tmp_path / "medium" / "later.age")).status == 0
    elsewhere((tmp_path / "senda.key").read_bytes())
    done = shelter("restore", str(backup), "--keys", str(tmp_path / "medium" / "later.keys.age"), "--anyway")
    assert done.status == 0, done.err
    assert "stays erased" in done.err
    done = shelter("verify")
    assert done.status == 1
    assert "person, name_used: 1" in done.err
    assert "Canario" not in done.err + done.out


def test_the_vault_is_this_programmes_again_after_a_drill(house, shelter):
    ring = vault.keys.derive("x")
    assert shelter("drill").status == 0
    assert vault.keys.derive("x") == ring

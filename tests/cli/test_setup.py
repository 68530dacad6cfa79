"""`shelter init`, `staff` and `doctor`."""

import re
import stat

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import actions, queries
from shelter.accounts.models import Staff
from shelter.audit import operator, verify, work
from shelter.db import db
from shelter.house import create_app


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def token(said):
    return re.search(r"/activar/(\S+)", said)[1]


def test_init_makes_everything_for_its_owner_alone(shelter, instance):
    done = shelter("init")
    assert done.status == 0
    assert mode(instance) == 0o700
    files = [each for each in instance.rglob("*") if each.is_file()]
    assert {each.name for each in files} >= {"senda.key", "shelter.db", "heads.jsonl"}
    assert {each.name: mode(each) for each in files} == {each.name: 0o600 for each in files}
    assert {mode(each) for each in instance.rglob("*") if each.is_dir()} == {0o700}


def test_init_closes_a_folder_that_was_open(shelter, instance):
    instance.mkdir(mode=0o755)
    assert shelter("init").status == 0
    assert mode(instance) == 0o700


def test_init_prints_a_link_that_activates_the_administrator(shelter, instance):
    done = shelter("init", "--email", "Ana@Ejemplo.invalid", "--name", "Ana")
    app = create_app(instance=instance)
    with app.test_request_context():
        assert actions.pending(token(done.out)) is not None
        staff = queries.by_email("ana@ejemplo.invalid")
        assert [each.role for each in staff.assignments] == [Role.ADMINISTRATOR]
        assert staff.password_hash is None
        assert verify().is_sound
        db.engine.dispose()


def test_a_second_init_is_refused_and_changes_nothing(shelter, refuses, instance):
    assert shelter("init").status == 0
    before = {each: each.read_bytes() for each in (instance / "senda.key", instance / "shelter.db")}
    assert "set up already" in refuses("init")
    assert {each: each.read_bytes() for each in before} == before


def test_init_never_makes_a_new_key_for_an_old_database(shelter, refuses, instance):
    assert shelter("init").status == 0
    (instance / "senda.key").rename(instance / "elsewhere.key")
    assert "put its key back" in refuses("init")
    assert not (instance / "senda.key").exists()


def test_init_keeps_a_key_that_is_there(shelter, instance):
    instance.mkdir(mode=0o700)
    from shelter.crypto import KeyRing

    made = KeyRing.create(instance / "senda.key")
    assert shelter("init").status == 0
    assert KeyRing.read(instance / "senda.key").derive("x") == made.derive("x")


def test_init_with_a_key_elsewhere(shelter, instance, tmp_path, monkeypatch):
    elsewhere = tmp_path / "stick"
    elsewhere.mkdir()
    monkeypatch.setenv("SHELTER_KEY_FILE", str(elsewhere / "k"))
    assert shelter("init").status == 0
    assert mode(elsewhere / "k") == 0o600
    assert not (instance / "senda.key").exists()


def test_init_where_no_key_can_be_written_is_one_sentence(refuses, instance, tmp_path, monkeypatch):
    monkeypatch.setenv("SHELTER_KEY_FILE", str(tmp_path / "nowhere" / "k"))
    assert "nowhere" in refuses("init")


def test_init_where_a_file_stands_is_one_sentence(refuses, instance):
    instance.write_text("a file")
    assert str(instance) in refuses("init")


def test_init_asks_nothing(shelter, instance, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda *_: pytest.fail("it asked something"))
    assert shelter("init").status == 0


# --- staff ------------------------------------------------------------------------------------------------------------

def test_staff_are_added_to_a_house_by_its_name(running, programme, shelter):
    done = shelter("staff", "add", "Eva@Norte.invalid", "--role", "caseworker", "--house", "Casa Norte")
    assert done.status == 0
    found = queries.by_email("eva@norte.invalid")
    [assignment] = found.assignments
    assert (assignment.role, assignment.house_id, assignment.foundation_id) == (
        Role.CASEWORKER, programme.house.id, programme.house.foundation_id,
    )
    with running.test_request_context():
        assert actions.pending(token(done.out)).id == found.id


@pytest.mark.parametrize(("arguments", "said"), [
    (("--role", "caseworker"), "casa"), (("--role", "caseworker", "--house", "Casa Nada"), "Casa Norte"),
    (("--role", "caseworker", "--foundation", "Nada"), "Fundación Norte"),
])
def test_staff_without_their_house_are_refused(running, programme, refuses, arguments, said):
    refuses("staff", "add", "eva@norte.invalid", *arguments)
    assert queries.by_email("eva@norte.invalid") is None


def test_the_operator_is_the_second_person_where_nobody_else_is(running, staff, shelter, refuses):
    member = staff(Role.ADMINISTRATOR)
    with work("test.password", by=operator):
        member.password_hash = "something"
    done = shelter("staff", "recover", member.email)
    assert done.status == 0
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get(Staff, member.id).password_hash is None
    with running.test_request_context():
        assert actions.pending(token(done.out)).id == member.id
    assert "nobody has that e-mail" in refuses("staff", "recover", "nadie@norte.invalid")


def test_the_list_of_staff_names_nobody(running, staff, shelter):
    member = staff(Role.LAWYER, name="Ana Torres")
    done = shelter("staff", "list")
    assert str(member.id) in done.out
    assert "lawyer" in done.out
    assert "Torres" not in done.out
    assert "@" not in done.out


def test_a_disabled_account_is_closed(running, staff, shelter, refuses):
    member = staff(Role.LAWYER)
    assert shelter("staff", "disable", member.email.upper()).status == 0
    db.session.rollback()
    assert db.session.scalar(sa.select(Staff.is_active).where(Staff.id == member.id)) is False
    assert "nobody has that e-mail" in refuses("staff", "disable", "nadie@norte.invalid")


def test_what_is_typed_here_is_in_the_trail(running, programme, shelter):
    before = verify().rows
    shelter("staff", "add", "eva@norte.invalid", "--role", "auditor")
    assert verify().rows == before + 1


# --- doctor -----------------------------------------------------------------------------------------------------------

def test_doctor_names_what_is_unsafe(shelter, instance):
    assert shelter("init").status == 0
    instance.chmod(0o755)
    done = shelter("doctor")
    assert done.status == 1
    assert "the key lies beside the database" in done.out
    assert f"chmod 700 {instance}" in done.out


def test_doctor_is_content_when_nothing_is(shelter, instance, tmp_path, monkeypatch):
    (tmp_path / "stick").mkdir()
    monkeypatch.setenv("SHELTER_KEY_FILE", str(tmp_path / "stick" / "k"))
    assert shelter("init").status == 0
    (instance / "recovery-key.txt").rename(tmp_path / "stick" / "recovery-key.txt")
    (instance / "backups").mkdir(mode=0o700)
    assert shelter("backup", str(instance / "backups")).status == 0
    monkeypatch.setattr("shelter.cli.doctor.is_somebody_working", lambda: True)
    done = shelter("doctor")
    assert (done.status, done.out) == (0, "Last restore drill: never\nNothing unsafe was found.\n")


def test_doctor_notices_a_broken_trail(running, shelter):
    for _row in range(2):
        with work("test.row", by=operator):
            pass
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE seq = 1")
    done = shelter("doctor")
    assert done.status == 1
    assert "the audit trail is not whole" in done.out

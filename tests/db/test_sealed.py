"""Sealed fields: whole or not at all, under the right owner's key, opened in bulk."""

import secrets
import uuid
from contextlib import suppress

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.calendar import PartialDate, now
from shelter.cases.models import Person
from shelter.codes.services import Discipline, Modality, ServiceType
from shelter.crypto import Damaged, KeyRing
from shelter.crypto.sealing import BODY, NONCE
from shelter.db import DataKey, Model, db, unseal, vault
from shelter.db.sealed import FIELDS, KEY_ID, Sealed
from shelter.services.models import Service


@pytest.fixture
def person(programme):
    def make(**values):
        with work("test.person", by=operator):
            made = Person(foundation_id=programme.foundations[0].id, **values)
            db.session.add(made)
        return made

    return make


def again(row):
    """The row as another process would read it: nothing remembered, neither rows nor keys."""
    model, identity = type(row), row.id
    db.session.rollback()
    db.session.expunge_all()
    vault.use(vault.keys)
    return db.session.get_one(model, identity)


def overwrite(table, row_id, **values):
    """As somebody would who has the database and not the key."""
    with db.engine.begin() as connection:
        connection.execute(sa.update(table).where(table.c.id == row_id).values(**values))


def stored(row, column):
    """What lies in the database."""
    table = type(row).__table__
    with db.engine.connect() as connection:
        return connection.scalar(sa.select(table.c[column]).where(table.c.id == row.id))


# --- round trip -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["Rosa", "Ñusta Ünïcode 🌱", "a" * 95, "a" * 96, "línea\nlínea\ttab", "0",
                                  "x" * 20_000])
def test_a_sealed_text_comes_back(person, text):
    assert again(person(names=text)).names == text


@pytest.mark.parametrize("date", ["2001", "2001-04", "2001-04-09"])
def test_a_sealed_partial_date_comes_back(person, date):
    assert again(person(birth=PartialDate.read(date))).birth == PartialDate.read(date)


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_leaves_nothing(person, nothing):
    made = person(names="Rosa")
    with work("test.person", by=operator, on=made):
        made.names = nothing
    assert stored(made, "names_sealed") is None
    assert again(made).names is None


def test_what_is_stored_does_not_contain_what_was_sealed(person):
    made = person(names="Rosa Quispe", birth=PartialDate.read("2001-04-09"))
    raw = stored(made, "names_sealed") + stored(made, "birth_sealed")
    assert b"Rosa" not in raw
    assert b"Quispe" not in raw
    assert b"2001" not in raw


def test_the_length_is_hidden(person):
    lengths = {len(stored(person(names=name), "names_sealed")) for name in ("A", "Ana María", "x" * 95)}
    assert len(lengths) == 1
    assert len(stored(person(names="x" * 96), "names_sealed")) > lengths.pop()


def test_each_writing_has_a_fresh_nonce(person):
    made = person(names="Rosa")
    found = [stored(made, "names_sealed")]
    for _time in range(3):
        with work("test.person", by=operator, on=made):
            made.names = "Rosa"
        found.append(stored(made, "names_sealed"))
    assert len({each[NONCE] for each in found}) == len({each[BODY] for each in found}) == 4


# --- moved and altered ------------------------------------------------------------------------------------------------

def test_a_value_moved_to_another_row_is_refused(person):
    one, other = person(names="Rosa"), person(names="Ana")
    overwrite(Person.__table__, other.id, names_sealed=stored(one, "names_sealed"))
    with pytest.raises(Damaged):
        _ = again(other).names


def test_a_value_moved_to_another_field_is_refused(person):
    made = person(names="Rosa", surnames="Quispe")
    overwrite(Person.__table__, made.id, names_sealed=stored(made, "surnames_sealed"))
    read = again(made)
    assert read.surnames == "Quispe"
    with pytest.raises(Damaged):
        _ = read.names


@pytest.mark.parametrize("place", [0, 1, 16, 17, 28, 29, 60, -1])
def test_a_flipped_byte_is_refused(person, place):
    made = person(names="Rosa")
    sealed = bytearray(stored(made, "names_sealed"))
    sealed[place] ^= 1
    overwrite(Person.__table__, made.id, names_sealed=bytes(sealed))
    with pytest.raises(Damaged):
        _ = again(made).names


def test_a_cut_value_is_refused(person):
    made = person(names="Rosa")
    overwrite(Person.__table__, made.id, names_sealed=stored(made, "names_sealed")[:20])
    with pytest.raises(Damaged):
        _ = again(made).names


@pytest.mark.parametrize("change", ["owner_id", "owner_kind", "compartment", "wrapped"])
def test_a_key_given_to_another_owner_or_compartment_opens_nothing(person, change):
    one, other = person(names="Rosa"), person(names="Ana")
    key = uuid.UUID(bytes=bytes(stored(one, "names_sealed")[KEY_ID]))
    with db.engine.connect() as connection:
        others = connection.scalar(sa.select(DataKey.wrapped).where(DataKey.owner_id == other.id))
    value = {"owner_id": uuid.uuid4(), "owner_kind": "staff", "compartment": "legal", "wrapped": others}[change]
    overwrite(DataKey.__table__, key, **{change: value})
    assert again(other).names == "Ana"
    with pytest.raises(Damaged):
        _ = again(one).names


def test_without_its_key_a_value_is_gone(person):
    made, other = person(names="Rosa"), person(names="Ana")
    with db.engine.begin() as connection:
        connection.execute(sa.delete(DataKey).where(DataKey.owner_id == made.id))
    assert again(other).names == "Ana"
    with pytest.raises(Damaged, match="gone"):
        _ = again(made).names


def test_another_programmes_key_opens_nothing(person):
    made = person(names="Rosa")
    ours = vault.keys
    assert vault.proves()
    try:
        vault.use(KeyRing(secrets.token_bytes(32)))
        assert not vault.proves()
        db.session.expire_all()
        with pytest.raises(Damaged):
            _ = made.names
    finally:
        vault.use(ours)


def test_a_database_without_data_keys_fits_any_key(app):
    assert vault.proves()


# --- keys -------------------------------------------------------------------------------------------------------------

def test_an_owner_has_one_key_for_each_compartment(person, case, programme):
    made = person(names="Rosa", surnames="Quispe", birth=PartialDate(2001))
    with work("test.more", by=operator, on=made):
        made.document = "1710034065"
    kinds = db.session.execute(sa.select(DataKey.compartment).where(DataKey.owner_id == made.id)).all()
    assert [tuple(each) for each in kinds] == [("core",)]


def test_a_services_body_is_sealed_in_the_compartment_of_its_discipline(case):
    about = case()
    foundation_id, case_id = about.foundation_id, about.id
    for discipline, kind in [
        (Discipline.PSYCHOLOGY, ServiceType.CRISIS), (Discipline.LEGAL, ServiceType.RIGHTS),
        (Discipline.MEDICAL, ServiceType.TRIAGE), (Discipline.SOCIAL, ServiceType.JOB),
    ]:
        with work("test.service", by=operator):
            made = Service(
                foundation_id=foundation_id, case_id=case_id, discipline=discipline, type=kind, by_id=uuid.uuid4(),
                modality=Modality.IN_PERSON, occurred_at=now(), headline="lo que todas ven", body="lo que una ve",
            )
            db.session.add(made)
        key = db.session.get_one(DataKey, uuid.UUID(bytes=bytes(made.body_sealed[KEY_ID])))
        assert (key.owner_kind, key.owner_id, key.compartment) == ("case", case_id, discipline.value)
        assert made.headline_sealed[KEY_ID] != made.body_sealed[KEY_ID]
        assert again(made).body == "lo que una ve"


def test_the_id_is_there_before_anything_is_saved(app):
    assert isinstance(Person(foundation_id=uuid.uuid4()).id, uuid.UUID)
    given = uuid.uuid4()
    assert Person(id=given, foundation_id=uuid.uuid4()).id == given


def test_sealed_values_may_stand_first_among_the_values(programme):
    with work("test.person", by=operator):
        made = Person(names="Rosa", foundation_id=programme.foundations[0].id, id=uuid.uuid4())
        db.session.add(made)
    assert again(made).names == "Rosa"


def test_nothing_is_sealed_for_nobody(app):
    with pytest.raises(ValueError, match="case_id"), work("test.service", by=operator):
        Service(headline="para nadie")


def test_an_unknown_name_is_refused_by_the_constructor(app):
    with pytest.raises(TypeError, match="nombre"):
        Person(nombre="Rosa")


def test_nothing_is_sealed_outside_work(programme):
    """Its key would be rolled back by the work that saves the value, which nobody could open again."""
    with pytest.raises(RuntimeError, match="outside work"):
        Person(foundation_id=programme.foundations[0].id, names="Rosa")


def test_a_key_that_was_rolled_back_is_made_again(programme):
    foundation, given = programme.foundations[0].id, uuid.uuid4()
    with suppress(ZeroDivisionError), work("test.person", by=operator):
        db.session.add(Person(id=given, foundation_id=foundation, names="Rosa"))
        db.session.flush()
        raise ZeroDivisionError
    with work("test.person", by=operator):
        savepoint = db.session.begin_nested()
        db.session.add(Person(id=given, foundation_id=foundation, names="Rosa"))
        savepoint.rollback()
        made = Person(id=given, foundation_id=foundation, names="Rosa")
        db.session.add(made)
    assert again(made).names == "Rosa"


# --- bulk -------------------------------------------------------------------------------------------------------------

@pytest.fixture
def many(programme):
    with work("test.many", by=operator):
        for place in range(60):
            values = {"names": f"Nombre {place}", "surnames": f"Apellido {place}"} if place % 10 else {}
            db.session.add(Person(foundation_id=programme.foundations[0].id, **values))
    db.session.expunge_all()
    vault.use(vault.keys)
    return sa.select(Person.id, Person.names_sealed.label("one"), Person.surnames_sealed.label("two"))


@pytest.mark.parametrize("size", [20_000, 7])
def test_a_list_is_opened_with_one_query(many, count_queries, monkeypatch, size):
    monkeypatch.setattr(vault, "size", size)
    with count_queries() as found:
        rows = unseal(db.session.execute(many).all(), one=(Person.names, "id"), two=(Person.surnames, "id"))
    statements = [each for each in found.statements if each.startswith("SELECT")]
    assert len(statements) == 2, "the list itself, and its keys"
    assert sorted((row["one"] or "") for row in rows) == sorted(
        f"Nombre {place}" if place % 10 else "" for place in range(60)
    )
    assert {(row["one"] or "").split()[-1:] == (row["two"] or "").split()[-1:] for row in rows} == {True}


def test_a_list_opened_before_needs_no_query_for_its_keys(many, count_queries):
    rows = db.session.execute(many).all()
    unseal(rows, one=(Person.names, "id"))
    with count_queries() as found:
        unseal(rows, one=(Person.names, "id"))
    assert found.statements == []


def test_the_vault_forgets_what_was_fetched_longest_ago(many, monkeypatch):
    monkeypatch.setattr(vault, "size", 10)
    rows = db.session.execute(many).all()
    unseal(rows, one=(Person.names, "id"))
    assert len(vault._secrets) == 10


def test_five_hundred_keys_are_one_query_and_more_are_some(app, count_queries):
    with count_queries() as found:
        vault.fetch(secrets.token_bytes(16) for _key in range(1100))
    assert sum(each.startswith("SELECT") for each in found.statements) == 3


# --- declarations -----------------------------------------------------------------------------------------------------

def declared():
    return [
        (mapper.class_, name, field) for mapper in Model.registry.mappers
        for name, field in getattr(mapper.class_, "sealed_fields", {}).items()
    ]


def test_no_two_fields_share_a_declared_name(app):
    names = [field.declared for _model, _name, field in declared()]
    assert len(names) == len(set(names)) == len(FIELDS)


def test_each_sealed_column_has_its_field_and_each_field_its_column_and_owner(app):
    for mapper in Model.registry.mappers:
        columns = {column.key for column in mapper.columns if column.key.endswith("_sealed")}
        fields = getattr(mapper.class_, "sealed_fields", {})
        assert columns == {field.column for field in fields.values()}, mapper.class_
    for model, _name, field in declared():
        assert hasattr(model, field.owner_attribute)
        assert isinstance(field, Sealed)
        assert "|" not in field.declared

"""A sealed value that was altered, cut, or put in another place opens nowhere; a page says so calmly, and goes on."""

import re
import uuid

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import PartialDate
from shelter.cases import actions
from shelter.cases.models import Person
from shelter.crypto import Damaged
from shelter.db import Model, db, vault
from shelter.db.sealed import ALTERED, BYTES, FIELDS, PARTIAL_DATE, TEXT
from tests.client import Page

SAMPLES = {TEXT: "Rosa Guamán", BYTES: b"%PDF-1.7", PARTIAL_DATE: PartialDate(1987, 4, 9)}
NAMES = sorted(FIELDS)


def sealed_value(name, row_id):
    """A value of a field of some row, and its opened key."""
    field = FIELDS[name]
    row, box = vault.make(field.owner_kind, uuid.uuid4(), "core")
    return field.seal(SAMPLES[field.codec], row_id, row["id"].bytes, box), box


def models():
    return {model.__name__: model for model in Model.__subclasses__() if getattr(model, "sealed_fields", None)}


def test_the_fields_tested_here_are_those_of_every_model(app):
    declared = {field.declared for model in models().values() for field in model.sealed_fields.values()}
    assert declared == FIELDS.keys()
    for model in models().values():
        for name in model.sealed_fields:
            assert f"{name}_sealed" in model.__table__.c
        left = {column.name.removesuffix("_sealed") for column in model.__table__.c if column.name.endswith("_sealed")}
        assert left == model.sealed_fields.keys()


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.uuids(), st.uuids())
def test_a_value_opens_in_its_own_field_and_row_alone(app, name, other, row_id, other_id):
    sealed, box = sealed_value(name, row_id)
    assert FIELDS[name].open(sealed, row_id, box) == SAMPLES[FIELDS[name].codec]
    for field, place in ((name, other_id), (other, row_id), (other, other_id)):
        if (field, place) != (name, row_id):
            with pytest.raises(Damaged):
                FIELDS[field].open(sealed, place, box)


@given(st.sampled_from(NAMES), st.uuids(), st.data())
def test_a_value_of_which_one_bit_was_turned_opens_nowhere(app, name, row_id, data):
    sealed, box = sealed_value(name, row_id)
    altered = bytearray(sealed)
    altered[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        FIELDS[name].open(bytes(altered), row_id, box)
    with pytest.raises(Damaged):
        FIELDS[name].open(bytes(altered), row_id)


@given(st.sampled_from(NAMES), st.uuids(), st.data())
def test_a_value_that_was_cut_or_has_a_tail_opens_nowhere(app, name, row_id, data):
    sealed, box = sealed_value(name, row_id)
    for altered in (sealed[: data.draw(st.integers(0, len(sealed) - 1))], sealed + data.draw(st.binary(min_size=1))):
        with pytest.raises(Damaged):
            FIELDS[name].open(altered, row_id, box)
        with pytest.raises(Damaged):
            FIELDS[name].open(altered, row_id)


# --- pages ------------------------------------------------------------------------------------------------------------

def alter(model, column, where, change=lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1])):
    """As somebody would who can write to the database."""
    db.session.rollback()
    found = db.session.execute(sa.select(model.__table__.c[column]).where(where)).scalar_one()
    db.session.execute(sa.update(model.__table__).where(where).values({column: change(bytes(found))}))
    db.session.commit()
    db.session.expire_all()


@pytest.fixture
def met(programme, case, staff, sign_in):
    """A case whose names were altered, and its coordinator's browser."""
    made = case()
    with work("test.names", by=operator):
        actions.describe(made, version=made.person.version, name_used="Perla", names="Perla", surnames="Quispe",
                         birth=PartialDate(1987))
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    for column in ("name_used_sealed", "birth_sealed"):
        alter(Person, column, Person.id == made.person_id)
    return made, client


def test_a_list_and_a_case_page_show_a_sentence_in_its_place_and_all_the_rest(met):
    made, client = met
    for url in ("/casos", f"/casos/{made.id}", f"/ingresos/{made.id}/persona", "/mi-dia"):
        answer = client.get(url)
        assert answer.status_code == 200, url
    for url in ("/casos", f"/casos/{made.id}"):
        page = Page(client.get(url).text).text
        assert ALTERED in page
        assert "Perla" not in page
        assert made.code in page


def test_it_is_noted_without_content_and_once_a_page(met, caplog):
    made, client = met
    client.get(f"/casos/{made.id}")
    rows = db.session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "seal.altered")).all()
    assert len(rows) == 1
    assert f"person.name_used {made.person_id}" in rows[0]
    assert "Perla" not in rows[0] + caplog.text
    assert "a sealed value was altered: person.name_used" in caplog.text


def test_saving_the_form_again_leaves_what_was_altered_as_it_is(met):
    made, client = met
    before = db.session.execute(sa.select(Person.name_used_sealed, Person.birth_sealed)
                                .where(Person.id == made.person_id)).one()
    form = client.get(f"/ingresos/{made.id}/persona").text
    shown = re.search(r'name="name_used"[^>]*value="([^"]*)"', form)[1]
    assert shown.startswith(ALTERED)
    answer = client.fill(f"/ingresos/{made.id}/persona", name_used=shown, names="Perla", surnames="Guamán")
    assert answer.status_code == 303
    db.session.rollback()
    after = db.session.execute(sa.select(Person.name_used_sealed, Person.birth_sealed, Person.surnames_sealed)
                               .where(Person.id == made.person_id)).one()
    assert after[:2] == before
    assert Person.surnames.open(after.surnames_sealed, made.person_id) == "Guamán"


def test_names_swapped_between_two_people_are_nobodys(programme, case, staff, sign_in):
    one, other = case(name="Amapola"), case(name="Magnolia")
    alter(Person, "name_used_sealed", Person.id == one.person_id, lambda _sealed: other.person.name_used_sealed)
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    page = Page(client.get("/casos").text).text
    assert page.count("Magnolia") == 1
    assert "Amapola" not in page
    assert "Magnolia" not in Page(client.get(f"/casos/{one.id}").text).text
    found = client.get(client.post("/casos", data={"q": "magnolia"}).location).text
    assert one.code not in found


def test_commands_and_jobs_do_not_work_with_what_cannot_be_read(app, programme, case):
    made = case()
    alter(Person, "name_used_sealed", Person.id == made.person_id)
    with pytest.raises(Damaged), work("test.read", by=operator):
        db.session.get(Person, made.person_id).name_used  # noqa: B018
    with app.test_request_context("/casos"), pytest.raises(Damaged):
        db.session.get(Person, made.person_id).name_used  # noqa: B018

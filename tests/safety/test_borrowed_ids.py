"""Attacks with ids, fields and methods that are not one's own."""

import uuid

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now, today
from shelter.cases import actions as cases
from shelter.cases.models import Case
from shelter.cases.records import Consent
from shelter.codes.cases import ConsentAnswer, ConsentPurpose
from shelter.codes.leaving import InstructionKind
from shelter.codes.services import Discipline, Modality, ServiceType
from shelter.db import db
from shelter.residence import actions as residence
from shelter.residence.models import Instruction
from shelter.services.models import Service


@pytest.fixture
def mine_and_theirs(programme, case, staff):
    me = staff(Role.CASEWORKER)
    mine, theirs = case(team=[me], name="Propia"), case(house=programme.far_house, name="Ajenísima")
    with work("test.records", by=operator):
        consent = cases.ask_consent(
            theirs, by=me.id, purpose=ConsentPurpose.FIGURES, answer=ConsentAnswer.GIVEN, language=None, ends_on=None
        )
        instruction = residence.instruct(
            theirs, by=me.id, kind=InstructionKind.DO, text="secreto", from_on=today(), to_on=today()
        )
        service = Service(
            foundation_id=theirs.foundation_id,
            case_id=theirs.id,
            discipline=Discipline.SOCIAL,
            type=ServiceType.BASIC_KIT,
            modality=Modality.IN_PERSON,
            minutes=30,
            occurred_at=now(),
            by_id=me.id,
            headline="titular ajeno",
            body="cuerpo ajeno",
        )
        db.session.add(service)
    return me, mine, theirs, consent, instruction, service


def test_a_child_of_another_case_cannot_be_borrowed_under_my_own(app, mine_and_theirs, sign_in):
    me, mine, _theirs, consent, instruction, service = mine_and_theirs
    client = sign_in(me)
    assert client.post(f"/casos/{mine.id}/consentimientos/{consent.id}/retirar", data={}).status_code == 404
    assert client.post(f"/casos/{mine.id}/indicaciones/{instruction.id}/quitar", data={}).status_code == 404
    answer = client.get(f"/casos/{mine.id}/servicios/{service.id}")
    assert answer.status_code == 404
    assert "ajeno" not in answer.text
    db.session.expire_all()
    assert db.session.get(Consent, consent.id).withdrawn_at is None
    assert db.session.get(Instruction, instruction.id) is not None


def test_out_of_reach_and_not_there_answer_alike(app, mine_and_theirs, sign_in):
    me, _mine, theirs, *_rest = mine_and_theirs
    client = sign_in(me)
    client.get("/mi-dia")
    hidden, absent = client.get(f"/casos/{theirs.id}"), client.get(f"/casos/{uuid.uuid4()}")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert len(hidden.data) == len(absent.data)
    assert list(hidden.headers.keys()) == list(absent.headers.keys())


def test_a_refusal_leaves_a_trace(app, mine_and_theirs, sign_in):
    me, _mine, theirs, *_rest = mine_and_theirs
    sign_in(me).get(f"/casos/{theirs.id}")
    refused = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.decision == "refused"))
    assert (refused.actor_id, refused.object_id) == (me.id, theirs.id)


def test_reading_a_case_leaves_a_trace_before_the_page_is_sent(app, mine_and_theirs, sign_in):
    me, mine, *_rest = mine_and_theirs
    assert sign_in(me).get(f"/casos/{mine.id}").status_code == 200
    read = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.action == "case.read"))
    assert (read.actor_id, read.object_id, read.decision) == (me.id, mine.id, "allowed")


@pytest.mark.parametrize(
    "extra",
    [
        {"foundation_id": str(uuid.uuid4())},
        {"house_id": str(uuid.uuid4())},
        {"state": "closed"},
        {"code": "AAA-AAA"},
        {"document_lookup": "x"},
        {"id": str(uuid.uuid4())},
        {"is_present": "y"},
    ],
)
def test_fields_that_a_form_does_not_have_change_nothing(app, mine_and_theirs, sign_in, extra):
    me, mine, *_rest = mine_and_theirs
    before = {
        name: getattr(mine, name) for name in ("foundation_id", "house_id", "state", "code", "is_present", "person_id")
    }
    assert sign_in(me).fill(f"/ingresos/{mine.id}/persona", name_used="Propia", **extra).status_code == 303
    db.session.expire_all()
    found = db.session.get(Case, mine.id)
    assert {name: getattr(found, name) for name in before} == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE"])
def test_other_methods_are_refused(app, mine_and_theirs, sign_in, method):
    me, mine, *_rest = mine_and_theirs
    client = sign_in(me)
    assert client.open(f"/casos/{mine.id}", method=method).status_code in {400, 405}
    answer = client.post(f"/casos/{mine.id}", data={"_method": "DELETE"}, headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code in {400, 405}
    assert db.session.get(Case, mine.id) is not None

"""A case whose worker refers it: what is typed, and the institutions it is typed for."""

import uuid
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import PartialDate
from shelter.cases import actions as cases
from shelter.codes.cases import Answer
from shelter.codes.outgoing import OutgoingState, Screening
from shelter.codes.people import DocumentKind
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.outgoing import actions
from shelter.outgoing.models import Outgoing
from shelter.partners import actions as partners
from tests.client import Page

REPLY_TO = "02 000 1234"


@pytest.fixture
def offices(programme):
    """The institutions that the stories need, by a short name."""
    found = {each.name["es"]: each for each in programme.institutions}
    with work("test.consulate", by=operator):
        consulate = partners.add_institution(
            name_es="Consulado de Ninguna Parte", name_en="", kind=InstitutionKind.CONSULATE, province=None,
            valid_from=None, succeeds_id=None)
    return SimpleNamespace(
        health=found["Ministerio de Salud Pública"], prosecutor=found["Fiscalía General del Estado"],
        board=found["Junta Cantonal de Protección de Derechos"], consulate=consulate,
    )


@pytest.fixture
def worker(staff):
    return staff(Role.CASEWORKER, name="Elena Cisneros")


@pytest.fixture
def client(worker, sign_in):
    return sign_in(worker)


@pytest.fixture
def rosa(case, worker):
    """Her case; of age, from another country, with a document."""
    made = case(team=[worker], name="Rosa")
    with work("test.person", by=operator):
        cases.describe(
            made, version=made.person.version, names="Rosa Elvira", surnames="Quintero Paz", name_used="Rosa",
            birth=PartialDate(1990, 4, 9), document_kind=DocumentKind.PASSPORT, document="AX445566", nationality="CO")
    return made


@pytest.fixture
def typed(offices):
    """typed(…) -> the answers of the form, as a worker gives them."""

    def answers(**more):
        return {
            "to": str(offices.health.id), "service": "medical.check_up", "urgency": "72h", "basis": "consent",
            "needs": "Una cita de medicina general.", "fields": ["name_used", "age"], "reply_to": REPLY_TO, **more,
        }

    return answers


@pytest.fixture
def prepared(client, rosa, typed):
    """prepared(…) -> the address of a referral of Rosa's that was prepared."""

    def make(**more):
        answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**more))
        assert answer.status_code == 303, answer.text
        return answer.location

    return make


@pytest.fixture
def press(client):
    """press(url, "enviar", …) -> the answer to a form of the page at that address; `by` another client."""

    def send(url, where, by=client, **answers):
        page = Page(by.get(url).text)
        kept = {name: page.hidden(name) or str(uuid.uuid4()) for name in ("csrf_token", "submit_key")}
        kept |= {"seen": page.hidden("seen") or ""}
        return by.post(f"{url}/{where}", data={**kept, **answers})

    return send


@pytest.fixture
def sent(press, prepared):
    """sent(…) -> the address of one that she agreed to and that was sent."""

    def make(**more):
        url = prepared(**more)
        assert press(url, "consentimiento", answer="given", is_written="y").status_code == 303
        assert press(url, "enviar").status_code == 303
        return url

    return make


@pytest.fixture
def screened(rosa, worker):
    """screened(kind, answer): as it was found."""

    def find(kind, answer):
        with work("test.screen", by=operator):
            actions.screen(rosa, by=worker.id, kind=Screening(kind), answer=Answer(answer), note=None)

    return find


@pytest.fixture
def stored():
    """stored() -> the outgoing referral, as it is now."""

    def read():
        db.session.expire_all()
        return db.session.scalar(sa.select(Outgoing))

    return read


@pytest.fixture
def state(stored):
    return lambda: OutgoingState(stored().state)

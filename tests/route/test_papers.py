"""A step that a document shows: nobody's word does instead, and the document is one of this case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.codes.documents import FileKind
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.documents.models import Document
from shelter.protocol import queries as protocol
from shelter.route.models import StepWord
from tests.client import Page
from tests.route.made import paper_book
from tests.route.test_pages import moment


@pytest.fixture
def book(monkeypatch):
    made = paper_book()
    monkeypatch.setattr(protocol, "books", lambda: [made])
    return made


@pytest.fixture
def her(book, case, staff):
    member = staff(Role.CASEWORKER)
    return case(team=[member]), case(team=[member]), member


def attach(case, discipline, title="Auto de la jueza"):
    with work("test.attach", by=operator):
        document = Document(foundation_id=case.foundation_id, case_id=case.id, discipline=discipline, number=1,
                            kind=FileKind.PDF, size=5, by_id=case.card.lead_id, title=title, content=b"%PDF-")
        db.session.add(document)
    return document.id


def said():
    db.session.rollback()
    return db.session.execute(sa.select(StepWord.step, StepWord.document_id)).all()


def test_without_the_document_it_is_not_done(her, sign_in):
    found, _other, member = her
    answer = sign_in(member).fill(f"/casos/{found.id}/ruta/order/cumplido", note="El juez lo dijo", **moment())
    assert answer.status_code == 422
    page = Page(answer.text)
    assert any(each.get("href") == "#document_id" for each in page.all("a"))
    assert "Para este paso el protocolo pide un documento" in page.text
    assert "El juez lo dijo" in page.text, "nothing is lost"
    assert said() == []


def test_a_document_of_the_case_shows_it(her, sign_in):
    found, _other, member = her
    client, paper = sign_in(member), attach(found, Discipline.SOCIAL)
    asked = client.get(f"/casos/{found.id}/ruta/order/cumplido").text
    assert "1. Auto de la jueza" in asked
    assert client.fill(f"/casos/{found.id}/ruta/order/cumplido", note="Consta", document_id=str(paper),
                       **moment()).status_code == 303
    assert said() == [("order", paper)]
    assert f"/documentos/{paper}" in client.get(f"/casos/{found.id}/ruta").text


def test_a_document_of_another_case_shows_nothing(her, sign_in):
    found, other, member = her
    paper = attach(other, Discipline.SOCIAL)
    answer = sign_in(member).fill(f"/casos/{found.id}/ruta/order/cumplido", note="Consta", document_id=str(paper),
                                  **moment())
    assert answer.status_code == 422
    assert said() == []


def test_of_a_document_that_she_may_not_open_nobody_reads_the_title(her, sign_in):
    found, _other, member = her
    attach(found, Discipline.PSYCHOLOGY, title="Peritaje secreto")
    page = sign_in(member).get(f"/casos/{found.id}/ruta/order/cumplido").text
    assert "Peritaje secreto" not in page
    assert "1. Psicología" in page


def test_where_no_document_is_wanted_none_is_asked(her, sign_in):
    found, _other, member = her
    assert "document_id" not in sign_in(member).get(f"/casos/{found.id}/ruta/report/cumplido").text

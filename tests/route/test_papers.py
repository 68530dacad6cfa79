"""A step that a document shows: nobody's word does instead, and the document is one of this case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import now
from shelter.cases.models import Case
from shelter.codes.cases import Milestone
from shelter.codes.documents import FileKind
from shelter.codes.protocol import Unit
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.documents import actions
from shelter.documents.models import Document
from shelter.protocol import queries as protocol
from shelter.protocol.rules import Happening, Limit
from shelter.route import kept
from shelter.route.models import RouteLap, StepWord
from tests.client import Page
from tests.documents.test_documents import PDF
from tests.route.made import SHOWN, paper_book, small_book, step
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


def test_when_the_document_is_withdrawn_the_step_is_no_longer_done(her, sign_in):
    found, other, member = her
    client, paper, its = sign_in(member), attach(found, Discipline.SOCIAL), f"/casos/{found.id}/ruta"
    elsewhere = attach(other, Discipline.SOCIAL)
    for case, document in ((found, paper), (other, elsewhere)):
        url = f"/casos/{case.id}/ruta/order/cumplido"
        assert client.fill(url, note="Consta", document_id=str(document), **moment()).status_code == 303
    assert lap_of(found) is not None

    asked = Page(client.get(f"/casos/{found.id}/documentos/{paper}/retirar").text)
    assert "Un paso de la ruta que este documento demuestra deja de estar hecho" in asked.text
    assert client.fill(f"/casos/{found.id}/documentos/{paper}/retirar", why="Era de otra causa").status_code == 303
    assert lap_of(found) is None
    assert lap_of(other) is not None, "what another document shows stays"
    assert "<span>retirado</span>" in client.get(its).text
    assert client.get(f"{its}/order/cumplido").status_code == 200, "it can be said again"


def test_what_replaced_it_is_withdrawn_too(her, sign_in):
    found, _other, member = her
    client, paper = sign_in(member), attach(found, Discipline.SOCIAL)
    client.fill(f"/casos/{found.id}/ruta/order/cumplido", note="Consta", document_id=str(paper), **moment())
    with work("test.replace", by=operator):
        before = db.session.get_one(Document, paper)
        after = actions.replace(db.session.get_one(Case, found.id), before, by=member.id, title="Auto", name="a.pdf",
                                content=PDF)
    assert lap_of(found) is not None, "another version shows it as well"
    with work("test.withdraw", by=operator):
        actions.withdraw(db.session.get_one(Case, found.id), after, by=member.id, why="Era de otra causa")
    assert lap_of(found) is None


@pytest.fixture
def seen(case, staff, monkeypatch):
    """A case of two days ago, with a step of the protocol that is shown by a legal document on her timeline."""
    order = step("order", "house", happening=Happening(Milestone.ATTACHED, "legal"), evidence=SHOWN, is_beside=True,
                 limit=Limit(24, Unit.HOURS))
    monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=(*small_book().steps, order))])
    return case(opened=2), staff(Role.LAWYER).id


def scans(case, by, replaces=None):
    with work("test.scan", by=operator):
        return actions.attach(case, by=by, discipline=Discipline.LEGAL, title="Auto", name="a.pdf", content=PDF,
                              replaces=replaces)


def test_a_better_scan_leaves_a_step_done_when_the_first_was_attached(seen):
    found, by = seen
    with time_machine.travel(now() - timedelta(days=1, hours=12), tick=False):
        first = scans(found, by)
    attached_at = first.made_at
    for _again in range(2):
        first = scans(found, by, replaces=first)
        assert lap_of(found) == attached_at
    assert kept.differences() == 0


def test_a_document_that_was_withdrawn_shows_no_step_any_more(seen):
    found, by = seen
    paper, other = scans(found, by), None
    other = scans(found, by)
    paper = scans(found, by, replaces=paper)
    for each, ended_at in ((paper, other.made_at), (other, None)):
        with work("test.withdraw", by=operator):
            actions.withdraw(found, each, by=by, why="Era de otra persona")
        assert lap_of(found) == ended_at
        assert kept.differences() == 0


def lap_of(case):
    """When the step ended that the document shows; as it is kept."""
    db.session.rollback()
    return db.session.scalar(sa.select(RouteLap.ended_at).where(RouteLap.case_id == case.id, RouteLap.step == "order"))

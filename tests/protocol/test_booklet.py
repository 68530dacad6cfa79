"""The booklet: what it says, its diagram, and how it is printed beside the pages and taken away by whoever asked."""

import re
import subprocess
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.audit.models import AuditEntry
from shelter.calendar import now, today
from shelter.codes.jobs import JobState
from shelter.codes.protocol import ValidatedBy
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.jobs import Job, clear_away
from shelter.protocol import booklet, queries, validating
from tests.client import Page

QUICK = b"%PDF-1.7 quick"


@pytest.fixture
def validated(publish, programme, outside):
    """A published version of which the ministry of health validated urgent health care."""
    version = publish()
    health = next(each for each in programme.institutions if each.kind == Kind.HEALTH)
    with outside(), work("test.answer", by=operator):
        validating.record_answer(
            version, health, None, keys=["urgent-health"], agrees=True, answered_on=today(), way=ValidatedBy.LETTER,
            officer="Zoila Cando", post="Directora", act="Oficio 7", remark="")
    return version


@pytest.fixture
def quick(monkeypatch):
    """Nothing is printed: what would be, is kept."""
    told = []
    monkeypatch.setattr(booklet, "pdf", lambda html: told.append(html) or QUICK)
    return told


def asked(client, version):
    """The page of the version after somebody asked for its booklet and it was printed."""
    answer = client.post(f"/protocolo/versiones/{version.id}/cuadernillo", data={})
    assert answer.status_code == 303, Page(answer.text).text
    assert answer.location.startswith("/trabajos/")
    return Page(client.get(client.get(answer.location).location).text)


def its_address(page):
    return next(each["href"] for each in page.all("a") if each["href"].endswith(".pdf"))


def test_the_booklet_says_who_validated_what_with_a_diagram_told_in_words(validated, outside, quick):
    with outside():
        assert booklet.printed(validated) == QUICK
    page = Page(quick[0])
    assert "Validado Ministerio de Salud Pública" in page.text
    assert "Oficio 7" in page.text
    assert "Propuesta: ley, todavía sin validar" in page.text
    assert "salvo que digan que corren a la par" in page.text
    assert "Zoila" not in quick[0]
    assert page.text.count("Diagrama de la ruta") == quick[0].count("<svg") == 2
    for step in queries.book(validated.id).steps:
        assert f"{step.number} {step.name['es']}" in page.text


@pytest.fixture
def drawn(validated, outside):
    """The boxes of the diagram by their steps."""
    with outside():
        sheets = booklet.sheets(queries.book(validated.id))
    for sheet in sheets:
        assert sheet[-1].y + sheet[-1].height <= booklet.TALL
        for lane in sheet:
            for box in lane.boxes:
                assert box.x + box.width <= booklet.PAGE
                assert lane.y < box.y < lane.y + lane.height - booklet.HIGH + 1
    return {box.step.key: box for sheet in sheets for lane in sheet for box in lane.boxes}


def test_in_the_diagram_what_nobody_validated_is_a_proposal_and_a_target_is_a_target(drawn):
    assert {key: drawn[key].marks for key in
            ("open", "report-child", "identify", "urgent-health", "complaint", "leave")} == {
        "open": ["2 horas", "Meta"], "report-child": ["24 horas", "Propuesta: ley"],
        "identify": ["72 horas", "Meta · Propuesta"], "urgent-health": ["24 horas", "Meta"],
        "complaint": ["tras 6.1", "Propuesta"], "leave": [],
    }
    assert [drawn[key].is_proposal for key in ("open", "report-child", "urgent-health")] == [False, True, False]


def test_an_arrow_comes_from_the_step_that_is_waited_for(drawn):
    for key, before in (("admit", "consent"), ("intake", "admit"), ("basic-facts", "identify"),
                        ("make-plan", "assess")):
        start, end = drawn[before], drawn[key]
        found = re.match(r"M(\S+) (\S+?)[hH]", drawn[key].arrow)
        assert (float(found[1]), float(found[2])) == pytest.approx(
            (start.x + start.width, start.y + booklet.HIGH / 2), abs=0.01)
        assert f"H{end.x - 0.5:.2f}" in end.arrow
    for beside in ("report-child", "care-order", "review-plan"):
        assert not drawn[beside].arrow


def test_no_arrow_comes_from_a_step_that_runs_beside_the_others_or_goes_to_one(drawn):
    starts = {key: re.match(r"M(\S+) (\S+?)[hH]", box.arrow) for key, box in drawn.items() if box.arrow}
    assert set(starts) == {"basic-facts", "admit", "intake", "make-plan", "leave", "tell-back"}
    for key, start in starts.items():
        beside = {(f"{box.x + box.width:.2f}", f"{box.y + booklet.HIGH / 2:.2f}") for box in drawn.values()
                  if box.step.is_beside and box.step.phase == drawn[key].step.phase}
        assert beside
        assert start.groups() not in beside, key


def test_the_booklet_is_a_tagged_pdf_for_screen_readers(validated, sign_in, staff, tmp_path):
    client = sign_in(staff(Role.OBSERVER))
    answer = client.get(its_address(asked(client, validated)))
    assert answer.mimetype == "application/pdf"
    assert f"protocolo-{validated.number}.pdf" in answer.headers["Content-Disposition"]
    assert b"pdfuaid:part" in answer.data
    (tmp_path / "booklet.pdf").write_bytes(answer.data)
    said = subprocess.run(["pdfinfo", str(tmp_path / "booklet.pdf")], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", said)


def test_it_is_printed_beside_the_pages_kept_sealed_for_a_week_and_for_whoever_asked(
    validated, sign_in, staff, quick, outside,
):
    client = sign_in(staff(Role.CASEWORKER))
    assert "cuadernillo está impreso" not in Page(client.get("/protocolo").text).text
    page = asked(client, validated)
    assert "Su cuadernillo está impreso" in page.text
    url, job = its_address(page), db.session.scalar(sa.select(Job))
    assert (job.kind, job.state, QUICK in job.file_sealed) == (booklet.BOOKLET, JobState.DONE, False)
    assert client.get(url).data == QUICK
    assert db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action == "protocol.print")).all() == [
        "protocol.print"]
    assert sign_in(staff(Role.CASEWORKER, name="Otra")).get(url).status_code == 404
    with outside(), work("test.age", by=operator):
        db.session.get_one(Job, job.id).expires_at = now() - timedelta(minutes=1)
    clear_away()
    assert client.get(url).status_code == 404
    assert len(quick) == 1


def test_a_draft_is_printed_by_the_teams_alone(begin, sign_in, staff, quick):
    version = begin()
    at = f"/protocolo/versiones/{version.id}/cuadernillo"
    assert sign_in(staff(Role.OBSERVER)).post(at, data={}).status_code == 404
    assert "Su cuadernillo está impreso" in asked(sign_in(staff(Role.CASEWORKER)), version).text
    assert "borrador: no rige" in Page(quick[0]).text

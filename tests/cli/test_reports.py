"""`shelter report`: the same paper as on the screen, made by the local operator and kept in the ledger."""

from __future__ import annotations

import hashlib
import io
import json

import pypdf
import pytest
import sqlalchemy as sa

from shelter.audit import AuditEntry
from shelter.db import db
from shelter.reports import actions
from shelter.reports.models import Release

HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"
LINES = ["2002,Female,18--20,CO,0,1,EC", *["2003,Male,9--17,PE,1,1,EC"] * 8, "2004,Female,,0,0,0,"]


@pytest.fixture
def filled(running, shelter, tmp_path):
    """A register of ten cases."""
    (tmp_path / "file.csv").write_text("\n".join([HEADER, *LINES, ""]), "utf-8")
    assert shelter("import", str(tmp_path / "file.csv")).status == 0


def ledger():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Release)))


def text_of(file):
    return " ".join("\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages).split())


def test_the_operator_prints_and_the_release_is_recorded(filled, shelter, tmp_path):
    out = tmp_path / "informe.pdf"
    done = shelter("report", "2002..2004", "--out", str(out), "--audience", "internal", "--lang", "en")
    assert (done.status, done.err) == (0, "")
    digest = hashlib.sha256(out.read_bytes()).hexdigest()
    assert digest in done.out
    (release,) = ledger()
    assert (release.sha256, release.pdf, release.made_by_id) == (digest, out.read_bytes(), None)
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "report.make")).one()
    assert (entry.actor_kind, entry.object_id) == ("operator", release.id)
    text = text_of(io.BytesIO(out.read_bytes()))
    for said in ("10 in the period", "2003 8", "Peru 8", "Forced labour 8 80.0 %", "Global K-Anonymised Dataset"):
        assert said in text, said
    assert not list(tmp_path.glob(".informe*"))


def test_it_is_for_the_government_and_in_spanish_unless_said_otherwise(filled, shelter, tmp_path):
    out = tmp_path / "informe.pdf"
    assert shelter("report", "2003", "--out", str(out)).status == 0
    (release,) = ledger()
    assert (release.audience, release.language) == ("government", "es")
    assert pypdf.PdfReader(out).trailer["/Root"]["/Lang"] == "es-EC"
    assert release.figures[0]["value"] == "10"
    assert release.figures[0]["breakdowns"]["age_band"]["9-17"] == "10"
    assert '"8"' not in json.dumps(release.figures)


@pytest.mark.parametrize("arguments", [
    ["2002x", "--out", "x.pdf"], ["2003"], ["2003", "--out", "x.pdf", "--audience", "everybody"],
    ["2003", "--out", "x.pdf", "--lang", "fr"], ["2003", "--out", "/"],
])
def test_what_cannot_be_meant_is_a_usage_error(running, refuses, arguments):
    refuses("report", *arguments, status=2)
    assert ledger() == []


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_recorded(running, refuses, tmp_path, monkeypatch):
    monkeypatch.setattr(actions, "pdf", lambda _html, _files: b"%PDF-1.7")
    assert "cannot be written" in refuses("report", "2003", "--out", str(tmp_path / "nowhere" / "x.pdf"))
    assert ledger() == []

"""The screens: who makes a report, who publishes it, who may read it, and what the answer carries."""

import hashlib
import io
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.db import db
from shelter.indicators import Scope
from shelter.reports import actions
from shelter.reports.models import Release
from tests.client import Page

PAPER = b"%PDF-1.7 a paper"
ANSWERS = {"scope": "all", "period": "2026-Q3", "audience": "public", "language": "es"}


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel("2026-11-20 15:00:00Z", tick=False):
        yield


@pytest.fixture
def quick(monkeypatch):
    """Printing itself is tested elsewhere."""
    monkeypatch.setattr(actions, "pdf", lambda _html, _files: PAPER)


@pytest.fixture
def release(programme):
    """release(audience, foundation=None, by=None, published=False) -> one that was made."""

    def make(audience="government", foundation=None, by=None, published=False):
        with work("test.release", by=operator):
            made = actions.keep(Release(
                foundation_id=foundation.id if foundation else None, made_by_id=by.id if by else None,
                starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30), audience=audience, language="es",
                figures=[{"code": "cases.registered", "value": "<5", "breakdowns": {}}],
                pdf=PAPER, sha256=hashlib.sha256(PAPER).hexdigest(),
            ))
            if published:
                made.published_at = made.made_at
        return made

    return make


@pytest.fixture
def programme_coordinator(staff, sign_in):
    return lambda: sign_in(staff(Role.PROGRAMME_COORDINATOR))


def test_a_report_of_any_years_is_asked_for(programme_coordinator, programme, quick):
    client = programme_coordinator()
    answer = client.fill("/reportes/nuevo", **{**ANSWERS, "del_ano": "2024", "al_ano": "2025"})
    assert answer.status_code == 303
    client.fill("/reportes/nuevo", **{**ANSWERS, "del_ano": "2025", "al_ano": "2025"})
    made = db.session.execute(sa.select(Release.starts_on, Release.ends_on).order_by(Release.starts_on)).all()
    assert made == [(date(2024, 1, 1), date(2025, 12, 31)), (date(2025, 1, 1), date(2025, 12, 31))]


@pytest.mark.parametrize(("first", "last", "said"), [
    ("2026", "2024", "El último año es anterior al primero"), ("2024", "", "Elija los dos años"),
    ("", "2024", "Elija los dos años"), ("1990", "2024", "Elija una de las opciones"),
])
def test_years_in_the_wrong_order_make_no_report(programme_coordinator, programme, quick, first, last, said):
    answer = programme_coordinator().fill("/reportes/nuevo", **{**ANSWERS, "del_ano": first, "al_ano": last})
    assert answer.status_code == 422
    assert said in answer.text


def newest():
    db.session.rollback()
    return db.session.scalars(sa.select(Release).order_by(Release.made_at.desc())).first()


def trail(action):
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)))


def test_a_coordinator_makes_a_report_and_downloads_it(staff, sign_in):
    author = staff(Role.PROGRAMME_COORDINATOR, name="Ana Coordinadora")
    client = sign_in(author)
    answer = client.fill("/reportes/nuevo", scope="all", period="2026-Q3", audience="internal", language="en")
    assert answer.status_code == 303
    made = newest()
    answer = client.get(answer.location)  # the page that says how far it is: done already
    assert answer.location.endswith(f"/reportes/{made.id}/vista-previa")
    assert (made.made_by_id, made.audience, made.language, made.foundation_id) == (author.id, "internal", "en", None)
    assert (made.starts_on, made.ends_on) == (date(2026, 7, 1), date(2026, 9, 30))
    seen = client.get(answer.location)
    assert seen.status_code == 200
    assert made.sha256 in seen.text
    paper = client.get(f"/reportes/{made.id}.pdf")
    assert hashlib.sha256(paper.data).hexdigest() == made.sha256
    assert "Ana Coordinadora" in pypdf.PdfReader(io.BytesIO(paper.data)).pages[0].extract_text()
    assert [(entry.object_kind, entry.object_id) for entry in trail("report.make")] == [("release", made.id)]


def test_the_paper_is_an_attachment_with_a_neutral_name_and_is_stored_nowhere(release, programme_coordinator):
    made = release()
    answer = programme_coordinator().get(f"/reportes/{made.id}.pdf")
    assert answer.data == PAPER
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="informe-2026-Q3.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_each_download_is_in_the_audit_trail(release, programme_coordinator, staff, sign_in):
    made = release(published=True)
    programme_coordinator().get(f"/reportes/{made.id}.pdf")
    sign_in(staff(Role.OBSERVER)).get(f"/publicaciones/{made.id}")
    for action in ("report.download", "release.download"):
        assert [entry.object_id for entry in trail(action)] == [made.id]


def test_the_same_form_sent_twice_makes_one_release(programme_coordinator, quick):
    client = programme_coordinator()
    key = Page(client.get("/reportes/nuevo").text).hidden("submit_key")
    form = {"submit_key": key, **ANSWERS}
    first, second = (client.post("/reportes/nuevo", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Release)) == 1


@pytest.mark.parametrize("wrong", [
    {"period": "2031"}, {"period": ""}, {"audience": "everybody"}, {"language": "fr"}, {"scope": "x"},
])
def test_a_wrong_answer_is_said_beside_its_field(programme_coordinator, quick, wrong):
    answer = programme_coordinator().fill("/reportes/nuevo", **{**ANSWERS, **wrong})
    assert answer.status_code == 422
    assert newest() is None


def test_the_quarter_that_ended_last_is_proposed_and_the_running_one_is_marked(programme_coordinator):
    text = programme_coordinator().get("/reportes/nuevo").text
    assert '<option value="2026-Q3" selected>' in text
    assert '<option value="2026-Q4">' in text
    assert '<option value="2025-Q1">' in text
    assert '<option value="2024-Q4">' not in text
    assert '<option value="2024">' in text


# --- a second person -------------------------------------------------------------------------------------------------


def test_the_author_cannot_publish_and_another_person_can(staff, sign_in, release):
    author, second = staff(Role.PROGRAMME_COORDINATOR), staff(Role.PROGRAMME_COORDINATOR)
    made = release(by=author)
    client = sign_in(author)
    assert "/publicar" not in client.get(f"/reportes/{made.id}/vista-previa").text
    client.post(f"/reportes/{made.id}/publicar", data={})
    assert newest().published_at is None
    client = sign_in(second)
    assert "/publicar" in client.get(f"/reportes/{made.id}/vista-previa").text
    assert client.post(f"/reportes/{made.id}/publicar", data={}).status_code == 303
    assert (newest().published_at is not None, newest().published_by_id) == (True, second.id)
    assert [entry.object_id for entry in trail("report.publish")] == [made.id]


def test_what_is_exact_cannot_be_published(release, programme_coordinator):
    made = release("internal")
    client = programme_coordinator()
    assert "/publicar" not in client.get(f"/reportes/{made.id}/vista-previa").text
    client.post(f"/reportes/{made.id}/publicar", data={})
    assert newest().published_at is None


def test_what_is_published_stays_as_it_was_published(release, staff, sign_in):
    made = release()
    first, second = staff(Role.PROGRAMME_COORDINATOR), staff(Role.PROGRAMME_COORDINATOR)
    for member in (first, second):
        sign_in(member).post(f"/reportes/{made.id}/publicar", data={})
    assert newest().published_by_id == first.id


def test_a_shelter_coordinator_cannot_publish(release, staff, sign_in, programme):
    mine, other = release(foundation=programme.foundations[0]), release(foundation=programme.foundations[1])
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    assert client.post(f"/reportes/{mine.id}/publicar", data={}).status_code == 403
    assert client.post(f"/reportes/{other.id}/publicar", data={}).status_code == 404


# --- whose figures ---------------------------------------------------------------------------------------------------


def test_a_shelter_coordinator_prints_and_sees_her_own_foundation_alone(
    release, staff, sign_in, programme, quick, monkeypatch,
):
    asked = []
    count = actions.figures
    monkeypatch.setattr(actions, "figures", lambda *how: asked.append(how[1]) or count(*how))
    north, south = programme.foundations
    others = [release(), release(foundation=south)]
    mine = release(foundation=north)
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    listed = client.get("/reportes").text
    assert str(mine.id) in listed
    for other in others:
        assert str(other.id) not in listed
        assert client.get(f"/reportes/{other.id}/vista-previa").status_code == 404
        assert client.get(f"/reportes/{other.id}.pdf").status_code == 404
    assert client.get(f"/reportes/{mine.id}.pdf").status_code == 200
    client.fill("/reportes/nuevo", scope=str(north.id), period="2026-Q3", audience="internal", language="es")
    db.session.rollback()
    printed = db.session.scalars(sa.select(Release).where(Release.audience == "internal")).one()
    assert printed.foundation_id == north.id
    assert asked == [Scope(north.id)]


@pytest.mark.parametrize("scope", ["all", "south"])
def test_she_cannot_ask_for_the_figures_of_others(staff, sign_in, programme, quick, scope):
    wanted = str(programme.foundations[1].id) if scope == "south" else scope
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    answer = client.fill("/reportes/nuevo", scope=wanted, period="2026-Q3", audience="internal", language="es")
    assert answer.status_code == 422
    assert newest() is None


# --- who reads what is published -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("audience", "published", "readable"), [
    ("government", True, True), ("public", True, True), ("government", False, False), ("public", False, False),
    ("donor", True, False), ("internal", True, False), ("internal", False, False),
])
def test_observers_read_what_is_published_for_them_and_nothing_else(
    release, staff, sign_in, audience, published, readable,
):
    made = release(audience, published=published)
    client = sign_in(staff(Role.OBSERVER))
    assert (str(made.id) in client.get("/publicaciones").text) is readable
    assert client.get(f"/publicaciones/{made.id}").status_code == (200 if readable else 404)
    assert client.get(f"/reportes/{made.id}.pdf").status_code == 404
    assert client.get(f"/reportes/{made.id}/vista-previa").status_code == 404
    assert client.get("/reportes").status_code == 403
    assert client.get("/reportes/nuevo").status_code == 403


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.ADMINISTRATOR, Role.AUDITOR, Role.HOUSE_STAFF])
def test_others_read_none(release, staff, sign_in, role):
    made = release(published=True)
    client = sign_in(staff(role))
    for address in (f"/publicaciones/{made.id}", f"/reportes/{made.id}.pdf", f"/reportes/{made.id}/vista-previa"):
        assert client.get(address).status_code in {403, 404}
    assert client.get("/publicaciones").status_code == 403


def test_lists_do_not_open_the_papers(release, programme_coordinator, count_queries):
    for _ in range(3):
        release()
    client = programme_coordinator()
    client.get("/reportes")
    with count_queries() as few:
        client.get("/reportes")
    for _ in range(20):
        release()
    with count_queries() as many:
        client.get("/reportes")
    assert len(many.statements) == len(few.statements)
    assert not [each for each in many.statements if "release.pdf" in each]


def test_an_empty_list_says_so(programme_coordinator, staff, sign_in):
    assert programme_coordinator().get("/reportes").status_code == 200
    assert sign_in(staff(Role.OBSERVER)).get("/publicaciones").status_code == 200

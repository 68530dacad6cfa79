"""Attacks with what belongs to others: ids, fields, drafts, places in a list, words that were searched."""

import base64
import uuid
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts.models import Assignment, Staff
from shelter.approvals import Approval
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now, today
from shelter.cases import search
from shelter.cases.models import Case, Person
from shelter.cases.queries import Cursor
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.desk.pairs import RECOVERY
from shelter.partners import queries as partners
from shelter.referrals.models import Referral
from shelter.residence import queries as beds
from shelter.services.models import Service
from shelter.web.drafts import Draft
from tests.client import Page

INVITATION = {"name": "Zoila", "email": "zoila@ejemplo.invalid"}


def fresh(record):
    db.session.rollback()
    return db.session.get(type(record), record.id, populate_existing=True)


def trail(decision):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.decision == decision))


# --- borrowed ids -----------------------------------------------------------------------------------------------------

def test_a_bed_of_another_house_in_the_field_of_my_form_is_not_given(here, programme):
    far = beds.free_beds(programme.far_house.id)[0]
    answer = here.client.fill(f"/casos/{here.mine.id}/estancia", bed_id=str(far.id))
    assert answer.status_code == 422
    assert far.id in {bed.id for bed in beds.free_beds(programme.far_house.id)}


def test_a_colleague_of_another_house_is_not_put_on_my_team_by_her_id(here, programme, staff):
    far = staff(Role.LAWYER, programme.far_house)
    answer = here.client.fill(f"/casos/{here.mine.id}/equipo", staff_id=str(far.id), discipline="legal")
    assert answer.status_code == 422


def test_a_referral_is_not_received_for_a_house_that_is_not_mine(here, programme, count):
    answer = here.client.fill(
        "/derivaciones/nueva", house_id=str(programme.far_house.id), institution_id=str(programme.institutions[0].id),
        is_safe="yes", needs_doctor="no", urgency="today", children="0",
        **{"received_at-date": today().isoformat(), "received_at-time": "00:01"},
    )
    assert (answer.status_code, count(Referral)) == (422, 0)


def test_a_form_sent_to_the_case_of_another_foundation_is_sent_to_nothing(here):
    for door in ("estancia", "equipo", "egreso", "servicios/nuevo", "consentimientos/nuevo", "indicaciones"):
        before = trail("refused")
        answer = here.client.post(f"/casos/{here.theirs.id}/{door}", data={"submit_key": str(uuid.uuid4())})
        assert answer.status_code == 404
        assert "Ajenísima" not in answer.text
        assert trail("refused") == before + 1


def test_the_case_of_another_in_a_hidden_field_moves_nothing_there(here, count):
    answer = here.client.fill(
        f"/casos/{here.mine.id}/indicaciones", kind="do", text="luz encendida", from_on=today().isoformat(),
        to_on=today().isoformat(), case_id=str(here.theirs.id), case=str(here.theirs.id), id=str(here.theirs.id),
    )
    assert answer.status_code == 303
    assert "luz encendida" in here.client.get(f"/casos/{here.mine.id}/indicaciones").text
    db.session.rollback()
    assert not any(each.object_id == here.theirs.id for each in db.session.scalars(sa.select(AuditEntry)) if
                   each.action == "instruction.leave")


def test_a_request_about_somebody_of_another_house_is_not_there(here, programme, staff, sign_in):
    concerned, asked = staff(Role.LAWYER, programme.far_house), staff(Role.ADMINISTRATOR)
    with work("test.approval", by=operator):
        request = Approval(what=RECOVERY, subject_id=concerned.id, asked_by_id=asked.id, reason="x",
                           foundation_id=programme.far_house.foundation_id, house_id=programme.far_house.id)
        db.session.add(request)
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    for path in ("", "/hacer", "/retirar"):
        answer = client.post(f"/aprobaciones/{request.id}{path}", data={"decision": "yes", "reason": "sí"})
        assert answer.status_code == 404, path
    assert fresh(request).decided_at is None


# --- fields that were never asked for ---------------------------------------------------------------------------------

def test_an_invitation_takes_no_foundation_no_password_and_no_open_door(app, programme, staff, sign_in):
    admin = sign_in(staff(Role.ADMINISTRATOR))
    admin.fill("/admin/usuarios/nuevo", **INVITATION, role="auditor", foundation_id=str(programme.foundations[1].id),
               password="una frase larga", password_hash="x", is_active="0", opened_at="2020-01-01",
               id=str(uuid.uuid4()))
    db.session.rollback()
    made = next(each for each in db.session.scalars(sa.select(Staff)) if each.email == INVITATION["email"])
    assert (made.password_hash, made.is_active, made.opened_at) == (None, True, None)
    assert all(each.foundation_id is None for each in made.assignments)


def test_my_own_account_gives_me_no_role(here, count):
    before = count(Assignment)
    page = next(path for path in ("/mi-cuenta/apariencia", "/mi-cuenta") if here.client.get(path).status_code == 200)
    here.client.fill(page, language="en", theme="dark", role="administrator", is_active="1", staff_id=str(uuid.uuid4()),
                     foundation_id=str(here.theirs.foundation_id), assignments="administrator")
    assert count(Assignment) == before
    assert [each.role for each in fresh(here.me).assignments] == [Role.CASEWORKER]


def test_a_service_is_never_logged_in_the_name_of_another(here, staff, count):
    other, at = staff(Role.PSYCHOLOGIST), now() - timedelta(hours=3)
    answer = here.client.fill(
        f"/casos/{here.mine.id}/servicios/nuevo", type="social.basic_kit", was_held="yes", minutes="30",
        modality="in_person", headline="x", body="y", by_id=str(other.id), staff_id=str(other.id),
        foundation_id=str(here.theirs.foundation_id), discipline="psychology",
        **{"occurred_at-date": at.date().isoformat(), "occurred_at-time": "00:01"},
    )
    made = db.session.scalar(sa.select(Service))
    assert answer.status_code in {303, 422}
    assert made is None or (made.by_id, made.discipline) == (here.me.id, Discipline.SOCIAL)


def test_nobody_gives_herself_a_role_at_the_desk(staff, sign_in, count):
    member = staff(Role.ADMINISTRATOR)
    client, before = sign_in(member), count(Assignment)
    client.fill(f"/admin/usuarios/{member.id}", role="auditor", staff_id=str(uuid.uuid4()))
    assert count(Assignment) == before


def test_a_version_from_the_future_is_no_way_past_another_persons_change(here):
    url = f"/ingresos/{here.mine.id}/persona"
    page = Page(here.client.get(url).text)
    answer = here.client.post(url, data={"name_used": "Forjada", "version": "999999999",
                                         "submit_key": page.hidden("submit_key")})
    assert answer.status_code == 409
    assert fresh(here.mine).person.name_used == "Propia"


# --- drafts -----------------------------------------------------------------------------------------------------------

def keep(client, path, **typed):
    page = Page(client.get("/derivaciones/nueva").text)
    data = {"csrf_token": page.hidden("csrf_token"), "submit_key": str(uuid.uuid4()), **typed}
    return client.post("/borradores", query_string={"de": path}, data=data)


def test_a_draft_of_a_forged_address_is_not_kept(here, count):
    for path in (
        "//derivaciones/nueva", "derivaciones/nueva", "///derivaciones/nueva", "/derivaciones/nueva?\x00",
        "/derivaciones/nueva?\r\nx", "/derivaciones/nueva?\\x", "https://otra.example/derivaciones/nueva",
        "javascript:alert(1)",
        "/derivaciones/nueva#" + "a" * 400,
        "/derivaciones/%2e%2e/nueva", "/entrar", "/admin/usuarios/nuevo/../../x", "",
    ):
        assert keep(here.client, path, name="x").status_code == 400
        assert count(Draft) == 0


def test_the_draft_of_another_is_not_shown_under_my_form(here, staff, sign_in):
    keep(here.client, "/derivaciones/nueva", caller="Zqkanario")
    draft = db.session.scalar(sa.select(Draft))
    other = sign_in(staff(Role.CASEWORKER))
    answer = other.get(f"/derivaciones/nueva?borrador={draft.id}")
    assert (answer.status_code, "Zqkanario" in answer.text) == (200, False)
    assert "Zqkanario" in here.client.get(f"/derivaciones/nueva?borrador={draft.id}").text


def test_my_draft_of_one_form_does_not_fill_another(here):
    keep(here.client, "/derivaciones/nueva", text="Zqkanario", caller="Zqkanario")
    draft = db.session.scalar(sa.select(Draft))
    assert "Zqkanario" not in here.client.get(f"/casos/{here.mine.id}/indicaciones?borrador={draft.id}").text


def test_what_a_script_wrote_into_a_draft_is_text_when_it_comes_back(here):
    keep(here.client, "/derivaciones/nueva", caller='"><script>alert(1)</script>', urgency="<b>", children="<i>")
    draft = db.session.scalar(sa.select(Draft))
    html = here.client.get(f"/derivaciones/nueva?borrador={draft.id}").text
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_page_of_one_session_keeps_no_draft_for_another(here, staff, sign_in, count):
    other = sign_in(staff(Role.CASEWORKER))
    forged = here.client.token
    answer = other.post("/borradores", query_string={"de": "/derivaciones/nueva"},
                        data={"csrf_token": forged, "submit_key": str(uuid.uuid4()), "name": "x"})
    db.session.rollback()
    assert not [each for each in db.session.scalars(sa.select(Draft)) if each.staff_id != here.me.id]
    assert answer.status_code in {200, 303, 400}


# --- places in a list, and words that were searched -------------------------------------------------------------------

def test_a_forged_place_in_the_list_breaks_nothing_and_shows_nothing_of_others(here):
    for text in (
        "o0001-01-01T00:00:00+14:00|" + "0" * 32, "n9999-12-31T23:59:59-14:00|" + "f" * 32, "o2026-01-01|x", "o|", "",
        "x",
        "o2026-01-01T00:00:00|" + "0" * 32, "o2026-01-01T00:00:00+00:00|' OR 1=1", "\x00", "o" * 4000,
    ):
        forged = base64.urlsafe_b64encode(text.encode()).decode()
        for door in ("/casos", "/seguimientos", f"/casos/{here.mine.id}/servicios"):
            for cursor in (forged, quote(text)):
                answer = here.client.get(f"{door}?desde={cursor}&estado=todos")
                assert answer.status_code in {200, 404}
                assert "Ajenísima" not in answer.text


def test_the_place_of_a_case_out_of_reach_leads_to_nothing_of_it(here):
    near = str(Cursor(here.theirs.opened_at + timedelta(seconds=1), uuid.UUID(int=0)))
    answer = here.client.get(f"/casos?desde={near}&estado=todos")
    assert here.theirs.code not in answer.text
    assert "Ajenísima" not in answer.text


def test_a_sheet_that_is_not_there_is_an_empty_list(staff, sign_in):
    for sheet in ("-1", "0", "9" * 4300, "9" * 6000, "1e9", "١", "0x1", "'"):
        assert sign_in(staff(Role.ADMINISTRATOR)).get(f"/admin/usuarios?hoja={sheet}").status_code == 200


def test_a_row_of_the_trail_that_cannot_be_is_no_error(staff, sign_in):
    for number in ("-1", str(2**63), str(2**200), "9" * 5000, "1.0", "NULL"):
        client = sign_in(staff(Role.AUDITOR))
        assert client.get(f"/auditoria?antes={number}").status_code == 200
        assert client.get(f"/auditoria?despues={number}").status_code == 200


def test_a_word_of_the_programs_own_in_an_address_is_not_taken_for_one(staff, sign_in, case, monkeypatch):
    for word in ("endpoint", "_method", "_scheme", "_external", "_anchor", "values", "self", "antes", "desde"):
        monkeypatch.setattr("shelter.cases.queries.PAGE", 1)
        member = staff(Role.CASEWORKER)
        for _ in range(2):
            case(team=[member])
        for client, door in ((sign_in(staff(Role.AUDITOR)), "/auditoria"), (sign_in(member), "/casos")):
            answer = client.get(f"{door}?{word}=javascript&_scheme=javascript&_external=1")
            assert answer.status_code in {200, 422}
            links = [link["href"] for link in Page(answer.text).all("a")]
            assert not [link for link in links if link.startswith(("javascript", "//", "http"))]


def test_signs_that_stand_for_anything_in_a_query_find_nobody(here):
    for words in ("%", "_", "%%", "____", "' OR '1'='1", "\\", "*", "?", "Ajen%", "_jen"):
        answer = here.client.fill("/casos", follow=True, q=words)
        assert "Ajenísima" not in answer.text
        assert "Propia" not in answer.text.replace(here.mine.code, "")


@pytest.mark.parametrize("words", ["a" * 190, "qu" * 90, "(a+)+$" * 20, "h" * 199 + "!", "xz" * 95, "ll" * 95])
def test_no_name_keeps_the_search_busy(words):
    began = now()
    search.sounds(words)
    assert now() - began < timedelta(seconds=1)


def test_a_search_of_another_is_not_read_by_guessing_its_shape(here, staff, sign_in):
    other = sign_in(staff(Role.CASEWORKER))
    found = here.client.post("/casos", data={"q": "Propia", "submit_key": str(uuid.uuid4())})
    token = found.location.partition("b=")[2]
    for shape in (token, token.upper(), f"{{{token}}}", f"urn:uuid:{token}", str(uuid.UUID(token)), f"{token}%00", ""):
        answer = other.get(f"/casos?b={shape}")
        assert answer.status_code == 200
        assert "Propia" not in answer.text


def test_a_search_box_takes_no_case_of_another_foundation_by_its_code(here):
    answer = here.client.fill("/casos", follow=True, q=here.theirs.code)
    assert "Ajenísima" not in answer.text
    assert f"/casos/{here.theirs.id}" not in answer.text


def test_a_word_of_a_list_is_not_retired_from_another_list(staff, sign_in):
    client = sign_in(staff(Role.ADMINISTRATOR))
    for word in ("", "administrator", "person", "../destinos", "x" * 500, "\x00"):
        assert client.post("/admin/listas/destinos/retirar", data={"word": word}).status_code == 303
        forged = quote(word, safe="") or "-"
        assert client.post(f"/admin/listas/{forged}/retirar", data={"word": "x"}).status_code == 404


def test_what_is_asked_for_and_is_not_there_is_noted_like_what_is_out_of_reach(here):
    before = trail("refused")
    here.client.get(f"/casos/{uuid.uuid4()}")
    here.client.get(f"/casos/{here.theirs.id}")
    assert trail("refused") == before + 2


def test_every_id_of_a_person_is_drawn_at_random(programme, case):
    ids = [case().id for _ in range(3)] + [each.id for each in partners.beds(programme.house.id)]
    assert all(each.version == 4 for each in ids)
    assert all(each.person_id.version == 4 for each in db.session.scalars(sa.select(Case)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 3

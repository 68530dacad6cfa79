"""Drafts: what comes too late, or is not sent yet, is kept for whoever typed it, and is never an act."""

import uuid
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.accounts.actions import end, lock
from shelter.accounts.models import StaffSession
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import local, now
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from shelter.db import db
from shelter.services.models import Service
from shelter.web import drafts
from shelter.web.drafts import Draft
from tests.client import Page

NOTE = "Línea una.\r\n  Línea «dos» & más + 100 % — ñandú\r\n"
ANSWERS = {
    "type": "psychology.individual", "was_held": "yes", "minutes": "45", "headline": "Zafiro", "body": NOTE,
    "modality": "in_person",
}


@pytest.fixture
def psychologist(staff):
    return staff(Role.PSYCHOLOGIST)


@pytest.fixture
def known(case, psychologist):
    return case(team=[psychologist])


@pytest.fixture
def writing(sign_in, psychologist, known):
    """A client, the form's address, and everything its page would send."""
    client = sign_in(psychologist)
    url = f"/casos/{known.id}/servicios/nuevo"
    page = Page(client.get(url).text)
    day = local(now()).date().isoformat()
    hidden = {name: page.hidden(name) for name in ("csrf_token", "submit_key")}
    return client, url, {**ANSWERS, "occurred_at-date": day, **hidden}


def kept():
    db.session.rollback()
    return list(db.session.scalars(sa.select(Draft)))


def services():
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Service))


def session_of(member):
    return db.session.scalars(sa.select(StaffSession.id).where(StaffSession.staff_id == member.id)).one()


def value_of_area(page, name="body"):
    return page.html.partition(f'name="{name}"')[2].partition(">")[2].partition("</textarea>")[0]


class Shown(Page):
    def __init__(self, html):
        self.html = html
        super().__init__(html)


def test_a_form_sent_while_locked_is_a_draft_and_comes_back_as_it_was(writing, psychologist):
    client, url, sent = writing
    with work("test.lock", by=operator):
        lock(session_of(psychologist))
    answer = client.post(url, data=sent)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/bloqueo")
    assert services() == 0
    back = parse_qs(urlsplit(answer.location).query)["next"][0]
    with work("test.unlock", by=operator):
        db.session.execute(sa.update(StaffSession).values(locked_at=None, seen_at=now()))
    page = Shown(client.get(back).text)
    assert page.hidden("submit_key") == sent["submit_key"]
    assert value_of_area(page).replace("&#34;", '"').replace("&amp;", "&") == "\n" + NOTE
    assert 'value="yes" checked' in page.html
    assert 'value="Zafiro"' in page.html
    again = {**sent, "draft": page.hidden("draft"), "csrf_token": page.hidden("csrf_token")}
    assert client.post(back, data=again).status_code == 303
    assert services() == 1
    assert kept() == [], "a draft that was saved is gone"


def test_left_alone_too_long_it_is_a_draft_too(writing):
    client, url, sent = writing
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert urlsplit(client.post(url, data=sent).location).path == "/bloqueo"
    assert (services(), len(kept())) == (0, 1)


def test_a_session_that_ended_leaves_a_draft_for_its_own_user_and_nobody_else(
    writing, psychologist, sign_in, staff, known
):
    client, url, sent = writing
    with work("test.end", by=operator):
        end(session_of(psychologist))
    answer = client.post(url, data=sent)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/entrar")
    assert services() == 0
    back = parse_qs(urlsplit(answer.location).query)["next"][0]
    assert NOTE.split("\r\n")[0] in sign_in(psychologist).get(back).text
    colleague = staff(Role.PSYCHOLOGIST)
    with work("test.team", by=operator):
        cases.join_team(known, colleague.id, Discipline.PSYCHOLOGY)
    answer = sign_in(colleague).get(back)
    assert answer.status_code == 200
    assert "Línea" not in answer.text
    assert "Borrador" not in sign_in(colleague).get("/borradores").text.partition("<main")[2].replace("Borradores", "")


def test_after_signing_in_again_the_page_of_before_gives_a_draft_not_an_act(writing, psychologist, sign_in):
    _client, url, sent = writing
    client = sign_in(psychologist)
    answer = client.post(url, data=sent)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, url)
    assert services() == 0
    assert "todavía no se guardó nada" in client.get(answer.location).text


def test_under_another_persons_session_the_page_is_refused_and_kept_for_its_author(writing, staff, sign_in):
    _client, url, sent = writing
    answer = sign_in(staff(Role.PSYCHOLOGIST)).post(url, data=sent)
    assert answer.status_code == 400
    assert (services(), len(kept())) == (0, 1)
    assert kept()[0].body


def test_a_token_older_than_a_day_or_forged_keeps_nothing(writing, sign_in, psychologist):
    client, url, sent = writing
    with time_machine.travel(now() + timedelta(hours=25), tick=False):
        assert client.post(url, data=sent).status_code == 400
    for token in ("", "x", sent["csrf_token"][:-1], sent["csrf_token"][3:]):
        assert sign_in(psychologist).post(url, data={**sent, "csrf_token": token}).status_code == 400
    assert kept() == []


def test_another_sites_post_keeps_nothing(writing):
    client, url, sent = writing
    answer = client.post(url, data={**sent, "csrf_token": ""}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert kept() == []


def test_what_was_saved_before_the_lock_leads_where_it_led(writing, psychologist):
    """The answer was lost on the way: sent again after the lock, it is no draft, it was saved."""
    client, url, sent = writing
    assert client.post(url, data=sent).status_code == 303
    with work("test.lock", by=operator):
        lock(session_of(psychologist))
    answer = client.post(url, data=sent)
    assert parse_qs(urlsplit(answer.location).query)["next"] == [url.removesuffix("/nuevo")]
    assert (services(), kept()) == (1, [])


def test_changed_after_it_was_saved_is_kept_apart(writing):
    client, url, sent = writing
    client.post(url, data=sent)
    assert client.post(url, data=sent).status_code == 303
    assert kept() == [], "the same again is nothing new"
    client.post(url, data={**sent, "body": "otra cosa"})
    assert services() == 1
    assert [("otra+cosa" in each.body, str(each.key) == sent["submit_key"]) for each in kept()] == [(True, False)]
    assert "queda como borrador" in client.get("/mi-dia").text


# --- while typing -----------------------------------------------------------------------------------------------------

def keep(client, url, sent):
    return client.post(f"/borradores?de={url}", data=sent)


def test_while_typing_one_draft_is_written_again_and_again(writing, psychologist):
    client, url, sent = writing
    first = keep(client, url, sent)
    assert first.status_code == 200
    for text in ("b", "c"):
        assert keep(client, url, {**sent, "body": text}).json["id"] == first.json["id"]
    assert len(kept()) == 1
    assert "body=c" in kept()[0].body
    entries = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.action.like("draft%"))).all()
    assert entries == ["draft.keep"]
    assert "Hay" not in first.json["at"]


def test_keeping_does_not_lengthen_the_session(writing, psychologist):
    client, url, sent = writing
    before = db.session.scalar(sa.select(StaffSession.seen_at))
    with time_machine.travel(now() + timedelta(minutes=14), tick=False):
        assert keep(client, url, sent).status_code == 200
        assert client.get("/sesion").json["left"] <= 60
    assert db.session.scalar(sa.select(StaffSession.seen_at)) == before
    with time_machine.travel(now() + timedelta(minutes=16), tick=False):
        assert client.get("/sesion").json == {"left": 0}
        assert keep(client, url, sent).status_code == 200, "what is typed while the door shuts is kept too"
        assert urlsplit(client.get(url).location).path == "/bloqueo"


def test_whoever_says_that_she_is_here_gets_her_time_anew(writing):
    client, _url, sent = writing
    with time_machine.travel(now() + timedelta(minutes=14), tick=False) as clock:
        assert client.post("/sesion", data={"csrf_token": sent["csrf_token"]}).status_code == 200
        clock.shift(timedelta(minutes=14))
        assert client.get("/mi-dia").status_code == 200


def test_no_password_and_no_token_are_kept(writing):
    client, url, sent = writing
    secret = "una frase larga y tranquila"
    keep(client, url, {**sent, "password": secret, "again": secret, "current": secret, "code": "123456"})
    body = parse_qs(kept()[0].body)
    assert body.keys().isdisjoint({"csrf_token", "password", "again", "current", "code"})
    assert body["headline"] == ["Zafiro"]


@pytest.mark.parametrize("url", [
    "/mi-cuenta", "/entrar", "/bloqueo", "/casos", "/nada", "//otro.example/x", "https://otro.example/registrar", "",
    "/registrar?" + "x" * 300,
])
def test_only_forms_of_ours_have_drafts(writing, url):
    client, _url, sent = writing
    assert keep(client, url, sent).status_code == 400
    assert kept() == []


def test_a_case_out_of_reach_is_answered_like_one_that_does_not_exist(writing, case, programme):
    client, _url, sent = writing
    far = case(house=programme.far_house)
    answers = [keep(client, f"/casos/{each}/servicios/nuevo", {**sent, "submit_key": str(uuid.uuid4())})
               for each in (far.id, uuid.uuid4())]
    assert [each.status_code for each in answers] == [200, 200]
    page = Page(client.get("/borradores").text)
    assert far.code not in page.text
    assert not [each for each in page.all("a") if "borrador=" in (each["href"] or "")]


def test_a_draft_of_more_than_a_megabyte_is_refused(writing):
    client, url, sent = writing
    assert keep(client, url, {**sent, "body": "x" * (drafts.LARGEST + 1)}).status_code == 413
    assert kept() == []


def test_of_very_many_drafts_the_oldest_go(writing, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 3)
    client, url, sent = writing
    for turn in range(5):
        with time_machine.travel(now() + timedelta(seconds=turn), tick=False):
            keep(client, url, {**sent, "submit_key": str(uuid.uuid4()), "body": str(turn)})
    assert sorted(each.body.partition("body=")[2][0] for each in kept()) == ["2", "3", "4"]


def test_after_a_week_a_draft_is_gone(writing):
    client, url, sent = writing
    kept_id = keep(client, url, sent).json["id"]
    with time_machine.travel(now() + timedelta(days=7, minutes=1), tick=False):
        assert drafts.mine(kept()[0].staff_id) == []
        drafts.forget_drafts()
    assert kept() == []
    assert client.get(f"{url}?borrador={kept_id}").status_code == 200


# --- going on ---------------------------------------------------------------------------------------------------------

def test_the_form_offers_its_draft_and_my_day_lists_it(writing, known):
    client, url, sent = writing
    draft_id = keep(client, url, sent).json["id"]
    for place in (url, "/mi-dia", "/borradores"):
        page = Page(client.get(place).text)
        assert f"{url}?borrador={draft_id}" in [each["href"] for each in page.all("a")], place
    assert known.code in Page(client.get("/borradores").text).text


def test_a_draft_thrown_away_is_gone_and_a_strangers_hand_throws_nothing(writing, staff, sign_in):
    client, url, sent = writing
    draft_id = keep(client, url, sent).json["id"]
    assert sign_in(staff(Role.PSYCHOLOGIST)).post(f"/borradores/{draft_id}/descartar", data={}).status_code == 303
    assert len(kept()) == 1
    assert client.post(f"/borradores/{draft_id}/descartar", data={}).status_code == 303
    assert kept() == []


def test_an_old_draft_meets_what_was_saved_meanwhile(sign_in, staff, case, programme):
    caseworker = staff(Role.CASEWORKER)
    made = case()
    client, url = sign_in(caseworker), f"/ingresos/{made.id}/persona"
    page = Page(client.get(url).text)
    typed = {"csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key"),
             "version": page.hidden("version"), "name_used": "Begonia"}
    draft_id = keep(client, url, typed).json["id"]
    assert client.fill(url, name_used="Malva").status_code == 303
    page = Page(client.get(f"{url}?borrador={draft_id}").text)
    sent = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version", "draft")}
    answer = client.post(f"{url}?borrador={draft_id}", data={**typed, **sent})
    assert answer.status_code == 409
    assert "Malva" in answer.text
    assert "Begonia" in answer.text


def test_without_javascript_a_button_keeps_the_draft(writing):
    client, url, sent = writing
    answer = client.post(url, data={**sent, "keep_draft": "1"})
    assert (answer.status_code, answer.location) == (303, "/borradores")
    assert (services(), len(kept())) == (0, 1)


def test_whom_it_is_for_stays_chosen(sign_in, psychologist, known):
    client = sign_in(psychologist)
    page = Page(client.get("/registrar").text)
    sent = {**ANSWERS, "person": str(known.id), **{name: page.hidden(name) for name in ("csrf_token", "submit_key")}}
    draft_id = keep(client, "/registrar", sent).json["id"]
    shown = Page(client.get(f"/registrar?borrador={draft_id}").text)
    assert [each["value"] for each in shown.all("input") if each.get("name") == "person" and "checked" in each] == [
        str(known.id)]


def test_every_form_that_is_filled_in_keeps_drafts(app):
    """A page that shows a form and takes it, but for what concerns the account itself and its secrets."""
    forms = {rule.endpoint for rule in app.url_map.iter_rules() if {"GET", "POST"} <= (rule.methods or set())}
    of_accounts = {"accounts", "desk", "own"}
    without = {each for each in forms - drafts.labels.keys() if each.partition(".")[0] not in of_accounts}
    assert without == set()

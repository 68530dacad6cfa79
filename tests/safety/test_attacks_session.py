"""Attacks on who is who: cookies, tokens, passwords, links, and what the time of an answer tells."""

import statistics
import threading
import time
import uuid

import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.accounts import rules
from shelter.accounts.actions import lock
from shelter.accounts.models import Assignment, Staff, StaffSession
from shelter.audit import operator, work
from shelter.db import db
from tests.client import Page
from tests.safety.conftest import PASSWORD


def cookie_of(client):
    return client.get_cookie("s").value


def with_cookie(app, value):
    client = app.test_client()
    client.set_cookie("s", value)
    return client


def is_shut(client):
    answer = client.get("/mi-dia")
    return answer.status_code == 302 and answer.location.startswith(("/entrar", "/bloqueo"))


# --- the cookie -------------------------------------------------------------------------------------------------------

def test_a_cookie_changed_by_one_letter_is_nobodys(app, here):
    value = cookie_of(here.client)
    for place in (0, len(value) // 2, len(value) - 1):
        forged = value[:place] + ("A" if value[place] != "A" else "B") + value[place + 1:]
        if forged != value and place != len(value) - 1:
            assert is_shut(with_cookie(app, forged)), place


def test_a_cookie_signed_with_another_key_is_nobodys(app, here):
    with here.client.session_transaction() as browser:
        kept = dict(browser)
    for key in ("", "secret", "dev", "shelter", "changeme"):
        signer = URLSafeTimedSerializer(key, salt="cookie-session", signer_kwargs={"key_derivation": "hmac"})
        forged = signer.dumps(kept)
        assert is_shut(with_cookie(app, forged)), key


def test_a_cookie_of_no_sense_at_all_is_nobodys(app):
    for value in ("x", ".", "..", "eyJ9.x.y", "a" * 4000, "\"", "%00", "e30.AAAA.AAAA"):
        assert is_shut(with_cookie(app, value)), value


def test_what_the_cookie_carries_tells_nothing_of_anybody(app, here):
    with here.client.session_transaction() as browser:
        text = repr(dict(browser))
    assert str(here.me.id) not in text
    assert here.me.id.hex not in text
    assert here.me.name not in text
    assert "caseworker" not in text


def test_a_reference_put_into_ones_own_cookie_in_the_shape_of_an_id_opens_nothing(app, here, staff):
    other = staff(Role.ADMINISTRATOR)
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    for forged in (str(other.id), other.id.hex, "", None, "0", "' OR 1=1 --", "*", "%"):
        assert is_shut(with_cookie(app, signer.dumps({"_user_id": forged, "_fresh": True}))), forged


def test_a_cookie_kept_aside_is_dead_after_signing_out(app, here):
    kept = cookie_of(here.client)
    assert here.client.post("/salir", data={}).status_code == 303
    assert is_shut(with_cookie(app, kept))


def test_a_cookie_kept_aside_is_dead_after_the_quick_exit(app, here):
    kept = cookie_of(here.client)
    here.client.get("/salir-rapido")
    assert is_shut(with_cookie(app, kept))
    assert with_cookie(app, kept).get(f"/casos/{here.mine.id}").status_code == 302


def test_a_cookie_kept_aside_does_nothing_while_the_session_is_locked(app, here, count):
    kept, token = cookie_of(here.client), here.client.token
    with work("test.lock", by=operator):
        lock(db.session.scalars(sa.select(StaffSession.id).where(StaffSession.staff_id == here.me.id)).one())
    answer = with_cookie(app, kept).post(f"/casos/{here.mine.id}/indicaciones", data={"csrf_token": token, "text": "x"})
    assert answer.status_code in {302, 303, 400}
    assert is_shut(with_cookie(app, kept))


def test_a_role_that_ended_opens_nothing_with_the_next_request(here):
    assert here.client.get(f"/casos/{here.mine.id}").status_code == 200
    with work("test.end", by=operator):
        db.session.execute(sa.delete(Assignment).where(Assignment.staff_id == here.me.id))
    assert here.client.get(f"/casos/{here.mine.id}").status_code == 404
    assert here.client.get("/casos").status_code == 403


def test_a_role_that_was_lowered_takes_its_menu_along(here):
    with work("test.lower", by=operator):
        db.session.execute(sa.update(Assignment).where(Assignment.staff_id == here.me.id).values(role=Role.HOUSE_STAFF))
    assert here.client.get("/casos").status_code == 403
    assert 'href="/casos"' not in here.client.get("/mi-dia").text


def test_many_cookies_of_one_name_confuse_nobody(app, here):
    value = cookie_of(here.client)
    client = app.test_client()
    headers = {"Cookie": f"s=x; s={value}; s=y; __Host-s={value}"}
    assert client.get("/mi-dia", headers=headers).status_code in {200, 302}
    assert client.get(f"/casos/{here.theirs.id}", headers=headers).status_code in {302, 404}


# --- forged requests --------------------------------------------------------------------------------------------------

def forged(client, token, path="/mi-cuenta/cerrar-otras", **headers):
    data = {} if token is None else {"csrf_token": token}
    return client._request(path, method="POST", data=data, headers=headers)


def test_no_token_no_act_at_any_door_that_changes(app, here):
    rules_ = [rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]
    for rule in rules_:
        with app.test_request_context():
            url = app.url_for(rule.endpoint, **{
                name: "x" if type(converter).__name__ == "UnicodeConverter" else uuid.uuid4()
                for name, converter in rule._converters.items()
            })
        assert forged(here.client, None, url).status_code == 400, rule
    assert len(rules_) > 40


def test_the_token_of_another_person_is_no_token_of_mine(here, staff, sign_in):
    assert forged(here.client, sign_in(staff(Role.CASEWORKER)).token).status_code == 400


def test_the_token_of_my_session_before_is_none_after_signing_in_again(app, with_password, enter):
    member = with_password()
    client = enter(member)
    client._token = None
    old = Page(client.get("/mi-cuenta").text).hidden("csrf_token")
    enter(member, client)
    assert forged(client, old).status_code == 400


def test_a_strangers_token_is_none_after_signing_in(app, with_password, enter):
    client = app.test_client()
    stranger = client.token
    enter(with_password(), client)
    assert forged(client, stranger).status_code == 400


def test_a_token_in_the_address_or_in_a_cookie_is_none(here):
    token = here.client.token
    assert forged(here.client, None, f"/mi-cuenta/cerrar-otras?csrf_token={token}").status_code == 400
    here.client.set_cookie("csrf_token", token)
    assert forged(here.client, None).status_code == 400


def test_the_site_that_sends_is_looked_at_besides_a_good_token(here):
    for site in ("cross-site", "same-site", "SAME-ORIGIN", "same-origin, cross-site", "null"):
        assert forged(here.client, here.client.token, **{"Sec-Fetch-Site": site}).status_code == 400, site


def test_another_site_can_neither_sign_somebody_in_nor_out(app, with_password, enter):
    client, member = enter(with_password()), with_password()
    page = Page(client.get("/mi-cuenta").text)
    for path in ("/entrar", "/salir", "/idioma"):
        answer = client.post(path, data={"csrf_token": page.hidden("csrf_token"), "email": member.email},
                             headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://otra.example"})
        assert answer.status_code == 400
    assert client.get("/mi-dia").status_code == 200


def test_another_site_cannot_lock_by_a_picture_or_a_frame(here):
    for dest in ("image", "iframe", "script", "empty"):
        here.client.get("/salir-rapido", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": dest})
    assert here.client.get("/mi-dia").status_code == 200


# --- guessing ---------------------------------------------------------------------------------------------------------

def test_a_known_and_an_unknown_email_get_the_same_answer_to_the_letter(app, with_password):
    member = with_password()

    def said(email):
        client = app.test_client()
        answer = client.fill("/entrar", email=email, password="no es esta frase")
        return answer.status_code, Page(answer.text).text.replace(email, "·"), sorted(answer.headers.keys())

    assert said(member.email) == said("nadie@ejemplo.invalid")


def test_a_known_and_an_unknown_email_cost_the_same_work(app, with_password, monkeypatch):
    """The password is hashed once for either: what takes the time is counted, for clocks differ."""
    member, hashed, real = with_password(), [], rules._hasher

    class Counting:
        def verify(self, stored, password):
            hashed.append(stored.rsplit("$", 2)[0])
            return real.verify(stored, password)

    monkeypatch.setattr(rules, "_hasher", Counting())
    for email in (member.email, "nadie@ejemplo.invalid"):
        app.test_client().fill("/entrar", email=email, password="no es esta frase")
    assert len(hashed) == 2
    assert hashed[0] == hashed[1]


def test_forgetting_a_password_tells_nothing_of_an_account(app):
    for query in ("", "?email=nadie@ejemplo.invalid", "?email=administrator@demo.invalid"):
        answer = app.test_client().get(f"/recuperar{query}")
        assert answer.status_code == 200
        assert "@" not in Page(answer.text).text


def test_letters_that_look_alike_are_another_address(app, with_password):
    member = with_password()
    for lookalike in (member.email.replace("a", "а"), member.email.replace("i", "ı"), member.email.replace("@", "＠"),
                      f"{member.email}\u200b", member.email.replace("-", "‐"), f"{member.email}\x00"):
        answer = app.test_client().fill("/entrar", email=lookalike, password=PASSWORD)
        assert answer.status_code == 422, lookalike


def test_whoever_guesses_is_slowed_down_and_nobody_is_locked_out(app, with_password, enter):
    member, client = with_password(), app.test_client()
    for _ in range(5):
        client.fill("/entrar", email=member.email, password="no es esta frase")
    assert client.fill("/entrar", email=member.email, password=PASSWORD).status_code == 429
    elsewhere = app.test_client()
    answer = elsewhere.post("/entrar", environ_base={"REMOTE_ADDR": "198.51.100.7"}, data={
        "csrf_token": elsewhere.token, "submit_key": str(uuid.uuid4()), "email": member.email,
        "password": PASSWORD,
    })
    assert answer.status_code == 303


def test_a_header_of_ones_own_does_not_make_a_new_network(app, with_password):
    member, client = with_password(), app.test_client()
    statuses = [
        client.post("/entrar", headers={"X-Forwarded-For": f"203.0.{n}.1", "X-Real-IP": f"203.0.{n}.1",
                                        "Forwarded": f"for=203.0.{n}.1", "Client-IP": f"203.0.{n}.1"},
                    data={"csrf_token": client.token, "submit_key": str(uuid.uuid4()), "email": member.email,
                          "password": "no es esta frase"}).status_code
        for n in range(6)
    ]
    assert statuses == [422] * 5 + [429]


def test_a_password_of_a_megabyte_costs_no_hashing(with_password, monkeypatch):
    stored = with_password().password_hash
    monkeypatch.setattr(rules, "_hasher", None)  # whoever asks it, fails
    assert not rules.is_password("x" * 1_000_000, stored)


def test_two_who_open_one_link_at_once_are_one(app, programme):
    with work("test.invite", by=operator):
        invited, token = accounts.open_account(email="zoila@ejemplo.invalid", name="Zoila")
    clients, answers = [app.test_client() for _ in range(2)], []
    pages = [Page(client.get(f"/activar/{token}").text) for client in clients]

    def open_it(client, page):
        answers.append(client._request(f"/activar/{token}", method="POST", data={
            "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key"), "promise": "y",
            "password": PASSWORD, "again": PASSWORD,
        }))

    threads = [threading.Thread(target=open_it, args=each) for each in zip(clients, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = [(answer.status_code, Page(answer.text).text[:600]) for answer in answers]
    assert [status for status, _text in said].count(303) == 1, said
    db.session.rollback()
    assert db.session.get(Staff, invited.id).password_hash


def test_the_time_of_an_answer_does_not_tell_what_is_not_mine_from_what_is_not(here):
    """Medians of many, taken in turns; the bound is generous, for machines are busy."""
    taken = {"theirs": [], "nothing": []}
    for _ in range(60):
        for which, case_id in (("theirs", here.theirs.id), ("nothing", uuid.uuid4())):
            began = time.perf_counter()
            assert here.client.get(f"/casos/{case_id}").status_code == 404
            taken[which].append(time.perf_counter() - began)
    theirs, nothing = (statistics.median(each) for each in taken.values())
    assert 0.5 < theirs / nothing < 2


def test_what_is_not_mine_and_what_is_not_answer_with_the_same_bytes(here):
    here.client.get("/mi-dia")
    for path in ("", "/historial", "/servicios", "/consentimientos", "/estancia", "/egreso"):
        one, other = (here.client.get(f"/casos/{each}{path}") for each in (here.theirs.id, uuid.uuid4()))
        assert len(one.data) == len(other.data)
        assert [(k, v) for k, v in one.headers if k != "Set-Cookie"] == [
            (k, v) for k, v in other.headers if k != "Set-Cookie"]

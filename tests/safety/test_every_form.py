"""Every form of every section is sent what no page would send: no trace, no 500, nothing changed but what it may."""

import json
import os
import pathlib
import uuid
from functools import partial
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import shelter
from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.audit import operator, work
from shelter.cases import actions as cases
from shelter.codes.services import Discipline
from shelter.db import Model
from shelter.partners import queries as partners
from tests.access import test_every_door as every
from tests.access.oracle import DOORS, KINDS, PUBLIC
from tests.safety.hostile import Asked, changes, everything, forms_of, sent, words_of_addresses

world = every.world
MANY = int(os.environ.get("TEST_FORM_EXAMPLES", "0"))
"""How many bodies each form is sent by each role that may; without it, a few by one role."""
pace = settings(
    max_examples=MANY or 3, derandomize=not MANY, database=None, deadline=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink] if MANY else [Phase.generate],
)
ALWAYS = {
    "audit_entry": "*", "data_key": "*", "draft": "*", "submission": "*", "notice": "*", "sign_in_attempt": "*",
    "saved_search": "*", "staff_session": "seen_at locked_at reference ended_at code_given_at *", "last_round": "*",
}
"""What any request may leave behind."""
CARE = {"case": "*", "case_card": "*", "person": "*", "timeline_entry": "*", "team_member": "*", "consent": "*",
        "tally": "*", "route_lap": "*", "route_card": "*"}
OF_A_PERSON = "language theme password_hash promised_at opened_at totp_secret_sealed totp_last_step"
MAY_CHANGE = {
    "accounts": {"staff": OF_A_PERSON, "one_time_token": "*", "known_device": "*", "recovery_code": "*"},
    "own": {"staff": OF_A_PERSON, "known_device": "*", "recovery_code": "*", "passkey": "*"},
    "desk": {"staff": "*", "assignment": "*", "one_time_token": "*", "approval": "*"},
    "approvals": {"approval": "*", "staff": "*", "assignment": "*", "one_time_token": "*"},
    "cases": CARE,
    "referrals": {**CARE, "referral": "*", "intake": "*", "unmet_need": "*", "waiting_outside": "*",
                  "safety_check": "*"},
    "door": {"door_request": "*", "night_card": "*"},
    "interviews": {**CARE, "interview": "*"},
    "outgoing": {**CARE, "outgoing": "*", "outgoing_reply": "*", "return_screening": "*", "slip": "*",
                 "one_time_token": "*"},
    "route": {**CARE, "step_word": "*", "route_conditions": "*"},
    "intake": {**CARE, "referral": "*", "intake": "*", "stay": "*"},
    "residence": {**CARE, "stay": "*", "bed": "*", "bed_outage": "*", "instruction": "*"},
    "services": {**CARE, "service": "*"},
    "transition": {**CARE, "exit": "*", "stay": "*", "safe_contact": "*", "instruction": "*", "service": "*"},
    "followup": {**CARE, "follow_up": "*", "safe_contact": "*"},
    "partners": {"foundation": "*", "house": "*", "bed": "*", "institution": "*", "post": "*", "focal_point": "*",
                 "list_word": "*", "calendar_day": "*"},
    "answers": {**CARE, "step_validation": "*", "protocol_version": "stamp",
                "slip": "*", "one_time_token": "*", "outgoing": "*", "outgoing_reply": "*"},
    "oversight": {}, "notices": {}, "home": {},
    "reports": {"release": "*", "job": "*"},
    "jobs": {"release": "*", "job": "*"},
    "register": {"register": "*", "imported_file": "*", "register_case": "*", "upload": "*", "saved_mapping": "*",
                 "job": "*", "approval": "*"},
    "documents": {"document": "*"},
    "protocol": {"protocol_version": "state title note cut_off version stamp *", "protocol_writer": "*",
                 "protocol_phase": "*", "protocol_step": "*", "protocol_comment": "*", "step_validation": "*",
                 "validation_request": "*", "slip": "*", "one_time_token": "*"},
    "procedures": {"procedure": "*", "procedure_edition": "*", "reading_asked": "*", "acknowledgement": "*"},
}
"""By section, which columns of which tables its forms may change (*: whole rows too). Written by hand."""
FIXED = {"id", "foundation_id", "made_at", "made_by_id", "by_id", "asked_by_id", "key_id"}
"""What no form changes in a row that is there."""
NOT_SENT = {"accounts.sign_out"}
TRACES = ("Traceback", 'File "', "sqlalchemy", "psycopg", "sqlite3", "werkzeug", "jinja2", "/shelter/")
CANARY = "Zqkanario"
COLUMNS = sorted({column.key.removesuffix("_sealed") for table in Model.metadata.sorted_tables for column in table.c})


def roles_of(endpoint, method):
    """Who may open it; anybody where nobody has to be signed in."""
    row = DOORS.get((endpoint, method), {role.value: "o" for role in Role})
    return [role for role in ("caseworker", *row) if row[role][0] == "o"]


@pytest.fixture
def attacker(app, programme, world, staff, sign_in):
    """attacker(role) -> a client of that role, on the team of the first case, and the ids of everything."""
    ids, made = world

    def enter(role):
        member = staff(Role(role))
        with work("test.team", by=operator):
            cases.join_team(made["T"], member.id, Discipline.SOCIAL)
            _invited, token = accounts.open_account(email="zoila@ejemplo.invalid", name="Zoila")
        bed = next(bed for bed in partners.beds(programme.house.id) if bed.name == "3")
        here = {**every.places(programme), "bed": bed.id, "token": token, "filename": "app.css"}
        return sign_in(member), [{**ids[kind], **here} for kind in KINDS[:2]]

    return enter


def doors(app, role, method):
    """The doors that this role is to try, in an order that does not change."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule)):
        able = roles_of(rule.endpoint, method)
        is_ours = rule.endpoint in PUBLIC or (rule.endpoint, method) in DOORS
        is_sent = is_ours and method in rule.methods and rule.endpoint not in NOT_SENT
        if is_sent and role in (able if MANY else able[:1]):
            yield rule


def shown(app, client, ids):
    """Every form that a page shows to this reader, by where it goes."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint not in {"static", "accounts.quick_exit", "accounts.unlock"}:
            url = every.address(app, rule, ids)
            answer = client.get(url)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                for form in forms_of(url, answer.text):
                    found.setdefault(form.action, form).offered.update(form.offered)
    return found


def calm(answer, what):
    assert answer.status_code < 500, what
    assert answer.status_code in {200, 302, 303, 308} or 400 <= answer.status_code < 500, what
    if answer.mimetype == "text/html":
        assert not any(trace in answer.text for trace in TRACES), what
        assert answer.headers["Cache-Control"] in {"no-store", "public, max-age=86400"}, what


def only_its_own(endpoint, before, after, status, what):
    may = {**ALWAYS, **(MAY_CHANGE[endpoint.partition(".")[0]] if status < 400 else {})}
    differ = changes(before, after)
    for table, columns in differ.items():
        assert table in may, f"{what} changed {table}"
        allowed = set(may[table].split())
        assert "*" in allowed or columns <= allowed, f"{what} changed {columns - allowed} of {table}"
        assert not columns & FIXED, f"{what} changed {columns & FIXED} of {table}"
    stored = json.dumps({table: [list(map(str, row.values())) for row in after[table].values()] for table in differ})
    assert CANARY not in stored, f"{what}: what the form does not ask for was stored"


def everything_sent(strategy, send):
    """Send what the strategy makes, as often as the pace says."""
    @pace
    @given(st.data())
    def attack(data):
        send(data.draw(strategy))

    attack()


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_form_breaks_and_none_changes_more_than_it_may(app, attacker, role):
    client, worlds = attacker(role)
    todo = list(doors(app, role, "POST"))
    pages = [shown(app, client, ids) for ids in worlds] if todo else []
    others = {name: f"{CANARY}{name}" for name in COLUMNS}

    def send(rule, url, body):
        before = everything()
        hidden = urlencode({"csrf_token": client.token, "submit_key": uuid.uuid4()}).encode()
        answer = client.post(url, data=hidden + b"&" + body, content_type="application/x-www-form-urlencoded")
        what = f"{role}: {rule.endpoint} answered {answer.status_code} to {body.partition(CANARY.encode())[0][:900]!r}"
        calm(answer, what)
        only_its_own(rule.endpoint, before, everything(), answer.status_code, what)

    for rule in todo:
        for ids, forms in zip(worlds[: 2 if MANY else 1], pages, strict=False):
            url = every.address(app, rule, ids)
            everything_sent(sent(forms.get(url, Asked(url)), others), partial(send, rule, url))


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_no_word_of_an_address_breaks_a_page(app, attacker, role):
    client, (ids, *_others) = attacker(role)
    known = words_of_addresses([path.read_text() for path in pathlib.Path(shelter.__file__).parent.rglob("*.py")])
    known |= {name for form in shown(app, client, ids).values() if form.method == "get" for name in form.offered}
    known |= {"endpoint", "_external", "_scheme", "_method", "_anchor", "values", "self", "next", "draft"}
    asked = Asked("", offered={name: ["1"] for name in sorted(known)})

    def send(rule, url, query):
        text, before = query.decode("ascii")[:4000], everything()
        answer = client.get(f"{url}?{text}")
        what = f"{role}: {rule.endpoint} answered {answer.status_code} to ?{text[:600]}"
        calm(answer, what)
        only_its_own("home.", before, everything(), answer.status_code, what)

    for rule in doors(app, role, "GET"):
        if rule.endpoint not in {"static", "accounts.quick_exit"}:
            everything_sent(sent(asked, {}), partial(send, rule, every.address(app, rule, ids)))


def test_every_section_says_what_its_forms_may_change(app):
    sections = {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules() if "POST" in rule.methods}
    assert sections <= MAY_CHANGE.keys()

"""The house keeps its plan: rooms, sizes, names, what no file may do, and no page that changes by being looked at."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shelter.access import Role
from shelter.calendar import now
from tests.access.oracle import PUBLIC
from tests.access.test_every_door import address, doors, world  # noqa: F401 (a fixture)

ROOT = Path(__file__).resolve().parent.parent
SHELTER, TEMPLATES, TESTS = ROOT / "shelter", ROOT / "templates", ROOT / "tests"
ROOMS = {"__init__", "rules", "models", "queries", "actions", "forms", "indicators", "views"}
OWN_ROOMS = {
    "accounts": {"sessions", "proof"}, "partners": {"territory", "workdays", "lists"},
    "cases": {"records", "returning", "search", "words"},
    "documents": {"files"}, "notices": {"kinds"}, "approvals": {"kinds"}, "desk": {"pairs"},
    "answers": {"kinds", "paper"}, "outgoing": {"letter"},
    "jobs": {"kinds", "progress", "queue", "worker"},
    "followup": {"words"}, "register": {"reading", "mappings", "uploads", "undoing"}, "oversight": {"words", "watch"},
    "reports": {"sheet"}, "figures": {"board", "together"}, "procedures": {"kinds"},
    "route": {"board", "following", "kept", "saying", "words"},
    "protocol": {"first", "words", "booklet", "validating"},
}
"""One room for the feature's own idea. `cases` is the spine and has three; `partners` knows where, when and in which
words; `answers` have their kinds and their slip on paper; `protocol` comes with a first version, is told in words,
printed and validated; `route` keeps where cases stand, lists and says it, has what the team says of steps weighed and
what was said follow a corrected moment; `register` has its mapping files beside the reading."""
SHARED_TEMPLATES = {"layout", "ui", "paper", "errors"}
LONGEST_FILE, LONGEST_VIEW = 400, 15


def python_files(*folders):
    return [file for folder in folders for file in sorted(folder.rglob("*.py")) if "__pycache__" not in file.parts]


def name_of(file):
    return str(file.relative_to(ROOT))


CODE = python_files(SHELTER)
TREES = {file: ast.parse(file.read_text("utf-8")) for file in CODE}
PAGES = sorted(TEMPLATES.rglob("*.html"))


def features():
    """Packages that have addresses."""
    return sorted(file.parent for file in SHELTER.glob("*/__init__.py") if "def sections" in file.read_text("utf-8"))


def found(pattern, files, *, but=()):
    """Where a pattern stands, as `file:line`."""
    return [
        f"{name_of(file)}:{number}" for file in files if name_of(file) not in but
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1) if re.search(pattern, line)
    ]


# --- plan -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("feature", features(), ids=lambda each: each.name)
def test_a_feature_has_the_rooms_of_the_plan_and_one_of_its_own(feature):
    there = {each.stem for each in feature.iterdir() if each.name != "__pycache__"}
    assert there - ROOMS == OWN_ROOMS.get(feature.name, set())


def test_no_drawer_for_everything():
    names = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "lib", "shared"}
    assert [name_of(file) for file in python_files(SHELTER, TESTS) if names & {file.stem, file.parent.name}] == []


def test_no_file_has_two_ideas():
    files = [*python_files(SHELTER, TESTS), *PAGES]
    long = {name_of(file): count
            for file in files if (count := len(file.read_text("utf-8").splitlines())) > LONGEST_FILE}
    assert long == {}


def test_each_module_says_in_its_first_line_what_it_is_for():
    silent = []
    for file in [*CODE, *python_files(TESTS)]:
        first = (ast.get_docstring(ast.parse(file.read_text("utf-8")), clean=False) or "").split("\n")[0]
        if not re.fullmatch(r"\S.{8,}[.!?:;,*]", first):
            silent.append(f"{name_of(file)}: {first!r}")
    assert silent == []


def views():
    """Every function that stands behind an address: (file, function)."""
    for file, tree in TREES.items():
        if file.stem == "views":
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and any(_is_route(each) for each in node.decorator_list):
                    yield file, node


def _is_route(decorator):
    return isinstance(decorator, ast.Call) and getattr(decorator.func, "attr", "") in {"route", "get", "post"}


def test_a_view_is_short():
    long = {}
    for file, view in views():
        body = view.body[1:] if ast.get_docstring(view) else view.body
        lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
        if lines > LONGEST_VIEW:
            long[f"{name_of(file)}:{view.name}"] = lines
    assert long == {}


# --- templates --------------------------------------------------------------------------------------------------------

def test_a_template_belongs_to_a_section_or_to_all(app):
    folders = {each.name for each in TEMPLATES.iterdir() if each.is_dir()}
    assert folders <= SHARED_TEMPLATES | app.blueprints.keys()
    assert [each.name for each in TEMPLATES.iterdir() if each.is_file()] == []


def test_every_template_is_used_and_every_one_used_is_there():
    text = "\n".join(file.read_text("utf-8") for file in [*CODE, *PAGES])
    named = set(re.findall(r"""["']([a-z_]+/[a-z_]+\.(?:html|svg|txt|css))["']""", text))
    there = {str(each.relative_to(TEMPLATES)) for each in TEMPLATES.rglob("*.*")}
    assert there - named == set(), "used nowhere"
    assert {name for name in named if name.endswith(".html")} - there == set(), "not there"


# --- what no file may do ----------------------------------------------------------------------------------------------

def test_no_template_trusts_html():
    assert found(r"\|\s*safe\b|autoescape\s+false|Markup\(", PAGES) == []


MARKUP = {f"shelter/{each}.py" for each in ("web/paper", "web/panels", "web/charts", "web/choices", "web/prose")}


def test_html_is_trusted_only_where_it_was_made():
    """Panels are rendered templates; charts and options are written with `Markup.format`, and prose by
    its reader, which escape."""
    assert found(r"\bMarkup\(", CODE, but=MARKUP) == []


@pytest.mark.parametrize("pattern", [r"\.query\b(?!\()", r"\bpopulate_obj\b", r"\bdb\.session\.query\(",
                                     r"\bget_or_404\b"])
def test_a_shortcut_past_reach_and_forms_is_nowhere(pattern):
    assert found(pattern, CODE) == []


def test_only_the_audit_commits():
    allowed = {"shelter/audit/work.py"}
    assert found(r"\.commit\(", CODE, but=allowed) == []


def test_the_time_comes_from_the_calendar():
    allowed = {"shelter/calendar.py"}
    assert found(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(", CODE, but=allowed) == []


def test_secrets_are_never_plain_chance():
    """`random` is for the demonstration, which must be the same each time."""
    assert [where for where in found(r"^\s*(import random|from random)", CODE) if "cli/demo" not in where] == []


def test_nothing_is_fetched():
    allowed = re.compile(r"http://(www\.w3\.org|127\.0\.0\.1|localhost|\{host\})|urn:")
    lines = [
        (where, line) for file in [*CODE, *PAGES, *sorted((SHELTER / "static").glob("*"))]
        for where, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(r"https?://", line) and not allowed.search(line)
    ]
    assert [line for _where, line in lines if re.search(r"(src|href|url|fetch|import)\W*https?://", line)] == []


# --- addresses --------------------------------------------------------------------------------------------------------

def test_addresses_are_lower_case_ascii_and_joined_by_hyphens(app):
    for rule in app.url_map.iter_rules():
        plain = re.sub(r"<[^>]+>", "x", rule.rule)
        assert re.fullmatch(r"(/[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?)*/?", plain), rule
        assert not plain.endswith("/") or plain == "/", rule


def test_an_address_is_read_or_sent_to_and_nothing_else(app):
    for rule in app.url_map.iter_rules():
        assert rule.methods <= {"GET", "HEAD", "POST", "OPTIONS"}, rule


# --- looking changes nothing ------------------------------------------------------------------------------------------

WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|CREATE|DROP|ALTER|TRUNCATE)\s+\"?(\w+)",
                    re.IGNORECASE)


def written(statements):
    return {(match[1].upper(), match[2]) for each in statements if (match := WRITES.match(each))}


@pytest.mark.parametrize("role", Role)
def test_looking_at_a_page_changes_nothing_but_trail_and_session(
    app, world, staff, sign_in, count_queries, role,  # noqa: F811
):
    ids, _made = world
    client = sign_in(staff(role), seen_at=now() - timedelta(minutes=5))
    seen, touched = 0, set()
    for rule in (rule for rule, method in doors(app) if method == "GET"):
        url = address(app, rule, ids["T"])
        with count_queries() as found_here:
            answer = client.get(url)
        assert answer.status_code < 500, url
        changed = written(found_here.statements)
        assert changed <= {("INSERT INTO", "audit_entry"), ("UPDATE", "staff_session")}, url
        touched |= changed
        seen += answer.status_code == 200
    assert seen >= 2
    assert ("UPDATE", "staff_session") in touched, "the session was seen five minutes ago"


def test_looking_at_a_public_page_changes_nothing_at_all(app, count_queries):
    """Signed out, the quick exit and the lock have nothing to lock."""
    client = app.test_client()
    for endpoint in sorted(PUBLIC - {"static", "accounts.activate"}):
        rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
        if "GET" in rule.methods:
            with count_queries() as found_here:
                assert client.get(rule.rule).status_code < 500, rule
            assert written(found_here.statements) == set(), rule
    with count_queries() as found_here:
        client.get("/activar/nada")
    assert written(found_here.statements) == set()


def test_a_head_request_changes_no_more_than_a_get(app, world, staff, sign_in, count_queries):  # noqa: F811
    client = sign_in(staff(Role.CASEWORKER))
    with count_queries() as found_here:
        client.head(f"/casos/{world[0]['T']['case']}")
    assert written(found_here.statements) <= {("INSERT INTO", "audit_entry"), ("UPDATE", "staff_session")}


def test_every_promise_to_those_who_use_the_pages_has_a_test_of_its_name():
    text = "".join(each.read_text("utf-8") for each in (TESTS / "browser").glob("test_*.py"))
    marks = re.findall(r"pytest\.mark\.ux\((\d+)\)", text)
    assert sorted(map(int, set(marks))) == list(range(1, 18))

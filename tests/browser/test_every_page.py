"""Every page of every role fits a small telephone, passes axe, speaks one language, and fails nowhere unseen."""

import uuid
from collections import defaultdict
from datetime import timedelta

import pytest

from shelter import answers
from shelter.access import Role
from shelter.accounts import actions as accounts
from shelter.accounts.models import Staff
from shelter.audit import operator, work
from shelter.db import db
from shelter.outgoing.actions import ANSWER
from tests.browser.eyes import problems
from tests.browser.screen import MAIN_FORM
from tests.browser.tour import expected, tour
from tests.browser.world import GONE, LEFT, STAYING

SMALL = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
WIDE = {"viewport": {"width": 1280, "height": 800}}
LOOKS = pytest.mark.parametrize(("language", "theme", "options"), [("es", "light", SMALL), ("en", "dark", WIDE)],
                                ids=["es-light-320", "en-dark-1280"])
MAY_STAY_EMPTY = {
    "door.change_card", "intake.consent", "intake.situation", "oversight.trail", "partners.agree", "route.declare",
}
SENT_EMPTY = set()
"""What a form says to whoever fills nothing in is the same for every role: it is looked at once in each look."""
EMPTY = """form => {
  const controls = [...form.querySelectorAll('input:not([type=hidden]), select, textarea')];
  for (const each of controls) if (/radio|checkbox/.test(each.type)) each.checked = false; else each.value = '';
  return controls.length;
}"""
DEAD_LINKS = """() => [...document.querySelectorAll('.errors a')].map(link => link.hash)
  .filter(hash => !document.getElementById(hash.slice(1)))"""


class Findings:
    """What is wrong, each thing once, with the kinds of page on which it was found."""

    def __init__(self, language):
        self.language, self.found = language, defaultdict(set)

    def look(self, screen, kind, *more):
        for each in (*problems(screen.page, self.language), *more):
            self.found[each].add(kind)

    def __str__(self):
        return "\n".join(f"{each}  <- {', '.join(sorted(kinds))}" for each, kinds in self.found.items())


@pytest.fixture
def prefer(world):
    """prefer(role, **settings) -> somebody of the crew who chose them, until the end of the test."""
    yield lambda role, **settings: world.prefer(world.crew[role], **settings)
    for member in world.crew.values():
        world.prefer(member, language=None, theme="system")


@pytest.mark.ux(4)
@LOOKS
@pytest.mark.parametrize("role", Role)
def test_every_page_of_a_role(world, prefer, sign_in, role, language, theme, options):
    screen = sign_in(prefer(role, language=language, theme=theme), **options)
    world.keep_fresh(world.crew[role])
    findings, seen = Findings(language), set()
    begin = [world.drafted, *(f"/casos/{world.residents[name]}" for name in (LEFT, STAYING))]
    begin += [f"/casos/{world.residents[GONE]}/egreso/cuando"]
    begin += [path for writer, path in (*world.written.items(), *world.papers.items()) if writer is role]
    for kind in tour(world.app, screen, *begin, examples=2 if options is SMALL else 1):
        findings.look(screen, kind)
        if (language, kind) not in SENT_EMPTY and kind not in MAY_STAY_EMPTY:
            SENT_EMPTY.add((language, kind))
            sent_empty(screen, kind, findings)
        seen.add(kind)
    assert not str(findings), f"\n{findings}"
    if options is SMALL:
        left_out = sorted(expected(world.app, role) - seen)
        assert left_out == [], "the matrix opens these pages, and no link leads there"


def sent_empty(screen, kind, findings):
    """A form without any answer: it says what is missing, and leads there."""
    form = screen.page.locator(MAIN_FORM)
    if form.count() == 0 or form.first.evaluate(EMPTY) == 0:
        return
    with screen.page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        screen.send()
    right = {
        "answers an empty form with 422": answer.value.status == 422,
        "the errors have the focus": screen.page.evaluate("document.activeElement.matches('.errors')"),
        "each error leads to its field": screen.page.evaluate(DEAD_LINKS) == [],
        "the title begins with Error:": screen.page.title().startswith("Error:"),
    }
    findings.look(screen, f"{kind} with errors", *(f"not so: {each}" for each, is_so in right.items() if not is_so))


@pytest.fixture
def strange(browse):
    """strange(language, theme, **options) -> the screen of somebody who is not signed in."""

    def make(language, theme, **options):
        screen = browse(color_scheme=theme, **options)
        screen.go("/entrar")
        if screen.page.get_attribute("html", "lang") != language:
            screen.press('.foot button[formaction="/idioma"]')
        return screen

    return make


@pytest.mark.ux(4)
@LOOKS
def test_every_page_for_somebody_who_is_not_signed_in(world, strange, language, theme, options):
    invited = world.member(Role.LAWYER)
    with world.inside(), work("staff.link", by=operator):
        token = accounts.new_link(db.session.get_one(Staff, invited.id))
        code = answers.issue(ANSWER, world.sent, lasts=timedelta(days=1), by=None).code
    screen, findings = strange(language, theme, **options), Findings(language)
    links = (f"/activar/{token}", "/activar/spent")
    links += ("/respuesta", f"/respuesta/{code}", "/respuesta/spent")
    for path in ("/entrar", "/recuperar", *links, "/ayuda", "/privacidad", "/accesibilidad", "/nada"):
        screen.go(path)
        findings.look(screen, path)
        sent_empty(screen, path, findings)
    screen.go("/entrar")
    screen.answer(email="nobody@prueba.invalid", password="this is not the password")
    screen.send()
    findings.look(screen, "a wrong password")
    assert not str(findings), f"\n{findings}"


@pytest.mark.ux(17)
@LOOKS
def test_every_page_that_says_what_went_wrong(world, prefer, sign_in, language, theme, options):
    screen = sign_in(prefer(Role.CASEWORKER, language=language, theme=theme), **options)
    findings = Findings(language)
    for path, status in (("/nada", 404), (f"/casos/{uuid.uuid4()}", 404), ("/admin/usuarios", 403), ("/salir", 405)):
        assert screen.go(path).status == status
        findings.look(screen, f"{path} {status}")
    screen.go("/mi-cuenta")
    screen.page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach(each => { each.value = 'forged'; })")
    screen.send()
    findings.look(screen, "a forged form")
    screen.go("/ingresos/nuevo")
    screen.page.fill("[name=safety]", "x" * 1_000_000)
    screen.answer(is_safe="yes", needs_doctor="no")
    screen.send()
    findings.look(screen, "a million letters")
    assert screen.page.locator(".errors a").count() == 1
    screen.go("/entrar/codigo")
    findings.look(screen, "the second factor")
    screen.go("/bloqueo")
    findings.look(screen, "the lock")
    sent_empty(screen, "the lock", findings)
    assert not str(findings), f"\n{findings}"


@LOOKS
def test_what_two_people_wrote_is_compared_on_one_page(world, prefer, sign_in, language, theme, options):
    screen = sign_in(prefer(Role.CASEWORKER, language=language, theme=theme), **options)
    case = world.resident("Ixchel")
    screen.go(f"/ingresos/{case}/persona")
    other = screen.beside()
    other.go(f"/ingresos/{case}/persona")
    screen.answer(name_used="Dalia", sex="female", nationality="EC")
    screen.send()
    other.answer(name_used="Celosía", sex="male", nationality="CO")
    other.send()
    assert other.page.locator(".now-says").count() >= 3
    findings = Findings(language)
    findings.look(other, "both versions")
    assert not str(findings), f"\n{findings}"

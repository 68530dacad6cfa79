"""A referral, an arrival, a bed and a service by keyboard alone: what has the focus is seen, and nothing holds it."""

import pytest

from shelter.access import Role
from tests.browser.screen import Screen

NAME = "Sisa"
FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const shape = at.closest('.choice') || at, style = getComputedStyle(shape), box = shape.getBoundingClientRect();
  const covers = bar => getComputedStyle(bar).position === 'sticky' && !bar.contains(at) && !at.matches('.skip');
  const bars = [...document.querySelectorAll('header.top, nav.bar')].filter(bar => bar.offsetHeight && covers(bar));
  const over = bars.map(bar => bar.getBoundingClientRect());
  const free = [Math.max(0, ...over.filter(bar => bar.top <= 0).map(bar => bar.bottom)),
                Math.min(innerHeight, ...over.filter(bar => bar.top > 0).map(bar => bar.top))];
  const seen = Math.min(box.bottom, free[1]) - Math.max(box.top, free[0]);
  return {
    what: at.outerHTML.slice(0, 160), value: at.value || '', checked: at.checked || false, main: at.id === 'main',
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    whole: seen >= Math.min(box.height, free[1] - free[0]) * (at.localName === 'textarea' ? 0.4 : 1) - 1,
  };
}"""
REACHABLE = """() => {
  const found = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => !e.disabled && e.type !== 'hidden' && e.checkVisibility({visibilityProperty: true}));
  const groups = new Set();
  return found.filter(e => e.type !== 'radio' || (!groups.has(e.name) && groups.add(e.name))).length;
}"""
PASSED_BEFORE = """() => {
  const at = document.activeElement, before = 'passed' in at.dataset;
  at.dataset.passed = 'yes';
  return before;
}"""


class Keys:
    """Somebody who has no mouse."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.page, self.pressed = screen, screen.page, 0

    def press(self, key: str, *, times: int = 1) -> None:
        """A key; wherever the focus is afterwards, it must be seen."""
        for _time in range(times):
            self.page.keyboard.press(key)
            self.pressed += 1
            self.look()

    def look(self) -> dict[str, object] | None:
        """What has the focus: with a ring around it, and not under a bar."""
        at: dict[str, object] | None = self.page.evaluate(FOCUS)
        if at and not at["main"]:
            assert at["ring"], f"no ring: {at['what']}"
            assert at["whole"], f"under a bar: {at['what']}"
        return at

    def to(self, selector: str) -> None:
        """On with Tab until it is there."""
        for _time in range(120):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        pytest.fail(f"the keyboard does not reach {selector}")

    def begin(self) -> None:
        """Past the frame, to the content; after a form that was begun there, the focus is there already."""
        self.press("Tab")
        if self.page.evaluate("document.activeElement.matches('.skip')"):
            self.press("Enter")

    def choose(self, name: str, value: str) -> None:
        """One of several: with the arrows, or with the space bar where it stands already."""
        self.to(f'main [name="{name}"]')
        for _time in range(60):
            at = self.look()
            if at and at["value"] == str(value) and (at["checked"] or "<select" in str(at["what"])):
                return
            self.press(" " if at and at["value"] == str(value) else "ArrowDown")
        pytest.fail(f"{name} does not become {value}")

    def write(self, name: str, text: str) -> None:
        """Into a field."""
        self.to(f'main [name="{name}"]')
        self.page.keyboard.type(text)

    def enter(self, selector: str) -> None:
        """A link or a button."""
        self.to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self.pressed += 1


@pytest.fixture(params=[(360, 640), (1280, 720)], ids=["narrow", "wide"])
def keys(request, world, sign_in):
    width, height = request.param
    return Keys(sign_in(world.member(Role.CASEWORKER), viewport={"width": width, "height": height}))


@pytest.mark.ux(5)
def test_a_referral_an_arrival_a_bed_and_a_service_by_keyboard(world, keys):
    keys.begin()
    keys.enter('main a[href="/derivaciones/nueva"]')
    keys.begin()
    keys.choose("is_safe", "no")
    keys.write("safety", "La esperan afuera.")
    keys.choose("needs_doctor", "no")
    keys.choose("language", "spa")
    keys.choose("urgency", "today")
    keys.choose("institution_id", str(world.institution))
    keys.write("name", NAME)
    keys.enter("main form.form button[type=submit]")
    keys.begin()
    keys.choose("state", "accepted")
    keys.enter("main form.form button[type=submit]")
    case = keys.screen.case_id()
    keys.begin()
    keys.enter(f'main a[href="/ingresos/{case}/seguridad"]')
    keys.begin()
    keys.choose("is_safe", "yes")
    keys.choose("needs_doctor", "unknown")
    keys.enter("main form.form button[type=submit]")
    keys.begin()
    keys.enter(f'main .tasks a[href="/casos/{case}/estancia"]')
    keys.begin()
    keys.to("main [name=bed_id]")
    keys.press(" ")
    keys.enter("main form.form button[type=submit]")
    assert keys.page.locator("main .notice-success").count() == 1
    keys.screen.go("/mi-dia")
    keys.begin()
    keys.enter('main a[href="/registrar"]')
    keys.begin()
    keys.choose("person", case)
    keys.choose("type", "social.basic_kit")
    keys.choose("was_held", "yes")
    keys.choose("minutes", "30")
    keys.enter("main form.form button[type=submit]")
    assert keys.screen.path == f"/casos/{case}/servicios"


@pytest.mark.ux(5)
def test_a_service_takes_thirty_keys(world, sign_in):
    member = world.member(Role.PSYCHOLOGIST)
    case = world.resident("Urpi", team=(member,))
    keys = Keys(sign_in(member))
    keys.screen.go("/registrar")
    keys.begin()
    keys.choose("person", case)
    keys.choose("was_held", "yes")
    keys.choose("minutes", "45")
    keys.enter("main form.form button[type=submit]")
    assert keys.screen.path == f"/casos/{case}/servicios"
    assert keys.pressed <= 30


@pytest.mark.parametrize("path", ["/mi-dia", "/casos", "/registrar", "/ingresos/nuevo", "/mi-cuenta", "/camas"])
def test_nothing_holds_the_focus_and_everything_gets_it(keys, path):
    keys.screen.go(path)
    reachable, passed = keys.page.evaluate(REACHABLE), 0
    for _key in range(reachable * 4):
        keys.press("Tab")
        if keys.look() is None:
            continue
        passed += not keys.page.evaluate(PASSED_BEFORE)
        if passed == reachable:
            break
    assert passed == reachable
    keys.press("Shift+Tab")
    assert keys.look() is not None


def test_a_menu_opens_and_closes_by_keyboard(keys):
    menu = "nav.bar summary" if keys.page.viewport_size["width"] < 600 else "header summary"
    keys.to(menu)
    keys.press("Enter")
    panel = keys.page.locator(menu.replace("summary", ".drop-panel"))
    assert panel.is_visible()
    keys.press("Tab")
    keys.press("Escape")
    assert not panel.is_visible()
    assert keys.page.evaluate("s => document.activeElement.matches(s)", menu)


def test_errors_take_the_focus_and_lead_to_the_field(keys):
    keys.screen.go("/ingresos/nuevo")
    keys.begin()
    keys.enter("main form.form button[type=submit]")
    assert keys.page.title().startswith(("Error:", "Falta"))
    assert keys.page.evaluate("document.activeElement.matches('.errors')")
    keys.press("Tab")
    keys.press("Enter")
    assert keys.page.evaluate("document.activeElement.name") == "is_safe"

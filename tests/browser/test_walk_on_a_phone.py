"""One person walks through the house; everybody who works with her holds a telephone."""

from pathlib import Path

from shelter.access import Role
from tests.browser.conftest import PHONE

NAME, SURNAME = "Yaretzi", "Chuquimarca"
NOTE, WORDS = "Xenón durante la sesión", "Azafrán y sosiego"


def test_the_walk_from_the_referral_to_the_report(on_phone, sign_in, world):
    worker = on_phone(Role.CASEWORKER)
    case = _received(worker, world)
    _arrived(worker, case)
    members = {role: world.member(role) for role in (Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL)}
    _joined(worker, case, members)
    helpers = {role: sign_in(member, **PHONE) for role, member in members.items()}
    service = _served(helpers[Role.PSYCHOLOGIST], case, "psychology.individual")
    for role, other in helpers.items():
        other.go(service)
        assert WORDS in other.text, role
        assert (NOTE in other.text) is (role is Role.PSYCHOLOGIST), role
    worker.go(service)
    assert NOTE not in worker.text
    _served(helpers[Role.LAWYER], case, "legal.rights")
    _served(helpers[Role.MEDICAL], case, "medical.check_up")
    _instructed(helpers[Role.MEDICAL], case)
    _seen_by_the_night_shift(on_phone(Role.HOUSE_STAFF))
    _left(worker, case)
    _followed_up(worker, case)
    _reported(on_phone(Role.PROGRAMME_COORDINATOR))


def _received(worker, world):
    """A referral comes in and is accepted: the case is open."""
    worker.follow("/derivaciones/nueva")
    worker.answer(is_safe="no", safety="La esperan afuera.", needs_doctor="no", language="spa",
                  urgency="today", name=NAME)
    worker.answer(institution_id=world.institution)
    worker.send()
    assert NAME in worker.text
    worker.answer(state="accepted")
    worker.send()
    return worker.case_id()


def _arrived(worker, case):
    """Safety, a bed, who she is, what she agrees to, what she wants; then the review."""
    assert worker.path == f"/ingresos/{case}"
    worker.follow(f"/ingresos/{case}/seguridad")
    worker.answer(is_safe="yes", needs_doctor="no", language="que", needs_interpreter="yes", safety="Xeroftalmia")
    worker.send()
    worker.follow(f"/casos/{case}/estancia")
    worker.tap(worker.see("main .choice label"))
    worker.send()
    worker.go(f"/ingresos/{case}")
    worker.follow(f"/ingresos/{case}/persona")
    worker.answer(name_used=NAME, birth__year="2001", sex="female", nationality="EC", surnames=SURNAME,
                  document_kind="cedula", document="1714307104")
    worker.send()
    assert worker.page.locator(".tag-due").count() == 1, "the doubtful cédula is marked"
    worker.follow(f"/ingresos/{case}/consentimiento")
    worker.answer(language="que", referral="given", figures="given", follow_up="given", prosecution="refused")
    worker.send()
    worker.follow(f"/ingresos/{case}/situacion")
    worker.answer(wishes="Xilografía", found=["labour"], others_ruled_out="no", exploited_in="EC")
    worker.send()
    worker.follow(f"/ingresos/{case}/revisar")
    assert SURNAME in worker.text
    worker.send()
    assert worker.path == f"/casos/{case}"


def _joined(worker, case, members):
    """Three professions join her team."""
    for role, discipline in ((Role.PSYCHOLOGIST, "psychology"), (Role.LAWYER, "legal"), (Role.MEDICAL, "medical")):
        worker.go(f"/casos/{case}")
        worker.follow(f"/casos/{case}/equipo")
        worker.answer(staff_id=members[role].id, discipline=discipline)
        worker.send()


def _served(helper, case, kind):
    """A service, from my day, for whom the telephone offers; gives back its address."""
    helper.go("/mi-dia")
    helper.follow("/registrar")
    helper.answer(person=case, type=kind, was_held="yes", minutes="45", headline=WORDS, body=NOTE)
    helper.send()
    assert helper.path == f"/casos/{case}/servicios"
    helper.follow(f'main tbody a[href^="/casos/{case}/servicios/"]')
    assert WORDS in helper.text
    return helper.path


def _instructed(medical, case):
    medical.follow(f"/casos/{case}/indicaciones")
    medical.answer(kind="give", text="Ziploc A 20:00")
    medical.send()
    assert "Ziploc A 20:00" in medical.text


def _seen_by_the_night_shift(shift):
    shift.follow("/esta-noche")
    row = shift.see(f'main tr:has-text("{NAME}")').inner_text()
    assert "Ziploc A 20:00" in row
    for untold in (SURNAME, NOTE, WORDS, "Xeroftalmia"):
        assert untold not in shift.text
    assert shift.page.locator("main a").count() == 0, "the list leads nowhere"


def _left(worker, case):
    """An exit with a destination, and how it is safe to reach her."""
    worker.go(f"/casos/{case}")
    worker.follow(f"/casos/{case}/egreso")
    worker.answer(reason="plan_done")
    worker.answer(destination="independent")
    worker.answer(province="17", was_her_decision="yes", plan="Zaguán", consent="given", channel="call")
    worker.answer(number="0998765432", hours="10-12", code_word="Jacarandá", never="Zapping", confirmed=True)
    worker.send()
    assert worker.path == f"/casos/{case}"


def _followed_up(worker, case):
    """The number stands behind the conditions; two contacts are recorded."""
    worker.follow(f"/casos/{case}/seguimiento")
    assert "0998765432" not in worker.page.content()
    worker.send()
    assert "0998765432" not in worker.page.content(), "not without having read the conditions"
    worker.answer(has_read=True)
    worker.send()
    assert "0998765432" in worker.text
    for month, outcome in ((1, "stable"), (3, "progress")):
        worker.go(f"/casos/{case}/seguimiento")
        worker.follow(f"/casos/{case}/seguimiento/nuevo")
        worker.answer(channel="call", outcome=outcome, month=month, note=NOTE)
        worker.send()
        assert worker.path == f"/casos/{case}/seguimiento"
    assert worker.page.locator("main .history > li").count() == 2
    assert worker.page.locator("main .tag-done").count() == 1, "on the day she left, that of the third month is early"


def _reported(coordinator):
    """The quarter that runs, on the screen and as PDF. The coordinator of the programme reads no name on the way."""
    coordinator.go("/casos")
    assert NAME not in coordinator.text
    coordinator.tap("nav.bar summary")
    coordinator.follow("/reportes")
    coordinator.follow("/reportes/nuevo")
    coordinator.answer(period=coordinator.page.locator("main [name=period] option").first.get_attribute("value"))
    coordinator.send()
    assert coordinator.path.startswith("/trabajos/")
    coordinator.page.wait_for_url("**/vista-previa", timeout=60_000)  # the page goes there by itself
    with coordinator.page.expect_download() as download:
        coordinator.tap('main a[href$=".pdf"]')
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    assert NAME not in download.value.suggested_filename

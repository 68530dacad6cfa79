"""The path without consent: a basis in law, the minimum, with her knowledge, looked at by another person."""

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import PartialDate, today
from shelter.cases import actions as cases
from shelter.cases import rules as spine
from shelter.cases.models import Case
from shelter.codes.outgoing import Basis, OutgoingState, Shared
from shelter.codes.referrals import InstitutionKind
from shelter.db import db
from shelter.notices.models import Notice
from shelter.outgoing import rules
from shelter.rules import RuleBroken
from tests.client import Page
from tests.outgoing.test_sending import text_of

GROUNDS = "Perdió el conocimiento; va en ambulancia."
ORDER = "Unidad Judicial Penal de Quito, orden 17282-2026-00045 del 3 de noviembre."
VITAL = {"basis": "vital", "grounds": GROUNDS, "fields": ["name_used", "age"], "urgency": "today",
         "service": "medical.emergency"}


@pytest.fixture
def coordinators(staff, programme):
    made = {"here": staff(Role.SHELTER_COORDINATOR), "away": staff(Role.SHELTER_COORDINATOR, programme.far_house),
            "programme": staff(Role.PROGRAMME_COORDINATOR)}
    with work("test.passwords", by=operator):
        for each in made.values():
            each.password_hash = "x"
    return made


def test_the_basis_is_written_down(client, rosa, typed):
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**{**VITAL, "grounds": ""}))
    assert answer.status_code == 422
    assert any(each.get("href") == "#grounds" for each in Page(answer.text).all("a"))


@pytest.mark.parametrize(("basis", "fields", "left"), [
    (Basis.VITAL, ["full_name"], 422), (Basis.VITAL, ["document"], 422), (Basis.VITAL, ["nationality"], 422),
    (Basis.VITAL, ["name_used", "age", "language"], 303), (Basis.ORDER, ["full_name", "document"], 303),
])
def test_only_the_minimum_leaves(client, rosa, typed, basis, fields, left):
    form = typed(**{**VITAL, "basis": str(basis), "fields": fields, "grounds": ORDER})
    assert client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **form).status_code == left


@pytest.mark.parametrize(("basis", "service", "office", "left"), [
    ("vital", "medical.emergency", "health", 303), ("vital", "medical.emergency", "prosecutor", 422),
    ("vital", "legal.protection", "prosecutor", 303), ("vital", "legal.protection", "health", 422),
    ("child", "legal.complaint", "board", 303), ("child", "social.escort", "prosecutor", 303),
    ("vital", "social.interpreting", "health", 303), ("order", "medical.check_up", "prosecutor", 303),
])
def test_without_her_consent_only_who_gives_the_service_is_told(
    client, rosa, typed, offices, basis, service, office, left,
):
    if basis == "child":
        with work("test.birth", by=operator):
            cases.describe(rosa, version=rosa.person.version, birth=PartialDate(today().year - 12))
    form = typed(**{**VITAL, "basis": basis, "service": service, "to": str(getattr(offices, office).id),
                    "grounds": ORDER})
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **form)
    assert answer.status_code == left
    assert any(each.get("href") == "#to" for each in Page(answer.text).all("a")) is (left == 422)


def test_only_what_names_of_kinds_say_gives_help_at_once():
    """A new service or kind of institution is told of nobody without consent until somebody decides so."""
    told = {kind for kind in InstitutionKind for basis, services in rules.AT_ONCE.items() for service in services
            if passes(rules.gives_it, basis, service, kind)}
    assert {kind.value for kind in set(InstitutionKind) - told} == {
        "education", "foreign_affairs", "migration", "equality", "labour", "consulate"}


def passes(rule, *given):
    try:
        rule(*given)
    except RuleBroken:
        return False
    return True


@pytest.mark.parametrize("text", [
    "Cita para R o s a.", "Cita para Q.u.i.n.t.e.r.o", "cita de r-o-s-a p-a-z", "Cita para Rosa", "PAZ, una cita",
])
def test_her_name_does_not_leave_in_letters_that_stand_apart(text):
    with pytest.raises(RuleBroken):
        spine.names_nobody({"needs": text}, ("Rosa", "Rosa Elvira", "Quintero Paz"))


@pytest.mark.parametrize("text", ["Cédula 171003406-5", "ci 171003406 5", "1 7 1 0 0 3 4 0 6 5", "1.710.034.065"])
def test_her_document_does_not_leave_however_its_digits_are_parted(text):
    with pytest.raises(RuleBroken):
        spine.names_nobody({"needs": text}, ("Rosa", "1710034065"))
    with pytest.raises(RuleBroken):
        spine.names_nobody({"needs": "Cédula 1710034065"}, ("Rosa", "171003406-5"))
    spine.names_nobody({"needs": "Piso 17, a las 10:03, sala 4065"}, ("Rosa", "1710034065", None, ""))


@pytest.mark.parametrize(("name", "text"), [
    ("Amanecer", "Recójanla en Amanecer."), ("La Aurora", "está en la aurora"), ("Casa Norte", "en Casa Norte"),
])
def test_the_name_of_the_house_does_not_leave_be_it_of_one_word(name, text):
    with pytest.raises(RuleBroken):
        spine.tells_no_place({"needs": text}, name, None)


@pytest.mark.parametrize(("name", "address", "text"), [
    ("Casa Norte", "Quito", "Una cita en Quito, en el hospital del norte."), ("Amanecer", None, "Una cita mañana."),
])
def test_what_tells_no_place_leaves(name, address, text):
    spine.tells_no_place({"needs": text}, name, address)


@pytest.mark.parametrize("text", ["Una cita en la sala 3 B a las 4 p. m.", "Grupo A, u otro", "a la o y e"])
def test_letters_that_stand_apart_may_be_words(text):
    spine.names_nobody({"needs": text}, ("Rosa", "Rosa Elvira", "Quintero Paz"))


def test_no_note_leaves_without_her_consent(client, rosa, typed):
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**VITAL, note="Algo más"))
    assert answer.status_code == 422
    assert any(each.get("href") == "#note" for each in Page(answer.text).all("a"))


@pytest.mark.parametrize(("birth", "left"), [
    (PartialDate(today().year - 12), 303), (PartialDate(today().year - 40), 422), (None, 303),
])
def test_child_protection_is_for_who_may_be_under_18(client, rosa, typed, birth, left):
    with work("test.birth", by=operator):
        cases.describe(rosa, version=rosa.person.version, birth=birth)
    form = typed(**{**VITAL, "basis": "child", "fields": ["full_name"]})
    assert client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **form).status_code == left


def test_she_is_told_or_it_is_written_why_not(client, prepared, press, stored):
    url = prepared(**VITAL)
    asked = Page(client.get(url).text).text.split("¿Sabe ella que esto sale sin su consentimiento?")[1]
    assert not asked.strip().startswith("(opcional)")
    for answers, field in (({}, "was_told"), ({"was_told": "no"}, "not_told"), ({"was_told": "perhaps"}, "was_told")):
        answer = press(url, "enviar", **answers)
        assert answer.status_code == 422
        assert any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))
    assert press(url, "enviar", was_told="no", not_told="unwell").status_code == 303
    assert stored().told_at is None
    assert press(url, "avisada").status_code == 303
    assert stored().told_at is not None


def test_it_leaves_without_a_consent_and_says_by_what_law(client, prepared, press, stored, tmp_path):
    url = prepared(**VITAL)
    assert press(url, "enviar", was_told="yes").status_code == 303
    assert (stored().state, stored().consent_id) == (OutgoingState.SENT, None)
    printed = text_of(client.get(f"{url}/carta.pdf").data, tmp_path)
    assert "LOPDP" in printed
    assert "aceptó" not in printed
    assert GROUNDS.split(";")[0] not in printed


def test_those_who_coordinate_are_told_and_another_person_reviews_it(
    client, worker, prepared, press, coordinators, sign_in, stored,
):
    url = prepared(**VITAL)
    assert press(url, "enviar", was_told="yes").status_code == 303
    told = set(db.session.scalars(sa.select(Notice.staff_id).where(Notice.word == "outgoing.without")))
    assert told == {coordinators["here"].id, coordinators["programme"].id}
    assert press(url, "revisar").status_code == 403
    there = sign_in(coordinators["here"])
    assert "Lo revisé" in there.get(url).text
    assert "por revisar" in Page(there.get("/derivaciones-enviadas").text).text
    assert "Salieron sin consentimiento" in Page(there.get("/mi-dia").text).text
    assert press(url, "revisar", by=there).status_code == 303
    assert stored().reviewed_by_id == coordinators["here"].id
    assert "Salieron sin consentimiento" not in there.get("/mi-dia").text


def test_what_is_to_be_reviewed_stands_before_whoever_reviews_and_not_before_who_sent_it(
    client, prepared, press, coordinators, sign_in,
):
    assert press(prepared(**VITAL), "enviar", was_told="yes").status_code == 303
    heading = "Salieron sin consentimiento: revise"
    assert heading not in Page(client.get("/derivaciones-enviadas").text).text
    assert heading in Page(sign_in(coordinators["here"]).get("/derivaciones-enviadas").text).text


UNKNOWN = "Ella no sabe que esto salió: dígaselo en cuanto sea seguro"


def test_who_sent_it_is_asked_again_until_she_knows_also_after_the_review(
    client, prepared, press, coordinators, sign_in,
):
    url = prepared(**VITAL)
    assert press(url, "enviar", was_told="no", not_told="unwell").status_code == 303
    there = sign_in(coordinators["here"])
    assert press(url, "revisar", by=there).status_code == 303
    for at in ("/mi-dia", "/derivaciones-enviadas"):
        assert UNKNOWN in Page(client.get(at).text).text
        assert UNKNOWN not in Page(there.get(at).text).text, "neither sent it nor leads the case"
    assert press(url, "avisada").status_code == 303
    for at in ("/mi-dia", "/derivaciones-enviadas"):
        assert UNKNOWN not in Page(client.get(at).text).text


def test_who_leads_the_case_is_asked_too(rosa, prepared, press, coordinators, sign_in):
    assert press(prepared(**VITAL), "enviar", was_told="no", not_told="absent").status_code == 303
    with work("test.lead", by=operator):
        db.session.get_one(Case, rosa.id).card.lead_id = coordinators["here"].id
    assert UNKNOWN in Page(sign_in(coordinators["here"]).get("/mi-dia").text).text


def test_nobody_is_asked_to_tell_who_is_too_young(client, rosa, prepared, press):
    with work("test.birth", by=operator):
        cases.describe(rosa, version=rosa.person.version, birth=PartialDate(today().year - 3))
    assert press(prepared(**VITAL), "enviar", was_told="no", not_told="too_young").status_code == 303
    assert UNKNOWN not in Page(client.get("/mi-dia").text).text


def test_her_name_is_not_in_what_the_review_reads(client, rosa, typed):
    form = typed(**{**VITAL, "grounds": "Rosa Elvira Quintero Paz perdió el conocimiento"})
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **form)
    assert answer.status_code == 422
    assert any(each.get("href") == "#grounds" for each in Page(answer.text).all("a"))


def test_who_prepared_it_does_not_review_what_another_sent(rosa, typed, client, press, coordinators, sign_in, stored):
    there = sign_in(coordinators["here"])
    url = there.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**VITAL)).location
    assert press(url, "enviar", was_told="yes").status_code == 303
    assert "Lo revisé" not in there.get(url).text
    assert press(url, "revisar", by=there).status_code == 303
    assert stored().reviewed_at is None
    elsewhere = sign_in(coordinators["programme"])
    assert "Lo revisé" in elsewhere.get(url).text
    assert press(url, "revisar", by=elsewhere).status_code == 303
    assert stored().reviewed_by_id == coordinators["programme"].id


def test_nobody_reviews_what_she_sent_herself():
    with pytest.raises(RuleBroken):
        rules.may_review("ella", "ella", Basis.VITAL, None)
    with pytest.raises(RuleBroken):
        rules.may_review("ella", "otra", Basis.VITAL, None, prepared_by="ella")
    with pytest.raises(RuleBroken):
        rules.may_review("otra", "ella", Basis.CONSENT, None)
    rules.may_review("otra", "ella", Basis.VITAL, None)


def test_with_her_consent_the_whole_may_leave_without_it_never_the_note():
    rules.is_the_minimum(Basis.CONSENT, list(Shared))
    for basis in set(Basis) - {Basis.CONSENT}:
        with pytest.raises(RuleBroken):
            rules.is_the_minimum(basis, [Shared.NOTE])


def test_whoever_must_review_sees_what_left_and_why_and_not_who_she_is(
    rosa, prepared, press, coordinators, sign_in, staff, programme, client,
):
    needs = "Que la esperen en emergencias."
    url = prepared(**VITAL, needs=needs)
    elsewhere = sign_in(coordinators["programme"])
    assert needs not in elsewhere.get(url).text, "nothing has left yet"
    assert press(url, "enviar", was_told="yes").status_code == 303
    assert client.fill(f"{url}/respuesta", state="received", through="call", who="Doctora Cedeño",
                       note="Sigue en observación.").status_code == 303
    page = Page(elsewhere.get(url).text).text
    for word in (needs, GROUNDS, "LOPDP", "El nombre que usa", "Edad en años", "36 años"):
        assert word in page
    for word in ("Rosa", "Quintero", "Cedeño", "observación", rosa.person.document):
        assert word not in page
    noted = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "outgoing.review")).all()
    assert [each.actor_id for each in noted] == [coordinators["programme"].id]
    assert press(url, "revisar", by=elsewhere).status_code == 303
    assert needs not in sign_in(staff(Role.AUDITOR)).get(url).text


@pytest.mark.parametrize(("wrong", "field"), [
    ({"grounds": "porque"}, "grounds"), ({"grounds": "x y z " * 3 + " " * 40}, "grounds"),
    ({"service": "social.job"}, "service"), ({"service": "medical.dental"}, "service"),
    ({"service": "social.job", "basis": "child"}, "service"),
    ({"service": "legal.complaint"}, "service"), ({"service": "social.return"}, "basis"),
    ({"service": "social.return", "basis": "order"}, "basis"),
    ({"urgency": "planned"}, "urgency"), ({"urgency": "72h", "basis": "child"}, "urgency"),
    ({"basis": "order", "grounds": "Orden"}, "grounds"),
    ({"basis": "order", "grounds": "Lo pidió un juez de la provincia."}, "grounds"),
    ({"grounds": "a" * 40}, "grounds"),
])
def test_without_her_consent_only_what_cannot_wait_is_asked_for(client, rosa, typed, wrong, field):
    with work("test.birth", by=operator):
        cases.describe(rosa, version=rosa.person.version, birth=PartialDate(today().year - 17))
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**{**VITAL, **wrong}))
    assert answer.status_code == 422
    assert [each["href"] for each in Page(answer.text).all("a") if each.get("href") == f"#{field}"]


@pytest.mark.parametrize("right", [
    {}, {"basis": "child", "service": "legal.complaint", "to": "prosecutor"},
    {"basis": "child", "service": "legal.protection", "to": "board"},
    {"basis": "order", "service": "social.school", "urgency": "planned", "grounds": ORDER},
    {"grounds": "Está muy grave"},
])
def test_what_cannot_wait_may_be_asked_for(client, rosa, typed, offices, right):
    right = {**right, "to": str(getattr(offices, right.get("to", "health")).id)}
    with work("test.birth", by=operator):
        cases.describe(rosa, version=rosa.person.version, birth=PartialDate(today().year - 17))
    assert client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**{**VITAL, **right})).status_code == 303

"""What leaves the house: what she agreed to, for that institution, and not a word more."""

import re
import subprocess
from datetime import timedelta

import pytest
import segno
import sqlalchemy as sa

from shelter import answers
from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import today
from shelter.cases import actions as cases
from shelter.cases import queries as spine
from shelter.cases.models import Case, TimelineEntry
from shelter.cases.records import Consent
from shelter.codes.cases import CaseState, ConsentAnswer, ConsentPurpose, Milestone, Stage
from shelter.codes.outgoing import OutgoingState
from shelter.db import db
from shelter.outgoing import actions, letter
from shelter.outgoing.models import Outgoing
from tests.client import Page
from tests.web.test_paper import failures

S = OutgoingState


def text_of(pdf, tmp_path):
    file = tmp_path / "carta.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def test_what_is_prepared_has_not_left(client, prepared, press, state):
    url = prepared()
    page = Page(client.get(url).text).text
    assert "Saldría exactamente esto" in page
    assert "Una cita de medicina general." in page
    assert state() is S.PREPARED
    assert client.get(f"{url}/carta.pdf").status_code == 403
    assert "No ha salido" not in page
    assert db.session.scalar(sa.select(sa.func.count()).where(TimelineEntry.milestone == Milestone.REFERRED_OUT)) == 0


def test_without_her_yes_nothing_leaves(prepared, press, state):
    url = prepared()
    assert press(url, "enviar").status_code == 422
    for answer in ("refused", "later"):
        assert press(url, "consentimiento", answer=answer).status_code == 303
        refused = press(url, "enviar")
        assert refused.status_code == 422
        assert "no sale nada" in Page(refused.text).text
    assert state() is S.PREPARED


def test_what_she_agreed_to_leaves_and_is_told_on_the_timeline(client, rosa, worker, sent, stored, tmp_path):
    url = sent()
    found = stored()
    assert found.state is S.SENT
    assert found.left == [("needs", "Una cita de medicina general."), ("name_used", "Rosa"), ("age", found.left[2][1])]
    entry = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.REFERRED_OUT))
    assert (entry.detail, entry.by_id, entry.about_id) == ("medical.check_up", worker.id, found.id)
    letter = client.get(f"{url}/carta.pdf")
    assert letter.mimetype == "application/pdf"
    printed = text_of(letter.data, tmp_path)
    for word in ("Ministerio de Salud Pública", "Una cita de medicina general.", "Rosa", found.reference, "02 000 1234",
                 "Elena Cisneros", "aceptó el"):
        assert word in printed
    for word in ("Quintero", "AX445566", "Colombia", "Casa Norte", rosa.code, "Calle Inventada"):
        assert word not in printed
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "outgoing.print")) == 1


def test_the_part_to_tear_off_tells_no_name(client, sent, stored, tmp_path):
    printed = text_of(client.get(f"{sent()}/carta.pdf").data, tmp_path)
    slip = printed[printed.index("Para responder") : printed.index("Confidencial")]
    assert stored().reference in slip
    for word in ("Rosa", "Salud", "medicina", "Fundación", "chequeo"):
        assert word not in slip


def test_what_was_sent_is_not_what_is_known_today(client, rosa, sent, stored):
    url = sent()
    with work("test.person", by=operator):
        cases.describe(rosa, version=rosa.person.version, name_used="Otra")
    assert stored().left[1] == ("name_used", "Rosa")
    assert "Otra" not in Page(client.get(url).text).text.split("Salió exactamente esto")[1].split("Con qué base")[0]


@pytest.mark.parametrize("other", [
    {}, {"fields": ["name_used", "document"]}, {"fields": []}, {"service": "legal.rights"}, {"urgency": "today"},
    {"needs": "Toda su historia."}, {"note": "Algo más."}, {"to": "board"},
])
def test_her_yes_is_to_this_referral_and_to_no_other(prepared, press, offices, state, client, other):
    first = prepared(fields=["name_used"])
    assert press(first, "consentimiento", answer="given").status_code == 303
    if "to" in other:
        other = {"to": str(offices.board.id)}
    another = prepared(**{"fields": ["name_used"], **other})
    assert "Aceptó el" not in Page(client.get(another).text).text
    assert press(another, "enviar").status_code == 422
    assert press(another, "consentimiento", answer="given").status_code == 303
    for url in (another, first):
        assert "Aceptó el" in Page(client.get(url).text).text
        assert press(url, "enviar").status_code == 303, "a yes to another thing does not end the first"


def test_she_is_asked_anew_where_the_text_is_not_what_was_read_to_her(rosa, prepared, press, client):
    url = prepared()
    assert press(url, "consentimiento", answer="given").status_code == 303
    with work("test.person", by=operator):
        cases.describe(rosa, version=rosa.person.version, name_used="Otra")
    assert "Pregúntele" in Page(client.get(url).text).text
    assert press(url, "enviar").status_code == 422
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert press(url, "enviar").status_code == 303


@pytest.mark.parametrize(("basis", "where", "answers"), [
    ({}, "consentimiento", {"answer": "given"}),
    ({"basis": "vital", "grounds": "Va en ambulancia, sin conocimiento.", "service": "medical.emergency",
      "urgency": "today"}, "enviar", {"was_told": "yes"}),
])
def test_what_changed_since_the_page_was_read_is_read_again_first(
    rosa, client, prepared, press, stored, basis, where, answers,
):
    url = prepared(**{"fields": ["name_used"], **basis})
    before = Page(client.get(url).text).hidden("seen")
    assert before
    with work("test.person", by=operator):
        cases.describe(rosa, version=rosa.person.version, name_used="Rosa Elvira")
    for seen in (before, "", "x"):
        refused = press(url, where, **answers, seen=seen)
        assert refused.status_code == 422, seen
        assert "Léalo otra vez" in Page(refused.text).text
        assert stored().consent_id is None
        assert stored().sent_at is None
        assert stored().sent is None
    assert Page(refused.text).hidden("seen") != before
    assert press(url, where, **answers).status_code == 303
    assert ["name_used", "Rosa Elvira"] in [list(each) for each in stored().left]


def test_of_what_was_withdrawn_before_it_was_sent_nothing_is_shown_as_having_left(client, prepared, press):
    url = prepared()
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert client.fill(f"{url}/retirar", why="mistake").status_code == 303
    assert "Una cita de medicina" not in client.get(url).text
    assert press(url, "consentimiento", answer="given").status_code in {404, 422}


def test_a_no_to_more_takes_back_the_yes_to_less_for_that_institution_alone(rosa, prepared, press, offices):
    small, other = prepared(fields=["name_used"]), prepared(to=str(offices.board.id))
    for url in (small, other):
        assert press(url, "consentimiento", answer="given").status_code == 303
    assert press(prepared(fields=["document"]), "consentimiento", answer="refused").status_code == 303
    assert press(small, "enviar").status_code == 422
    assert press(other, "enviar").status_code == 303


def test_a_consent_that_was_taken_back_opens_nothing(client, prepared, press, sent):
    url = prepared()
    assert press(url, "consentimiento", answer="given").status_code == 303
    agreed = sent(fields=[])
    assert client.get(f"{agreed}/carta.pdf").status_code == 200
    with work("test.withdraw", by=operator):
        for each in db.session.scalars(sa.select(Consent)):
            cases.withdraw_consent(each)
    assert client.get(f"{agreed}/carta.pdf").status_code == 403
    assert press(url, "enviar").status_code == 422


def test_the_letter_asks_again_on_the_day_it_is_printed(rosa, worker, sent, stored):
    sent()
    found = stored()
    assert spine.agreed(rosa, ConsentPurpose.REFERRAL, found.institution_id, found.fields)
    with work("test.ask", by=operator):
        cases.ask_consent(
            rosa, by=worker.id, purpose=ConsentPurpose.REFERRAL, answer=ConsentAnswer.GIVEN, ends_on=today(),
            institution_id=found.institution_id, recipient=found.institution.name["es"], fields=found.fields)
    tomorrow = today() + timedelta(days=1)
    assert spine.agreed(rosa, ConsentPurpose.REFERRAL, found.institution_id, found.fields)
    assert spine.agreed(rosa, ConsentPurpose.REFERRAL, found.institution_id, found.fields, tomorrow) is None


def test_the_prosecutor_is_a_question_of_its_own(rosa, prepared, press, offices):
    url = prepared(to=str(offices.prosecutor.id), service="legal.complaint")
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert db.session.scalar(sa.select(Consent.purpose)) is ConsentPurpose.PROSECUTION
    assert press(url, "enviar").status_code == 303


def test_it_is_sent_once(press, sent, state):
    url = sent()
    again = press(url, "enviar")
    assert again.status_code == 422
    assert "ya se envió" in Page(again.text).text
    assert db.session.scalar(sa.select(sa.func.count()).where(TimelineEntry.milestone == Milestone.REFERRED_OUT)) == 1


@pytest.mark.parametrize(("wrong", "field"), [
    ({"to": ""}, "to"), ({"to": "nada"}, "to"), ({"service": "magic.wand"}, "service"),
    ({"basis": "curiosity"}, "basis"),
    ({"needs": ""}, "needs"), ({"needs": "x" * 1001}, "needs"), ({"fields": ["blood"]}, "fields"),
    ({"reply_to": ""}, "reply_to"), ({"urgency": ""}, "urgency"),
])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(client, rosa, typed, wrong, field):
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**wrong))
    assert answer.status_code == 422
    assert any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 0


def test_nothing_leaves_of_a_closed_case(client, rosa, typed, prepared, press):
    url = prepared()
    assert press(url, "consentimiento", answer="given").status_code == 303
    with work("test.close", by=operator):
        cases.move_to(rosa, Stage.CLOSED, state=CaseState.CLOSED)
    assert press(url, "enviar").status_code == 422
    assert client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed()).status_code == 422


def test_an_institution_that_ended_meanwhile_gets_nothing(offices, prepared, press):
    url = prepared()
    assert press(url, "consentimiento", answer="given").status_code == 303
    with work("test.end", by=operator):
        offices.health.has_ended = True
    refused = press(url, "enviar")
    assert refused.status_code == 422
    assert "ya no existe" in Page(refused.text).text


def test_who_coordinates_the_programme_sees_codes_and_no_word_of_it(sent, staff, sign_in):
    url = sent()
    answer = sign_in(staff(Role.PROGRAMME_COORDINATOR)).get(url)
    assert answer.status_code == 200
    for word in ("Rosa", "medicina general", "02 000 1234"):
        assert word not in answer.text


def test_another_case_does_not_lend_its_referral(client, case, worker, sent):
    url = sent()
    mine = case(team=[worker], name="Lucía")
    borrowed = url.split("/derivaciones/")[1]
    for path in ("", "/carta.pdf", "/respuesta", "/retirar"):
        assert client.get(f"/casos/{mine.id}/derivaciones/{borrowed}{path}").status_code == 404


def modules(picture, border=2):
    """The dark squares of a drawn code, from its lines: `M` moves, `m` moves on, `h` draws to the right."""
    x, y, found = 0, 0.0, set()
    for verb, numbers in re.findall(r"([Mmh])([^Mmh]*)", re.search(r' d="([^"]+)"', picture)[1]):
        given = [float(each) for each in numbers.replace(",", " ").replace("-", " -").split()]
        if verb == "h":
            found |= {(x + step - border, int(y) - border) for step in range(int(given[0]))}
            x += int(given[0])
        else:
            x, y = (given[0], given[1]) if verb == "M" else (x + given[0], y + given[1])
            x = int(x)
    return found


@pytest.mark.parametrize(("base", "has_link"), [("http://localhost", False), ("https://respuestas.example.org", True)])
def test_where_somebody_outside_can_reach_it_the_slip_has_a_link_and_a_picture(app, sent, stored, base, has_link):
    sent()
    slip = answers.latest(actions.ANSWER, stored().id)
    app.config["TRUSTED_HOSTS"] = ["localhost", "respuestas.example.org"]
    with app.test_request_context(base_url=base):
        part = answers.printed(slip)
        assert part.code == slip.code
        assert part.address == (f"{base}/respuesta" if has_link else None)
        drawn = segno.make_qr(f"{base}/respuesta/{slip.code}").matrix
        assert not has_link or modules(part.picture) == {
            (x, y) for y, row in enumerate(drawn) for x, dark in enumerate(row) if dark}
        answers.revoke(actions.ANSWER, stored().id)
        assert answers.printed(slip) is None
    db.session.rollback()


def test_the_letter_is_for_archives_and_for_screen_readers(app, client, sent, stored):
    app.config["TRUSTED_HOSTS"] = ["localhost", "respuestas.example.org"]
    answer = client.get(f"{sent()}/carta.pdf")
    assert failures(answer.data) == []
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Rosa" not in answer.headers["Content-Disposition"]
    with app.test_request_context(base_url="https://respuestas.example.org"):
        slip = answers.printed(answers.latest(actions.ANSWER, stored().id))
        consent = spine.consents(db.session.get_one(Case, stored().case_id))[0]
        with_picture = letter.printed(letter.Sheet(stored(), "Fundación", "Elena", "Elena", slip, consent))
    assert failures(with_picture) == []
    assert len(with_picture) > len(answer.data)
    db.session.rollback()


@pytest.mark.parametrize(("text", "field"), [
    ({"needs": "Una cita para Rosa."}, "needs"), ({"needs": "Cita a nombre de QUINTERO"}, "needs"),
    ({"needs": "La señora Élvira espera."}, "needs"), ({"needs": "Cita:rosa"}, "needs"),
    ({"needs": "Está en la Casa Norte."}, "needs"), ({"needs": "Vive en la calle Inventáda."}, "needs"),
    ({"needs": "Con el pasaporte AX445566"}, "needs"), ({"note": "Dígale «Rosa»."}, "note"),
    ({"reply_to": "rosa.paz@example.org"}, "reply_to"),
    ({"reply_to": "Calle Larga y Sucre, casa azul"}, "reply_to"),
    ({"reply_to": "02 000 1234, Calle Larga"}, "reply_to"),
])
def test_no_text_of_a_letter_names_her_or_tells_where_the_house_is(client, rosa, typed, text, field):
    answer = client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**text))
    assert answer.status_code == 422
    assert any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 0


@pytest.mark.parametrize("text", [
    {"needs": "Un ramo de rosas y pazguatos."}, {"needs": "Una visita en su casa; el norte de la calle."},
    {"reply_to": "02 000 1234 ext. 12; oficina@example.org"},
    {"reply_to": "+593 2 000-1234"},
])
def test_what_only_looks_like_it_leaves(client, rosa, typed, text):
    assert client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **typed(**text)).status_code == 303

"""No consulate without her consent; refuge asked first; nobody returns who does not want to, or cannot safely."""

from itertools import product

import pytest

from shelter import answers
from shelter.audit import operator, work
from shelter.cases import actions as cases
from shelter.codes.cases import Answer
from shelter.codes.outgoing import Basis
from shelter.codes.referrals import InstitutionKind
from shelter.codes.services import ServiceType
from shelter.db import db
from shelter.outgoing import actions, rules
from shelter.rules import RuleBroken
from tests.client import Page

REFUGE = "pregúntele si teme volver"


def at(answer, field):
    assert answer.status_code == 422
    return any(each.get("href") == f"#{field}" for each in Page(answer.text).all("a"))


@pytest.mark.parametrize("basis", ["vital", "order"])
def test_no_consulate_without_her_consent_whatever_the_emergency(client, rosa, typed, offices, screened, basis):
    screened("refuge", "no")
    form = typed(to=str(offices.consulate.id), basis=basis, grounds="Urgente.", fields=[])
    assert at(client.fill(f"/casos/{rosa.id}/derivaciones/nueva", **form), "basis")


def test_a_consulate_waits_until_she_was_asked_whether_she_needs_refuge(client, rosa, typed, offices, screened, press):
    address, form = f"/casos/{rosa.id}/derivaciones/nueva", typed(to=str(offices.consulate.id))
    answer = client.fill(address, **form)
    assert at(answer, "to")
    assert REFUGE in Page(answer.text).text
    screened("refuge", "unknown")
    assert at(client.fill(address, **form), "to")
    screened("refuge", "yes")
    assert at(client.fill(address, **form), "to")
    screened("refuge", "no")
    url = client.fill(address, **form).location
    assert press(url, "enviar").status_code == 422
    assert press(url, "consentimiento", answer="given").status_code == 303
    screened("refuge", "yes")  # she said so in the meantime
    assert press(url, "enviar").status_code == 422
    screened("refuge", "no")
    assert press(url, "enviar").status_code == 303


def test_whatever_her_papers_say_she_is_asked_before_any_consulate(client, rosa, typed, offices, screened):
    with work("test.nationality", by=operator):
        cases.describe(rosa, version=rosa.person.version, nationality="EC")
    address = f"/casos/{rosa.id}/derivaciones/nueva"
    for refuge in (None, "yes", "unknown"):
        if refuge:
            screened("refuge", refuge)
        assert at(client.fill(address, **typed(to=str(offices.consulate.id))), "to")
    screened("refuge", "no")
    assert client.fill(address, **typed(to=str(offices.consulate.id))).status_code == 303
    form = typed(to=str(offices.consulate.id), basis="vital", grounds="Urgente.", fields=[])
    assert at(client.fill(address, **form), "basis")


def test_what_a_consulate_was_sent_is_held_back_when_she_turns_out_to_need_refuge(
    client, rosa, offices, screened, sent, press, stored,
):
    screened("refuge", "no")
    url = sent(to=str(offices.consulate.id))
    assert client.get(f"{url}/carta.pdf").status_code == 200
    slip = answers.latest(actions.ANSWER, stored().id)
    screened("refuge", "yes")
    db.session.expire_all()
    assert client.get(f"{url}/carta.pdf").status_code == 403
    assert not slip.is_open
    assert "Puede necesitar refugio: la hoja de respuesta dejó de servir" in Page(client.get(url).text).text
    press(url, "hoja")
    assert not answers.latest(actions.ANSWER, stored().id).is_open, "no new one is made"


def test_a_return_is_voluntary_written_and_assessed(client, rosa, typed, screened, press):
    address, form = f"/casos/{rosa.id}/derivaciones/nueva", typed(service="social.return")
    without = typed(service="social.return", basis="vital", grounds="x", fields=[])
    assert at(client.fill(address, **without), "basis")
    assert at(client.fill(address, **form), "service")
    screened("refuge", "no")
    assert "riesgo" in Page(client.fill(address, **form).text).text
    for found in ("unknown", "no"):
        screened("return", found)
        assert at(client.fill(address, **form), "service")
    screened("return", "yes")
    url = client.fill(address, **form).location
    assert press(url, "consentimiento", answer="given").status_code == 303
    assert "por escrito" in Page(press(url, "enviar").text).text
    assert press(url, "consentimiento", answer="given", is_written="y").status_code in {303}
    assert press(url, "enviar").status_code == 303


def test_the_screening_is_written_down_on_its_page(client, rosa):
    address = f"/casos/{rosa.id}/derivaciones/retorno"
    assert client.fill(address, kind="refuge", answer="yes", note="Teme a quien la trajo.").status_code == 303
    text = Page(client.get(f"/casos/{rosa.id}/derivaciones").text).text
    assert "¿Teme volver, o puede necesitar refugio? Sí" in text
    assert "Teme a quien la trajo" not in text
    assert client.fill(address, kind="refuge", answer="").status_code == 422


def test_every_case_of_a_consulate_and_of_a_return():
    """Counted by hand: of all combinations only these pass."""
    consulate = [
        (basis, refuge) for basis, refuge in product(Basis, [None, *Answer])
        if passes(rules.no_consulate_first, InstitutionKind.CONSULATE, basis, refuge)
    ]
    assert consulate == [(Basis.CONSENT, Answer.NO)]
    returns = [
        (basis, writing, safe, refuge)
        for basis, writing, safe, refuge in product(Basis, [None, True, False], [None, *Answer], [None, *Answer])
        if passes(rules.returns_freely, ServiceType.RETURN, basis, in_writing=writing, safe=safe, refuge=refuge)
    ]
    assert returns == [(Basis.CONSENT, writing, Answer.YES, Answer.NO) for writing in (None, True)]


def passes(rule, *given, **more):
    try:
        rule(*given, **more)
    except RuleBroken:
        return False
    return True

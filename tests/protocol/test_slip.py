"""What the slip of a letter means on the pages of the program: whether it has an address, and the act of its answer."""

import pytest

from shelter.codes.referrals import InstitutionKind as Kind
from tests.client import Page

WITHOUT = "Esta hoja saldrá sin dirección ni código QR"


@pytest.fixture
def health(programme):
    return next(each for each in programme.institutions if each.kind == Kind.HEALTH)


def at(version, health):
    return f"/protocolo/versiones/{version.id}/validaciones/{health.id}"


@pytest.mark.parametrize(("host", "is_told"), [("localhost", True), ("senda.example.org", False)])
def test_whoever_makes_a_letter_is_told_when_it_will_have_no_address(
    app, ready, health, writer, sign_in, host, is_told, monkeypatch,
):
    url, client = at(ready(), health), sign_in(writer)
    client.set_cookie("s", client.get_cookie("s").value, domain=host)
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", [host])
    page = Page(client.get(url, base_url=f"http://{host}").text)
    assert "Hacer la hoja" in page.text
    assert (WITHOUT in page.text) is is_told


def test_nothing_is_said_of_a_letter_that_cannot_be_made_yet(begin, health, writer, sign_in):
    assert WITHOUT not in Page(sign_in(writer).get(at(begin(), health)).text).text

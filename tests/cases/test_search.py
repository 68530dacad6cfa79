"""Names are found as they sound, within reach, and never written down in clear."""

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.cases import actions, search
from shelter.cases.search import sounds
from shelter.db import db
from tests.client import Page

ALIKE = [
    ("Guamán", "Huamán"),
    ("Ximena", "Jimena"),
    ("Vásquez", "Básquez"),
    ("Cevallos", "Zeballos"),
    ("Quishpe", "Quispe"),
    ("Yajaira", "Llajaira"),
    ("Chávez", "Chaves"),
    ("Xavier", "Javier"),
    ("Hernández", "Ernández"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_two_spellings_of_one_sound_are_one(one, other):
    assert sounds(one) == sounds(other)


@pytest.mark.parametrize(("one", "other"), [("Rosa", "Rita"), ("Luz", "Paz"), ("Torres", "Flores"), ("Ana", "Inés")])
def test_different_names_stay_different(one, other):
    assert sounds(one) != sounds(other)


def named(case, used, names=None, surnames=None):
    with work("test.names", by=operator):
        actions.describe(case, version=case.person.version, name_used=used, names=names, surnames=surnames, birth=None)
    return case


AT_ONCE = {"Prefer": "return=representation"}


def find(client, words):
    """What is found: at the address that follows; and at once for who prefers it (our script does), the same."""
    answer = client.post("/casos", data={"q": words})
    assert answer.status_code == 303
    assert words.split()[0].lower() not in answer.location.lower()
    found = Page(client.get(answer.location).text).text
    assert Page(client.post("/casos", data={"q": words}, headers=AT_ONCE).text).text == found
    return found


def test_what_is_found_at_once_has_an_address_that_finds_it_again(programme, case, staff, sign_in):
    named(case(), "Camelia")
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    answer = client.post("/casos", data={"q": "camelia"}, headers=AT_ONCE)
    address = answer.headers["Content-Location"]
    assert (answer.status_code, address.startswith("/casos?b=")) == (200, True)
    assert "camelia" not in address.lower()
    assert Page(client.get(address).text).text == Page(answer.text).text


def test_what_cannot_be_searched_for_has_no_address(programme, staff, sign_in):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    for words in (" ", "a" * 500):
        answer = client.post("/casos", data={"q": words}, headers=AT_ONCE)
        assert answer.status_code == 422
        assert "Content-Location" not in answer.headers
        assert f'value="{words}"' in answer.text, "what was typed stays in the box"


@pytest.fixture(autouse=True)
def empty_index():
    search.index.seen = -1


def test_any_order_of_words_and_the_beginning_of_one(programme, case, staff, sign_in):
    named(case(), "Mary", "María Soledad", "Guamán Quishpe")
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    for words in ("guaman soledad", "QUISPE", "Mari", "huamán mary"):
        assert "Mary" in find(client, words), words
    assert "Nobody" in find(client, "Carlota") or "Nadie" in find(client, "Carlota")


def test_what_another_process_wrote_is_found_by_the_audit_trail(programme, case, staff, sign_in):
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    one = named(case(), "Perla")
    assert "Perla" in find(client, "perla")
    named(one, "Amapola")
    assert "Amapola" in find(client, "amapola")


def test_a_search_never_tells_of_people_out_of_reach(programme, case, staff, sign_in):
    named(case(house=programme.far_house), "Magnolia")
    named(case(house=programme.other_house), "Magnolia")
    mine = named(case(), "Magnolia")
    text = find(sign_in(staff(Role.SHELTER_COORDINATOR)), "magnolia")
    assert text.count("Magnolia") == 1
    assert mine.code in text
    assert "Magnolia" not in find(sign_in(staff(Role.PSYCHOLOGIST)), "magnolia")


def test_a_code_a_document_and_a_telephone_are_found_exactly(programme, case, staff, sign_in):
    one = named(case(), "Violeta")
    with work("test.document", by=operator):
        actions.describe(
            one,
            version=one.person.version,
            name_used="Violeta",
            document="171430710-3",
            phone="+593 99 123 4567",
            birth=None,
        )
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    for words in (one.code, one.code.lower(), one.code.replace("-", ""), "1714307103", "0991234567"):
        assert "Violeta" in find(client, words), words
    assert "Violeta" not in find(client, "1714307104")


def test_the_words_of_a_search_are_nowhere_in_the_trail(programme, case, staff, sign_in):
    named(case(), "Azucena")
    find(sign_in(staff(Role.SHELTER_COORDINATOR)), "azucena")
    for row in db.session.scalars(sa.select(AuditEntry)):
        assert "azucena" not in row.detail.lower()
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEntry.action == "person.search")) == 2


def test_another_person_cannot_open_my_search(programme, case, staff, sign_in):
    named(case(), "Dalia")
    one, other = sign_in(staff(Role.SHELTER_COORDINATOR)), sign_in(staff(Role.SHELTER_COORDINATOR))
    url = one.post("/casos", data={"q": "dalia"}).location
    assert "Dalia" in one.get(url).text
    assert "Dalia" not in other.get(url).text


def test_a_loose_word_shows_twenty_and_says_that_there_are_more(programme, case, staff, sign_in):
    for number in range(21):
        case(name=f"Ámbar {'Uno' if number else 'Otra'}")
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    some, twenty = find(client, "ambar"), find(client, "ambar uno")
    assert (some.count("Ámbar"), "Hay más" in some) == (20, True)
    assert (twenty.count("Ámbar"), "Hay más" in twenty) == (20, False)

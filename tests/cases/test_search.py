"""Names are found as they sound, within reach, and never written down in clear."""

import random
import uuid
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts.models import StaffSession
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import now
from shelter.cases import actions, search
from shelter.cases.records import SavedSearch
from shelter.cases.search import sounds
from shelter.db import db
from shelter.notices.models import Notice
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
    for words in ("guaman soledad", "QUISPE", "Mari", "huamán mary", "\uff4d\uff41\uff52\uff59"):
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


def searches():
    """What the trail says of searches, and how many words are kept."""
    db.session.rollback()
    noted = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == "person.search")
    return db.session.scalar(noted), db.session.scalar(sa.select(sa.func.count()).select_from(SavedSearch))


@pytest.fixture
def too_late(staff, sign_in):
    """Somebody before her list whose session is over by the time she searches: as `values` say."""
    def make(role=Role.SHELTER_COORDINATOR, **values):
        author = staff(role)
        client = sign_in(author)
        token = Page(client.get("/casos").text).hidden("csrf_token")
        with work("test.over", by=operator):
            db.session.execute(sa.update(StaffSession).where(StaffSession.staff_id == author.id).values(**values))
        return author, lambda words, **headers: client.post("/casos", data={"q": words, "csrf_token": token}, **headers)

    return make


def test_words_that_come_when_the_session_is_locked_are_looked_for_when_she_is_back(
    programme, case, staff, sign_in, too_late
):
    named(case(), "Dalia")
    author, look_for = too_late(locked_at=now())
    assert look_for("dalia", headers=AT_ONCE).status_code == 303, "the script asks again, without that wish"
    answer = look_for("dalia")
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/bloqueo")
    assert "dalia" not in answer.location.lower()
    assert searches() == (1, 1), "it counts as one search"
    back = parse_qs(urlsplit(answer.location).query)["next"][0]
    assert "Dalia" in sign_in(author).get(back).text
    assert "Dalia" not in sign_in(staff(Role.SHELTER_COORDINATOR)).get(back).text


def notices(member):
    db.session.rollback()
    return list(db.session.scalars(sa.select(Notice.word).where(Notice.staff_id == member.id)))


def test_who_may_not_search_has_nothing_kept(programme, too_late):
    _author, look_for = too_late(Role.PROGRAMME_COORDINATOR, locked_at=now())
    assert look_for("dalia").location == "/bloqueo?next=/casos"
    assert searches() == (0, 0)


def test_searches_from_behind_the_lock_are_told_of_like_others(programme, case, staff, too_late):
    auditor = staff(Role.AUDITOR)
    with work("test.password", by=operator):
        auditor.password_hash = "x"
    _author, look_for = too_late(locked_at=now())
    for _time in range(30):
        look_for("dalia")
    assert "search.many" not in notices(auditor)
    look_for("dalia")
    assert notices(auditor).count("search.many") == 1


def test_when_the_session_has_ended_or_is_anothers_nothing_is_kept_in_her_name(
    programme, case, staff, sign_in, too_late
):
    _author, look_for = too_late(ended_at=now())
    assert look_for("dalia").location == "/entrar?next=/casos"
    other = sign_in(staff(Role.SHELTER_COORDINATOR))
    token = Page(sign_in(staff(Role.SHELTER_COORDINATOR)).get("/casos").text).hidden("csrf_token")
    assert other.post("/casos", data={"q": "dalia", "csrf_token": token}).status_code == 400
    assert searches() == (0, 0)


@pytest.mark.parametrize("words", ["", "a" * 500])
def test_what_cannot_be_searched_for_is_not_kept_when_it_comes_too_late(programme, staff, sign_in, words):
    author = staff(Role.SHELTER_COORDINATOR)
    client = sign_in(author)
    token = Page(client.get("/casos").text).hidden("csrf_token")
    with work("test.lock", by=operator):
        db.session.execute(sa.update(StaffSession).values(locked_at=now()))
    answer = client.post("/casos", data={"q": words, "csrf_token": token})
    assert answer.location == "/bloqueo?next=/casos"
    assert client.post("/casos", data={"q": "dalia", "csrf_token": "forged"}).status_code == 400
    assert searches() == (0, 0)


def test_a_loose_word_shows_twenty_and_says_that_there_are_more(programme, case, staff, sign_in):
    for number in range(21):
        case(name=f"Ámbar {'Uno' if number else 'Otra'}")
    client = sign_in(staff(Role.SHELTER_COORDINATOR))
    some, twenty = find(client, "ambar"), find(client, "ambar uno")
    assert (some.count("Ámbar"), "Hay más" in some) == (20, True)
    assert (twenty.count("Ámbar"), "Hay más" in twenty) == (20, False)


# --- the index beside reading every name ------------------------------------------------------------------------------

WORDS = (
    "Rosa", "Rosalía", "Roza", "Ana", "Anaís", "María", "Mar", "Quishpe", "Quispe", "Kispe", "Guamán", "Huamán", "Luz",
)
HERE, THERE = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def crowd(monkeypatch):
    """An index of four hundred people of two foundations, some of whom were named anew, and what each is called."""
    chance, index, people = random.Random(7), search.NameIndex(), {}
    monkeypatch.setattr(index, "_catch_up", lambda: None)
    monkeypatch.setattr(search, "_names", lambda person_id, *_sealed: people[person_id][1])
    for number in [*range(400), *chance.sample(range(400), 80)]:
        person_id, words = uuid.UUID(int=number + 1), chance.choices(WORDS, k=chance.randint(1, 4))
        for place in index._places_of(person_id):
            index._foundation[place] = search.NOBODY
        people.pop(person_id, None)
        people[person_id] = (chance.choice((HERE, THERE)), [" ".join(words)])
        index._put(person_id, people[person_id][0], None, b"")
    return index, people


@pytest.mark.parametrize("words", [
    "rosa", "ros", "r", "ana", "an", "maria", "mar", "quispe", "guaman luz", "luz guaman", "rosa ana mar", "m r",
    "rosa rosa", "ro ro", "zoila", "rosa zoila", "", "!", "a",
])
@pytest.mark.parametrize("foundations", [None, {HERE}, {HERE, THERE}, set()])
def test_the_index_finds_whom_reading_every_name_finds_newest_first_and_once(crowd, words, foundations):
    index, people = crowd
    parts = search._parts(words)

    def is_meant(foundation, names):
        heard = [sound for name in names for sound in sounds(name)]
        return (foundations is None or foundation in foundations) and parts and all(
            any(sound.startswith(begun) for sound in heard for begun in search.beginnings(part)) for part in parts
        )

    assert list(index.find(words, foundations)) == [each for each, who in reversed(people.items()) if is_meant(*who)]


def test_who_is_added_while_somebody_reads_what_was_found_disturbs_nobody(crowd):
    index, people = crowd
    found = index.find("rosa mar")
    first = next(found)
    late = uuid.UUID(int=9_999)
    people[late] = (HERE, ["Rosa María"])
    index._put(late, HERE, None, b"")
    assert late not in {first, *found}
    assert next(index.find("rosa mar")) == late

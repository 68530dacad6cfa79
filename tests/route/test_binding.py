"""A limit binds the institution that said yes to it: another of its kind is not late, wherever that could be said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import Period, local, now
from shelter.codes.protocol import StepState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.db import db
from shelter.indicators import INDICATORS
from shelter.notices.models import Notice
from shelter.partners import actions as partners
from shelter.partners.models import Institution
from shelter.protocol import queries as protocol
from shelter.route import actions, indicators, kept, queries, words
from tests.route.made import small_book
from tests.route.test_pages import text_of

PASSED = (indicators.DUE, indicators.LATE, indicators.BEYOND)


@pytest.fixture
def fiscalia(programme):
    return next(each for each in programme.institutions if "Fiscalía" in each.name["es"])


@pytest.fixture
def offices(programme, outside, fiscalia):
    """Another two of the kind: one that the whole country has, and one of the province of the house."""
    with outside(), work("test.offices", by=operator):
        for each in db.session.scalars(sa.select(Institution).where(
                Institution.kind == Kind.PROSECUTOR, Institution.id != fiscalia.id)):
            each.has_ended = True  # of the ten that come with the program the one that answers here
        return {
            "country": partners.add_institution(name_es="AA Fiscalía", name_en="", kind=Kind.PROSECUTOR, province=None,
                                                valid_from=None, succeeds_id=None),
            "province": partners.add_institution(name_es="Fiscalía de Pichincha", name_en="", kind=Kind.PROSECUTOR,
                                                 province="17", valid_from=date(2020, 1, 1), succeeds_id=None),
        }


@pytest.fixture
def silent(monkeypatch):
    """silent(institution, …): those of them that said nothing of the step “report”."""
    def make(*those):
        ids = frozenset(each.id for each in those)
        steps = tuple(replace(each, silent=ids) if each.key == "report" else each for each in small_book().steps)
        monkeypatch.setattr(protocol, "books", lambda: [replace(small_book(), steps=steps)])
        kept.renew_all()
    return make


@pytest.mark.parametrize(("who_is_silent", "acts", "is_late"), [
    (("country", "province"), "Fiscalía de Pichincha", False),
    (("country",), "Fiscalía de Pichincha", True),
])
def test_the_one_of_the_province_acts_and_is_late_only_of_what_it_agreed_to(
    book, case, staff, sign_in, offices, silent, who_is_silent, acts, is_late,
):
    member, boss = staff(Role.CASEWORKER), staff(Role.SHELTER_COORDINATOR)
    found = case(team=[member])
    silent(*(offices[each] for each in who_is_silent))
    client = sign_in(member)
    line = text_of(client.get(f"/casos/{found.id}/ruta").text, "report")
    assert f"Actúa: {acts}" in line
    for page in (line, client.get(f"/casos/{found.id}").text, client.get("/mi-dia").text,
                 sign_in(boss).get("/ruta/casos").text):
        assert ("Atrasado" in page) is is_late
        assert ("Pasó el plazo propuesto" in page) is not is_late
    actions.tell_what_is_over()
    assert {each.word for each in db.session.scalars(sa.select(Notice)) if each.word.startswith("route.")} == {
        *(("route.late", "route.still_late") if is_late else ("route.over", "route.still_over"))}
    day = local(now()).date()
    days = Period.read(f"{day - timedelta(days=9)}..{day + timedelta(days=9)}")
    assert [INDICATORS[code].count(days).breakdowns["step"].get("report", 0) for code in PASSED] == [
        int(is_late), int(is_late), int(not is_late)]


def test_where_nobody_is_known_who_acts_it_is_late_in_the_figures_too(
    book, case, programme, fiscalia, offices, silent, outside,
):
    """One of the kind, elsewhere, said yes, and another nothing: neither has to act here."""
    with outside(), work("test.end", by=operator):
        for each in (fiscalia, *offices.values()):
            db.session.get_one(Institution, each.id).has_ended = True
    found = case()
    silent(offices["country"])
    place = queries.route_of(found).place(small_book().by_key["report"])
    assert (place.state, words.say_over(place.step)) == (StepState.OVER, "Atrasado")
    day = local(now()).date()
    days = Period.read(f"{day - timedelta(days=9)}..{day + timedelta(days=9)}")
    assert [INDICATORS[code].count(days).breakdowns["step"].get("report", 0) for code in PASSED] == [1, 1, 0]


def test_one_that_is_added_takes_nothing_from_the_one_that_agreed(
    book, case, staff, sign_in, programme, fiscalia, offices, silent, outside,
):
    """By the alphabet it would come first; it was asked nothing, and began to be written down today."""
    with outside(), work("test.end", by=operator):
        partners.end_institution(db.session.get_one(Institution, offices["province"].id), valid_to=None,
                                 is_unknown=True, followed_by_id=fiscalia.id)
    member = staff(Role.CASEWORKER)
    found = case(team=[member])
    silent(offices["country"])
    line = text_of(sign_in(member).get(f"/casos/{found.id}/ruta").text, "report")
    assert "Actúa: Fiscalía General del Estado" in line
    assert "Atrasado" in line


def test_a_new_institution_has_clocks_worked_out_anew(book, case, programme, outside):
    case()
    kept.renew_all()
    assert kept.is_current()
    with outside(), work("test.add", by=operator):
        partners.add_institution(name_es="Hospital nuevo", name_en="", kind=Kind.HEALTH, province="17",
                                 valid_from=None, succeeds_id=None)
    assert not kept.is_current()
    kept.bring_up_to_date()
    assert kept.is_current()
    assert kept.differences() == 0


def test_my_day_begins_with_what_is_late_for_certain(book, case, staff, sign_in):
    """Of the older case the report was made: its target is over for longer, and binds nobody."""
    member = staff(Role.CASEWORKER)
    older, newer = case(team=[member], name="Anaís", opened=10), case(team=[member], name="Luz", opened=3)
    with work("test.done", by=operator):
        actions.done(older, small_book().by_key["report"], by=member.id, at=now() - timedelta(days=9), note="Denuncia")
    html = sign_in(member).get("/mi-dia").text
    text = html[html.index("Pasos que se pasaron"):]
    assert text.index(newer.code) < text.index(older.code)
    assert "Fuera de meta" in text
    board = sign_in(member).get("/ruta/casos").text
    assert board.index(older.code) < board.index(newer.code), "the board goes by the limit alone"

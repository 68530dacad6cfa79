"""Who answers at an institution: replaced and never overwritten, one at a time, called first, verified now and then."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import today
from shelter.db import db
from shelter.partners.models import FocalPoint, Post
from tests.client import Page

ANA = {"rank": "holder", "name": "Ana Titular", "phone": "02 234 5678", "channel": "call"}
LUZ = {"rank": "holder", "name": "Luz Sucesora", "email": "luz@oficina.invalid", "channel": "email"}


def day(days):
    return str(today() + timedelta(days=days))


@pytest.fixture
def keeper(sign_in, staff):
    return sign_in(staff(Role.SHELTER_COORDINATOR))


@pytest.fixture
def page(programme):
    return f"/instituciones/{programme.institutions[0].id}"


@pytest.fixture
def naming(keeper, page):
    """Where the holder of a new post is written down."""
    return keeper.fill(f"{page}/cargos/nuevo", name="Punto focal", unit="Unidad de derechos").location


def held():
    db.session.expire_all()
    found = db.session.scalars(sa.select(FocalPoint).order_by(FocalPoint.rank.desc(), FocalPoint.from_on)).all()
    return [(each.name, str(each.from_on), each.to_on and str(each.to_on)) for each in found]


def test_a_post_stays_when_its_holder_changes_and_the_earlier_one_is_kept(keeper, page, naming):
    assert keeper.fill(naming, **ANA, from_on=day(-400)).location == page
    assert keeper.fill(naming, **LUZ, from_on=day(-10), note="Pendiente: convenio").location == page
    assert held() == [("Ana Titular", day(-400), day(-11)), ("Luz Sucesora", day(-10), None)]
    html = keeper.get(page).text
    assert 'href="mailto:luz@oficina.invalid"' in html
    assert "Pendiente: convenio" in html
    folded = html.split('<details class="more">')[1]
    assert "Ana Titular" in folded
    assert "tel:" not in folded, "whoever left is not called any more"


def test_the_telephone_is_one_tap_away(keeper, page, naming):
    keeper.fill(naming, **ANA, from_on=day(-1))
    page = Page(keeper.get(page).text)
    assert "tel:022345678" in {each["href"] for each in page.all("a")}


@pytest.mark.parametrize(("since", "status"), [(-401, 422), (-400, 422), (-399, 303), (0, 303), (5, 303)])
def test_two_never_hold_a_post_at_once(keeper, naming, since, status):
    keeper.fill(naming, **ANA, from_on=day(-400))
    answer = keeper.fill(naming, **LUZ, from_on=day(since))
    assert answer.status_code == status
    assert ('id="from_on-error"' in answer.text) is (status == 422)


def test_a_time_that_is_over_is_not_taken_again(keeper, naming):
    keeper.fill(naming, **ANA, from_on=day(-400))
    holder = db.session.scalar(sa.select(FocalPoint.id))
    assert keeper.fill(f"/puntos-focales/{holder}/terminar", to_on=day(-100), note="Se jubiló").status_code == 303
    assert keeper.fill(naming, **LUZ, from_on=day(-100)).status_code == 422
    assert keeper.fill(naming, **LUZ, from_on=day(-99)).status_code == 303
    assert held() == [("Ana Titular", day(-400), day(-100)), ("Luz Sucesora", day(-99), None)]


def test_an_alternate_stands_beside_the_holder(keeper, naming):
    keeper.fill(naming, **ANA, from_on=day(-40))
    assert keeper.fill(naming, **{**LUZ, "rank": "alternate"}, from_on=day(-40)).status_code == 303
    assert [each[2] for each in held()] == [None, None]


@pytest.mark.parametrize(("to_on", "status"), [(-41, 422), (-40, 303), (3, 303)])
def test_a_post_is_given_up_once_and_not_before_it_was_taken(keeper, naming, to_on, status):
    keeper.fill(naming, **ANA, from_on=day(-40))
    holder = db.session.scalar(sa.select(FocalPoint.id))
    assert keeper.fill(f"/puntos-focales/{holder}/terminar", to_on=day(to_on)).status_code == status
    if status == 303:
        assert keeper.fill(f"/puntos-focales/{holder}/terminar", to_on=day(to_on)).status_code == 422


@pytest.mark.parametrize(("answers", "field"), [
    ({"phone": ""}, "phone"), ({"phone": "no sé"}, "phone"), ({"channel": "email"}, "email"),
    ({"email": "sin arroba"}, "email"), ({"name": ""}, "name"), ({"from_on": "31-2-2026"}, "from_on"),
    ({"channel": "letter", "phone": ""}, "phone"),
])
def test_a_contact_that_reaches_nobody_is_refused_at_its_field(keeper, naming, answers, field):
    answer = keeper.fill(naming, **{**ANA, "from_on": day(-1), **answers})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert held() == []


def test_those_whom_nobody_called_for_long_come_first_and_are_marked(keeper, page, naming):
    keeper.fill(naming, **ANA, from_on=day(-131))
    ana = db.session.scalar(sa.select(FocalPoint))
    with work("test.long_ago", by=operator):
        ana.verified_on = today() - timedelta(days=91)
    second = keeper.fill(f"{page}/cargos/nuevo", name="Enlace de turno").location
    keeper.fill(second, **LUZ, from_on=day(-3))
    text = Page(keeper.get("/puntos-focales").text).text
    assert text.index("Ana Titular") < text.index("Luz Sucesora")
    assert text.count("Por verificar") == 1
    assert "Por verificar: 1" in Page(keeper.get("/mi-dia").text).text
    assert keeper.post(f"/puntos-focales/{ana.id}/verificar", data={"back": "list"}).location == "/puntos-focales"
    assert "Por verificar" not in Page(keeper.get("/puntos-focales").text).text


def test_a_post_that_nobody_holds_is_on_the_list_of_what_to_do(keeper, naming):
    assert "Punto focal" in Page(keeper.get("/puntos-focales").text).text
    keeper.fill(naming, **ANA, from_on=day(-2))
    assert "Cargos que nadie ocupa" not in Page(keeper.get("/puntos-focales").text).text


def test_contacts_are_read_by_those_who_work_with_them_and_it_is_written_down(keeper, page, naming, sign_in, staff):
    keeper.fill(naming, **ANA, from_on=day(-2))
    reader = staff(Role.LAWYER)
    html = sign_in(reader).get(page).text
    assert "Ana Titular" in html
    assert "/nombrar" not in html
    assert "/verificar" not in html
    row = db.session.scalar(sa.select(AuditEntry).where(AuditEntry.actor_id == reader.id,
                                                        AuditEntry.action == "partner.read"))
    assert row.object_kind == "institution"
    assert sign_in(staff(Role.OBSERVER)).get(page).status_code == 403


def test_the_same_post_is_not_added_twice(keeper, page, naming):
    answer = keeper.fill(f"{page}/cargos/nuevo", name="PUNTO FOCAL", unit="unidad de derechos")
    assert answer.status_code == 303, "another spelling of the unit is another unit"
    assert keeper.fill(f"{page}/cargos/nuevo", name="PUNTO FOCAL", unit="Unidad de derechos").status_code == 422
    assert len(db.session.scalars(sa.select(Post)).all()) == 2


def test_how_much_is_open_with_an_institution_is_told_in_numbers(keeper, page, programme, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER))
    moment = {"received_at-date": str(today()), "received_at-time": "00:00"}
    answer = worker.fill("/derivaciones/nueva", house_id=str(programme.house.id), is_safe="yes", needs_doctor="no",
                         institution_id=str(programme.institutions[0].id), urgency="today", children="0",
                         name="Rosa Callada", **moment)
    assert answer.status_code == 303
    text = Page(keeper.get(page).text).text
    assert "Derivaciones que esperan respuesta 1" in text
    assert "Rosa" not in text
    assert "esperan respuesta" not in worker.get(page).text


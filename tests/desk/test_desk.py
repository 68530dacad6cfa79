"""The administrator's desk: inviting, giving and ending roles, links, closing; and what it never allows."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.accounts import actions, queries
from shelter.accounts.models import Assignment, Staff
from shelter.audit import AuditEntry, operator, work
from shelter.calendar import today
from shelter.db import db
from tests.accounts.conftest import PASSWORD
from tests.client import Page

LINK = re.compile(r"/activar/[\w-]{20,}")


@pytest.fixture
def admin(person):
    return person(Role.ADMINISTRATOR, name="Marta Administra")


@pytest.fixture
def desk(sign_in, admin):
    return sign_in(admin)


def roles(member):
    db.session.rollback()
    return {each.role for each in queries.assignments(member.id) if each.to_on is None or each.to_on >= today()}


def of(member):
    return f"/admin/usuarios/{member.id}"


def invite(desk, programme, **answers):
    given = {"name": "Nueva Persona", "email": "nueva@prueba.invalid", "role": "lawyer"}
    return desk.fill("/admin/usuarios/nuevo", **{**given, "house_id": str(programme.house.id), **answers})


def test_an_invitation_shows_its_link_once_and_nowhere_else(app, desk, programme, admin):
    answer = invite(desk, programme)
    assert answer.status_code == 200
    (link,) = set(LINK.findall(answer.text))
    member = queries.by_email("nueva@prueba.invalid")
    (given,) = member.assignments
    assert (member.name, given.role, given.house_id) == ("Nueva Persona", Role.LAWYER, programme.house.id)
    assert member.password_hash is None
    with desk.session_transaction() as cookie:
        assert link.rpartition("/")[2] not in str(dict(cookie))
    for path in ("/admin/usuarios", of(member), "/admin/usuarios/nuevo"):
        assert not LINK.search(desk.get(path).text)
    assert link.rpartition("/")[2] not in " ".join(db.session.scalars(sa.select(AuditEntry.detail)))
    assert app.test_client().fill(link, password=PASSWORD, again=PASSWORD, promise="y").status_code == 303


def test_the_same_form_sent_twice_makes_one_account_and_no_second_link(desk, programme):
    page = Page(desk.get("/admin/usuarios/nuevo").text)
    body = {"name": "Nueva", "email": "nueva@prueba.invalid", "role": "lawyer", "house_id": str(programme.house.id),
            "csrf_token": page.hidden("csrf_token"), "submit_key": page.hidden("submit_key")}
    assert LINK.search(desk.post("/admin/usuarios/nuevo", data=body).text)
    second = desk.post("/admin/usuarios/nuevo", data=body)
    member = queries.by_email("nueva@prueba.invalid")
    assert (second.status_code, second.location) == (303, of(member))
    assert len(queries.assignments(member.id)) == 1


def test_a_known_email_gains_the_role_and_keeps_its_password(desk, programme, person):
    member = person(Role.LAWYER)
    answer = invite(desk, programme, email=member.email.upper(), role="caseworker")
    assert (answer.status_code, answer.location) == (303, of(member))
    assert roles(member) == {Role.LAWYER, Role.CASEWORKER}
    assert member.password_hash


def test_a_role_that_needs_no_house_ignores_one(desk, programme):
    invite(desk, programme, role="observer")
    assignment = queries.by_email("nueva@prueba.invalid").assignments[0]
    assert (assignment.role, assignment.house_id, assignment.foundation_id) == (Role.OBSERVER, None, None)


@pytest.mark.parametrize(("answers", "field"), [
    ({"house_id": ""}, "house_id"), ({"house_id": "11111111-1111-1111-1111-111111111111"}, "house_id"),
    ({"name": " "}, "name"), ({"name": "x" * 200}, "name"), ({"name": "Ana\u202egnp"}, "name"),
    ({"email": "no es"}, "email"), ({"role": "jefe"}, "role"), ({"role": ""}, "role"),
    ({"to_on": "2001-01-01"}, "to_on"),
])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_made(desk, programme, answers, field):
    answer = invite(desk, programme, **answers)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    db.session.rollback()
    assert queries.by_email("nueva@prueba.invalid") is None


def test_a_role_is_given_for_a_while(desk, programme, person):
    member, end = person(Role.LAWYER), today() + timedelta(days=30)
    house = str(programme.other_house.id)
    assert desk.fill(of(member), role="house_staff", house_id=house, to_on=end.isoformat()).location == of(member)
    given = next(each for each in queries.assignments(member.id) if each.role is Role.HOUSE_STAFF)
    assert (given.house, given.from_on, given.to_on) == ("Casa Valle", today(), end)


def test_the_same_role_in_the_same_house_is_not_given_twice(desk, programme, person):
    member = person(Role.LAWYER)
    assert desk.fill(of(member), role="lawyer", house_id=str(programme.house.id)).status_code == 422
    assert desk.fill(of(member), role="lawyer", house_id=str(programme.other_house.id)).status_code == 303


@pytest.mark.parametrize("days", [0, 1, 400])
def test_a_role_ends_at_once(desk, person, sign_in, days):
    member = person(Role.ADMINISTRATOR)
    with work("test.since", by=operator):
        member.assignments[0].from_on = today() - timedelta(days=days)
    client = sign_in(member)
    assert client.get("/admin/usuarios").status_code == 200
    assignment = member.assignments[0].id
    assert desk.post(f"{of(member)}/funciones/{assignment}/terminar", data={}).location == of(member)
    assert client.get("/admin/usuarios").status_code == 403
    assert roles(member) == set()
    assert len(queries.assignments(member.id)) == (0 if days == 0 else 1), "what was in force before stays written down"


def test_nobody_changes_her_own_access(desk, admin, programme, again):
    own = admin.assignments[0].id
    assert desk.fill(of(admin), role="caseworker", house_id=str(programme.house.id)).status_code == 422
    assert invite(desk, programme, email=admin.email, role="caseworker").status_code == 422
    assert desk.post(f"{of(admin)}/funciones/{own}/terminar", data={}).location == of(admin)
    assert not LINK.search(desk.post(f"{of(admin)}/enlace", data={}, follow_redirects=True).text)
    assert desk.fill(f"{of(admin)}/cerrar").status_code == 422
    assert roles(admin) == {Role.ADMINISTRATOR}
    assert again(admin).is_active
    assert desk.get("/mi-dia").status_code == 200


def test_a_role_of_one_person_is_not_ended_through_another(desk, person):
    one, other = person(Role.LAWYER), person(Role.LAWYER)
    assert desk.post(f"{of(one)}/funciones/{other.assignments[0].id}/terminar", data={}).status_code == 404
    assert roles(other) == {Role.LAWYER}


@pytest.mark.parametrize("path", ["", "/cerrar"])
def test_an_account_that_is_not_there_is_not_there(desk, path):
    assert desk.get(f"/admin/usuarios/11111111-1111-1111-1111-111111111111{path}").status_code == 404


def test_a_new_link_replaces_the_earlier_one(app, desk, programme, staff):
    member = staff(Role.LAWYER)
    first, second = (LINK.search(desk.post(f"{of(member)}/enlace", data={}).text)[0] for _each in range(2))
    assert first != second
    assert 'name="password"' not in app.test_client().get(first).text
    assert 'name="password"' in app.test_client().get(second).text


def test_an_account_in_use_gets_no_new_link_from_one_hand(desk, person, sign_in, enter, again):
    member = person(Role.LAWYER)
    client = sign_in(member)
    assert "recuperar?de=" in desk.get(of(member)).text
    answer = desk.post(f"{of(member)}/enlace", data={}, follow_redirects=True)
    assert not LINK.search(answer.text)
    assert "takes two people" in Page(answer.text).text
    assert client.get("/mi-dia").status_code == 200
    assert enter(member).answer.status_code == 303
    assert again(member).totp_secret


def test_closing_asks_first_and_then_ends_everything(app, desk, person, sign_in, again, enter):
    member = person(Role.LAWYER)
    with work("test.link", by=operator):
        link = f"/activar/{actions.new_link(member)}"
    client = sign_in(member)
    assert desk.get(f"{of(member)}/cerrar").status_code == 200
    assert client.get("/mi-dia").status_code == 200, "asking closes nothing"
    assert desk.fill(f"{of(member)}/cerrar").location == of(member)
    assert client.get("/mi-dia").location.startswith("/entrar")
    assert enter(member).answer.status_code == 422
    assert 'name="password"' not in app.test_client().get(link).text
    assert not again(member).is_active
    assert roles(member) == set()
    assert desk.fill(of(member), role="auditor").status_code in (400, 422), "a closed account gains nothing"
    assert not LINK.search(desk.post(f"{of(member)}/enlace", data={}, follow_redirects=True).text)


def test_whoever_comes_back_begins_anew(app, desk, programme, person, again, enter):
    member = person(Role.LAWYER)
    desk.fill(f"{of(member)}/cerrar")
    assert member.email in desk.get("/admin/usuarios?cerradas=1").text
    assert member.email not in desk.get("/admin/usuarios").text
    answer = invite(desk, programme, email=member.email, role="caseworker", name="Ana de Nuevo")
    link = LINK.search(answer.text)[0]
    assert again(member).name == "Ana de Nuevo"
    assert roles(member) == {Role.CASEWORKER}
    assert member.totp_secret is None
    assert enter(member).answer.status_code == 422, "the old password is gone"
    assert app.test_client().fill(link, password=PASSWORD, again=PASSWORD, promise="y").status_code == 303


def test_the_list_says_who_where_until_when_and_in_which_state(desk, programme, person, staff):
    person(Role.LAWYER, name="Ángela Primera")
    staff(Role.MEDICAL, house=programme.far_house, name="Zoila Última")
    html = desk.get("/admin/usuarios").text
    text = html[html.index("<tbody"):]
    assert text.index("Ángela Primera") < text.index("Marta Administra") < text.index("Zoila Última")
    assert "Casa Sur" in text


def test_the_list_costs_the_same_whoever_is_on_it(desk, staff, count_queries):
    def cost():
        desk.get("/admin/usuarios")
        with count_queries() as found:
            assert desk.get("/admin/usuarios").status_code == 200
        return len(found.statements)

    staff(Role.LAWYER)
    few = cost()
    for _each in range(8):
        staff(Role.LAWYER)
    assert cost() == few


def test_long_lists_have_pages(desk, staff):
    for number in range(55):
        staff(Role.LAWYER, name=f"Persona {number:03}")
    first, second = desk.get("/admin/usuarios").text, desk.get("/admin/usuarios?hoja=2").text
    assert "hoja=2" in first
    assert "Persona 054" not in first
    assert "Persona 054" in second
    assert "hoja=1" in second
    assert desk.get("/admin/usuarios?hoja=nada").status_code == 200
    assert desk.get("/admin/usuarios?hoja=-3").status_code == 200
    assert desk.get("/admin/usuarios?hoja=99999999999999999999").status_code == 200


def test_no_name_stands_in_a_title_or_an_address(desk, person):
    member = person(Role.LAWYER, name="Ana Torres")
    for path in (of(member), f"{of(member)}/cerrar"):
        html = desk.get(path).text
        assert "Ana Torres" in html
        assert "Ana" not in html[html.index("<title>"):html.index("</title>")]


def test_every_act_of_the_desk_is_in_the_trail_without_names(desk, programme, admin):
    invite(desk, programme)
    member = queries.by_email("nueva@prueba.invalid")
    desk.fill(of(member), role="auditor")
    desk.post(f"{of(member)}/enlace", data={})
    desk.post(f"{of(member)}/funciones/{member.assignments[0].id}/terminar", data={})
    desk.fill(f"{of(member)}/cerrar")
    db.session.rollback()
    hers = sa.select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.actor_id == admin.id)
    rows = db.session.execute(hers.order_by(AuditEntry.seq)).all()
    assert [row.action for row in rows if row.action.startswith("staff.")] == [
        "staff.invite", "staff.assign", "staff.link", "staff.unassign", "staff.disable",
    ]
    assert "Nueva" not in str(rows)
    assert "nueva@" not in str(rows)


def test_administrators_see_no_door_to_a_case(desk):
    html = desk.get("/admin/usuarios").text
    links = {each["href"] for each in Page(html).all("a")}
    assert "/admin/usuarios" in links
    assert "/fundaciones" in links
    assert not links & {"/casos", "/camas", "/derivaciones", "/turno", "/registrar", "/auditoria"}


def test_two_invitations_of_the_same_email_make_one_account(desk, programme):
    invite(desk, programme)
    invite(desk, programme, role="caseworker")
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Staff)) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 3

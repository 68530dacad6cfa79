"""Versions: the first that comes with the program, which one holds on a day, publishing, and what overlaps."""

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import moment_of, now, today
from shelter.codes.cases import Milestone
from shelter.codes.places import Province
from shelter.codes.protocol import Condition, Evidence, Standing, Start, StepState, Unit, VersionState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.codes.route import Word
from shelter.db import db
from shelter.partners.models import Institution
from shelter.procedures import queries as readings
from shelter.protocol import actions, first, queries
from shelter.protocol.models import ProtocolVersion
from shelter.protocol.words import say_happening
from shelter.route.rules import Event, Facts, Said, laps
from shelter.rules import RuleBroken
from shelter.web.locale import say_day
from tests.audit.test_writers import at_once
from tests.client import Page


def test_the_first_version_has_ten_phases_and_only_two_limits_that_come_from_outside(begin):
    book = queries.as_book(begin())
    assert [phase.key for phase in book.phases] == [
        "alert", "identification", "protection", "admission", "recovery", "plan", "assistance", "return", "follow-up",
        "closing",
    ]
    official = {step.key: (step.standing, step.limit.amount, step.limit.unit) for step in book.steps
                if step.standing is not Standing.TARGET}
    assert official == {
        "report-child": (Standing.LAW, 24, Unit.HOURS), "found-abroad": (Standing.PROTOCOL, 24, Unit.HOURS),
    }
    assert book.by_key["found-abroad"].applies_to == {Condition.FOUND_ABROAD}
    assert not any(step.is_validated for step in book.steps)


def test_every_step_of_the_first_version_is_told_in_both_languages(begin):
    for row in queries.steps_of(begin()):
        for words in (row.name, row.procedure, *([row.basis] if row.basis else [])):
            assert set(words) == {"es", "en"}
            assert (all(words.values()) and words["es"] != words["en"]) or row.basis == words, row.key


def test_the_first_version_can_be_published_as_it_is(begin, outside):
    version = begin()
    with outside():
        assert actions.faults(version, today()) == []


def test_the_first_version_says_nothing_that_the_house_does_not_say():
    told = str(first.read({})).lower()
    for word in ("víctima", "ilegal", "menor de edad", "rescat", "tráfico", "prostitu", "beneficiari"):
        assert word not in told, word


def test_nothing_is_in_force_before_something_is_published(begin):
    begin()
    assert queries.in_force(today()) is None
    assert queries.books() == []


def test_a_case_follows_the_version_of_the_day_on_which_it_was_opened(publish):
    day = today()
    one = publish(day)
    two = publish(day + timedelta(days=10))
    for ago, version in ((-400, one), (0, one), (9, one), (10, two), (4000, two)):
        assert queries.in_force(day + timedelta(days=ago)).version_id == version.id, ago
    assert queries.book(two.id).number == 2
    assert queries.book(two.id).starts_on == day + timedelta(days=10)


def test_a_published_version_is_read_once_and_asked_for_with_one_query(publish, count_queries):
    publish()
    queries.in_force(today())
    with count_queries() as found:
        book = queries.in_force(today())
        assert len(book.steps) == 39
    assert len(found.statements) == 1


def test_steps_have_the_numbers_of_their_phase_and_place(begin):
    numbers = [step.number for step in queries.as_book(begin()).steps]
    assert numbers[:7] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1"]
    assert numbers[-1] == "10.3"


@pytest.mark.parametrize(("reason", "is_seen"), [("return", True), ("plan_done", False)])
def test_a_voluntary_return_is_seen_at_the_exit(begin, reason, is_seen):
    book, start = queries.as_book(begin()), now() - timedelta(days=9)
    facts = Facts(
        [Event(Milestone.OPENED, start), Event(Milestone.EXITED, start + timedelta(days=8), reason)],
        [Said(each, Word.DONE, start + timedelta(days=7)) for each in book.by_key if each != "voluntary-return"],
        {Condition.FOREIGN})
    found = laps(book, facts)["voluntary-return"]
    assert [(each.end is StepState.DONE, each.ended_at == start + timedelta(days=8)) for each in found] == [
        (is_seen, is_seen)]
    assert say_happening(book.by_key["voluntary-return"].happening).endswith(": Retorno voluntario a su país")


def test_another_draft_is_not_begun_while_one_is_written(begin):
    begin()
    with pytest.raises(RuleBroken):
        begin()


def refusals(app, do):
    """Why it was refused to three of four windows that did it at the same moment."""
    def one(_number):
        with work("test.at_once", by=operator):
            do()

    _seconds, failures = at_once(app, one, writers=4)
    assert {type(each) for each in failures} == {RuleBroken}, failures
    return [each.message for each in failures]


def test_of_four_who_begin_at_the_same_moment_one_does(app, writer):
    by = writer.id
    db.session.remove()
    assert refusals(app, lambda: actions.begin(by)) == ["Ya se está escribiendo una versión: siga con esa"] * 3
    assert [each.number for each in queries.versions()] == [1]
    assert len(queries.phases_of(queries.versions()[0])) == 10


def test_of_four_windows_that_publish_one_does(app, ready, second):
    version, by = ready().id, second.id
    db.session.remove()
    found = refusals(app, lambda: actions.publish(db.session.get_one(ProtocolVersion, version), by, starts_on=today()))
    assert found == ["Ya está publicado"] * 3
    assert len(queries.books()) == 1


def test_the_next_draft_is_as_the_version_that_starts_last(publish, begin):
    one = publish()
    two = begin()
    assert (two.number, two.based_on_id, two.state) == (2, one.id, VersionState.DRAFT)
    assert [each.digest for each in queries.steps_of(one)] == [each.digest for each in queries.steps_of(two)]


def test_whoever_wrote_a_part_of_it_does_not_publish_it(ready, writer, second, outside, sign_in):
    version = ready()
    answer = sign_in(writer).post(f"/protocolo/versiones/{version.id}/publicar", data={})
    assert answer.status_code in {303, 422}
    with outside(), pytest.raises(RuleBroken, match="segunda persona"), work("test.publish", by=operator):
        actions.publish(version, writer.id, starts_on=today())
    with outside(), work("test.write", by=operator):
        actions.turn(version, VersionState.DRAFT)
        actions.add_phase(version, second.id, name={"es": "Otra"})
        actions.remove_phase(version, queries.phases_of(version)[-1], second.id)
        actions.turn(version, VersionState.COMMENTS)
        actions.turn(version, VersionState.VALIDATION)
    with outside(), pytest.raises(RuleBroken, match="segunda persona"), work("test.publish", by=operator):
        actions.publish(version, second.id, starts_on=today())


def test_versions_do_not_overlap_and_nothing_starts_in_the_past(publish, ready, second, outside):
    day = today()
    publish(day + timedelta(days=5))
    version = ready()
    for starts_on in (day - timedelta(days=1), day, day + timedelta(days=5)):
        with outside(), pytest.raises(RuleBroken) as broken, work("test.publish", by=operator):
            actions.publish(version, second.id, starts_on=starts_on)
        assert broken.value.field == "starts_on"
    db.session.refresh(version)
    assert (version.state, version.starts_on, version.published_at) == (VersionState.VALIDATION, None, None)


def test_a_case_that_was_opened_today_stays_on_its_version_when_another_is_published(
    publish, ready, second, outside, sign_in,
):
    day = today()
    one = publish(day)
    with outside(), work("test.past", by=operator):
        one.starts_on = day - timedelta(days=30)
    two = ready()
    client, at = sign_in(second), f"/protocolo/versiones/{two.id}/publicar"
    page = Page(client.get(at).text)
    assert next(each["value"] for each in page.all("input") if each["name"] == "starts_on") == str(
        day + timedelta(days=1))
    assert "Mañana o después" in page.text
    answer = client.fill(at, starts_on=str(day))
    assert answer.status_code == 422
    assert "Puede empezar mañana o después" in Page(answer.text).text
    assert queries.in_force(day).version_id == one.id
    assert client.fill(at, starts_on=str(day + timedelta(days=1))).status_code == 303
    assert [queries.in_force(day + timedelta(days=days)).version_id for days in (0, 1)] == [one.id, two.id]


def test_a_version_with_a_fault_is_not_published_even_by_the_back_door(ready, second, outside):
    version = ready()
    with work("test.break", by=operator):
        queries.step(version, "make-plan").start = Start.STEP
        queries.step(version, "make-plan").after = "review-plan"
    with outside(), pytest.raises(RuleBroken, match="Se esperarían entre sí"), work("test.publish", by=operator):
        actions.publish(version, second.id, starts_on=today())
    assert queries.in_force(today()) is None


def test_a_published_version_is_never_written_again(publish, writer, outside):
    version = publish()
    phase, row = queries.phases_of(version)[0], queries.steps_of(version)[0]
    for do in (
        lambda: actions.add_phase(version, writer.id, name={"es": "Otra"}),
        lambda: actions.change_phase(version, phase, writer.id, expected=1, name={"es": "Otra"}),
        lambda: actions.move_phase(version, phase, writer.id, up=False),
        lambda: actions.move_step(version, row, writer.id, up=False),
        lambda: actions.remove_step(version, row, writer.id),
        lambda: actions.change_step(version, row, writer.id, expected=1, was={}, is_beside=True),
        lambda: actions.turn(version, VersionState.DRAFT),
        lambda: actions.comment(version, row.key, writer.id, text="x"),
    ):
        with outside(), pytest.raises(RuleBroken), work("test.write", by=operator):
            do()


def test_a_second_person_publishes_through_the_pages_and_nobody_else(ready, second, writer, sign_in, staff):
    version = ready()
    at = f"/protocolo/versiones/{version.id}/publicar"
    assert sign_in(staff(Role.CASEWORKER)).get(at).status_code == 403
    assert "segunda persona" in Page(sign_in(writer).get(at).text).text
    client = sign_in(second)
    assert "se imprimen como propuestas" in Page(client.get(at).text).text


def test_a_kind_of_institution_that_is_missing_somewhere_keeps_a_version_back(
    ready, second, writer, outside, sign_in,
):
    version = ready()
    with work("test.end", by=operator):
        for each in db.session.scalars(sa.select(Institution).where(Institution.kind == Kind.EDUCATION)):
            each.province = "17"
    with outside():
        found = actions.faults(version, today())
    assert [(each.key, each.field) for each in found] == [("school", "responsible")]
    assert found[0].message == "Hay instituciones que lo hacen solo en Pichincha, y en ninguna otra provincia"
    sentence = f"7.4 Volver a estudiar: {found[0].message}"
    with outside(), pytest.raises(RuleBroken, match=sentence), work("test.publish", by=operator):
        actions.publish(version, second.id, starts_on=today())
    assert queries.in_force(today()) is None
    for url in ("", "/publicar", "/validaciones"):
        page = Page(sign_in(second).get(f"/protocolo/versiones/{version.id}{url}").text)
        assert found[0].message in page.text, url
    assert found[0].message in Page(sign_in(writer).get(f"/protocolo/versiones/{version.id}/publicar").text).text


def test_provinces_are_named_where_they_are_few(ready, outside, programme):
    version = ready()
    with work("test.end", by=operator):
        for each in db.session.scalars(sa.select(Institution).where(Institution.kind == Kind.EDUCATION)):
            each.province = "17"
        db.session.add_all(
            Institution(name={"es": f"Dirección {each}"}, kind=Kind.EDUCATION, province=each.value)
            for each in Province if each not in {Province.GUAYAS, Province.PICHINCHA, Province.LOJA}
        )
    with outside():
        found = [each.message for each in actions.faults(version, today())]
    assert found == ["Ninguna institución hace esto en Guayas, Loja"]


def test_nothing_says_law_without_a_basis_even_by_the_back_door(ready, second, outside):
    version = ready()
    with work("test.break", by=operator):
        queries.step(version, "report-child").basis = None
    with outside():
        assert [(each.key, each.field) for each in actions.faults(version, today())] == [("report-child", "basis_es")]
    with outside(), pytest.raises(RuleBroken, match="Escriba la ley"), work("test.publish", by=operator):
        actions.publish(version, second.id, starts_on=today())


def test_a_new_version_is_asked_of_everybody_new_staff_too_until_another_replaces_it(
    publish, staff, sign_in, outside,
):
    first_one = publish()

    def page_of(client, path="/mi-dia"):
        return Page(client.get(path).text).text

    def colleague(name):
        found = staff(Role.CASEWORKER, name=name)
        with outside(), work("test.password", by=operator):
            found.password_hash = "something"
        return sign_in(found)

    elena = colleague("Elena")
    assert "Para que usted lo lea" in page_of(elena)
    assert "Protocolo de la Ruta de Asistencia · versión 1" in page_of(elena)
    page = Page(elena.get("/protocolo").text)
    assert "Por favor, lea esta versión" in page.text
    says = next(each["action"] for each in page.all("form") if "/lecturas/" in each.get("action", ""))
    assert elena.post(says, data={}).status_code == 303
    assert "Usted ya ha leído esta versión" in page_of(elena, "/protocolo")
    assert "Para que usted lo lea" not in page_of(elena)
    assert "Para que usted lo lea" in page_of(colleague("Nueva"))
    publish(today() + timedelta(days=1))
    assert "Para que usted lo lea" in page_of(elena)
    assert "Usted ya ha leído esta versión" in page_of(elena, f"/protocolo/versiones/{first_one.id}")
    with time_machine.travel(now() + timedelta(days=1)):
        old = page_of(sign_in(staff(Role.CASEWORKER)), f"/protocolo/versiones/{first_one.id}")
    assert "lea esta versión" not in old


def test_the_version_in_force_is_to_be_read_until_the_next_one_starts_also_by_who_published_it(
    publish, ready, second, sign_in, outside,
):
    with outside(), work("test.password", by=operator):
        second.password_hash = "something"
    one, two, tomorrow = publish(), ready(), today() + timedelta(days=1)
    client = sign_in(second)
    answer = client.fill(f"/protocolo/versiones/{two.id}/publicar", starts_on=str(tomorrow))
    assert answer.status_code == 303, Page(answer.text).text

    def asked(reader):
        """Which versions are asked of the team; her pages say the same, and nowhere that she has read one."""
        found = {each.about_id for each in readings.open_ones()}
        for version in (one, two):
            text = Page(reader.get(f"/protocolo/versiones/{version.id}").text).text
            assert ("Por favor, lea esta versión" in text) == (version.id in found)
            assert "Usted ya ha leído" not in text
        return found

    assert asked(client) == {one.id, two.id}
    with time_machine.travel(moment_of(tomorrow, time(0)) - timedelta(seconds=30)):
        assert {each.about_id for each in readings.open_ones()} == {one.id, two.id}
    with time_machine.travel(moment_of(tomorrow, time(0, 1))):
        assert asked(sign_in(second)) == {two.id}


def test_a_version_says_that_it_holds_that_it_will_or_that_another_replaced_it(
    publish, sign_in, second, outside,
):
    day = today()
    one, two, three = (publish(day + timedelta(days=ahead)) for ahead in (0, 1, 2))
    with outside(), work("test.past", by=operator):
        for each in (one, two, three):
            each.starts_on -= timedelta(days=1)
            db.session.flush()
    client = sign_in(second)
    table = Page(client.get("/protocolo/versiones").text).text
    with outside():
        tomorrow = f"Rige desde el {say_day(day + timedelta(days=1))}"
    for version, says in ((one, "Reemplazada por otra"), (two, "Vigente"), (three, tomorrow)):
        found = Page(client.get(f"/protocolo/versiones/{version.id}").text).text
        assert f"Versión {version.number} {says}" in found
        assert f"Versión {version.number} {says}" in table
    assert "Publicada" not in table


def test_what_is_thrown_away_is_over_and_another_can_be_begun(begin, outside):
    version = begin()
    with outside(), work("test.turn", by=operator):
        actions.turn(version, VersionState.DISCARDED)
    assert begin().number == 2


def test_a_step_is_in_one_spelling_whoever_wrote_it(begin):
    row = queries.step(begin(), "report-child")
    assert row.evidence == "document word"
    assert row.as_value("alert", "1.2").evidence == {Evidence.DOCUMENT, Evidence.WORD}

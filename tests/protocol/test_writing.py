"""Writing a version through its pages: phases, steps, what is refused at its field; comments; comparing."""

import uuid
from datetime import time

import pytest

from shelter.access import Role
from shelter.audit import operator, work
from shelter.calendar import today
from shelter.codes.cases import Milestone
from shelter.codes.protocol import Standing, Start, Unit, VersionState
from shelter.codes.referrals import InstitutionKind as Kind
from shelter.protocol import actions, queries
from shelter.protocol.forms import now_says
from tests.client import Page


@pytest.fixture
def client(writer, sign_in):
    return sign_in(writer)


@pytest.fixture
def draft(begin):
    return begin()


def at(version, more=""):
    return f"/protocolo/versiones/{version.id}{more}"


def numbers(version):
    return {step.key: step.number for step in queries.as_book(version).steps}


def as_typed(row, **answers):
    """What the form of a step would send as it is shown, but for these answers."""
    values = {name: value for name, value in now_says(row).items() if value not in (None, False, "")}
    return {**{name: "y" if value is True else value for name, value in values.items()}, **answers}


def refused(answer, field):
    """The sentence at one field of a form that was refused."""
    assert answer.status_code == 422, answer.status_code
    page = Page(answer.text)
    invalid = [attrs for tag, attrs in page.tags if attrs.get("id") == f"{field}-error"]
    assert invalid, f"nothing at {field}: {page.text[:600]}"
    return page.text


def test_the_first_draft_is_begun_with_one_button(client):
    assert "Todavía no rige ninguna versión" in Page(client.get("/protocolo").text).text
    assert client.post("/protocolo/versiones", data={}).status_code == 303
    page = Page(client.get("/protocolo/versiones").text).text
    assert "Versión 1" in page
    assert "Borrador" in page
    assert client.post("/protocolo/versiones", data={}).status_code == 303
    assert len(queries.versions()) == 1


def test_a_step_is_added_at_the_end_of_its_phase_and_says_what_it_asks(client, draft):
    phase = queries.phases_of(draft)[1]
    answer = client.fill(
        at(draft, f"/fases/{phase.id}/pasos/nuevo"), name_es="Avisar a la Defensoría", procedure_es="Un oficio.",
        responsible="ombudsman", start="step", after="identify", limit_amount="3", limit_unit="working_days",
        standing="target", evidence=["document", "word"], applies_to=["foreign"], is_beside="y",
    )
    assert answer.status_code == 303, Page(answer.text).text
    step = next(each for each in queries.as_book(draft).steps if each.responsible == Kind.OMBUDSMAN)
    assert (step.number, step.start, step.after, step.is_beside) == ("2.4", Start.STEP, "identify", True)
    assert (step.limit.amount, step.limit.unit) == (3, Unit.WORKING_DAYS)
    page = Page(client.get(answer.location).text).text
    assert "3 días laborables" in page
    assert "Cuando termina este: 2.1 Pedir la identificación preliminar" in page


def test_a_step_is_written_in_two_languages_and_each_control_says_which(client, draft):
    page = Page(client.get(at(draft, "/pasos/safety/cambiar")).text)
    spoken = {each["name"]: each.get("lang") for each in (*page.all("textarea"), *page.all("input"))
              if each["name"].endswith(("_es", "_en"))}
    assert len(spoken) == 6
    assert all(lang == name[-2:] for name, lang in spoken.items())


def test_what_must_be_said_of_a_step_is_not_called_optional(client, draft):
    text = Page(client.get(at(draft, "/pasos/safety/cambiar")).text).text
    for label in ("¿Qué demuestra que está hecho?", "¿Qué hecho lo demuestra?", "Nombre en español"):
        assert label in text
        assert f"{label} (opcional)" not in text
    assert "¿A quién se aplica? (opcional)" in text


STEP = {"name_es": "Paso", "procedure_es": "Algo.", "start": "alert", "standing": "target", "evidence": ["word"]}


@pytest.mark.parametrize(("answers", "field", "says"), [
    ({"name_es": ""}, "name_es", "Escriba el nombre"),
    ({"procedure_es": " "}, "procedure_es", "Escriba qué se hace"),
    ({"limit_amount": "0", "limit_unit": "hours"}, "limit_amount", "De 1 a 720 horas"),
    ({"limit_amount": "0", "limit_unit": "working_days"}, "limit_amount", "o de 1 a 365 días laborables"),
    ({"limit_amount": "10000", "limit_unit": "hours"}, "limit_amount", "De 1 a 720 horas"),
    ({"limit_amount": "366", "limit_unit": "working_days"}, "limit_amount", "De 1 a 365 días laborables"),
    ({"limit_amount": "3"}, "limit_unit", "Elija horas o días laborables"),
    ({"start": "step"}, "after", "no empezaría nunca"),
    ({"start": "milestone"}, "starts_with", "Diga qué lo pone en marcha"),
    ({"start": "step", "after": "report-child"}, "after", "no se aplica a todas"),
    ({"evidence": ["milestone"]}, "happening", "Diga qué hecho"),
    ({"start": "milestone", "starts_with": "exited:death", "evidence": ["milestone"], "happening": "kept_in_touch:12"},
     "happening", "Nunca ocurre después"),
    ({"start": "milestone", "starts_with": "exited", "evidence": ["milestone"], "happening": "referred"},
     "happening", "Nunca ocurre después"),
    ({"evidence": []}, "evidence", "Diga qué demuestra"),
    ({"standing": "law"}, "responsible", "Solo puede ser ley o protocolo"),
    ({"standing": "law", "responsible": "health"}, "basis_es", "Escriba la ley"),
    ({"responsible": "ngo"}, "responsible", "No hay ninguna institución de ese tipo"),
    ({"responsible": "health", "institution_id": "SPAVT"}, "institution_id", "Lo que hace es «Fiscalía»"),
    ({"institution_id": "SPAVT"}, "institution_id", "Lo que hace es «Fiscalía»"),
    ({"responsible": "health", "institution_id": str(uuid.uuid4())}, "institution_id", "Elija una de las opciones"),
])
def test_what_cannot_stand_is_refused_at_its_field_and_nothing_is_lost(
    client, draft, answers, field, says, programme,
):
    before = numbers(draft)
    if answers.get("institution_id") == "SPAVT":
        spavt = next(each for each in programme.institutions if "SPAVT" in each.name["es"])
        answers = {**answers, "institution_id": str(spavt.id)}
    url = at(draft, f"/fases/{queries.phases_of(draft)[0].id}/pasos/nuevo")
    text = refused(client.fill(url, **{**STEP, **answers}), field)
    assert says.casefold() in text.casefold()
    assert numbers(draft) == before


def test_a_circle_is_refused_where_it_would_close(client, draft):
    typed = as_typed(queries.step(draft, "make-plan"), start="step", after="review-plan")
    answer = client.fill(at(draft, "/pasos/make-plan/cambiar"), **typed)
    assert "Se esperarían entre sí: 6.3" in refused(answer, "after")
    assert queries.step(draft, "make-plan").start is Start.MILESTONE


def test_a_circle_is_refused_where_a_step_would_be_moved_into_it(client, draft):
    plan, review = "6.3 Acordar su plan individual", "6.4 Revisar el plan con ella"
    typed = as_typed(queries.step(draft, "review-plan"), start="step", after="make-plan")
    del typed["is_beside"]
    assert client.fill(at(draft, "/pasos/review-plan/cambiar"), **typed).status_code == 303
    before = numbers(draft)
    answer = client.post(at(draft, "/pasos/review-plan/mover"), data={"to": "up"})
    text = Page(client.get(answer.location).text).text
    assert f"Se esperarían entre sí: {review} → {plan} → {review}" in text
    assert "Guardado" not in text
    assert numbers(draft) == before
    client.post(at(draft, "/pasos/make-plan/mover"), data={"to": "down"})
    assert numbers(draft) == before


def test_what_closes_a_circle_of_other_steps_is_refused_too(client, draft, writer, outside):
    """“uno” starts when a bed is changed, which “dos”, that waits for it, shows, and “tres”; without “tres” never."""
    phase, seen = queries.phases_of(draft)[0], {"evidence": "milestone", "happening": Milestone.MOVED}
    told = {"procedure": {"es": "Algo."}, "start": Start.ALERT, "standing": Standing.TARGET, "is_beside": True}
    with outside(), work("test.write", by=operator):
        one = actions.add_step(draft, phase, writer.id, name={"es": "uno"}, **told)
        actions.add_step(draft, phase, writer.id, name={"es": "dos"},
                         **{**told, **seen, "start": Start.STEP, "after": one.key})
        three = actions.add_step(draft, phase, writer.id, name={"es": "tres"}, **told, **seen)
        actions.change_step(draft, one, writer.id, expected=one.version, was={}, start=Start.MILESTONE,
                            starts_with=Milestone.MOVED)
    before = numbers(draft)
    answer = client.post(at(draft, f"/pasos/{three.key}/quitar"), data={})
    assert "Se esperarían entre sí: 1.4 uno → 1.5 dos → 1.4 uno" in Page(client.get(answer.location).text).text
    answer = client.fill(at(draft, f"/pasos/{three.key}/cambiar"), **as_typed(three, evidence=["word"]))
    assert answer.status_code == 422
    assert "Se esperarían entre sí: 1.4 uno → 1.5 dos → 1.4 uno" in Page(answer.text).text
    assert numbers(draft) == before


def test_a_step_that_others_wait_for_cannot_leave_them_behind(client, draft):
    """`protective-measures` starts after `safety`; were that for children only, it would never start for the others."""
    answer = client.fill(at(draft, "/pasos/safety/cambiar"), **as_typed(queries.step(draft, "safety"),
                                                                        applies_to=["child"]))
    assert "no se aplica a todas" in Page(answer.text).text
    client.post(at(draft, "/pasos/safety/quitar"), data={})
    assert "safety" in numbers(draft)


def test_a_step_goes_up_and_down_and_over_the_edge_of_its_phase(client, draft):
    url = at(draft, "/pasos/{}/mover")
    client.post(url.format("identify"), data={"to": "down"})
    assert (numbers(draft)["doubt-of-age"], numbers(draft)["identify"]) == ("2.1", "2.2")
    client.post(url.format("doubt-of-age"), data={"to": "up"})
    found = numbers(draft)
    assert (found["doubt-of-age"], found["identify"], found["basic-facts"]) == ("1.4", "2.1", "2.2")
    client.post(url.format("doubt-of-age"), data={"to": "down"})
    found = numbers(draft)
    assert (found["doubt-of-age"], found["identify"]) == ("2.1", "2.2")
    client.post(url.format("open"), data={"to": "up"})
    client.post(url.format("keep-or-erase"), data={"to": "down"})
    assert (numbers(draft)["open"], numbers(draft)["keep-or-erase"]) == ("1.1", "10.3")


def test_phases_are_named_moved_and_taken_out_only_when_empty(client, draft):
    assert client.fill(at(draft, "/fases/nueva"), name_es="Evaluación", name_en="Review").status_code == 303
    last = queries.phases_of(draft)[-1]
    assert (last.number, last.name) == (11, {"es": "Evaluación", "en": "Review"})
    refused(client.fill(at(draft, "/fases/nueva"), name_es="cierre"), "name_es")
    client.post(at(draft, f"/fases/{last.id}/mover"), data={"to": "up"})
    assert [each.key for each in queries.phases_of(draft)][-2:] == [last.key, "closing"]
    first = queries.phases_of(draft)[0]
    client.post(at(draft, f"/fases/{first.id}/quitar"), data={})
    client.post(at(draft, f"/fases/{last.id}/quitar"), data={})
    assert [each.number for each in queries.phases_of(draft)] == list(range(1, 11))


def test_a_phase_without_steps_keeps_a_version_from_the_institutions(client, draft, outside):
    client.fill(at(draft, "/fases/nueva"), name_es="Vacía")
    with outside():
        assert [each.message for each in actions.faults(draft, today())] == ["La fase «Vacía» no tiene pasos"]
    for state in ("comments", "validation"):
        client.post(at(draft, "/estado"), data={"state": state})
    assert queries.unpublished().state is VersionState.COMMENTS


def test_two_people_change_one_step_and_both_versions_are_shown(client, draft, writer, outside):
    url = at(draft, "/pasos/safety/cambiar")
    page = Page(client.get(url).text)
    row = queries.step(draft, "safety")
    with outside(), work("test.change", by=operator):
        actions.change_step(draft, row, writer.id, expected=row.version, was={}, limit_amount=12)
    kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key", "version", "seen")}
    answer = client.post(url, data={**kept, **STEP, "limit_amount": "6", "limit_unit": "hours"})
    assert answer.status_code == 409
    assert "12" in Page(answer.text).text
    assert queries.step(draft, "safety").limit_amount == 12


def test_the_hour_at_which_a_working_day_ends_and_the_note(client, draft):
    answer = client.fill(at(draft, "/datos"), cut_off="16:30", title_es="Ruta", note_es="Nueva hora")
    assert answer.status_code == 303
    version = queries.unpublished()
    assert (f"{version.cut_off:%H:%M}", version.note["es"]) == ("16:30", "Nueva hora")
    refused(client.fill(at(draft, "/datos"), cut_off="25:00", title_es="Ruta"), "cut_off")
    for early in ("00:00", "07:59"):
        answer = client.fill(at(draft, "/datos"), cut_off=early, title_es="Ruta")
        assert "antes de las 08:00" in refused(answer, "cut_off")
    assert client.fill(at(draft, "/datos"), cut_off="08:00", title_es="Ruta").status_code == 303


def test_the_teams_comment_and_who_is_no_team_does_not_even_see_a_draft(client, draft, staff, sign_in):
    nurse = sign_in(staff(Role.MEDICAL))
    answer = nurse.fill(at(draft, "/pasos/urgent-health/comentar"), text="Falta el turno de noche")
    assert answer.status_code == 303
    assert "Falta el turno de noche" in Page(client.get(at(draft, "/pasos/urgent-health")).text).text
    for role in (Role.OBSERVER, Role.HOUSE_STAFF, Role.AUDITOR, Role.ADMINISTRATOR):
        outsider = sign_in(staff(role))
        for more in ("", "/pasos/safety", "/cuadernillo.pdf"):
            assert outsider.get(at(draft, more)).status_code == 404, (role, more)


def test_the_teams_comment_on_a_whole_version_too(client, draft, staff, sign_in):
    worker = sign_in(staff(Role.CASEWORKER, name="Elena"))
    assert worker.fill(at(draft, "/comentar"), text=" ").status_code == 422
    answer = worker.fill(at(draft, "/comentar"), text="Faltan los tiempos de la Costa")
    assert answer.status_code == 303
    assert worker.fill(at(draft, "/pasos/school/comentar"), text="Y los de la Sierra").status_code == 303
    page = Page(client.get(at(draft)).text)
    assert "Elena" in page.text
    assert "Faltan los tiempos de la Costa" in page.text
    assert "Y los de la Sierra" not in page.text
    assert "7.4 Volver a estudiar 1 comentario" in page.text
    assert "Faltan" not in Page(client.get(at(draft, "/pasos/school")).text).text


def test_nobody_outside_the_teams_comments_and_what_is_over_is_not_commented(publish, staff, sign_in, client):
    version = publish()
    assert sign_in(staff(Role.OBSERVER)).get(at(version, "/comentar")).status_code == 403
    answer = client.fill(at(version, "/comentar"), text="Tarde")
    assert answer.status_code == 422
    assert "Ya no está abierto a comentarios" in Page(answer.text).text
    assert "Comentar toda la versión" not in Page(client.get(at(version)).text).text


def test_the_form_of_a_step_says_what_waits_for_what(client, draft):
    text = Page(client.get(at(draft, "/pasos/identify/cambiar")).text).text
    assert "espera a que se cumpla el paso anterior de su fase" in text
    assert "empieza en el momento en que se omite" in text


def test_what_is_new_is_compared_with_the_version_before(publish, begin, client, outside, writer):
    one, two = publish(), begin()
    row = queries.step(two, "school")
    with outside(), work("test.change", by=operator):
        actions.change_step(two, row, writer.id, expected=1, was={}, limit_amount=20)
        actions.remove_step(two, queries.step(two, "month-6"), writer.id)
    page = Page(client.get(at(two, f"/comparar/{one.id}")).text)
    assert page.text.count("Cambiado") == 1
    assert page.text.count("Quitado") == 1
    assert "Agregado" not in page.text
    assert "Antes 15 días laborables" in page.text
    assert "Ahora 20 días laborables" in page.text
    assert "dicen lo mismo" in Page(client.get(at(one, f"/comparar/{one.id}")).text).text


def test_what_a_step_waits_for_and_the_end_of_the_day_are_compared_too(publish, begin, client, outside, writer):
    before, after = publish(), begin()
    url = at(after, f"/comparar/{before.id}")
    assert "Las dos dicen lo mismo" in Page(client.get(url).text).text
    with outside(), work("test.change", by=operator):
        for _time in range(2):
            actions.move_step(after, queries.step(after, "basic-facts"), writer.id, up=True)
        actions.describe(after, writer.id, expected=after.version, title=after.title, note=None, cut_off=time(16, 30))
    text = Page(client.get(url).text).text
    assert "Un día laborable terminaba a las 17:00; ahora termina a las 16:30." in text
    assert "En su fase espera a Antes – Ahora Anotar la información básica" in text
    assert "En su fase espera a Antes Pedir la identificación preliminar Ahora –" in text


def test_everybody_reads_what_is_in_force_with_the_institutions_of_her_province(publish, sign_in, staff):
    version = publish()
    for role in Role:
        client = sign_in(staff(role))
        page = Page(client.get("/protocolo?provincia=07").text).text
        assert "1.1 Recibir la alerta y abrir el caso" in page, role
        assert "Ministerio de Salud Pública" in page, role
        assert client.get(at(version, "/pasos/safety")).status_code == 200


def test_the_page_of_a_version_asks_no_more_for_more_steps(publish, client, count_queries):
    publish()
    client.get("/protocolo")
    with count_queries() as found:
        assert client.get("/protocolo").status_code == 200
    assert len(found.statements) <= 22, len(found.statements)


@pytest.mark.parametrize(("key", "said"), [
    ("basic-facts", "2.1 Pedir la identificación preliminar"),  # 2.2 runs beside the others: it is passed over
    ("identify", ""),  # the first of its phase
    ("pregnancy", ""),  # beside the others
    ("leave", ""),  # the one before is what starts its clock: it is said once
])
def test_a_step_says_for_which_one_it_waits_in_its_phase(client, draft, key, said):
    text = Page(client.get(at(draft, f"/pasos/{key}")).text).text
    sentence = "Espera además a que se cumpla el paso anterior de su fase: "
    assert (sentence + said in text) if said else (sentence not in text)


def test_no_step_has_a_name_with_a_nul_in_it(client, draft):
    for more in ("", "/cambiar", "/comentar"):
        assert client.get(at(draft, f"/pasos/a%00{more}")).status_code == 404

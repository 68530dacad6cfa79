"""What is typed through the real pages and names or tells is found nowhere in clear: tables, files, logs, addresses."""

import base64
import io
import json
import logging
import re
from datetime import timedelta
from urllib.parse import quote, quote_plus

import pytest
import sqlalchemy as sa

from shelter.access import Role
from shelter.approvals import Approval
from shelter.audit import operator, work
from shelter.calendar import local, now, today
from shelter.db import Model, db
from shelter.db.sealed import FIELDS
from shelter.jobs import Job
from shelter.keeping import backup
from shelter.keeping.places import artefacts
from tests.client import Page
from tests.door.made import at_the_door
from tests.factors.authenticator import Authenticator
from tests.protocol.made import a_published_protocol, speak_of_the_protocol
from tests.route.made import speak_of_a_step
from tests.safety.referring import refer_out

SEALED_BUT_NOT_TYPED_HERE = {
    "staff.totp_secret",  # a secret of the server's own
    "house.address",  # typed in tests/partners
    "slip.code",  # a secret of the server's own
    "route_conditions.declared",  # words of a list: tests/route
}


FOUR = "Zq{0}axkanario Zq{0}bxkanario Zq{0}cxkanario Zq{0}dxkanario"
ONE, LONG = "Zq{}xkanario", " ".join(f"Zq{{0}}{letter}xkanario" for letter in "abcdefghijklmnop")
CORE = "xkanario"  # stands in every canary that is a word


class Canaries:
    """Unmistakable values, each remembered with the field it was typed into; four words wherever four fit."""

    def __init__(self):
        self.typed = {}

    def __call__(self, field, form=FOUR):
        value = form.format(f"{len(self.typed):03d}")
        self.typed[field] = value
        return value

    @property
    def words(self):
        """Every canary by itself."""
        return [word for value in self.typed.values()
                for word in (value.split() if CORE in value else [value])]


def at(ago=timedelta(0)):
    moment = local(now() - ago)
    return moment.date().isoformat(), f"{moment:%H:%M}"


def when(name, ago=timedelta(0)):
    day, clock = at(ago)
    return {f"{name}-date": day, f"{name}-time": clock}


@pytest.fixture
def walked(app, programme, staff, sign_in, caplog, tmp_path):
    """The walk with a canary in every field that takes words; the addresses that it led to."""
    caplog.set_level(logging.DEBUG)
    say, urls = Canaries(), []
    worker, members = sign_in(staff(Role.CASEWORKER)), {}
    for role in (Role.PSYCHOLOGIST, Role.LAWYER, Role.MEDICAL):
        members[role] = staff(role)

    def send(client, url, **answers):
        answer = client.fill(url, **answers)
        assert answer.status_code == 303, f"{url}: {Page(answer.text).text}"
        urls.append(answer.location)
        return answer.location

    url = send(
        worker,
        "/derivaciones/nueva",
        house_id=str(programme.house.id),
        institution_id=str(programme.institutions[0].id),
        is_safe="no",
        needs_doctor="yes",
        urgency="today",
        children="1",
        name=say("referral.name"),
        caller=say("referral.caller"),
        contact=say("referral.contact"),
        needs=say("referral.needs", LONG),
        safety=say("referral.safety"),
        ages=say("referral.ages", ONE),
        contact_channel="call",
        number=say("referral.number", "09 95{} 2837"),
        conditions=say("referral.conditions"),
        **when("received_at", timedelta(hours=5)),
    )
    declined = send(
        worker,
        "/derivaciones/nueva",
        house_id=str(programme.house.id),
        institution_id=str(programme.institutions[0].id),
        is_safe="unknown",
        needs_doctor="yes",
        urgency="today",
        children="0",
        **when("received_at", timedelta(hours=5)),
    )
    send(worker, declined, state="declined", reason=say("referral.answer"), unmet="bed")
    send(worker, f"{declined}/afuera", lodging=say("waiting.lodging"))
    send(worker, f"{declined}/afuera/hoy", how="uneasy", done=say("safety_check.done"), **when("checked_at"))
    send(worker, f"{declined}/afuera/fin", ended="other", ending=say("waiting.ending"))
    case = re.search(r"[0-9a-f-]{36}", send(worker, url, state="accepted"))[0]
    send(worker, f"/ingresos/{case}/seguridad", is_safe="yes", needs_doctor="no", safety=say("intake.safety"))
    send(
        worker,
        f"/ingresos/{case}/persona",
        name_used=say("person.name_used"),
        names=say("person.names"),
        surnames=say("person.surnames"),
        document_kind="passport",
        document=say("person.document", ONE),
        phone=say("person.phone", "09 91{} 2837"),
        **{"birth-year": "1987", "birth-month": "4", "birth-day": "9"},
    )
    say.typed["person.birth"] = "1987-04-09"
    send(worker, f"/ingresos/{case}/situacion", wishes=say("intake.wishes", LONG), story=say("case.story", LONG))
    send(
        worker,
        f"/casos/{case}/consentimientos/nuevo",
        purpose="referral",
        answer="given",
        recipient=say("consent.recipient"),
    )
    bed = next(
        each["value"]
        for each in Page(worker.get(f"/casos/{case}/estancia").text).all("input")
        if each.get("name") == "bed_id"
    )
    send(worker, f"/casos/{case}/estancia", bed_id=bed, **when("arrived_at", timedelta(hours=4)))
    day = today().isoformat()
    send(worker, f"/casos/{case}/indicaciones", kind="do", text=say("instruction.text"), from_on=day, to_on=day)
    for role, discipline in ((Role.PSYCHOLOGIST, "psychology"), (Role.LAWYER, "legal"), (Role.MEDICAL, "medical")):
        send(worker, f"/casos/{case}/equipo", staff_id=str(members[role].id), discipline=discipline)
    kinds = {Role.PSYCHOLOGIST: "psychology.individual", Role.LAWYER: "legal.rights", Role.MEDICAL: "medical.triage"}
    for role, kind in kinds.items():
        client = sign_in(members[role])
        send(
            client,
            f"/casos/{case}/servicios/nuevo",
            type=kind,
            was_held="yes",
            minutes="45",
            modality="in_person",
            headline=say("service.headline"),
            body=say(f"service.body {role}", LONG),
            **when("occurred_at", timedelta(hours=3)),
        )
    refer_out(say, worker, app.test_client(), send, case, programme.institutions[0])
    kept = worker.fill(f"/casos/{case}/servicios/nuevo", body=say("draft.body", LONG), keep_draft="1")
    assert kept.location == "/borradores"
    file = (io.BytesIO(b"%PDF-" + say("document.content").encode()), f"{say('document file name')}.pdf")
    send(sign_in(members[Role.LAWYER]), f"/casos/{case}/documentos/nuevo", title=say("document.title"), file=file)
    say.typed["service.body"] = say.typed.pop(f"service.body {Role.LAWYER}")
    send(
        worker,
        f"/casos/{case}/egreso",
        reason="plan_done",
        destination="independent",
        was_her_decision="yes",
        plan=say("exit.plan", LONG),
        channel="call",
        number=say("safe_contact.number", "09 92{} 2837"),
        hours=say("safe_contact.hours"),
        code_word=say("safe_contact.code_word"),
        pretext=say("safe_contact.pretext"),
        never=say("safe_contact.never"),
        consent="given",
        confirmed="y",
        **when("left_at", timedelta(hours=2)),
    )
    send(
        worker,
        f"/casos/{case}/seguimiento/nuevo",
        channel="call",
        outcome="stable",
        month="1",
        note=say("follow_up.note", LONG),
        **when("occurred_at", timedelta(hours=1)),
    )
    send(worker, f"/casos/{case}/entrevistas/nueva", discipline="social", purpose="first", trace="written",
         **when("occurs_at", timedelta(hours=1)))
    soon = local(now() + timedelta(days=1))
    send(worker, f"/casos/{case}/entrevistas/planificar", discipline="legal", purpose="complaint", again="new_facts",
         reason=say("interview.reason"), **{"occurs_at-date": soon.date().isoformat(), "occurs_at-time": "10:00"})
    at_the_door(say, programme, sign_in(staff(Role.SHELTER_COORDINATOR)), send)
    options = worker.post("/mi-cuenta/llaves/reto", data={}).json
    send(worker, "/mi-cuenta/llaves/nueva", name=say("passkey.name", ONE), passkey=Authenticator().create(options))
    kept = worker.post(f"/borradores?de=/casos/{case}/consentimientos/nuevo", data={"recipient": say("draft.body")})
    assert kept.status_code < 300
    urls.append(worker.post("/casos", data={"q": say("saved_search.words")}).location)
    invited = sign_in(staff(Role.ADMINISTRATOR)).fill(
        "/admin/usuarios/nuevo",
        name=say("staff.name"),
        email=say("staff.email", "zq{}xkanario@ejemplo.invalid"),
        role="auditor",
    )
    assert "/activar/" in invited.text
    coordinator = sign_in(staff(Role.SHELTER_COORDINATOR))
    institution = f"/instituciones/{programme.institutions[0].id}"
    send(coordinator, send(coordinator, f"{institution}/cargos/nuevo", name="Punto focal"), rank="holder",
         name=say("focal_point.name"), phone=say("focal_point.phone", "02 93{} 2837"), channel="call",
         email=say("focal_point.email", "zq{}xkanario@oficina.invalid"), from_on=day, note=say("focal_point.note"))
    for url in (institution, "/puntos-focales"):
        assert say.typed["focal_point.name"] in coordinator.get(url).text
    asking, deciding = staff(Role.SHELTER_COORDINATOR), staff(Role.ADMINISTRATOR)
    with work("test.passwords", by=operator):
        deciding.password_hash = members[Role.LAWYER].password_hash = "something"
    reason = say("approval.reason")
    send(sign_in(asking), "/aprobaciones/recuperar", staff_id=str(members[Role.LAWYER].id), reason=reason)
    request = db.session.scalar(sa.select(Approval.id))
    send(sign_in(deciding), f"/aprobaciones/{request}", decision="no", reason=say("approval.answer"))
    speak_of_the_protocol(say, sign_in(staff(Role.PROGRAMME_COORDINATOR)), send, programme)
    a_published_protocol()
    speak_of_a_step(say, worker, send, case)
    for url in (
        f"/casos/{case}",
        "/mi-dia",
        "/casos",
        "/esta-noche",
        "/camas",
        f"/casos/{case}/historial",
        f"/casos/{case}/servicios",
    ):
        worker.get(url)
    bring_a_file(say, sign_in(staff(Role.PROGRAMME_COORDINATOR)), send, urls)
    db.session.rollback()
    assert len(set(say.words)) >= 200
    backed_up = backup.make(artefacts(tmp_path / "medium" / "b.age"), by=operator)
    assert backed_up.files.data.stat().st_size > 10_000
    return say.typed, urls, caplog.text


def bring_a_file(say, client, send, urls):
    """A file of historic cases whose name, header and words are canaries; checked twice, the second one is cut off."""
    header, word = say("upload.mapping"), say("job.facts")
    for end in ("\r\n", ""):
        content = f"year;{header}\r\n2014;{word}\r\n2015;female{end or chr(34)}"
        page = Page(client.get("/registros/importar").text)
        kept = {name: page.hidden(name) for name in ("csrf_token", "submit_key")}
        columns = client.post("/registros/importar", content_type="multipart/form-data", data={
            **kept, "register": "new", "name": f"Registro {len(urls)}", "source": "Libro", "foundation": "programme",
            "file": (io.BytesIO((content + 60 * "\r\n2014;female" + end + ("" if end else chr(34))).encode()),
                     f"{say('upload.name')}.csv"),
        }).location
        urls.append(columns)
        send(client, columns, year="year", sex=header, order="dmy", keep_as=say("saved_mapping.name"))
    for field in ("upload.content", "saved_mapping.text", "job.order", "job.file", "job.problem", "imported_file.name"):
        say.typed[field] = word
    assert {str(job.state) for job in db.session.scalars(sa.select(Job))} == {"done", "refused"}


def everything_stored():
    for table in Model.metadata.sorted_tables:
        for row in db.session.execute(sa.select(*(sa.type_coerce(c, sa.types.NullType()) for c in table.c))):
            for column, value in zip(table.c, row, strict=True):
                yield (
                    f"{table.name}.{column.name}",
                    bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode(),
                )


def spellings(value):
    """A value as programs may write it down: as it is, or in an encoding that hides nothing."""
    found = set()
    for text in {value, value.lower(), value.replace(" ", "")}:
        content = text.encode()
        found |= {content, text.encode("utf-16-le"), text.encode("utf-16-be"), content.hex().encode(),
                  content.hex().upper().encode(), quote(text, safe="").encode(), quote_plus(text).encode(),
                  json.dumps(text)[1:-1].encode()}
        for shift in range(3):  # wherever it stands in what was encoded; its ends run together with their neighbours
            inner = base64.b64encode(bytes(shift) + content)[4 if shift else 0 : -4]
            found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def test_every_spelling_of_a_canary_would_be_seen():
    value = "Zq007xkanario año"
    for before in (b"", b"a", b"ab"):
        for written in (base64.b64encode(before + value.encode() + b"tail"), before + value.encode("utf-16-le")):
            assert any(each in written for each in spellings(value))


def test_no_canary_is_anywhere_in_clear(app, walked, tmp_path):
    typed, urls, log = walked
    others = {field: value for field, value in typed.items() if CORE not in value}
    needles = {field: spellings(value) for field, value in {**others, "a canary": CORE}.items()}
    stored = list(everything_stored())
    files = [
        (str(path), path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file() and path.name != "senda.key"
    ]
    said = [("log", log.encode()), ("addresses", "\n".join(urls).encode())]
    found = [
        f"{field} in {place}"
        for place, content in [*stored, *files, *said]
        for field, values in needles.items()
        if any(value in content for value in values)
    ]
    assert not found, "\n".join(found)
    assert len(stored) > 500


def test_every_sealed_field_of_the_program_was_typed_or_is_named(walked):
    typed, _urls, _log = walked
    assert FIELDS.keys() - typed.keys() - SEALED_BUT_NOT_TYPED_HERE == set()

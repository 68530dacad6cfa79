"""Files on a case: what they say they are, nothing hidden in pictures, sealed by discipline, never in clear on disk."""

import io
import re
import tempfile
import uuid
import zipfile

import pytest
import sqlalchemy as sa
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from shelter.access import Role
from shelter.audit import AuditEntry, operator, work
from shelter.cases.models import TimelineEntry
from shelter.codes.cases import Milestone
from shelter.crypto import Damaged
from shelter.db import DataKey, db, vault
from shelter.documents import rules
from shelter.documents.models import Document
from tests.client import Page

PDF = b"%PDF-1.4 Zqkanario contenido " + b"x" * 200
MB = 1024 * 1024


def picture(format="JPEG", size=(40, 20), **extra):
    out = io.BytesIO()
    Image.new("RGB", size, (120, 40, 200)).save(out, format, **extra)
    return out.getvalue()


def located():
    """A photograph that says where and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Zqcamara", 6
    exif.get_ifd(0x8825).update({1: "S", 2: (0.0, 10.0, 20.0), 3: "W", 4: (78.0, 30.0, 1.0)})
    return picture(exif=exif.tobytes(), comment=b"Zqcomentario") + b"Zqcola"


def text_document(*more, size=10):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name in ("[Content_Types].xml", "word/document.xml", *more):
            parts.writestr(name, "<x/>" * size)
    return out.getvalue()


@pytest.fixture
def house(case, staff, sign_in):
    """A case with a lawyer and a psychologist on its team: (case, lawyer's client, psychologist's, the worker's)."""
    lawyer, psychologist = staff(Role.LAWYER), staff(Role.PSYCHOLOGIST)
    made = case(team=[lawyer, psychologist])
    return made, sign_in(lawyer), sign_in(psychologist), sign_in(staff(Role.SHELTER_COORDINATOR))


def send(client, case, content=PDF, name="informe.pdf", title="Zqtitulo denuncia", to="/nuevo", **more):
    """Load the form and send it in parts, as a browser does; in memory on this side too."""
    url = f"/casos/{case.id}/documentos{to}"
    page = Page(client.get(url).text)
    kept = {field: page.hidden(field) for field in ("csrf_token", "submit_key") if page.hidden(field)}
    parts = {**kept, "title": title, "file": FileStorage(io.BytesIO(content), name, "file"), **more}
    boundary, body = encode_multipart(parts)
    return client.post(url, input_stream=io.BytesIO(body), content_length=len(body),
                       content_type=f"multipart/form-data; boundary={boundary}")


def only():
    db.session.rollback()
    return db.session.scalars(sa.select(Document).order_by(Document.number.desc())).first()


def path(document, to=""):
    return f"/casos/{document.case_id}/documentos/{document.id}{to}"


# --- who reads what ---------------------------------------------------------------------------------------------------

def test_a_file_is_kept_and_taken_away_by_its_discipline(house):
    case, lawyer, _psychologist, _coordinator = house
    assert send(lawyer, case).status_code == 303
    assert "Zqtitulo denuncia" in lawyer.get(f"/casos/{case.id}/documentos").text
    assert "Zqtitulo denuncia" in lawyer.get(f"/casos/{case.id}").text
    answer = lawyer.get(path(only(), "/archivo"))
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{case.code}-1.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "'self'" not in answer.headers["Content-Security-Policy"]


def test_others_see_that_there_is_one_and_no_more(house):
    case, lawyer, psychologist, coordinator = house
    send(lawyer, case)
    found = only()
    for client in (psychologist, coordinator):
        for url in (f"/casos/{case.id}/documentos", path(found), f"/casos/{case.id}"):
            text = Page(client.get(url).text).text
            assert "Zqtitulo" not in text
            assert "Documento" in text
        assert client.get(path(found, "/archivo")).status_code == 403
        assert client.get(path(found, "/reemplazar")).status_code == 403
        assert client.fill(path(found, "/retirar"), why="x").status_code == 403


def test_a_file_is_not_reached_through_another_case(house, case):
    mine, lawyer, _psychologist, _coordinator = house
    send(lawyer, mine)
    other = case(name="Otra")
    for to in ("", "/archivo", "/reemplazar", "/retirar"):
        assert lawyer.get(f"/casos/{other.id}/documentos/{only().id}{to}").status_code == 404


def test_a_coordinator_attaches_nothing(house):
    case, _lawyer, _psychologist, coordinator = house
    assert send(coordinator, case).status_code == 403


def test_every_taking_away_is_in_the_trail_and_names_nothing(house):
    case, lawyer, _psychologist, _coordinator = house
    send(lawyer, case)
    lawyer.get(path(only(), "/archivo"))
    db.session.rollback()
    rows = db.session.execute(sa.select(AuditEntry.action, AuditEntry.object_id, AuditEntry.detail)).all()
    assert ("document.download", only().id) in [(row.action, row.object_id) for row in rows]
    assert "Zqtitulo" not in str(rows)
    assert "informe" not in str(rows)
    entry = db.session.scalar(sa.select(TimelineEntry).where(TimelineEntry.milestone == Milestone.ATTACHED))
    assert (entry.about_id, entry.detail) == (only().id, "legal")


# --- versions ---------------------------------------------------------------------------------------------------------

def test_what_replaces_a_file_keeps_it(house):
    case, lawyer, _psychologist, _coordinator = house
    send(lawyer, case)
    first = only()
    assert send(lawyer, case, picture(), "foto.JPG", "Zqnuevo", f"/{first.id}/reemplazar").status_code == 303
    second = only()
    assert (second.corrects_id, second.number) == (first.id, 2)
    listed = lawyer.get(f"/casos/{case.id}/documentos").text
    assert "Zqnuevo" in listed
    assert "Zqtitulo" not in listed
    assert lawyer.get(path(first, "/archivo")).data == PDF
    assert str(second.id) in lawyer.get(path(first)).text
    assert str(first.id) in lawyer.get(path(second)).text
    again = send(lawyer, case, to=f"/{first.id}/reemplazar")
    assert again.status_code == 422
    assert "ya reemplazó" in Page(again.text).text


def test_what_is_withdrawn_leaves_the_list_with_its_reason(house):
    case, lawyer, _psychologist, coordinator = house
    send(lawyer, case)
    first = only()
    assert lawyer.fill(path(first, "/retirar"), why="").status_code == 422
    assert lawyer.fill(path(first, "/retirar"), why="Zqera de otra persona").status_code == 303
    assert "Zqtitulo" not in lawyer.get(f"/casos/{case.id}/documentos").text
    withdrawal = only()
    assert "Zqera de otra persona" in lawyer.get(path(withdrawal)).text
    assert "Zqera" not in coordinator.get(path(withdrawal)).text
    assert lawyer.get(path(withdrawal, "/archivo")).status_code == 404
    assert send(lawyer, case, to=f"/{first.id}/reemplazar").status_code == 422
    assert lawyer.fill(path(withdrawal, "/retirar"), why="otra vez").status_code == 422


# --- what is taken ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("content", "name"), [
    (PDF, "informe.PDF"), (picture(), "foto.jpeg"), (picture("PNG"), "dibujo.png"), (text_document(), "carta.docx"),
], ids=["pdf", "jpg", "png", "docx"])
def test_four_kinds_are_taken(house, content, name):
    case, lawyer, _psychologist, _coordinator = house
    assert send(lawyer, case, content, name).status_code == 303
    assert lawyer.get(path(only(), "/archivo")).status_code == 200


@pytest.mark.parametrize(("content", "name", "said"), [
    (PDF, "informe.exe", "Elija un archivo PDF"), (PDF, "informe", "Elija un archivo PDF"),
    (PDF, "informe.jpg", "no es lo que dice"), (picture(), "foto.png", "no es lo que dice"),
    (picture("GIF"), "foto.jpg", "no es lo que dice"), (b"<svg/>", "foto.png", "no es lo que dice"),
    (b"<html><script>", "informe.pdf", "no es lo que dice"), (picture()[:100], "foto.jpg", "no es lo que dice"),
    (text_document("word/vbaProject.bin"), "carta.docx", "no es lo que dice"),
    (text_document(size=3 * MB), "carta.docx", "no es lo que dice"),
    (picture("PNG", (8000, 6000)), "grande.png", "demasiado grande"), (b"", "vacio.pdf", "vacío"),
    (PDF + b"x" * 10 * MB, "informe.pdf", "supera 10 MB"),
], ids=["exe", "no ending", "pdf as jpg", "jpg as png", "gif as jpg", "svg", "html", "cut short", "macro", "bomb",
        "points", "empty", "large"])
def test_what_is_not_what_it_says_is_refused_in_one_sentence_and_nothing_typed_is_lost(house, content, name, said):
    case, lawyer, _psychologist, _coordinator = house
    answer = send(lawyer, case, content, name)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert said in page.text
    assert 'value="Zqtitulo denuncia"' in answer.text
    assert "Elija de nuevo el archivo" in page.text
    assert only() is None


def test_without_a_file_it_is_asked_for(house):
    case, lawyer, _psychologist, _coordinator = house
    answer = lawyer.fill(f"/casos/{case.id}/documentos/nuevo", title="Sin archivo")
    assert answer.status_code == 422
    assert "Elija un archivo" in Page(answer.text).text


def test_a_request_beyond_all_measure_is_a_calm_page(house):
    case, lawyer, _psychologist, _coordinator = house
    assert send(lawyer, case, b"x" * 13 * MB).status_code == 413


def test_a_picture_loses_where_and_with_what_it_was_taken_and_stands_upright(house):
    case, lawyer, _psychologist, _coordinator = house
    sent = located()
    assert b"Zqcamara" in sent
    send(lawyer, case, sent, "foto.jpg")
    kept = lawyer.get(path(only(), "/archivo")).data
    for trace in (b"Zqcamara", b"Zqcomentario", b"Zqcola", b"Exif"):
        assert trace not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert not drawn.getexif()
        assert drawn.size == (20, 40)


def test_a_drawing_keeps_its_transparency_and_loses_its_words(house):
    from PIL.PngImagePlugin import PngInfo

    case, lawyer, _psychologist, _coordinator = house
    words, out = PngInfo(), io.BytesIO()
    words.add_text("Author", "Zqautora")
    Image.new("RGBA", (4, 4), (1, 2, 3, 128)).save(out, "PNG", pnginfo=words)
    send(lawyer, case, out.getvalue(), "dibujo.png")
    kept = lawyer.get(path(only(), "/archivo")).data
    assert b"Zqautora" not in kept
    with Image.open(io.BytesIO(kept)) as drawn:
        assert drawn.getpixel((1, 1)) == (1, 2, 3, 128)


# --- sealed -----------------------------------------------------------------------------------------------------------

def test_nothing_of_an_upload_is_written_in_clear_while_it_arrives(house, monkeypatch):
    """Frameworks put what is larger than 500 kB into a temporary file."""
    def refuse(*_args, **_options):
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse, raising=False)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", refuse, raising=False)
    case, lawyer, _psychologist, _coordinator = house
    content = PDF + b"y" * 6 * MB
    assert send(lawyer, case, content).status_code == 303
    assert only().size == len(content)


def test_what_is_stored_is_sealed_under_the_key_of_the_case_and_its_discipline(house):
    case, lawyer, _psychologist, _coordinator = house
    send(lawyer, case)
    row = db.session.execute(sa.select(Document.title_sealed, Document.content_sealed)).one()
    for stored in map(bytes, row):
        assert b"kanario" not in stored
        assert b"denuncia" not in stored
        key = db.session.get(DataKey, uuid.UUID(bytes=stored[1:17]))
        assert (key.owner_kind, key.owner_id, key.compartment) == ("case", case.id, "legal")


def test_without_its_key_a_file_is_gone(house):
    case, lawyer, _psychologist, _coordinator = house
    send(lawyer, case)
    with work("test.erase", by=operator):
        db.session.execute(sa.delete(DataKey).where(DataKey.owner_id == case.id, DataKey.compartment == "legal"))
    vault.use(vault.keys)
    with pytest.raises(Damaged):
        _content = only().content


@pytest.mark.parametrize(("size", "said"), [(1, "1 KB"), (1024, "1 KB"), (2560, "2 KB"), (10 * MB, "10240 KB")])
def test_sizes_are_said_in_kilobytes(size, said):
    assert rules.said_size(size) == said


def test_lists_do_not_open_contents(house, count_queries):
    case, lawyer, _psychologist, _coordinator = house
    send(lawyer, case)
    for url in (f"/casos/{case.id}/documentos", f"/casos/{case.id}", path(only())):
        with count_queries() as found:
            lawyer.get(url)
        assert not re.search(r"content_sealed", " ".join(found.statements)), url

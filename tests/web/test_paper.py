"""Paper: valid for archives and for screen readers, and closed to everything outside itself."""

import base64
import gc
import io
import logging
import socket

import page
import pypdf
import pytest
import segno

from shelter.web import paper
from shelter.web.charts import Mark, bars
from shelter.web.paper import DataFile, pdf
from shelter.web.typeface import WEIGHTS

FACES = "".join(
    f'@font-face {{ font-family: Inter; font-weight: {weight}; src: url("{name}") }}'
    for name, weight in WEIGHTS.items()
)
DATA = DataFile("datos.csv", "Las cifras", "sexo,casos\nmujer,<5\n")


def document(body: str, style: str = "") -> str:
    style = f"<style>{FACES} body {{ font-family: Inter }} {style}</style>"
    head = f'<!doctype html><html lang="es-EC"><head><title>Informe</title>{style}</head>'
    return f"{head}<body><h1>Informe</h1>{body}</body></html>"


def failures(made: bytes) -> list[str]:
    reports = [page.validate_pdf_bytes(made, profile=profile) for profile in ("3a", "ua1")]
    return [failure.message for report in reports for failure in report.failures if not report.is_compliant]


@pytest.fixture
def no_network(monkeypatch):
    """Every attempt to reach anything is written down and fails."""
    tried = []

    def refuse(_self, address, *_rest):
        tried.append(address)
        raise OSError("no network here")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *about, **_more: tried.append(about) or [])
    return tried


def test_it_is_an_archive_and_accessible_at_once():
    rows = '<tr><th scope="col">Sexo<th scope="col">Casos<tr><th scope="row">Mujer<td>12'
    table = f"<table><caption>Casos</caption>{rows}</table>"
    made = pdf(document(table + bars("Mujer 12.", [Mark("Mujer", 12, "12")])), [DATA])
    assert failures(made) == []


def test_the_validator_would_see_a_mistake():
    made = pdf(document("<h4>A level too deep</h4>"))
    assert failures(made)


def test_the_data_travels_inside_and_says_what_it_is():
    read = pypdf.PdfReader(io.BytesIO(pdf(document(""), [DATA])))
    assert {name: content[0].decode() for name, content in read.attachments.items()} == {"datos.csv": DATA.text}
    catalogue = read.trailer["/Root"]
    (spec,) = {each.get_object().indirect_reference.idnum: each.get_object() for each in catalogue["/AF"]}.values()
    assert spec["/AFRelationship"] == "/Data"
    assert catalogue["/Lang"] == "es-EC"
    assert read.metadata.title == "Informe"


def test_a_chart_is_a_figure_with_its_sentence():
    chart = bars("Mujer 12; hombre 3.", [Mark("Mujer", 12, "12"), Mark("Hombre", 3, "3")])
    read = pypdf.PdfReader(io.BytesIO(pdf(document(chart))))
    tags = structure(read.trailer["/Root"]["/StructTreeRoot"])
    assert [each["/Alt"] for each in tags if each.get("/S") == "/Figure"] == ["Mujer 12; hombre 3."]


def structure(node):
    """Every element of the tree of tags."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, dict):
            yield found
            yield from structure(found)


HOSTILE = [
    '<link rel="attachment" href="file:///etc/passwd">',
    '<link rel="attachment" href="data:image/png;base64,AAAA">',
    '<link rel="stylesheet" href="http://127.0.0.1:9/style.css">',
    '<img alt="x" src="http://127.0.0.1:9/picture.png">',
    '<img alt="x" src="file:///etc/hostname">',
    '<img alt="x" src="data:image/svg+xml;base64,PHN2Zy8+">',
    '<img alt="x" src="DATA:text/html,hello">',
    '<img alt="x" srcset="http://127.0.0.1:9/two.png 2x" src="//127.0.0.1:9/one.png">',
    '<base href="http://127.0.0.1:9/"><img alt="x" src="picture.png">',
    '<object data="http://127.0.0.1:9/thing"></object><embed src="http://127.0.0.1:9/thing">',
    '<svg><title>x</title><image href="http://127.0.0.1:9/picture.png" width="9" height="9"/></svg>',
    '<svg><title>x</title><use href="http://127.0.0.1:9/shapes.svg#a"/></svg>',
    '<p style="background: url(http://127.0.0.1:9/back.png)">x</p>',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<p style="content: url(ftp://127.0.0.1/x); list-style-image: url(file:///etc/passwd)">x</p>',
]


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_is_fetched_and_nothing_is_embedded(html, no_network, caplog):
    caplog.set_level(logging.CRITICAL, logger="weasyprint")
    made = pdf(document(html))
    assert no_network == []
    read = pypdf.PdfReader(io.BytesIO(made))
    assert dict(read.attachments) == {}
    assert b"root:" not in made
    assert not [name for page_ in read.pages for name in page_.images]


@pytest.mark.parametrize("style", [
    '@import url("http://127.0.0.1:9/more.css");', '@import url("file:///etc/passwd");',
    '@font-face { font-family: Other; src: url("http://127.0.0.1:9/font.ttf") } p { font-family: Other }',
    '@font-face { font-family: Other; src: url("file:///usr/share/fonts/x.ttf") } p { font-family: Other }',
])
def test_nor_by_a_style_sheet(style, no_network, caplog):
    caplog.set_level(logging.CRITICAL, logger="weasyprint")
    pdf(document("<p>x</p>", style))
    assert no_network == []


def test_a_picture_inside_the_document_is_printed(no_network):
    out = io.BytesIO()
    segno.make("hola").save(out, kind="png", scale=3)
    picture = base64.b64encode(out.getvalue()).decode()
    made = pdf(document(f'<img alt="Código" src="data:image/png;base64,{picture}">'))
    assert failures(made) == []
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages[0].images) == 1


def test_only_the_typeface_that_travels_with_the_program_is_used():
    read = pypdf.PdfReader(io.BytesIO(pdf(document("<p>Ñandú <b>1.234</b></p>", "b { font-weight: 600 }"))))
    fonts = {font.get_object()["/BaseFont"] for font in read.pages[0]["/Resources"]["/Font"].values()}
    assert all("Inter" in name for name in fonts), fonts
    assert "Ñandú" in read.pages[0].extract_text()


def test_a_stream_that_seems_to_end_early_is_printed_again(monkeypatch):
    """One in a few hundred compressed streams ends in a carriage return; here every one seems to."""
    spares = []
    finish = paper._finish
    monkeypatch.setattr(paper, "_DOUBTFUL_END", b"endstream")
    monkeypatch.setattr(paper, "_TRIES", 2)
    monkeypatch.setattr(paper, "_finish", lambda about, made, spare: (spares.append(spare), finish(about, made, spare)))
    assert failures(pdf(document("<p>x</p>"), [DATA])) == []
    assert spares == [0, 1]


def test_many_documents_are_all_valid():
    """The line end that a stream's last byte may fake comes up by chance: not in any of these."""
    for number in range(40):
        assert failures(pdf(document(f"<p>{number}</p>" * number), [DATA])) == []


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_left_as_it_was(was_on):
    (gc.enable if was_on else gc.disable)()
    try:
        pdf(document(""))
        assert gc.isenabled() is was_on
    finally:
        gc.enable()

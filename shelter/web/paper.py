"""Paper: HTML becomes a PDF for archives (PDF/A-3a) and screen readers (PDF/UA-1). Nothing is ever fetched."""

from __future__ import annotations

import gc
import re
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import segno
from markupsafe import Markup

from .typeface import WEIGHTS, bundled

_ALLOWED = re.compile(r"data:(image/png;base64,|font/[a-z0-9+.-]+(;[a-z0-9=-]+)*,)", re.IGNORECASE)
_DOUBTFUL_END = b"\r\nendstream"
_TRIES = 8
_one_at_a_time = threading.Lock()


class Refused(ValueError):
    """The document asks for something outside itself."""


@dataclass(frozen=True)
class DataFile:
    """A file that travels inside the PDF: the figures that it prints, for machines."""

    name: str
    about: str
    text: str


def qr(text: str, title: str) -> Markup:
    """A QR code as SVG."""
    return Markup(segno.make_qr(text).svg_inline(border=2, omitsize=True, title=title))  # noqa: S704 (escaped by segno)


def pdf(html: str, files: Collection[DataFile] = ()) -> bytes:
    """Print a whole document. It needs `lang`, `<title>`, a `<title>` in every SVG and `alt` on every image.

    WeasyPrint takes a second to load and is loaded here. Its trees are full of circles that live as long as
    the document: the collector looks at them in vain, so it rests meanwhile, and one document is printed at a time.
    """
    import weasyprint

    def attachments() -> list[Any]:
        made = weasyprint.Attachment
        return [made(string=each.text, name=each.name, description=each.about, relationship="Data") for each in files]

    with _one_at_a_time, _no_collector():
        document = weasyprint.HTML(string=html, url_fetcher=_closed()()).render(pdf_variant="pdf/a-3a", pdf_tags=True)
        document.metadata.attachments = []  # what the program gives is attached, never what the text asks for
        for spare in range(_TRIES):
            finisher = partial(_finish, spare=spare)
            made: bytes = document.write_pdf(pdf_variant="pdf/a-3a", finisher=finisher, attachments=attachments())
            if _DOUBTFUL_END not in made:
                break
        return made


@lru_cache(maxsize=1)
def _closed() -> type[Any]:
    """The fetcher that fetches nothing: pictures and typefaces inside the document, and our own typeface."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Closed(URLFetcher):
        """Whatever else is asked for is refused, whatever asks for it."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """Answer from the document and the program alone."""
            if url in WEIGHTS:
                return URLFetcherResponse(url, bundled(url), {"Content-Type": "font/ttf"})
            if _ALLOWED.match(url):
                return super().fetch(url, headers)
            raise Refused(f"not fetched: {url[:80]}")

    return Closed


@contextmanager
def _no_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# What PDF/A wants to know of a schema that it does not have: its name, its prefix and its one property.
_PDFUA = (
    '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">'
    "<pdfuaid:part>1</pdfuaid:part></rdf:Description>"
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    '<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>'
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"
)


def _finish(_document: Any, made: Any, spare: int) -> None:
    """WeasyPrint declares one standard only: declare PDF/UA beside PDF/A, in metadata that is left uncompressed.

    PDF/A does not let a reader's program smooth pictures.
    A compressed stream may happen to end in a carriage return: with the line feed that follows it looks like a line
    end that is two bytes long, and the stream one byte too short (ISO 19005-3, 6.1.7.1). Such a one stays uncompressed.
    The streams that are made after this call change with the number of `spare` objects, which nothing refers to.
    """
    for part in made.objects:
        if not hasattr(part, "compress"):
            continue
        if part.extra.get("Type") == "/Metadata":
            part.compress = False
            part.stream = [part.stream[0].replace(b"</rdf:RDF>", _PDFUA.encode(), 1)]
        elif part.extra.get("Subtype") == "/Image":
            part.extra["Interpolate"] = "false"
        if part.compress and part.data.endswith(_DOUBTFUL_END):
            part.compress = False
    for _ in range(spare):
        made.add_object(type(made.catalog)())

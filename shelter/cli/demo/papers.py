"""Papers of the first few cases: small, invented, the same each time."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from shelter.access import Role
from shelter.codes.cases import Milestone
from shelter.codes.documents import FileKind
from shelter.codes.services import Discipline
from shelter.documents.models import Document

from .chance import DAY, Dice
from .telling import Telling

WITH_PAPERS = 12
"""Cases that have any, whatever the size of the demonstration."""
_INVENTED = "Documento inventado para la demostracion. No es de nadie."
_LEGAL = ("Copia de la denuncia", ["Unidad de Atencion en Delitos", "Denuncia recibida", _INVENTED])
_SOCIAL = ("Acta de entrega de pertenencias", ["Acta de entrega", "Una mochila, ropa, una libreta", _INVENTED])
_MEDICAL = ("Hoja del chequeo de ingreso", ["Centro de salud", "Chequeo general al ingreso", _INVENTED])


def attach(case: Telling, dice: Dice, number: int) -> None:
    """A legal paper, what she brought with her, a health sheet as a picture: to each third case one kind more."""
    given = [
        (Discipline.SOCIAL, Role.CASEWORKER, FileKind.PDF, _SOCIAL),
        (Discipline.LEGAL, Role.LAWYER, FileKind.PDF, _LEGAL),
        (Discipline.MEDICAL, Role.MEDICAL, FileKind.PNG, _MEDICAL),
    ]
    for place, (discipline, role, kind, (title, lines)) in enumerate(given[: 1 + number % 3], 1):
        made_at = case.by_then(case.arrived_at + place * DAY)
        content = _pdf(lines) if kind is FileKind.PDF else _picture(lines)
        document = case.add(
            Document, id=dice.id(), number=place, discipline=discipline, kind=kind, size=len(content),
            made_at=made_at, by_id=case.place.staff[role], title=title, content=content,
        )
        case.reached(Milestone.ATTACHED, made_at, document, by=role, detail=discipline)


def _picture(lines: list[str]) -> bytes:
    sheet, out = Image.new("L", (420, 300), 250), io.BytesIO()
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((12, 12, 407, 287), outline=120)
    for place, line in enumerate(lines):
        draw.text((32, 40 + 34 * place), line, fill=40)
    sheet.save(out, "PNG")
    return out.getvalue()


def _pdf(lines: list[str]) -> bytes:
    """One page with a few lines, in the plainest PDF there is (ISO 32000-1, annex H)."""
    text = "BT /F1 14 Tf 72 770 Td 22 TL " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
    ]
    out, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return (out + end).encode("ascii")

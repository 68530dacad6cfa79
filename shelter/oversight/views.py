"""The audit trail: read it, check it, take it away. Opaque numbers only: whoever reads it learns no name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from shelter.access import SIGNED_IN
from shelter.access import Permission as P
from shelter.audit import head, note, verify
from shelter.calendar import today
from shelter.texts import later as _later
from shelter.web import Leaves, Section, me, menu, page
from shelter.web.gate import reading

from . import queries, rules, words
from .forms import HeadForm, TrailForm
from .queries import Narrowing

oversight = Section("oversight", __name__)
menu(110, "oversight.trail", _later("Audit trail"), "shield", P.AUDIT_READ)


@oversight.get("/auditoria", needs=P.AUDIT_READ)
def trail() -> ResponseReturnValue:
    """A hundred rows at a time, newest first."""
    reading(P.AUDIT_READ)
    form, narrowing = _narrowing()
    sheet = queries.sheet(narrowing, before=_number("antes"), after=_number("despues"))
    return page("oversight/trail.html", form=form, sheet=sheet, kept=form.in_address, checking=HeadForm(), head=head(),
                words=words)


@oversight.get("/mi-cuenta/accesos", needs=SIGNED_IN)
def mine() -> ResponseReturnValue:
    """What was done or refused under one's own name: everybody may look at her own rows."""
    sheet = queries.sheet(Narrowing(actor_id=me().id), before=_number("antes"), after=_number("despues"))
    return page("oversight/mine.html", sheet=sheet, codes=queries.codes_of(sheet.rows, me()), words=words)


@oversight.post("/auditoria/verificar", needs=P.AUDIT_READ)
def check() -> ResponseReturnValue:
    """Walk the whole chain and say what was found."""
    form = HeadForm()
    if not form.is_good():
        return page("oversight/verdict.html", form=form, verdict=None)
    verdict = verify(form.head.data or None)
    note("audit.verify", by=me().actor, sound=verdict.is_sound, rows=verdict.rows)
    return page("oversight/verdict.html", form=form, verdict=verdict)


@oversight.get("/auditoria.csv", needs=P.AUDIT_READ, leaves=Leaves.OWN_USE)
def export() -> ResponseReturnValue:
    """The trail as a sheet, as narrowed, in portions; that it was taken is in the trail."""
    reading("audit.export")
    _form, narrowing = _narrowing()
    answer = Response(stream_with_context(_lines(narrowing)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="auditoria-{today()}.csv"'
    return answer


def _lines(narrowing: Narrowing) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(queries.EXPORTED)
    for row in queries.exported(narrowing):
        writer.writerow([rules.safe_cell(value) for value in row])
        if buffer.tell() > 64_000:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _narrowing() -> tuple[TrailForm, Narrowing]:
    form = TrailForm(formdata=request.args)
    form.accion.choices = words.action_choices()
    if not form.validate():
        form.status = 422
    return form, Narrowing(form.accion.data, form.decision.data, form.quien.data, form.desde.data, form.hasta.data)


def _number(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number < 2**62 else None

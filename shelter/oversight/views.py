"""The audit trail: read it, check it, take it away. Opaque numbers only: whoever reads it learns no name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from flask import Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from shelter.access import SIGNED_IN
from shelter.access import Permission as P
from shelter.audit import anchor, head, note, verify
from shelter.calendar import now, today
from shelter.partners import queries as partners
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Leaves, Section, me, menu, page
from shelter.web.gate import reading
from shelter.web.panels import day_card
from shelter.web.paper import pdf, qr

from . import queries, rules, watch, words
from .forms import HeadForm, TrailForm
from .queries import Narrowing

oversight = Section("oversight", __name__)
menu(110, "oversight.trail", _later("Audit trail"), "shield", P.AUDIT_READ)
SECONDS = 4.0
"""How long a portion of the check may take: the page has to answer."""


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


@oversight.get("/auditoria/revisar", needs=P.AUDIT_READ)
def worth_a_look() -> ResponseReturnValue:
    """Many searches, many refusals, cases of others opened at night: figures, and where to read on."""
    reading(P.AUDIT_READ)
    return page("oversight/watch.html", found=watch.findings(), words=words)


@day_card(5, P.AUDIT_READ, "oversight/_day.html")
def watch_card() -> dict[str, Any] | None:
    """How many things of the last month are worth a look."""
    found = watch.findings()
    return {"count": len(found)} if found else None


@oversight.post("/auditoria/verificar", needs=P.AUDIT_READ)
def check() -> ResponseReturnValue:
    """Walk the chain, in portions that a page can wait for, and say what was found."""
    form = HeadForm()
    if not form.is_good():
        return page("oversight/verdict.html", form=form, verdict=None)
    verdict = verify(form.head.data or None, after=form.after, seconds=SECONDS)
    if verdict.is_finished:
        note("audit.verify", by=me().actor, sound=verdict.is_sound, rows=verdict.rows)
    form.seen.data = "" if verdict.is_finished else f"{verdict.head.seq} {verdict.head.hash}"
    return page("oversight/verdict.html", form=form, verdict=verdict, end=head().seq)


@oversight.get("/auditoria.pdf", needs=P.AUDIT_READ, needs_fresh=("GET",), leaves=Leaves.OWN_USE)
def paper() -> ResponseReturnValue:
    """On paper: what was done how often, what is worth a look, and where the trail stood, signed."""
    form, narrowing = _narrowing()
    if form.errors:
        return _corrected()
    reading("audit.print")
    stood, line = head(), anchor(head())
    seal = qr(line, _("QR code with the signed head of the audit trail"))
    html = render_template("oversight/report.html", head=stood, qr=seal, words=words, by=me().name, made_at=now(),
                           rows=queries.summary(narrowing), found=watch.findings(), narrowed=words.said(form))
    return _file(Response(pdf(html), mimetype="application/pdf"), "pdf")


@oversight.get("/auditoria.csv", needs=P.AUDIT_READ, needs_fresh=("GET",), leaves=Leaves.OWN_USE)
def export() -> ResponseReturnValue:
    """The trail as a sheet, as narrowed, in portions; that it was taken is in the trail. It ends with a signed head."""
    form, narrowing = _narrowing()
    if form.errors:
        return _corrected()
    reading("audit.export")
    return _file(Response(stream_with_context(_lines(narrowing)), mimetype="text/csv"), "csv")


def _corrected() -> ResponseReturnValue:
    """What cannot be narrowed so is not given away whole: the page says which word is wrong."""
    return redirect(f"{url_for('oversight.trail')}?{request.query_string.decode('ascii', 'replace')}", 303)


def _file(answer: Response, kind: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="auditoria-{today()}.{kind}"'
    return answer


def _lines(narrowing: Narrowing) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(queries.EXPORTED)
    for row in queries.exported(narrowing):
        writer.writerow([rules.safe_cell(value) for value in row])
        if buffer.tell() > 64_000:
            yield _taken(buffer)
    writer.writerow(rules.sealed_with(anchor(head()), len(queries.EXPORTED)))
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def _narrowing() -> tuple[TrailForm, Narrowing]:
    form = TrailForm(formdata=request.args)
    form.accion.choices = words.action_choices()
    form.fundacion.choices = [(each.id, each.name) for each in partners.foundations()]
    if not form.validate():
        form.status = 422
    return form, Narrowing(
        form.accion.data, form.decision.data, form.quien.data, form.desde.data, form.hasta.data,
        actor=None if form.persona.errors else form.persona.data, foundation_id=form.fundacion.data,
        record=None if form.objeto.errors else form.objeto.data,
    )


def _number(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 <= number < 2**62 else None

"""The files of a case: the list, one of them, attaching, replacing, withdrawing, and taking one away."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, abort, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.access.disciplines import READ, READERS, WRITE, may_read, readable, written_by
from shelter.accounts import queries as accounts
from shelter.cases.models import Case
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Leaves, Section, me, page, require, submit
from shelter.web.gate import reading
from shelter.web.panels import case_panel, case_tab

from . import actions, queries
from .forms import DocumentForm, WithdrawalForm
from .models import Document
from .rules import MIME, file_name

documents = Section("documents", __name__)
case_tab(60, "documents.index", _later("Documents"), P.DOCUMENT_READ)
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


@documents.get("/casos/<uuid:case>/documentos", needs=P.DOCUMENT_READ)
def index(case: Case) -> ResponseReturnValue:
    """Those that stand: that there is one, of which discipline; its title only for those who read it."""
    rows = queries.of_case(case, readable(me(), case))
    return page("documents/index.html", case=case, rows=rows, names=accounts.names(row["by_id"] for row in rows),
                may_attach=bool(written_by(me(), case)))


@documents.route(
    "/casos/<uuid:case>/documentos/nuevo", methods=["GET", "POST"], needs=P.DOCUMENT_WRITE, draft=_later("A document")
)
def new(case: Case) -> ResponseReturnValue:
    """Attach a file."""
    form = DocumentForm(written_by(me(), case))
    done = submit(form, "document.attach", lambda: _attach(case, form), to=_list_of, on=case,
                  said=_("The file is kept, sealed."))
    return done or page("documents/new.html", case=case, form=form)


def _attach(case: Case, form: DocumentForm) -> Document:
    require(WRITE[form.chosen], case)
    return actions.attach(case, by=me().id, discipline=form.chosen, **form.document)


@documents.get("/casos/<uuid:case>/documentos/<uuid:document>", needs=P.DOCUMENT_READ)
def show(case: Case, document: uuid.UUID) -> ResponseReturnValue:
    """One of them, and its versions."""
    found = _found(case, document)
    opens, latest = may_read(me(), found.discipline, case), queries.corrected_by(found)
    earlier = queries.earlier(found)
    if opens:
        reading(READ[found.discipline], found)
    return page(
        "documents/show.html", case=case, document=found, readable=opens, readers=READERS[found.discipline],
        latest=latest, earlier=earlier, names=accounts.names(each.by_id for each in (found, *earlier)),
        may_change=found.discipline in written_by(me(), case) and latest is None and not found.is_withdrawal,
    )


@documents.get("/casos/<uuid:case>/documentos/<uuid:document>/archivo", needs=P.DOCUMENT_READ, leaves=Leaves.OWN_USE)
def download(case: Case, document: uuid.UUID) -> ResponseReturnValue:
    """The file itself, for those who read its discipline: never shown by the browser, always written down."""
    found = _found(case, document)
    require(READ[found.discipline], case)
    if found.kind is None:
        abort(404)
    reading("document.download", found)
    answer = Response(found.content, mimetype=MIME[found.kind])
    name = file_name(case.code, found.number, found.kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


@documents.route(
    "/casos/<uuid:case>/documentos/<uuid:document>/reemplazar", methods=["GET", "POST"], needs=P.DOCUMENT_WRITE,
    draft=_later("Another version of a document"),
)
def replace(case: Case, document: uuid.UUID) -> ResponseReturnValue:
    """Another version of it."""
    found = _found(case, document)
    require(WRITE[found.discipline], case)
    form = DocumentForm([found.discipline], title=found.title)
    done = submit(form, "document.replace", lambda: actions.replace(case, found, by=me().id, **form.document),
                  to=_list_of, on=found, said=_("The new version is kept; the earlier one too."))
    return done or page("documents/replace.html", case=case, form=form, document=found)


@documents.route(
    "/casos/<uuid:case>/documentos/<uuid:document>/retirar", methods=["GET", "POST"], needs=P.DOCUMENT_WRITE,
    draft=_later("The withdrawal of a document"),
)
def withdraw(case: Case, document: uuid.UUID) -> ResponseReturnValue:
    """It holds no more."""
    found, form = _found(case, document), WithdrawalForm()
    require(WRITE[found.discipline], case)
    done = submit(form, "document.withdraw", lambda: actions.withdraw(case, found, by=me().id, why=form.why.data),
                  to=_list_of, on=found, said=_("The file is withdrawn. What it was stays written down."))
    return done or page("documents/withdraw.html", case=case, form=form, document=found)


def _found(case: Case, document: uuid.UUID) -> Document:
    return queries.one(case, document) or abort(404)


def _list_of(document: Document) -> str:
    return url_for("documents.index", case=document.case_id)


@case_panel(60, P.DOCUMENT_READ, "documents/_panel.html")
def panel(case: Case) -> dict[str, Any]:
    """The latest three, on the case page."""
    return {"rows": queries.of_case(case, readable(me(), case), 3), "may_attach": bool(written_by(me(), case))}

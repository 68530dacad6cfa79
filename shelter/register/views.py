"""The historic registers: what they hold, bringing a file in step by step, undoing an import."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.accounts import queries as accounts
from shelter.audit import work
from shelter.codes.jobs import JobState
from shelter.jobs import Job
from shelter.jobs import queries as jobs
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.web import Form, Leaves, Section, gate, me, menu, page, submit
from shelter.web.page import saved
from shelter.web.quick import url_for

from . import queries, undoing, uploads
from .forms import ColumnsForm, TwinForm, UploadForm, WordsForm, words_form
from .models import ImportedFile, Upload
from .reading import Mapping

register = Section("register", __name__)
gate.loads("file", queries.file_by_id)
menu(82, "register.index", _later("Historic registers"), "folder", P.REGISTER_READ)


@register.get("/registros", needs=P.REGISTER_READ)
def index() -> ResponseReturnValue:
    """Every register within reach, with its files."""
    return page("register/index.html", registers=queries.filled(me()), uploads=queries.uploads(me().id))


@register.route("/registros/importar", methods=["GET", "POST"], needs=P.REGISTER_WRITE,
                draft=_later("A file of historic cases"))
def upload() -> ResponseReturnValue:
    """First step: the file, and where it goes."""
    form = UploadForm(queries.registers(me(), P.REGISTER_WRITE), queries.scopes(me()),
                      queries.files_that_count(me()))
    done = submit(form, "register.upload", lambda: uploads.take_in(by=me().id, **form.told), said=None,
                  to=lambda made: url_for("register.columns", upload=made.id))
    return done or page("register/upload.html", form=form)


@register.route("/registros/importar/<uuid:upload>/columnas", methods=["GET", "POST"], needs=P.REGISTER_WRITE,
                draft=_later("What the columns of a file tell"))
def columns(upload: uuid.UUID) -> ResponseReturnValue:
    """Second step: what each column tells."""
    found, kept = _mine(upload), queries.saved_mappings(me())
    sheet = uploads.sheet_of(found)
    before = uploads.start(found, sheet, kept, request.args.get("desde"))
    form = ColumnsForm(sheet.header(before.shape), before.columns, before.order)
    done = submit(form, "register.match", lambda: _match(found, before, form), on=found, said=None,
                  to=lambda job: url_for("jobs.show", job=job.id))
    return done or page("register/columns.html", form=form, upload=found, kept=kept, twice=uploads.twice(sheet, before),
                        sample=uploads.sample_of(sheet, before))


def _match(found: Upload, before: Mapping, form: ColumnsForm) -> Job:
    mapping = replace(before, columns=form.columns, order=str(form.order.data))
    if form.keep_as.data:
        uploads.keep_mapping(mapping, by=me().id, name=form.keep_as.data, foundation_id=found.foundation_id)
    return uploads.match(found, mapping, by=me().id)


@register.route("/registros/importar/<uuid:upload>/revisar", methods=["GET", "POST"], needs=P.REGISTER_WRITE,
                draft=_later("What the words of a file mean"))
def review(upload: uuid.UUID) -> ResponseReturnValue:
    """Third step: what would come in, what cannot be read, what its words mean. Sent, the words are checked again."""
    found, job = _checked(upload)
    if job is None or not found.mapping:
        return redirect(url_for("register.columns", upload=upload))
    if job.state is not JobState.DONE:
        return redirect(url_for("jobs.show", job=job.id))
    mapping = Mapping.read("upload", found.mapping)
    form = words_form(mapping.columns, job.found["unread"])
    done = submit(form, "register.match", on=found, said=None, to=lambda job: url_for("jobs.show", job=job.id),
                  do=lambda: _translate(found, mapping, form))
    return done or _review(found, job, mapping, form, words=form)


def _review(found: Upload, job: Job, mapping: Mapping, form: Form, **forms: Form) -> ResponseReturnValue:
    """The page of the check with both its forms; `form` is the one that was sent."""
    words = forms.get("words") or words_form(mapping.columns, job.found["unread"])
    same = forms.get("same") or _twin_form(found, job)
    return page("register/review.html", form=form, words=words, same=same, upload=found, job=job, found=job.found,
                mapping=mapping)


def _twin_form(found: Upload, job: Job | None) -> TwinForm:
    return TwinForm(uploads.twin_found(job) if job else None, may_replace=found.replaces is None)


def _translate(found: Upload, mapping: Mapping, form: WordsForm) -> Job:
    mapping = uploads.translate(mapping, form.words)
    uploads.teach(queries.saved_mappings(me()), mapping, by=me().id)
    return uploads.match(found, mapping, by=me().id)


@register.get("/registros/importar/<uuid:upload>/rechazos.csv", needs=P.REGISTER_WRITE, leaves=Leaves.OWN_USE)
def rejects(upload: uuid.UUID) -> ResponseReturnValue:
    """Line, column and reason of everything that could not be read."""
    _found, job = _checked(upload)
    return _as_file(job.file if job and job.state is JobState.DONE else None, "rechazos.csv", "text/csv")


@register.get("/registros/importar/<uuid:upload>/columnas.toml", needs=P.REGISTER_WRITE, leaves=Leaves.OWN_USE)
def mapping(upload: uuid.UUID) -> ResponseReturnValue:
    """The mapping as a file, for `shelter import` or another house."""
    return _as_file((_mine(upload).mapping or "").encode(), "columnas.toml", "application/toml")


@register.post("/registros/importar/<uuid:upload>/importar", needs=P.REGISTER_WRITE)
def bring_in(upload: uuid.UUID) -> ResponseReturnValue:
    """Fourth step: do it. Where another file has nearly the same cases, it is said what becomes of that one."""
    found, job = _checked(upload)
    form = _twin_form(found, job)
    if job and found.mapping and not form.is_good():
        return _review(found, job, Mapping.read("upload", found.mapping), form, same=form)
    return _job("register.ask", lambda: uploads.begin(found, by=me().id, **form.told), found)


@register.post("/registros/importar/<uuid:upload>/descartar", needs=P.REGISTER_WRITE)
def drop(upload: uuid.UUID) -> ResponseReturnValue:
    """Not after all."""
    found = _mine(upload)
    return saved("register.forget", lambda: uploads.forget([found.id]), to=url_for("register.index"), on=found,
                 said=_("The file is forgotten; nothing of it was imported."))


@register.get("/registros/archivos/<uuid:file>", needs=P.REGISTER_READ)
def file(file: ImportedFile) -> ResponseReturnValue:
    """One import: what came in, by whom, whether it counts."""
    job = _import_of(file)
    return page(
        "register/file.html", file=file, counts=queries.counts(file), names=accounts.names([file.by_id]),
        found=job.found if job else None, replaced=queries.replaced_by(file),
    )


@register.get("/registros/archivos/<uuid:file>/rechazos.csv", needs=P.REGISTER_READ, leaves=Leaves.OWN_USE)
def left_out(file: ImportedFile) -> ResponseReturnValue:
    """What stayed out, for whoever imported it, as long as that is kept."""
    job = _import_of(file)
    return _as_file(job.file if job else None, "rechazos.csv", "text/csv")


@register.route("/registros/archivos/<uuid:file>/deshacer", methods=["GET", "POST"], needs=P.REGISTER_WRITE,
                needs_fresh=("POST",), draft=_later("A request to undo an import"))
def undo(file: ImportedFile) -> ResponseReturnValue:
    """Ask for it; a second person decides."""
    form = undoing.UndoForm()
    done = submit(form, "approval.ask", lambda: undoing.ask(file, by=me().id, reason=form.reason.data), on=file,
                  to=url_for("register.file", file=file.id),
                  said=_("Asked. Whoever may decide has a notice; you will have one too."))
    return done or page("register/undo.html", form=form, file=file)


def _mine(upload: uuid.UUID) -> Upload:
    """An upload of hers; of one that came in already, the page of the file."""
    found = queries.upload(me().id, upload)
    job = None if found else jobs.last_about(upload, uploads.IMPORT)
    if job is not None and job.by_id == me().id and job.state is JobState.DONE:
        abort(redirect(job.what.url(job), 303))
    return found or abort(404)


def _import_of(file: ImportedFile) -> Job | None:
    """The reader's own job that brought it in."""
    job = jobs.last_about(file.id, uploads.IMPORT)
    return job if job is not None and job.by_id == me().id and job.state is JobState.DONE else None


def _checked(upload: uuid.UUID) -> tuple[Upload, Job | None]:
    """An upload with its latest check."""
    return _mine(upload), jobs.last_about(upload, uploads.CHECK)


def _job(action: str, ask: Callable[[], Job], on: Upload) -> ResponseReturnValue:
    """A button that asks for a job: ask, commit, show how far it is."""
    try:
        with work(action, by=me().actor, on=on):
            job = ask()
    except RuleBroken as broken:
        flash(str(broken.message), "error")
        return redirect(url_for("register.review", upload=on.id), 303)
    return redirect(url_for("jobs.show", job=job.id), 303)


def _as_file(content: bytes | None, name: str, kind: str) -> Response:
    answer = Response(content or abort(404), mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

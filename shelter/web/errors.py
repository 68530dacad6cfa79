"""Calm pages for what goes wrong, in the reader's language, never a trace."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, render_template, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import Conflict, HTTPException

from shelter.crypto import Damaged
from shelter.db import db
from shelter.texts import later as _

from . import calm, drafts

log = logging.getLogger("shelter")

SAID: dict[int, tuple[Any, Any]] = {
    400: (_("We could not read that"), _("Go back, check what you sent and try again.")),
    403: (_("You do not have access"), _("This is not part of your work here. If you need it, ask your coordinator.")),
    404: (_("There is nothing here"), _("The address is wrong, or it is not for you.")),
    405: (_("That cannot be done here"), _("Go back and use the buttons of the page.")),
    409: (_("Somebody changed this"), _("Compare before saving.")),
    413: (_("That is too large"), _("Send less at a time: at most 10 MB.")),
    429: (_("Slow down a little"), _("Wait a minute and try again.")),
    500: (_("Something failed"), _("It was not your fault. What you saved before is safe. Try again in a moment.")),
    503: (
        _("Only for a moment"),
        _("This cannot be saved right now. What you saved before is safe. Try again in a moment."),
    ),
}
ALTERED = (
    _("A part of this was altered"),
    _("It cannot be changed while one of its parts cannot be read. Tell whoever looks after the server."),
)
EXPIRED = (
    _("This page was open too long"),
    _("Go back, copy what you wrote, load the page again and send it once more."),
)


class TakenOut(Conflict):
    """What was to be changed is not there any more; what was typed stands below what is `said`."""

    said = _("This was taken out meanwhile, by you or by somebody else: nothing was changed.")


def init_app(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _expected)
    for kind in calm.FAILURES:
        app.register_error_handler(kind, unavailable)
    app.register_error_handler(Damaged, _altered)
    app.register_error_handler(sa.orm.exc.ObjectDeletedError, _taken_out)
    app.register_error_handler(Exception, _unexpected)


def _expired(_error: CSRFError) -> ResponseReturnValue:
    """The page is of another session, or too old: what was typed becomes a draft of whoever typed it."""
    is_ours = request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    try:
        return (drafts.late() if is_ours else None) or _page(400, EXPIRED)
    except HTTPException as error:
        return _expected(error)


def _expected(error: HTTPException) -> ResponseReturnValue:
    if error.code and error.code < 400:
        return error.get_response()
    code = error.code if error.code in SAID else 400 if (error.code or 500) < 500 else 500
    if code in {409, 429} and request.method == "POST":
        return _page(code, _said(error), "errors/again.html", texts=calm.typed()[1])
    return _page(code, _said(error))


def _said(error: HTTPException) -> tuple[Any, Any] | None:
    """What an error says of itself under the usual title."""
    return (SAID[error.code][0], error.said) if error.code in SAID and hasattr(error, "said") else None


def unavailable(error: Exception) -> ResponseReturnValue:
    """The database does not answer, or the disk takes nothing: 503, and what was sent stays on the page."""
    if not calm.cannot_save(error):
        return _unexpected(error)
    calm.forget()
    if request.method != "POST" or request_ctx.url_adapter is None:
        return _page(503)
    fields, texts = calm.typed()
    return _page(503, (SAID[503][0], calm.CANNOT), "errors/again.html", fields=fields, texts=texts,
                 path=request.full_path.rstrip("?"), had_files=bool(request.files))


def _taken_out(_error: Exception) -> ResponseReturnValue:
    """Somebody took out what this request was about while it waited."""
    return _expected(TakenOut())


def _altered(error: Damaged) -> ResponseReturnValue:
    """Something is to be changed that hangs on what cannot be read."""
    log.error("%s", type(error).__name__, exc_info=error)
    return _page(503, ALTERED)


def _unexpected(error: Exception) -> ResponseReturnValue:
    """The log tells what it was and where, never what it says: that may be what somebody typed."""
    log.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    return _page(500)


def _page(
    code: int, said: tuple[Any, Any] | None = None, template: str = "errors/page.html", **context: Any,
) -> ResponseReturnValue:
    title, text = said or SAID[code]
    if request_ctx.url_adapter is None:
        template = "errors/bare.html"
    try:
        db.session.rollback()
        html = render_template(template, code=code, title=title, text=text, **context)
    except sa.exc.SQLAlchemyError:  # who is signed in cannot be asked: then nobody is
        g._login_user = AnonymousUserMixin()
        html = render_template(template, code=code, title=title, text=text, **context)
    return html, HTTPStatus(code)

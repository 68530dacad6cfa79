"""Signing in and out, the lock, the quick exit, one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

import pyotp
import segno
from flask import abort, current_app, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from shelter.access import PUBLIC, SIGNED_IN
from shelter.audit import Actor, work
from shelter.rules import RuleBroken
from shelter.web import Section, gate, me, page, submit

from . import actions, queries, rules, sessions
from .forms import AccountForm, ActivationForm, OneTimeCodeForm, SignInForm, UnlockForm

accounts = Section("accounts", __name__)
STRANGER = Actor("nobody")


@accounts.route("/entrar", methods=["GET", "POST"], needs=PUBLIC)
def sign_in() -> ResponseReturnValue:
    """E-mail and password; the answer never tells which of them was wrong."""
    form = SignInForm()
    if not form.is_good():
        return page("accounts/sign_in.html", form=form)
    if actions.must_wait(form.email.data, _network()).total_seconds() > 0:
        abort(429)
    staff = queries.by_email(form.email.data)
    if not rules.is_password(form.password.data, staff.password_hash if staff and staff.is_active else None) or staff is None:
        with work("session.refuse", by=STRANGER):
            actions.failed(form.email.data, _network())
        form.refuse(RuleBroken(_("The e-mail or the password is not right")))
        return page("accounts/sign_in.html", form=form)
    with work("session.start", by=Actor("staff", staff.id), on=staff):
        sessions.start(staff, request.user_agent.string)
    return redirect(url_for("accounts.code", next=_next()) if me().awaits_code else _next(), 303)


@accounts.route("/entrar/codigo", methods=["GET", "POST"], needs=SIGNED_IN)
def code() -> ResponseReturnValue:
    """The second factor."""
    form = OneTimeCodeForm()
    staff = current_user.staff
    if form.is_good():
        if actions.must_wait(staff.email, _network()).total_seconds() > 0:
            abort(429)
        try:
            with work("session.code", by=me().actor, on=staff):
                actions.give_code(staff, current_user.session_id, form.code.data)
            return redirect(_next(), 303)
        except RuleBroken as broken:
            with work("session.refuse", by=me().actor):
                actions.failed(staff.email, _network())
            form.refuse(broken)
    return page("accounts/code.html", form=form)


@accounts.post("/salir", needs=SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    with work("session.end", by=me().actor):
        actions.end(current_user.session_id)
    logout_user()
    session.clear()
    return redirect(url_for("accounts.sign_in"), 303)


@accounts.get("/salir-rapido", needs=PUBLIC)
def quick_exit() -> ResponseReturnValue:
    """Lock at once and show a page that says nothing. A link, so that it works without JavaScript."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    _lock()
    return redirect(url_for("accounts.pause"), 303)


@accounts.get("/pausa", needs=PUBLIC)
def pause() -> ResponseReturnValue:
    """A page that says nothing of this product; it may be kept, so that it opens without a connection."""
    answer = make_response(render_template("layout/pausa.html", exit_site=current_app.config["EXIT_SITE"]))
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@accounts.route("/bloqueo", methods=["GET", "POST"], needs=PUBLIC)
def unlock() -> ResponseReturnValue:
    """Only the same person's password opens a locked session."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    form = UnlockForm()
    staff = current_user.staff
    if request.method == "GET":
        _lock()
    elif form.is_good():
        if actions.must_wait(staff.email, _network()).total_seconds() > 0:
            abort(429)
        if rules.is_password(form.password.data, staff.password_hash):
            with work("session.unlock", by=me().actor):
                actions.unlock(current_user.session_id)
            return redirect(_next(), 303)
        with work("session.refuse", by=me().actor):
            actions.failed(staff.email, _network())
        form.refuse(RuleBroken(_("The password is not right"), "password"))
    return page("accounts/unlock.html", form=form)


@accounts.route("/activar/<token>", methods=["GET", "POST"], needs=PUBLIC)
def activate(token: str) -> ResponseReturnValue:
    """The invitation's link: first password, second factor, promise."""
    if actions.pending(token) is None:
        return page("accounts/link_spent.html")
    needs_code = bool(current_app.config["MFA_REQUIRED"])
    form = ActivationForm()
    form.code.required = needs_code
    if form.is_good():
        try:
            if form.password.data != form.again.data:
                raise RuleBroken(_("The two passwords are not the same"), "again")
            with work("staff.activate", by=STRANGER):
                staff = actions.activate(token, form.password.data, form.code.data, needs_code=needs_code)
                sessions.start(staff, request.user_agent.string, code_given=needs_code)
            return redirect(url_for("home.my_day"), 303)
        except RuleBroken as broken:
            form.refuse(broken)
    return page("accounts/activate.html", form=form, qr=_qr(token) if needs_code else None, secret=actions.enrolment_secret(token))


@accounts.get("/recuperar", needs=PUBLIC)
def recover() -> ResponseReturnValue:
    """Who lost the password asks an administrator for a new link."""
    return page("accounts/recover.html")


@accounts.route("/mi-cuenta", methods=["GET", "POST"], needs=SIGNED_IN)
def account() -> ResponseReturnValue:
    """Language, appearance, open sessions."""
    staff = current_user.staff
    form = AccountForm(record=staff) if staff.language else AccountForm(record=staff, language="es")
    done = submit(form, "staff.prefer", lambda: actions.prefer(staff, **form.values), to=url_for("accounts.account"), on=staff)
    return done or page("accounts/account.html", form=form, sessions=sessions.of(staff.id), here=current_user.session_id)


@accounts.post("/mi-cuenta/cerrar-otras", needs=SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End every other session at once."""
    with work("session.end_others", by=me().actor):
        sessions.end_all(me().id, but=current_user.session_id)
    flash(_("The other sessions are closed."), "success")
    return redirect(url_for("accounts.account"), 303)


@accounts.post("/idioma", needs=PUBLIC)
def language() -> ResponseReturnValue:
    """Spanish or English, here and (when signed in) from now on."""
    chosen = "en" if request.form.get("language") == "en" else "es"
    session[sessions.LANGUAGE] = chosen
    if current_user.is_authenticated:
        with work("staff.prefer", by=me().actor):
            actions.prefer(current_user.staff, language=chosen)
    return redirect(_local_path(request.form.get("back")), 303)


gate.open_while_locked("accounts.code", "accounts.sign_out", "accounts.language")


def _lock() -> None:
    if current_user.is_authenticated and current_user.locked_at is None:
        with work("session.lock", by=me().actor):
            actions.lock(current_user.session_id)


def _network() -> str:
    address = request.remote_addr or ""
    return address.rpartition(".")[0] or address[:19]


def _next() -> str:
    return _local_path(request.args.get("next"))


def _local_path(path: str | None) -> str:
    """A path of ours, never another site's."""
    parts = urlsplit(path or "")
    safe = path and path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if safe and path else url_for("home.my_day")


def _qr(token: str) -> str:
    """The second factor's secret as a picture (data URI: nothing is fetched)."""
    uri = pyotp.TOTP(actions.enrolment_secret(token)).provisioning_uri(name=current_app.config["BRAND"], issuer_name=current_app.config["BRAND"])
    return str(segno.make(uri, micro=False).png_data_uri(scale=5, border=2))

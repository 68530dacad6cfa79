"""Signing in and out, the lock, the quick exit, one's own account."""

from __future__ import annotations

import re
from contextlib import suppress

import pyotp
import segno
from flask import abort, current_app, flash, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from shelter import tokens
from shelter.access import PUBLIC, SIGNED_IN
from shelter.audit import Actor, work
from shelter.rules import RuleBroken
from shelter.texts import language as page_language
from shelter.texts import say as _
from shelter.texts import speaking
from shelter.web import Section, gate, me, page, submit

from . import actions, queries, rules, sessions
from .forms import AccountForm, ActivationForm, OneTimeCodeForm, SignInForm, UnlockForm
from .models import Staff

accounts = Section("accounts", __name__)
STRANGER = Actor("nobody")


@accounts.route("/entrar", methods=["GET", "POST"], needs=PUBLIC)
def sign_in() -> ResponseReturnValue:
    """E-mail and password; the answer never tells which of them was wrong."""
    form = SignInForm()
    is_good = form.is_good()
    staff = queries.by_email(form.email.data) if is_good else None
    wrong = RuleBroken(_("The e-mail or the password is not right"))
    if not is_good or not _knows_password(form, form.email.data, staff, wrong) or staff is None:
        return page("accounts/sign_in.html", form=form)
    with work("session.start", by=Actor("staff", staff.id), on=staff):
        _leave_session()
        sessions.start(staff, _device())
    return _enter(url_for("accounts.code", next=_next()) if me().awaits_code else _next())


def _knows_password(form: SignInForm | UnlockForm, email: str, staff: Staff | None, wrong: RuleBroken) -> bool:
    """Whether the password is that person's. Failures slow the next try down; a stranger takes as long as anybody."""
    if actions.must_wait(email, _network()).total_seconds() > 0:
        abort(429)
    if rules.is_password(form.password.data or "", staff.password_hash if staff and staff.is_active else None):
        return True
    with work("session.refuse", by=me().actor if current_user.is_authenticated else STRANGER):
        actions.failed(email, _network())
    form.refuse(wrong)
    return False


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
                sessions.renew(current_user.session_id)
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
    with suppress(SQLAlchemyError):  # leaving comes first, even when the database does not answer
        _lock()
    return redirect(url_for("accounts.pause"), 303)


@accounts.get("/pausa", needs=PUBLIC)
def pause() -> ResponseReturnValue:
    """A page that says nothing of this product, alike for all; it is kept, so that it opens without a connection."""
    spoken = current_app.extensions["settings"].locale[:2]
    with speaking(spoken):
        text = current_app.jinja_env.get_template("layout/pausa.html").render(lang=spoken)
    answer = make_response(text)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@accounts.route("/bloqueo", methods=["GET", "POST"], needs=PUBLIC)
def unlock() -> ResponseReturnValue:
    """Only the same person's password opens a locked session."""
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in"))
    form, staff = UnlockForm(), current_user.staff
    if request.method == "GET":
        _lock()
    wrong = RuleBroken(_("The password is not right"), "password")
    if not form.is_good() or not _knows_password(form, staff.email, staff, wrong):
        return page("accounts/unlock.html", form=form)
    with work("session.unlock", by=me().actor):
        actions.unlock(current_user.session_id)
        sessions.renew(current_user.session_id)
    return _enter(_next())


@accounts.route("/activar/<token>", methods=["GET", "POST"], needs=PUBLIC)
def activate(token: str) -> ResponseReturnValue:
    """The invitation's link: first password, second factor, promise."""
    if tokens.is_too_quick(_network()):
        abort(429)
    if actions.pending(token) is None:
        tokens.note_wrong(_network())
        return page("accounts/link_spent.html")
    needs_code = bool(current_app.config["MFA_REQUIRED"])
    form = ActivationForm()
    form.code.required = needs_code
    if form.is_good() and _activated(token, form, needs_code=needs_code):
        return _enter(url_for("home.my_day"))
    qr = _qr(token) if needs_code else None
    return page("accounts/activate.html", form=form, qr=qr, secret=actions.enrolment_secret(token))


def _activated(token: str, form: ActivationForm, *, needs_code: bool) -> bool:
    """Spend the link and sign in; False, with the reason on the form, when that cannot be."""
    try:
        if form.password.data != form.again.data:
            raise RuleBroken(_("The two passwords are not the same"), "again")
        with work("staff.activate", by=STRANGER) as doing:
            doing.on = staff = actions.activate(token, form.password.data, form.code.data, needs_code=needs_code)
            _leave_session()
            sessions.start(staff, _device(), code_given=needs_code)
    except RuleBroken as broken:
        form.refuse(broken)
        return False
    return True


@accounts.get("/recuperar", needs=PUBLIC)
def recover() -> ResponseReturnValue:
    """Who lost the password asks an administrator for a new link."""
    return page("accounts/recover.html")


@accounts.route("/mi-cuenta", methods=["GET", "POST"], needs=SIGNED_IN)
def account() -> ResponseReturnValue:
    """Language, appearance, open sessions."""
    staff = current_user.staff
    form = AccountForm(language=staff.language or page_language(), theme=staff.theme)
    done = submit(form, "staff.prefer", lambda: actions.prefer(staff, **form.values), on=staff,
                  to=url_for("accounts.account"))
    return done or page("accounts/account.html", form=form, sessions=sessions.of(staff.id),
                        here=current_user.session_id)


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


gate.alike_for_all("accounts.pause")
gate.open_while_locked("accounts.code", "accounts.sign_out", "accounts.language")


def _lock() -> None:
    if current_user.is_authenticated and current_user.locked_at is None:
        with work("session.lock", by=me().actor):
            actions.lock(current_user.session_id)
            sessions.renew(current_user.session_id)


def _leave_session() -> None:
    """Who signs in while another session is open in this browser ends that one."""
    if current_user.is_authenticated:
        actions.end(current_user.session_id)


def _enter(url: str) -> ResponseReturnValue:
    """Go on, and take down the flag that the quick exit left in this browser."""
    answer = redirect(url, 303)
    if "pausa" in request.cookies:
        answer.delete_cookie("pausa", samesite="Strict")
    return answer


def _device() -> str:
    return rules.device_name(request.user_agent.string)


def _network() -> str:
    return rules.network_of(request.remote_addr)


def _next() -> str:
    return _local_path(request.args.get("next"))


def _local_path(path: str | None) -> str:
    """A path of ours, never another site's. Browsers read a backslash as a slash and skip tabs and line ends."""
    return path if path and re.fullmatch(r"/(?!/)[^\x00-\x20\x7f\\]*", path) else url_for("home.my_day")


def _qr(token: str) -> str:
    """The second factor's secret as a picture (data URI: nothing is fetched)."""
    brand = current_app.config["BRAND"]
    uri = pyotp.TOTP(actions.enrolment_secret(token)).provisioning_uri(name=brand, issuer_name=brand)
    return str(segno.make(uri, micro=False).png_data_uri(scale=5, border=2))

"""Signing in and out, second factors, the lock, the quick exit, the link that opens an account."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NoReturn

import pyotp
import segno
from flask import Response, abort, current_app, flash, g, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user
from sqlalchemy.exc import SQLAlchemyError

from shelter import tokens
from shelter.access import PUBLIC, SIGNED_IN
from shelter.audit import Actor, work
from shelter.factors import actions as factors
from shelter.factors import ceremony
from shelter.factors import queries as held
from shelter.rules import RuleBroken
from shelter.texts import say as _
from shelter.texts import speaking
from shelter.web import Section, gate, me, page
from shelter.web.gate import LEFT

from . import actions, proof, queries, rules, sessions
from .forms import ActivationForm, FactorForm, SignInForm, UnlockForm
from .models import Staff

accounts = Section("accounts", __name__)
STRANGER = Actor("nobody")
FRESH = "fresh-"
"""How the fields begin in which a fresh factor is given, on a page that keeps another form's answers."""
SECRETS = {"password", "again", "current", "csrf_token"}


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
        sessions.start(staff, _device(), code_given="came_first" in g and proof.ways(staff).code)
        proof.know_this_device(staff)
    return _enter(url_for("accounts.code", next=_next()) if me().awaits_code else _next())


def _knows_password(form: SignInForm | UnlockForm, email: str, staff: Staff | None, wrong: RuleBroken) -> bool:
    """Whether the password is that person's. Failures slow the next try down; a stranger takes as long as anybody."""
    if proof.must_wait(email, proof.place(staff)).total_seconds() > 0:
        abort(429)
    if isinstance(form, SignInForm) and not _code_came_first(form, email, staff, wrong):
        return False
    if rules.is_password(form.password.data or "", staff.password_hash if staff and staff.is_active else None):
        return True
    _failed(email, staff)
    form.refuse(wrong)
    return False


def _code_came_first(form: SignInForm, email: str, staff: Staff | None, wrong: RuleBroken) -> bool:
    """While many try this e-mail, an unknown device gives the code before its password is even looked at."""
    if proof.known_device(staff) or not proof.code_comes_first(email):
        return True
    form.asks_code = True
    if not form.code.data:
        why = _("Somebody is trying passwords for this e-mail. Write your six-digit code too.")
        form.refuse(RuleBroken(why, "code"))
        return False
    with suppress(RuleBroken):
        if staff and staff.is_active:
            with work("session.code", by=Actor("staff", staff.id), on=staff):
                proof.spend_first(staff, form.code.data)
            g.came_first = True
            return True
    _failed(email, staff)
    form.refuse(wrong)
    return False


def _failed(email: str, staff: Staff | None) -> None:
    place = proof.place(staff)
    with work("session.refuse", by=me().actor if current_user.is_authenticated else STRANGER) as doing:
        doing.decision = "refused"
        proof.failed(email, place)


@accounts.route("/entrar/codigo", methods=["GET", "POST"], needs=SIGNED_IN)
def code() -> ResponseReturnValue:
    """The second factor."""
    form = FactorForm()
    if form.is_good() and _proves(form, is_sign_in=True):
        return _enter(_onward())
    return page("accounts/code.html", form=form, ways=proof.ways(current_user.staff))


@accounts.post("/entrar/codigo/reto", needs=SIGNED_IN)
def challenge() -> ResponseReturnValue:
    """What a passkey must answer, for the browser's script."""
    site = proof.site_here()
    known = [key.credential for key in held.passkeys(me().id, site.id)]
    asked = ceremony.to_prove(site, sessions.challenge(current_user.session_id), known)
    return current_app.response_class(asked, mimetype="application/json")


@accounts.route("/confirmar", methods=["GET", "POST"], needs=SIGNED_IN)
def confirm() -> ResponseReturnValue:
    """A factor once more, before something dangerous is shown."""
    form = _confirm_form()
    if form.is_good() and _confirms(form):
        return redirect(_next(), 303)
    return _confirm_page(form)


@gate.confirms
def confirm_first() -> ResponseReturnValue | None:
    """Before something dangerous is done: on a page of its own, or here, where what was typed is kept meanwhile."""
    if request.method != "POST":
        return redirect(url_for("accounts.confirm", next=request.full_path.rstrip("?")))
    form = _confirm_form(prefix=FRESH)
    is_answered = any(name.startswith(FRESH) for name in request.form)
    if is_answered and form.is_good() and _confirms(form):
        return None
    kept = [(name, value) for name, value in request.form.items(multi=True)
            if not name.startswith(FRESH) and name not in SECRETS]
    return _confirm_page(form, kept)


def _confirm_form(prefix: str = "") -> FactorForm | UnlockForm:
    """A second factor; where none is asked for (the demonstration), the password."""
    return FactorForm(prefix=prefix) if current_user.mfa_required else UnlockForm(prefix=prefix)


def _confirm_page(form: FactorForm | UnlockForm, kept: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
    ways = proof.ways(current_user.staff) if current_user.mfa_required else None
    return page("accounts/confirm.html", form=form, ways=ways, kept=kept or [])


def _confirms(form: FactorForm | UnlockForm) -> bool:
    if isinstance(form, FactorForm):
        return _proves(form)
    staff = current_user.staff
    if not _knows_password(form, staff.email, staff, RuleBroken(_("The password is not right"), "password")):
        return False
    with work("session.confirm", by=me().actor):
        proof.proved(current_user.session_id)
        sessions.renew(current_user.session_id)
    return True


def _proves(form: FactorForm, *, is_sign_in: bool = False) -> bool:
    """Whether the factor is right. A wrong one slows down, and some of them end the session: the password again."""
    staff, session_id = current_user.staff, current_user.session_id
    if proof.must_wait(staff.email, proof.place(staff)).total_seconds() > 0:
        abort(429)
    challenge = sessions.take_challenge(session_id) if form.passkey.data else None
    try:
        with work("session.code", by=me().actor, on=staff) as doing:
            doing.action = proof.prove(staff, proof.Given(**form.values, challenge=challenge))
            proof.proved(session_id, is_sign_in=is_sign_in)
            sessions.renew(session_id)
            proof.know_this_device(staff)
        return True
    except RuleBroken as broken:
        form.refuse(broken)
    place = proof.place(staff)
    with work("session.refuse", by=me().actor) as doing:
        doing.decision = "refused"
        proof.failed(staff.email, place)
        is_over = proof.wrong(session_id)
    if is_over:
        _start_over()
    return False


def _start_over() -> NoReturn:
    logout_user()
    session.clear()
    flash(_("That was not right several times. Write your password again."), "error")
    abort(redirect(url_for("accounts.sign_in", next=_next()), 303))


def _onward() -> str:
    """Where she wanted to go; who should have a passkey and has none is led past the page that makes one."""
    wants = current_user.is_exposed and proof.site_here().takes_passkeys and not held.has_passkey(me().id)
    return url_for("own.add_passkey", next=_next()) if wants else _next()


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
    try:
        _lock()
    except SQLAlchemyError:  # leaving comes first, even when the database does not answer
        session.clear()
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
    tokens.check_pace()
    if actions.pending(token) is None:
        tokens.note_wrong()
        return page("accounts/link_spent.html")
    needs_code = bool(current_app.config["MFA_REQUIRED"])
    form = ActivationForm()
    form.code.required = needs_code
    if form.is_good() and (codes := _activated(token, form, needs_code=needs_code)) is not None:
        shown = page("accounts/codes.html", codes=codes, onward=_onward()) if codes else redirect(_next(), 303)
        return _with_device(shown)
    qr = picture(actions.enrolment_secret(token)) if needs_code else None
    return page("accounts/activate.html", form=form, qr=qr, secret=actions.enrolment_secret(token))


def _activated(token: str, form: ActivationForm, *, needs_code: bool) -> list[str] | None:
    """Spend the link and sign in: her recovery codes. None, with the reason on the form, when that cannot be."""
    try:
        if form.password.data != form.again.data:
            raise RuleBroken(_("The two passwords are not the same"), "again")
        with work("staff.activate", by=STRANGER) as doing:
            doing.on = staff = actions.activate(token, form.password.data, form.code.data, needs_code=needs_code)
            _leave_session()
            sessions.start(staff, _device(), code_given=needs_code)
            proof.know_this_device(staff)
            return factors.new_codes(staff.id) if needs_code else []
    except RuleBroken as broken:
        form.refuse(broken)
        return None


@accounts.get("/recuperar", needs=PUBLIC)
def recover() -> ResponseReturnValue:
    """Who lost the password asks an administrator for a new link."""
    return page("accounts/recover.html")


@accounts.post("/idioma", needs=PUBLIC)
def language() -> ResponseReturnValue:
    """Spanish or English, here and (when signed in) from now on."""
    chosen = "en" if request.form.get("language") == "en" else "es"
    session[sessions.LANGUAGE] = chosen
    if current_user.is_authenticated:
        with work("staff.prefer", by=me().actor):
            actions.prefer(current_user.staff, language=chosen)
    return redirect(local_path(request.form.get("back")), 303)


gate.alike_for_all("accounts.pause")
gate.open_while_locked("accounts.code", "accounts.challenge", "accounts.sign_out", "accounts.language")


def _lock() -> None:
    if current_user.is_authenticated and current_user.locked_at is None:
        with work("session.lock", by=me().actor):
            actions.lock(current_user.session_id)
            sessions.renew(current_user.session_id)


gate.locks(_lock)


def _leave_session() -> None:
    """Who signs in while another session is open in this browser ends that one."""
    if current_user.is_authenticated:
        actions.end(current_user.session_id)


def _enter(url: str) -> ResponseReturnValue:
    """Go on, and take down the flag that the quick exit left in this browser."""
    return _with_device(redirect(url, 303))


def _with_device(shown: ResponseReturnValue) -> Response:
    """The answer that opens the house to this browser: it will be known again."""
    answer = make_response(shown)
    if LEFT in request.cookies:
        answer.delete_cookie(LEFT, samesite="Strict")
    proof.keep_device(answer)
    return answer


def _device() -> str:
    return rules.device_name(request.user_agent.string)


def _next() -> str:
    return local_path(request.args.get("next"))


def local_path(path: str | None) -> str:
    """A path of ours, never another site's. Browsers read a backslash as a slash and skip tabs and line ends."""
    return path if path and re.fullmatch(r"/(?!/)[^\x00-\x20\x7f\\]*", path) else url_for("home.my_day")


def picture(secret: str) -> str:
    """A second factor's secret to be scanned (data URI: nothing is fetched)."""
    brand = current_app.config["BRAND"]
    uri = pyotp.TOTP(secret).provisioning_uri(name=brand, issuer_name=brand)
    return str(segno.make(uri, micro=False).png_data_uri(scale=5, border=2))

"""One's own account: how the pages look, how one signs in, where one is signed in."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from shelter.access import SIGNED_IN
from shelter.accounts import actions, proof, sessions
from shelter.accounts.views import local_path, picture
from shelter.audit import work
from shelter.factors import actions as factors
from shelter.factors import ceremony
from shelter.factors import queries as held
from shelter.factors.models import Passkey
from shelter.rules import RuleBroken
from shelter.texts import language as page_language
from shelter.texts import say as _
from shelter.web import Form, Section, me, page, submit
from shelter.web.page import saved

from .forms import AccountForm, PasskeyForm, PasswordForm, TelephoneForm

own = Section("own", __name__)
ACTING, ALWAYS = ("POST",), ("GET", "POST")


@own.route("/mi-cuenta", methods=["GET", "POST"], needs=SIGNED_IN)
def account() -> ResponseReturnValue:
    """Language and appearance, ways of signing in, devices."""
    staff = current_user.staff
    form = AccountForm(language=staff.language or page_language(), theme=staff.theme)
    done = submit(form, "staff.prefer", lambda: actions.prefer(staff, **form.values), on=staff, to=_here())
    return done or page(
        "own/account.html", form=form, staff=staff, sessions=sessions.of(staff.id), here=current_user.session_id,
        passkeys=held.passkeys(staff.id), codes_left=held.codes_left(staff.id), site=proof.site_here(),
        is_exposed=current_user.is_exposed,
    )


@own.route("/mi-cuenta/clave", methods=["GET", "POST"], needs=SIGNED_IN, needs_fresh=ACTING)
def password() -> ResponseReturnValue:
    """Another password; the other sessions end."""
    staff, form = current_user.staff, PasswordForm()
    done = submit(form, "staff.password", lambda: _change_password(form.values), on=staff, to=_here(),
                  said=_("The password is changed. Your other sessions have ended."))
    return done or page("own/password.html", form=form)


@own.route("/mi-cuenta/telefono", methods=["GET", "POST"], needs=SIGNED_IN, needs_fresh=ALWAYS)
def telephone() -> ResponseReturnValue:
    """The authenticator application of another telephone."""
    staff, form = current_user.staff, TelephoneForm()
    secret = actions.enrolment_secret(f"{current_user.session_id}|{staff.totp_last_step}")
    done = submit(form, "staff.telephone", lambda: actions.change_telephone(staff, secret, form.code.data), on=staff,
                  to=_here(), said=_("From now on the codes of this telephone are the ones that work."))
    return done or page("own/telephone.html", form=form, secret=secret, qr=picture(secret))


@own.post("/mi-cuenta/telefono/quitar", needs=SIGNED_IN, needs_fresh=ACTING)
def drop_telephone() -> ResponseReturnValue:
    """The authenticator application is a way in no longer."""
    staff = current_user.staff
    needs_another = current_user.mfa_required
    return saved("staff.telephone_drop", lambda: actions.drop_telephone(staff, needs_another=needs_another), on=staff,
                 to=_here(), said=_("The codes of the telephone open nothing any more."))


@own.route("/mi-cuenta/llaves/nueva", methods=["GET", "POST"], needs=SIGNED_IN, needs_fresh=ALWAYS)
def add_passkey() -> ResponseReturnValue:
    """A passkey of this device, or of a security key."""
    form, site, onward = PasskeyForm(), proof.site_here(), local_path(request.args.get("next") or _here())
    challenge = sessions.take_challenge(current_user.session_id) if form.is_posted else None
    done = submit(form, "passkey.add", lambda: _take_passkey(form, site, challenge), on=current_user.staff, to=onward,
                  said=_("The passkey is yours. You can sign in with it from now on."))
    return done or page("own/add_passkey.html", form=form, site=site, onward=onward, is_asked="next" in request.args)


@own.post("/mi-cuenta/llaves/reto", needs=SIGNED_IN, needs_fresh=ACTING)
def passkey_options() -> ResponseReturnValue:
    """What the browser needs to make a passkey, for its script."""
    known = [key.credential for key in held.passkeys(me().id)]
    asked = ceremony.to_make(proof.site_here(), me().id, sessions.challenge(current_user.session_id), known)
    return current_app.response_class(asked, mimetype="application/json")


@own.route("/mi-cuenta/llaves/<uuid:passkey>/quitar", methods=["GET", "POST"], needs=SIGNED_IN, needs_fresh=ACTING)
def remove_passkey(passkey: uuid.UUID) -> ResponseReturnValue:
    """Take a passkey away, after saying what that means."""
    key, form = held.passkey(me().id, passkey) or abort(404), Form()
    done = submit(form, "passkey.remove", lambda: _remove(key), to=_here(), on=current_user.staff,
                  said=_("That passkey opens nothing any more."))
    return done or page("own/remove_passkey.html", form=form, key=key)


@own.route("/mi-cuenta/codigos", methods=["GET", "POST"], needs=SIGNED_IN, needs_fresh=ACTING)
def codes() -> ResponseReturnValue:
    """New recovery codes. They are on the answer itself, once: in no address, no cookie, no record."""
    form, made = Form(), list[str]()
    done = submit(form, "codes.make", lambda: made.extend(factors.new_codes(me().id)), on=current_user.staff,
                  to=_here(), said=None)
    if made:
        return page("accounts/codes.html", codes=made, onward=_here())
    return done or page("own/codes.html", form=form, codes_left=held.codes_left(me().id))


@own.post("/mi-cuenta/sesiones/<uuid:device>/cerrar", needs=SIGNED_IN)
def end_session(device: uuid.UUID) -> ResponseReturnValue:
    """End one of one's own sessions."""
    if device not in {each.id for each in sessions.of(me().id)}:
        abort(404)
    if device == current_user.session_id:
        return redirect(url_for("accounts.sign_out"), 307)
    return saved("session.end_one", lambda: actions.end(device), to=_here(), said=_("That session is closed."))


@own.post("/mi-cuenta/cerrar-otras", needs=SIGNED_IN)
def end_others() -> ResponseReturnValue:
    """End every other session at once."""
    return saved("session.end_others", lambda: sessions.end_all(me().id, but=current_user.session_id), to=_here(),
                 said=_("The other sessions are closed."))


@own.post("/mi-cuenta/cerrar-todas", needs=SIGNED_IN)
def end_all() -> ResponseReturnValue:
    """End every session, this one too, and know no browser any more."""
    with work("session.end_all", by=me().actor):
        sessions.end_all(me().id)
        proof.forget_devices(me().id)
    logout_user()
    session.clear()
    flash(_("All your sessions are closed."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def _here() -> str:
    return url_for("own.account")


def _change_password(values: dict[str, Any]) -> None:
    actions.change_password(current_user.staff, current_user.session_id, **values)
    sessions.renew(current_user.session_id)


def _take_passkey(form: PasskeyForm, site: ceremony.Site, challenge: bytes | None) -> Passkey:
    if not form.passkey.data:
        raise RuleBroken(_("The browser made no passkey. Touch the button, and do what the device asks."))
    return factors.add_passkey(me().id, name=form.name.data, answer=form.passkey.data, challenge=challenge, site=site)


def _remove(key: Passkey) -> None:
    needs_another = current_user.mfa_required and not current_user.staff.totp_secret
    factors.remove_passkey(key, needs_another=needs_another)

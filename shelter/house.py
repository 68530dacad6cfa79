"""The house put together, read from top to bottom: settings, keys, database, gate, sections."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, get_flashed_messages
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from shelter import (
    __version__,
    accounts,
    answers,
    approvals,
    calendar,
    cases,
    codes,
    config,
    desk,
    documents,
    door,
    figures,
    followup,
    home,
    intake,
    interviews,
    jobs,
    notices,
    outgoing,
    oversight,
    own,
    partners,
    procedures,
    protocol,
    referrals,
    register,
    reports,
    residence,
    route,
    services,
    transition,
)
from shelter.access import Permission, Subject, allows
from shelter.accounts import sessions
from shelter.audit import anchors
from shelter.cases import indicators as _cases_figures
from shelter.cases import records as _cases_records
from shelter.cases.words import case_bar, say_detail, say_shared
from shelter.config import Settings
from shelter.crypto import KeyRing
from shelter.db import db, vault
from shelter.db.base import configure
from shelter.door import models as _door
from shelter.followup import indicators as _followup_figures
from shelter.followup import models as _followup
from shelter.intake import indicators as _intake_figures
from shelter.intake import models as _intake
from shelter.interviews import models as _interviews
from shelter.jobs import queue, worker
from shelter.keeping import rounds as _keeping_rounds  # noqa: F401 (written into the book of rounds)
from shelter.outgoing import indicators as _outgoing_figures
from shelter.outgoing import models as _outgoing
from shelter.partners.queries import list_words
from shelter.procedures import models as _procedures
from shelter.protocol import models as _protocol
from shelter.referrals import indicators as _referrals_figures
from shelter.referrals import models as _referrals
from shelter.register import indicators as _register_figures
from shelter.register import models as _register
from shelter.reports import models as _reports
from shelter.residence import indicators as _residence_figures
from shelter.residence import models as _residence
from shelter.route import indicators as _route_figures
from shelter.route import kept as _route_kept  # noqa: F401 (kept up to date with every change)
from shelter.route import models as _route
from shelter.services import indicators as _services_figures
from shelter.services import models as _services
from shelter.texts import language
from shelter.transition import indicators as _transition_figures
from shelter.transition import models as _transition
from shelter.web import calm, components, errors, gate, headers, locale, me, navigation
from shelter.web.locale import brand, filters
from shelter.web.quick import KeptTemplates, Shelter, csrf_token, url_for

MEGABYTE = 1024 * 1024
MODELS = (
    _cases_records, _procedures, _protocol, _referrals, _outgoing, _door, _interviews, _intake, _residence, _services,
    _transition, _followup, _register, _reports, _route,
)
"""Loaded with the house, so that migrations see every table."""
FIGURES = (
    _cases_figures, _register_figures, _intake_figures, _residence_figures, _services_figures, _transition_figures,
    _followup_figures, _referrals_figures, _outgoing_figures, _route_figures,
)
"""Loaded with the house, so that every figure is in the book, in this order."""


def create_app(**given: Any) -> Flask:
    """The application. Settings by name (see config.Settings), else from environment and instance/config.toml."""
    settings = Settings.load(**given)
    app = Shelter("shelter", template_folder=str(config.folder("templates")), instance_path=str(settings.instance))
    app.extensions["settings"] = settings
    calendar.use_zone(settings.timezone)
    ring = KeyRing.read(settings.key_path)
    vault.use(ring)
    codes.book.use(list_words)
    anchors.file.folder = settings.anchors
    _configure(app, settings, ring)
    _open_database(app, settings)
    if settings.proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    CSRFProtect(app)
    sessions.init_app(app)
    locale.init_app(app, locale=settings.locale, timezone=settings.timezone)
    headers.init_app(app, tls=settings.tls)
    gate.init_app(app)
    errors.init_app(app)
    calm.init_app(app, read_only=settings.read_only)
    _dress(app)
    components.init_app(app)
    queue.init_app(app, settings, ring.lookup("jobs", "queue"), worker.do)
    for feature in (
        notices,
        answers,
        jobs,
        accounts,
        approvals,
        documents,
        cases,
        route,
        referrals,
        door,
        interviews,
        outgoing,
        intake,
        residence,
        services,
        transition,
        followup,
        partners,
        procedures,
        protocol,
        oversight,
        register,
        desk,
        own,
        reports,
        figures,
        home,
    ):
        for section in feature.sections():
            app.register_blueprint(section)
    return app


def _configure(app: Flask, settings: Settings, ring: KeyRing) -> None:
    app.config.update(
        SECRET_KEY=ring.cookie_secret,
        BRAND=settings.brand,
        MFA_REQUIRED=settings.mfa_required,
        IDLE_MINUTES=settings.idle_minutes,
        SESSION_HOURS=settings.session_hours,
        SESSION_COOKIE_NAME="__Host-s" if settings.tls else "s",
        SESSION_COOKIE_SECURE=settings.tls,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        TRUSTED_HOSTS=list(settings.trusted_hosts or config.LOOPBACK),
        MAX_CONTENT_LENGTH=12 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=8 * MEGABYTE,
        WTF_CSRF_TIME_LIMIT=24 * 3600,
        WTF_CSRF_SSL_STRICT=False,
        SQLALCHEMY_DATABASE_URI=settings.url,
        TEMPLATES_AUTO_RELOAD=False,
    )
    logging.getLogger("shelter").setLevel(logging.INFO)


def _open_database(app: Flask, settings: Settings) -> None:
    if settings.database_file:
        settings.database_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        configure(db.engine)


def _dress(app: Flask) -> None:
    """What templates may use."""
    app.jinja_env.filters.update(filters())
    app.jinja_env.globals.update(
        printed_at=calendar.now,
        asset=_asset,
        url_for=url_for,
        case_bar=case_bar,
        say_detail=say_detail,
        say_shared=say_shared,
        may=_may,
        csrf_token=csrf_token,
        brand_name=brand,
        version=__version__,
        get_flashed_messages=get_flashed_messages,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if not app.debug:
        app.jinja_env.bytecode_cache = (
            KeptTemplates(_cache(app)) if Path(app.instance_path).is_dir() else None
        )
    app.context_processor(_around)


def _may(permission: str, subject: Subject | None = None) -> bool:
    """Whether the reader holds a permission, by its stored word: a link is hidden exactly when its door is shut."""
    reader = me()
    return reader.is_authenticated and allows(reader, Permission(permission), subject)


def _cache(app: Flask) -> str:
    folder = Path(app.instance_path) / "cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


def _around() -> dict[str, Any]:
    reader = me()
    signed_in = reader if reader.is_authenticated and not reader.awaits_code else None
    return {
        "brand": brand(),
        "me": signed_in,
        "lang": language(),
        "csrf_token": csrf_token,
        "theme": getattr(signed_in, "theme", "system"),
        "menus": navigation.menus(signed_in) if signed_in else None,
    }


@lru_cache
def _asset(name: str) -> str:
    content = (Path(__file__).parent / "static" / name).read_bytes()
    return url_for("static", filename=name, v=hashlib.sha256(content).hexdigest()[:12])

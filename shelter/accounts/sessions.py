"""Sessions: the browser holds a random reference, the server everything else, so that one can be ended at once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

import sqlalchemy as sa
from flask import Flask, Response, current_app, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, login_user
from itsdangerous import BadData, URLSafeTimedSerializer

from shelter.access import Grant, Role
from shelter.audit import Actor
from shelter.audit.work import quietly
from shelter.calendar import now, today
from shelter.db import db, rows_of, value_of, vault
from shelter.db.base import writing_aside
from shelter.notices import notice_kind, tell
from shelter.notices.queries import unread_of
from shelter.rounds import every
from shelter.texts import later as _
from shelter.web import drafts, gate

from .models import Assignment, Staff, StaffSession
from .queries import opened_name

LANGUAGE = "language"
ELSEWHERE = notice_kind("session.elsewhere", _("Your account was opened on another device"), "own.account")
FRESH = timedelta(minutes=5)
CHALLENGE_LASTS = timedelta(minutes=5)
IDLE_OF_ADMINISTRATORS = timedelta(minutes=10)
EXPOSED = {Role.ADMINISTRATOR, Role.AUDITOR, Role.PROGRAMME_COORDINATOR}
"""Roles that are asked for a passkey: they see the whole programme or decide who sees it."""


@dataclass(eq=False)
class SignedInStaff(UserMixin):
    """The reader of this request: who, with which grants, in which session."""

    id: uuid.UUID
    session_id: uuid.UUID
    reference: str
    name: str
    grants: tuple[Grant, ...]
    language: str | None
    theme: str
    seen_at: datetime
    locked_at: datetime | None
    code_given_at: datetime | None
    fresh_at: datetime | None
    idle: timedelta
    mfa_required: bool
    unread: int

    def get_id(self) -> str:
        """What the browser's cookie carries."""
        return self.reference

    @property
    def is_locked(self) -> bool:
        """Locked by a quick exit, or left alone too long."""
        return self.locked_at is not None or now() - self.seen_at > self.idle

    @property
    def awaits_code(self) -> bool:
        """Whether the second factor is still to be given."""
        return self.mfa_required and self.code_given_at is None

    @property
    def is_fresh(self) -> bool:
        """Whether a factor was given a moment ago, as dangerous acts want it."""
        return self.fresh_at is not None and now() - self.fresh_at < FRESH

    @property
    def is_exposed(self) -> bool:
        """Whether she sees so much, or may do so much, that she should have a passkey."""
        return bool(EXPOSED & self.roles)

    @property
    def is_touch_due(self) -> bool:
        """At most once a minute, and never while locked."""
        return not self.is_locked and now() - self.seen_at > timedelta(minutes=1)

    def touch(self, connection: sa.Connection) -> None:
        """Note that the session is in use."""
        connection.execute(sa.update(StaffSession).where(StaffSession.id == self.session_id).values(seen_at=now()))

    @property
    def left(self) -> timedelta:
        """How long until it locks by itself."""
        return timedelta(0) if self.is_locked else self.idle - (now() - self.seen_at)

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit trail."""
        return Actor("staff", self.id, self.session_id.hex)

    @cached_property
    def staff(self) -> Staff:
        """The account itself."""
        return db.session.get_one(Staff, self.id)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held today."""
        return frozenset(grant.role for grant in self.grants)


class Cookie(SecureCookieSessionInterface):
    """The cookie; not with what is answered alike to everybody, which browsers may keep whatever their cookies are."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """As Flask's, made once for a key and not twice a page."""
        return self._signing(app, str(app.secret_key))

    @lru_cache(maxsize=2)  # noqa: B019 - there is one of this in an application
    def _signing(self, app: Flask, _key: str) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(app)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """As Flask's, or not at all."""
        if request.endpoint not in gate.faceless:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Who is signed in is found by the reference in the cookie."""
    app.session_interface = Cookie()
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(find)
    drafts.known_by(author_of)


def digest(reference: str) -> bytes:
    """What the database keeps of a reference."""
    return hashlib.sha256(reference.encode()).digest()


_COLUMNS = (
    StaffSession.id.label("session_id"), StaffSession.seen_at, StaffSession.locked_at, StaffSession.code_given_at,
    StaffSession.fresh_at, StaffSession.started_at, Staff.id, Staff.name_sealed, Staff.language, Staff.theme,
    unread_of(Staff.id).label("unread"), Assignment.role, Assignment.foundation_id, Assignment.house_id,
)
_DAY = sa.bindparam("day", type_=sa.Date)
_FIND = (
    sa.select(*_COLUMNS).join(Staff, StaffSession.staff_id == Staff.id)
    .outerjoin(Assignment, sa.and_(Assignment.staff_id == Staff.id, Assignment.from_on <= _DAY,
                                   sa.or_(Assignment.to_on.is_(None), Assignment.to_on >= _DAY)))
    .where(StaffSession.reference == sa.bindparam("reference"), StaffSession.ended_at.is_(None), Staff.is_active)
)


def find(reference: str) -> SignedInStaff | None:
    """The session of a reference, with today's assignments; None when it ended or the account is closed."""
    found = rows_of(_FIND, reference=digest(reference), day=today())
    settings = current_app.config
    if not found or now() - found[0].started_at > timedelta(hours=settings["SESSION_HOURS"]):
        return None
    first, idle = found[0], timedelta(minutes=settings["IDLE_MINUTES"])
    if any(row.role is Role.ADMINISTRATOR for row in found):
        idle = min(idle, IDLE_OF_ADMINISTRATORS)
    return SignedInStaff(
        first.id, first.session_id, reference, opened_name(first.id, first.name_sealed),
        tuple(Grant(row.role, row.foundation_id, row.house_id) for row in found if row.role),
        first.language, first.theme, first.seen_at, first.locked_at, first.code_given_at,
        first.fresh_at, idle, settings["MFA_REQUIRED"], first.unread,
    )


def start(staff: Staff, device: str, *, code_given: bool = False) -> StaffSession:
    """Begin a session with a fresh reference (against fixation); the browser's cookie is written anew.

    It begins fresh when everything that is asked for was given just now.
    """
    if any(each.device != device[:120] for each in of(staff.id)):
        tell([staff.id], ELSEWHERE)
    is_whole = code_given or not current_app.config["MFA_REQUIRED"]
    reference = secrets.token_urlsafe(32)
    row = StaffSession(staff_id=staff.id, reference=digest(reference), device=device[:120],
                       code_given_at=now() if code_given else None, fresh_at=now() if is_whole else None)
    db.session.add(row)
    db.session.flush()
    language = session.get(LANGUAGE)
    session.clear()
    if language:
        session[LANGUAGE] = language
    session["csrf_token"] = _mark(row.id)
    found = find(reference)
    if found is None:
        raise RuntimeError("a session that was just begun is not there")
    login_user(found)
    return row


def _mark(session_id: uuid.UUID) -> str:
    """What the forms of a session carry against forgery. It tells whose they are, also when the session is over."""
    return f"{session_id.hex}.{vault.keys.lookup('session.mark', session_id.hex).hex()}"


def author_of(token: str) -> uuid.UUID | None:
    """Who was given the page of a CSRF token within the last day, while that account is open; None for nobody."""
    signer = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token")
    try:
        mark = str(signer.loads(token, max_age=current_app.config["WTF_CSRF_TIME_LIMIT"]))
        session_id = uuid.UUID(mark.partition(".")[0])
    except (BadData, ValueError):
        return None
    return value_of(_AUTHOR, id=session_id) if hmac.compare_digest(mark, _mark(session_id)) else None


_AUTHOR = sa.select(StaffSession.staff_id).join(Staff, Staff.id == StaffSession.staff_id).where(
    StaffSession.id == sa.bindparam("id"), Staff.is_active)


def renew(session_id: uuid.UUID) -> None:
    """A fresh reference for a session whose powers change (second factor, lock, unlock); the old one opens nothing."""
    reference = secrets.token_urlsafe(32)
    db.session.execute(sa.update(StaffSession).where(StaffSession.id == session_id).values(reference=digest(reference)))
    if found := find(reference):
        login_user(found)


_MINE = StaffSession.id == sa.bindparam("mine")
_ASKED = sa.select(StaffSession.challenge, StaffSession.challenged_at).where(_MINE).with_for_update()
_ASK = sa.update(StaffSession.__table__).where(_MINE)  # type: ignore[arg-type]


def challenge(session_id: uuid.UUID) -> bytes:
    """A question for a passkey: kept with the session, good for one answer within five minutes."""
    asked = secrets.token_bytes(32)
    values = {"mine": session_id, "challenge": asked, "challenged_at": now()}
    quietly(lambda connection: connection.execute(_ASK, values))
    return asked


def take_challenge(session_id: uuid.UUID) -> bytes | None:
    """The question that is open, if it is not too old. Afterwards none is, whatever becomes of the answer."""
    with writing_aside() as connection:
        asked, at = connection.execute(_ASKED, {"mine": session_id}).one()
        connection.execute(_ASK, {"mine": session_id, "challenge": None, "challenged_at": None})
    return asked if asked and at and now() - at < CHALLENGE_LASTS else None


def of(staff_id: uuid.UUID) -> list[StaffSession]:
    """The open sessions of a member of staff, newest first."""
    longest = timedelta(hours=current_app.config["SESSION_HOURS"])
    return list(db.session.scalars(
        sa.select(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None),
               StaffSession.started_at > now() - longest)
        .order_by(StaffSession.started_at.desc())
    ))


def end_all(staff_id: uuid.UUID, *, but: uuid.UUID | None = None) -> None:
    """End every session of a member of staff, perhaps but one; the next request of any finds nobody signed in."""
    db.session.execute(
        sa.update(StaffSession)
        .where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None),
               StaffSession.id != (but or uuid.UUID(int=0)))
        .values(ended_at=now())
    )


def end_everybodys() -> None:
    """End every session there is: after a restore nobody knows who holds which browser."""
    db.session.execute(sa.update(StaffSession).where(StaffSession.ended_at.is_(None)).values(ended_at=now()))


@every(hours=1)
def forget_sessions() -> None:
    """Sessions that ended, by themselves or by somebody, two days ago: a late form is still known for one."""
    before = now() - timedelta(hours=current_app.config["SESSION_HOURS"], days=2)
    quietly(lambda connection: connection.execute(_FORGET, {"before": before}))


_FORGET = sa.delete(StaffSession.__table__).where(StaffSession.started_at < sa.bindparam("before"))  # type: ignore[arg-type]

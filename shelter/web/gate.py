"""One door in front of every view: who are you, what is this record, may you; and a note of what was read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn, Protocol, cast

import sqlalchemy as sa
from flask import Flask, Response, abort, g, make_response, redirect, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_login import current_user

from shelter.access import PUBLIC, SIGNED_IN, Grant, Needs, Permission, Subject, allows, reaches
from shelter.audit import Actor, note
from shelter.audit.work import Aside, quietly
from shelter.db import db

from . import calm, drafts
from .errors import unavailable
from .leaving import may_answer

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
OURS = {"same-origin", "none"}
SHOWN = {200, 409, 422}
LEFT = "pausa"
"""The cookie that the quick exit leaves in a browser, also when the server could not be reached."""
Loader = Callable[[Any], Any]


class Noted(NamedTuple):
    """A row of the trail that an answer leaves."""

    what: str
    subject: Any
    decision: str
    also: Aside | None = None


class SignedIn(Protocol):
    """Whoever is signed in, as the gate and the pages see them."""

    id: uuid.UUID
    grants: tuple[Grant, ...]
    actor: Actor
    language: str | None
    theme: str
    name: str
    is_authenticated: bool
    is_locked: bool
    awaits_code: bool
    is_fresh: bool
    is_touch_due: bool
    idle: timedelta
    left: timedelta

    def touch(self, connection: sa.Connection) -> None: ...


def me() -> SignedIn:
    """The member of staff who is signed in; where nobody has to be, ask `is_authenticated` first."""
    found = g.get("_login_user")  # where Flask-Login keeps who was loaded: asked forty times a page
    return cast(SignedIn, found or current_user._get_current_object())


def require(permission: Permission, subject: Subject) -> None:
    """Refuse, within reach, what the matrix does not permit on this record (403)."""
    if not allows(me(), permission, subject):
        _refuse(permission, subject, 403)


def hide(permission: Permission, subject: Any) -> NoReturn:
    """Out of reach: as if it were not there (404), and that it was asked for is noted."""
    _refuse(permission, subject, 404)


class Gate:
    """Every endpoint is shut until it is declared."""

    def __init__(self) -> None:
        self.needs: dict[str, Needs] = {"static": PUBLIC}
        self.loaders: dict[str, Loader] = {}
        self.while_locked: set[str] = set()
        self.faceless = {"static"}
        self.unnoticed: set[str] = set()
        self.fresh: dict[str, frozenset[str]] = {}
        self.confirm: Callable[[], ResponseReturnValue | None] = lambda: abort(403)
        self.lock: Callable[[], None] = lambda: abort(403)

    def declare(self, endpoint: str, needs: Needs, fresh: Collection[str] = ()) -> None:
        """Say what an endpoint needs, and with which methods a factor given a moment ago besides."""
        self.needs[endpoint] = needs
        self.fresh[endpoint] = frozenset(fresh)

    def confirms(self, confirm: Callable[[], ResponseReturnValue | None]) -> None:
        """Who asks for a fresh factor: answers with the page that does, or with None when it was given."""
        self.confirm = confirm

    def locks(self, lock: Callable[[], None]) -> None:
        """Who locks the session of a browser that was left in a hurry."""
        self.lock = lock

    def loads(self, name: str, loader: Loader) -> None:
        """Records named in an address by `<uuid:name>` are found by `loader`: a name means one thing in the house."""
        if self.loaders.setdefault(name, loader).__module__ != loader.__module__:
            raise ValueError(f"{name} names two kinds of records")
        self.loaders[name] = loader

    def open_while_locked(self, *endpoints: str) -> None:
        """What a locked or half signed-in session may still reach."""
        self.while_locked.update(endpoints)

    def alike_for_all(self, *endpoints: str) -> None:
        """What is answered without looking who asks, so that browsers may keep it (no `Vary: Cookie`)."""
        self.faceless.update(endpoints)

    def touch_nothing(self, *endpoints: str) -> None:
        """What a page asks by itself while nobody uses it: it does not lengthen the session."""
        self.unnoticed.update(endpoints)

    def init_app(self, app: Flask) -> None:
        """Stand in front of the application."""
        app.before_request(_has_a_name)
        app.before_request(self.admit)
        app.after_request(self.record)

    def admit(self) -> ResponseReturnValue | None:
        """Let the request in, or answer in its place."""
        g.shows_altered = True
        if request.method in CHANGING:
            if request.headers.get("Sec-Fetch-Site", "none") not in OURS:
                abort(400)
            calm.check_room()
        if request.endpoint is None or (needs := self.needs.get(request.endpoint)) is PUBLIC:
            return None
        if (away := self._away()) is not None:
            return (drafts.late() if request.method == "POST" else None) or redirect(away)
        if needs is None:
            abort(403)
        self._check(needs)
        if request.method == "POST":
            return drafts.keep_by_hand() or self._confirmed()
        if (asked := self._confirmed()) is not None:
            return asked
        drafts.take_up()
        return None

    def _confirmed(self) -> ResponseReturnValue | None:
        """Before something dangerous, who acts proves once more that it is she."""
        method = "GET" if request.method == "HEAD" else request.method
        is_dangerous = method in self.fresh.get(request.endpoint or "", ())
        return self.confirm() if is_dangerous and not me().is_fresh else None

    def _away(self) -> str | None:
        """Where who is not signed in, or not wholly, goes first."""
        if not current_user.is_authenticated:
            return url_for("accounts.sign_in", next=_path_back())
        if request.endpoint in self.while_locked:
            return None
        if LEFT in request.cookies and not me().is_locked:
            self.lock()
        if me().awaits_code:
            return url_for("accounts.code")
        return url_for("accounts.unlock", next=_path_back()) if me().is_locked else None

    def _check(self, needs: Needs) -> None:
        subject = self._load(request.view_args or {})
        if needs is SIGNED_IN:
            if subject is not None and not reaches(me(), subject):
                abort(404)
            return
        permission = cast(Permission, needs)
        if not allows(me(), permission, subject):
            _refuse(permission, subject, 403 if subject is None or reaches(me(), subject) else 404)
        if not may_answer(str(request.endpoint), subject):
            _refuse(permission, subject, 403)
        g.read = Noted(permission, subject, "allowed") if subject is not None else None

    def would_admit(self, endpoint: str, **record_ids: uuid.UUID) -> bool:
        """Whether the reader could open that address now: for a link that was kept for a while."""
        needs, subject = self.needs.get(endpoint), None
        for name in record_ids.keys() & self.loaders.keys():
            subject = self.loaders[name](record_ids[name])
            if subject is None:
                return False
        if isinstance(needs, Permission):
            return allows(me(), needs, subject)
        return needs is not None and (subject is None or reaches(me(), subject))

    def _load(self, view_args: dict[str, Any]) -> Any:
        subject = None
        for name in view_args.keys() & self.loaders.keys():
            subject = view_args[name] = self.loaders[name](view_args[name]) or abort(404)
        return subject

    def record(self, response: Response) -> Response:
        """Before the answer is sent: the row of a sensitive read, and at most once a minute the session's touch."""
        if request.endpoint in self.faceless:
            return response
        read, altered = self._noted(response), g.pop("altered", None)
        try:
            if altered:
                note("seal.altered", by=me().actor, fields=sorted(altered))
            is_due = request.endpoint not in self.unnoticed and getattr(current_user, "is_touch_due", False)
            touch = me().touch if is_due else None
            if read:
                note(read.what, by=me().actor, on=read.subject, decision=read.decision, also=_both(touch, read.also))
            elif touch:
                quietly(touch)
            else:
                db.session.rollback()
        except sa.exc.SQLAlchemyError as error:
            db.session.rollback()
            if read:
                return make_response(unavailable(error))
        return response


    def _noted(self, response: Response) -> Noted | None:
        """What the trail says of this answer: what was shown, also beside a form that was refused; or a refusal."""
        read: Noted | None = g.pop("read", None)
        if response.status_code in SHOWN or (read and read.also):
            return read
        needs = self.needs.get(request.endpoint or "", PUBLIC)
        if response.status_code not in {403, 404} or needs is PUBLIC or g.pop("is_refused", False):
            return None
        if not current_user.is_authenticated:
            return None
        return Noted(needs if isinstance(needs, Permission) else "page.open", None, "refused")


def reading(what: str, subject: Any = None, *, also: Aside | None = None) -> None:
    """Have this read noted in the audit trail before the answer is sent (lists, printed pages, revealed contacts).

    `also` is written with the note; then both are, whatever the answer is.
    """
    g.read = Noted(what, subject, "allowed", also)


def _has_a_name() -> None:
    """Nothing has a NUL in its name, and not every database takes the question."""
    if "\0" in request.path:
        abort(404)


def _both(one: Aside | None, other: Aside | None) -> Aside | None:
    if not (one and other):
        return one or other
    first, second = one, other
    return lambda connection: (first(connection), second(connection))


def _refuse(permission: Permission, subject: Any, status: int) -> NoReturn:
    g.is_refused = True
    note(permission, by=me().actor, on=subject, decision="refused")
    abort(status)


def _path_back() -> str | None:
    """The page that was asked for; of what was sent, the page at the same address."""
    if request.path == "/":
        return None
    if request.method == "GET":
        return request.full_path.rstrip("?")
    here = request_ctx.url_adapter
    return request.path if here is not None and here.test(method="GET") else None


gate = Gate()

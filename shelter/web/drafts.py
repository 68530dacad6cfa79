"""Drafts: what was typed and not yet saved, sealed under its author's key. Kept a week; never an act."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from shelter.audit import Actor, work
from shelter.audit.work import quietly
from shelter.calendar import now
from shelter.crypto import Damaged
from shelter.db import Compartment, Key, Model, Sealed, SealedBytes, db, rows_of, vault
from shelter.rounds import every
from shelter.texts import say as _

from . import submissions

KEPT_FOR = timedelta(days=7)
MOST, LARGEST, LONGEST_PATH = 50, 1024 * 1024, 300
"""Drafts of one person; bytes of one; characters of its address."""
ASKED = "borrador"
"""The word in an address that asks for a draft to be put into the form."""
NOT_TYPED = {"csrf_token", "draft", "keep_draft", "password", "again", "current", "code"}
"""What belongs to the page, and what nobody keeps: passwords and codes, should a form ever ask for them."""

labels: dict[str, Any] = {}
"""The forms of which drafts are kept, by endpoint, and what each is called (declared with the route)."""
keepers: dict[str, Callable[[], str]] = {}
"""What else is typed (the words of a search), by endpoint: keeps it for who is signed in, perhaps locked; the address
that brings it back."""


class Draft(Model):
    """A form as it was typed, by the key under which it will be saved."""

    __tablename__ = "draft"
    __table_args__ = (sa.UniqueConstraint("staff_id", "key"),)

    id: Mapped[Key]
    staff_id: Mapped[uuid.UUID]
    key: Mapped[uuid.UUID]
    path: Mapped[str] = mapped_column(sa.String(LONGEST_PATH))
    body_sealed: Mapped[SealedBytes | None]
    body = Sealed("draft.body", ("staff", "staff_id"), Compartment.CORE)
    saved_at: Mapped[datetime] = mapped_column(default=now, index=True)

    @property
    def url(self) -> str:
        """The form, with what was typed in it."""
        return address(self.path, self.id)


def nobody(_token: str) -> uuid.UUID | None:
    """Until accounts say whose a page is, it is nobody's."""
    return None


whose: Callable[[str], uuid.UUID | None] = nobody
"""Who was given the page of a CSRF token, up to a day ago, also when that session has ended since."""


def known_by(find: Callable[[str], uuid.UUID | None]) -> None:
    """Accounts tell here how the author of a page is found."""
    global whose
    whose = find


def address(path: str, draft_id: uuid.UUID) -> str:
    """A form's address that asks for a draft."""
    return f"{path}{'&' if '?' in path else '?'}{ASKED}={draft_id}"


def here() -> str:
    """This page's address, without a draft that was asked for."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != ASKED]
    path = f"{request.path}?{urlencode(kept)}" if kept else request.path
    return path if len(path) <= LONGEST_PATH else request.path


def is_path(path: str) -> bool:
    """Whether it is an address of this house: no other site's, nothing that is not written out, not too long."""
    return len(path) <= LONGEST_PATH and re.fullmatch(r"/(?!/)[^\x00-\x20\x7f\\]*", path) is not None


def keep(author: uuid.UUID, path: str, typed: MultiDict[str, str], by: Actor) -> Draft | None:
    """Keep what was typed; None when it was saved meanwhile, has no key, or is of no page of ours. 413: too large."""
    key, text = _key(typed), urlencode([each for each in typed.items(multi=True) if each[0] not in NOT_TYPED])
    if key is None or not is_path(path) or submissions.before(key):
        return None
    if len(text) > LARGEST:
        abort(413)
    if found := _of_key(author, key):
        _write_again(found, text)
        return found
    try:
        with work("draft.keep", by=by) as doing:
            doing.on = made = Draft(staff_id=author, key=key, path=path, body=text)
            db.session.add(made)
            _forget_the_oldest(author)
    except sa.exc.IntegrityError:  # its twin came first
        return _of_key(author, key)
    return made


def _key(typed: MultiDict[str, str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(typed.get("submit_key", ""))
    except ValueError:
        return None


def _of_key(author: uuid.UUID, key: uuid.UUID) -> Draft | None:
    return db.session.scalar(sa.select(Draft).where(Draft.staff_id == author, Draft.key == key))


def _write_again(draft: Draft, text: str) -> None:
    """Every ten seconds while somebody types: without a row in the audit trail."""
    key_id = vault.key_for("staff", draft.staff_id, Compartment.CORE)
    sealed = Draft.body.seal(text, draft.id, key_id, vault.box(key_id))
    change = sa.update(Draft).where(Draft.id == draft.id).values(body_sealed=sealed, saved_at=now())
    quietly(lambda connection: connection.execute(change))


def _forget_the_oldest(author: uuid.UUID) -> None:
    kept = sa.select(Draft.id).where(Draft.staff_id == author).order_by(Draft.saved_at.desc()).limit(MOST)
    ids = list(db.session.scalars(kept))
    db.session.execute(sa.delete(Draft).where(
        Draft.staff_id == author, sa.or_(Draft.id.not_in(ids), Draft.saved_at < now() - KEPT_FOR)
    ))


def late() -> ResponseReturnValue | None:
    """What a form brought when its session was locked or over: a draft of whoever was given the page. Nothing is done.

    None when it is no such form, or nobody's.
    """
    endpoint = request.endpoint or ""
    keep_it = keepers.get(endpoint)
    author = whose(request.form.get("csrf_token", "")) if keep_it or endpoint in labels else None
    if author is None or (keep_it and not _is_hers(author)):
        return None
    url = keep_it() if keep_it else _saved_before(author) or _kept(author)
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.sign_in", next=url), 303)
    if not _is_hers(author):
        return None
    if current_user.awaits_code:
        return redirect(url_for("accounts.code", next=url), 303)
    if current_user.is_locked:
        return redirect(url_for("accounts.unlock", next=url), 303)
    if endpoint in labels:
        flash(_("You signed in again meanwhile, so nothing was saved yet. Look at it and save it."), "notice")
    return redirect(url, 303)


def _is_hers(author: uuid.UUID) -> bool:
    """Whether the session of this browser, locked or not, is that of whoever was given the page."""
    return bool(current_user.is_authenticated and current_user.id == author)


def _saved_before(author: uuid.UUID) -> str | None:
    """Where the answer led, when this very form was saved already."""
    key = _key(request.form)
    found = submissions.before(key) if key else None
    return found.url if found and found.staff_id == author else None


def _kept(author: uuid.UUID) -> str:
    draft = keep(author, here(), request.form, Actor("staff", author))
    return draft.url if draft else here()


def keep_by_hand() -> ResponseReturnValue | None:
    """The button for those without JavaScript: keep it, go on later."""
    if request.endpoint not in labels or "keep_draft" not in request.form:
        return None
    keep(current_user.id, here(), request.form, current_user.actor)
    flash(_("Your draft is kept. You find it here and on your day."), "success")
    return redirect(url_for("home.drafts_page"), 303)


def keep_changed(author: uuid.UUID, by: Actor) -> Draft | None:
    """A form that was saved already comes again with other answers: they are a draft of their own."""
    changed = MultiDict(request.form)
    changed["submit_key"] = str(uuid.uuid4())
    return keep(author, here(), changed, by) if request.endpoint in labels else None


def take_up() -> None:
    """When the address asks for a draft of the reader's own for this form: the form is filled from it."""
    g.draft = opened(current_user.id, request.args[ASKED]) if ASKED in request.args else None


def opened(staff_id: uuid.UUID, draft_id: str) -> MultiDict[str, str] | None:
    """What was typed into the form of this page; None when there is no such draft of this person's."""
    try:
        found = rows_of(_ONE, id=uuid.UUID(draft_id), staff_id=staff_id)
    except ValueError:
        return None
    if not found or found[0].path.partition("?")[0] != request.path or _is_old(found[0].saved_at):
        return None
    g.draft_saved_at = found[0].saved_at
    with suppress(Damaged):
        return MultiDict(parse_qsl(Draft.body.open(found[0].body_sealed, found[0].id), keep_blank_values=True))
    return None


def offered(staff_id: uuid.UUID) -> Any:
    """The latest draft of this person's for this page, which she may go on with: (id, path, saved_at), or None."""
    found = rows_of(_HERE, staff_id=staff_id, path=here(), since=now() - KEPT_FOR)
    return found[0] if found else None


def mine(staff_id: uuid.UUID, most: int = MOST) -> list[dict[str, Any]]:
    """A person's drafts, the latest first: id, path, saved_at."""
    return [row._asdict() for row in rows_of(_MINE, staff_id=staff_id, since=now() - KEPT_FOR)[:most]]


def discard(staff_id: uuid.UUID, draft_id: uuid.UUID) -> None:
    """Throw one's own draft away; another's stays."""
    db.session.execute(sa.delete(Draft).where(Draft.id == draft_id, Draft.staff_id == staff_id))


def spend(key: uuid.UUID, staff_id: uuid.UUID) -> None:
    """The form was saved: its draft is not needed any more."""
    db.session.connection().execute(_SPEND, {"key": key, "staff_id": staff_id})


@every(hours=1)
def forget_drafts() -> None:
    """Throw away what is older than a week."""
    old = {"day": now() - KEPT_FOR}
    quietly(lambda connection: connection.execute(_FORGET, old))


def _is_old(saved_at: datetime) -> bool:
    return now() - saved_at > KEPT_FOR


_P = sa.bindparam
_ONE = sa.select(Draft.id, Draft.path, Draft.body_sealed, Draft.saved_at).where(
    Draft.id == _P("id"), Draft.staff_id == _P("staff_id"))
_LISTED = sa.select(Draft.id, Draft.path, Draft.saved_at).where(
    Draft.staff_id == _P("staff_id"), Draft.saved_at > _P("since")).order_by(Draft.saved_at.desc())
_HERE = _LISTED.where(Draft.path == _P("path")).limit(1)
_MINE = _LISTED.limit(MOST)
_FORGET = sa.delete(Draft.__table__).where(Draft.saved_at < _P("day"))  # type: ignore[arg-type]
_SPEND = sa.delete(Draft.__table__).where(  # type: ignore[arg-type]
    Draft.key == _P("key"), Draft.staff_id == _P("staff_id"))

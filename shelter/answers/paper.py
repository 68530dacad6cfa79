"""What is printed of a slip, to be torn off: its address, a QR code, the code, until when. No name, no telling word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import request, url_for
from markupsafe import Markup

from shelter.config import LOOPBACK
from shelter.texts import say as _
from shelter.web.paper import qr

from . import rules
from .models import Slip


@dataclass(frozen=True)
class Printed:
    """For a template. Without an address that can be reached from outside, the answer is a telephone call."""

    code: str
    expires_at: datetime
    address: str | None
    picture: Markup | None


def has_address() -> bool:
    """Whether a slip that is printed now says where to answer: the reader's own address must be open to outsiders."""
    return rules.is_reachable(request.host, LOOPBACK)


def printed(slip: Slip | None) -> Printed | None:
    """The slip as it is printed now; None when it works no more."""
    if slip is None or not slip.is_open or not slip.code:
        return None
    if not has_address():
        return Printed(slip.code, slip.expires_at, None, None)
    link = url_for("answers.with_code", code=slip.code, _external=True)
    return Printed(slip.code, slip.expires_at, url_for("answers.begin", _external=True), qr(link, _("Link to answer")))

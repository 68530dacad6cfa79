"""Wrong tokens by network, counted in memory: looking at a page writes nothing, and 192 bits are not guessed."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from shelter.calendar import now
from shelter.texts import later as _

from .rules import network_of

MOST, WITHIN, NETWORKS = 20, timedelta(minutes=15), 2_000
"""Wrong tokens that a network may show in that time to one process; networks remembered."""
OF_ALL, FEW = 200, 2
"""When all networks together have shown so many in that time, each may show few: guessing from many places is slow too,
and whoever copied one letter wrong still gets in.
"""
_lock = Lock()


class TooQuick(TooManyRequests):
    """A network that guesses waits; `said` is for whoever shares it and has a code that is right."""

    said = _("Too many codes that do not work came from your network. Wait a quarter of an hour and try again.")


def note_wrong() -> None:
    """A token that does not work was shown."""
    wrong, here = _wrong(), network()
    with _lock:
        moments = wrong.setdefault(here, deque(maxlen=MOST))
        moments.append(now())
        wrong.move_to_end(here)
        while len(wrong) > NETWORKS:
            wrong.popitem(last=False)


def check_pace() -> None:
    """Raises `TooQuick` for a network that showed too many lately: it has to wait."""
    since = now() - WITHIN
    with _lock:
        lately = {each: sum(at > since for at in moments) for each, moments in _wrong().items()}
    if lately.get(network(), 0) >= (FEW if sum(lately.values()) >= OF_ALL else MOST):
        raise TooQuick


def network() -> str:
    """The neighbourhood of the address that this request comes from; behind a proxy it is told by SHELTER_PROXY."""
    return network_of(request.remote_addr)


def _wrong() -> OrderedDict[str, deque[datetime]]:
    found: OrderedDict[str, deque[datetime]] = current_app.extensions.setdefault("wrong tokens", OrderedDict())
    return found

"""A blueprint whose every route states what it needs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import Blueprint

from shelter.access import Needs

from . import drafts
from .gate import gate
from .leaving import DECLARED, Leaving


class UndeclaredRoute(TypeError):
    """A route was written without saying what it needs."""


class Section(Blueprint):
    """A feature's addresses. `needs` is a permission, SIGNED_IN or PUBLIC; without it the program does not start.

    `needs_fresh=("POST",)` asks for a factor given within the last five minutes before something dangerous is done,
    and keeps what was typed meanwhile; with "GET" it is asked for before the page is shown.
    """

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None,
        provide_automatic_options: bool | None = None, *, needs: Needs | None = None,
        needs_fresh: Collection[str] = (), draft: Any = None, late: Callable[[], str] | None = None,
        leaves: Leaving | None = None, **options: Any,
    ) -> None:
        """As Flask's, and declare the door to the gate. `draft`: what a form is called of which drafts are kept.

        `late`: keeps what is sent to no form but was typed, should its session be locked by then (see drafts.keepers).
        `leaves`: what a file is that it answers with; an address that answers with one must say it.
        """
        if needs is None:
            raise UndeclaredRoute(f"{self.name}: {rule} must say needs=…")
        name = endpoint or view_func.__name__
        gate.declare(f"{self.name}.{name}", needs, needs_fresh)
        if draft is not None:
            drafts.labels[f"{self.name}.{name}"] = draft
        if late is not None:
            drafts.keepers[f"{self.name}.{name}"] = late
        if leaves is not None:
            DECLARED[f"{self.name}.{name}"] = leaves
        super().add_url_rule(rule, name, view_func, provide_automatic_options, **options)

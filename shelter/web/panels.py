"""What features put on shared pages: panels of a case or an institution, tabs, cards of my day. No page knows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from shelter.access import Permission, allows

from .gate import me
from .quick import url_for

Load = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of a page: shown to those who hold the permission, when `load` finds something to show."""

    order: int
    needs: Permission
    template: str
    load: Load


@dataclass(frozen=True)
class Tab:
    """A page of a case."""

    order: int
    endpoint: str
    label: Any
    needs: Permission


CASE_PANELS: dict[str, Panel] = {}
DAY_CARDS: dict[str, Panel] = {}
INSTITUTION_PANELS: dict[str, Panel] = {}
CASE_TABS: dict[str, Tab] = {}


def case_panel(order: int, needs: Permission, template: str) -> Callable[[Load], Load]:
    """Put a panel on the case page; the function below takes the case and gives the template's values, or None."""
    return _into(CASE_PANELS, order, needs, template)


def day_card(order: int, needs: Permission, template: str) -> Callable[[Load], Load]:
    """Put a card on my day; the function below gives the template's values, or None."""
    return _into(DAY_CARDS, order, needs, template)


def institution_panel(order: int, needs: Permission, template: str) -> Callable[[Load], Load]:
    """Put a panel on the page of an institution; the function below takes it and gives the values, or None."""
    return _into(INSTITUTION_PANELS, order, needs, template)


def _into(place: dict[str, Panel], order: int, needs: Permission, template: str) -> Callable[[Load], Load]:
    def keep(load: Load) -> Load:
        place[template] = Panel(order, needs, template, load)
        return load

    return keep


def case_tab(order: int, endpoint: str, label: Any, needs: Permission) -> None:
    """Put a page of the case into its sub-navigation."""
    CASE_TABS[endpoint] = Tab(order, endpoint, label, needs)


def rendered(panels: dict[str, Panel], **subject: Any) -> list[Markup]:
    """The panels that this reader may see and that have something to show, as HTML. `subject`: one record, by name."""
    found, record = [], next((each for each in subject.values() if hasattr(each, "read_by")), None)
    for panel in sorted(panels.values(), key=lambda panel: panel.order):
        values = panel.load(*subject.values()) if allows(me(), panel.needs, record) else None
        if values is not None:
            template = current_app.jinja_env.get_template(panel.template)
            found.append(Markup(template.render(**subject, **values)))  # noqa: S704 (escaped by the template itself)
    return found


def tabs(case: Any) -> list[dict[str, Any]]:
    """The sub-navigation of a case for this reader. `current`: `page` here, `true` on a page further inside."""
    reader, path = me(), request.path
    found = [
        {"url": url_for(tab.endpoint, case=case.id), "label": tab.label}
        for tab in sorted(CASE_TABS.values(), key=lambda tab: tab.order)
        if allows(reader, tab.needs, case)
    ]
    here = max((tab["url"] for tab in found if f"{path}/".startswith(f"{tab['url']}/")), key=len, default=None)
    return [{**tab, "current": ("page" if here == path else "true") if tab["url"] == here else ""} for tab in found]

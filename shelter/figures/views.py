"""The page of figures, and the cases behind one of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue

from shelter.access import Permission as P
from shelter.cases.queries import Cursor
from shelter.indicators import INDICATORS
from shelter.indicators.kept import figures as counted
from shelter.statistics.queries import over_periods, periods, say_period, years
from shelter.statistics.rules import CONTENTS, LEVELS, Audience, as_seen
from shelter.statistics.tables import number
from shelter.texts import later as _later
from shelter.web import Section, me, menu, page
from shelter.web.gate import hide, reading
from shelter.web.panels import day_card

from . import board, queries
from .board import Card
from .forms import MONTHS, FiguresForm, ScopeForm
from .together import CODES as ROUTE
from .together import together as board_of_route

figures = Section("figures", __name__)
menu(75, "figures.index", _later("Figures"), "report", P.INDICATOR_READ)
IN_REPORTS = frozenset(chapter.code for chapter in CONTENTS)
NARROWED = ("figura", "hecho", "palabra")


@figures.get("/indicadores", needs=P.INDICATOR_READ)
def index() -> ResponseReturnValue:
    """Every indicator of a period with its definition and its tables."""
    reading("figures.read")
    form, exact = _asked(), queries.is_exact(me())
    if form.errors.keys() & {"periodo", "de", "del_ano", "al_ano"}:
        return page("figures/index.html", form=form, cards=(), exact=exact)
    may_list = exact and queries.may_list(me(), form.chosen.scope)
    return page(
        "figures/index.html", form=form, cards=_exact(form, may_list) if exact else _protected(form), exact=exact,
        said=say_period(form.period), whose=form.chosen.name, may_list=may_list,
        listable=[] if may_list else [each for each in form.whose.values() if queries.may_list(me(), each.scope)],
    )


@figures.get("/indicadores/ruta", needs=P.INDICATOR_EXACT)
def together() -> ResponseReturnValue:
    """Figures of the route, to be solved together with the institutions."""
    reading("figures.route")
    form = _asked(ScopeForm)
    if form.errors:
        return page("figures/together.html", form=form, board=None)
    link = partial(_link, form) if queries.may_list(me(), form.chosen.scope) else None
    return page("figures/together.html", form=form, board=board_of_route(form.period, form.chosen.scope, link),
                said=say_period(form.period), whose=form.chosen.name)


@figures.get("/indicadores/casos", needs=P.INDICATOR_EXACT)
def cases() -> ResponseReturnValue:
    """The cases behind a figure, or behind a cell of it; for those who may list every one that it can count."""
    reading("figures.cases")
    form = _asked()
    if form.errors or not queries.may_list(me(), form.chosen.scope):
        hide(P.INDICATOR_EXACT, None)
    code, fact, word = cell = _cell()
    place = Cursor.read(request.args.get("desde"))
    found = queries.behind(me(), form.period, form.chosen.scope, cell, place)
    if fact and not found.total:
        abort(404)
    asked: dict[str, Any] = form.in_address
    kept = {**asked, **{name: request.args[name] for name in NARROWED if name in request.args}}
    return page("figures/cases.html", found=found, title=board.title_of(code, fact, word), kept=kept,
                said=say_period(form.period), whose=form.chosen.name, number=number,
                back=url_for("figures.together" if code in ROUTE else "figures.index", **asked))


def _asked(kind: type[FiguresForm] = FiguresForm) -> FiguresForm:
    exact = queries.is_exact(me())
    form = kind(request.args, queries.choices(me()), periods(MONTHS) if exact else over_periods(),
                       years() if exact else [])
    if not form.validate():
        form.status = 422
    return form


def _exact(form: FiguresForm, may_list: bool) -> list[Card]:
    link = partial(_link, form) if may_list else None
    of_pair = [code for code, each in INDICATORS.items() if form.pair and set(form.pair) <= set(each.facts)]
    return board.exactly(counted(form.period, form.chosen.scope, of_pair, board.codes()), form.pair, link)


def _link(form: FiguresForm, code: str, fact: str = "", word: str = "") -> str:
    asked: dict[str, Any] = {"figura": code, "periodo": form.periodo.data, "de": form.de.data}
    if fact:
        asked |= {"hecho": fact, "palabra": word}
    return url_for("figures.cases", **asked)


def _protected(form: FiguresForm) -> list[Card]:
    found = {figure.code: figure for figure in counted(form.period, form.chosen.scope, codes=IN_REPORTS)}
    return board.protected(as_seen(found, form.period, LEVELS[Audience.GOVERNMENT]))


def _cell() -> tuple[str, str, str]:
    """The figure, the fact and the word that are asked for; 404 for what is none."""
    code, fact, word = (request.args.get(name, "") for name in NARROWED)
    code = code or next(iter(INDICATORS))
    if code not in INDICATORS or not INDICATORS[code].of_cases or (fact and fact not in INDICATORS[code].facts):
        abort(404)
    return code, fact, word


@day_card(80, P.INDICATOR_EXACT, "figures/_day.html")
def quarter_card() -> dict[str, Any]:
    """Six figures of this quarter beside those of the one before, for whoever coordinates."""
    return board.quarters(queries.choices(me())[0])

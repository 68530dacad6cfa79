"""Making a report: count, protect, put on paper; keep it in the ledger; publish it."""

from __future__ import annotations

import csv
import hashlib
import io
import uuid
from dataclasses import dataclass
from typing import Any, cast

from flask import render_template, url_for

from shelter import jobs
from shelter.access import Permission
from shelter.audit import anchor, work
from shelter.audit.chain import head
from shelter.calendar import Period, now
from shelter.db import db
from shelter.indicators import Scope
from shelter.indicators.kept import figures
from shelter.jobs import Job, Kind, Progress, Result, job_kind
from shelter.rules import RuleBroken
from shelter.statistics.protect import Shown
from shelter.statistics.rules import CONTENTS, LEVELS, Audience, as_seen
from shelter.texts import later as _later
from shelter.texts import say as _
from shelter.texts import speaking
from shelter.web.paper import DataFile, pdf

from . import queries
from .models import Release
from .rules import reason_not_to_publish
from .sheet import Sheet


@dataclass(frozen=True)
class Order:
    """What report is asked for, and by whom (None: the local operator)."""

    period: Period
    audience: Audience
    language: str
    foundation_id: uuid.UUID | None = None
    by: uuid.UUID | None = None
    name: str = ""


def ask(order: Order) -> Job:
    """Have a report made beside the pages, in the transaction at hand."""
    return jobs.ask(
        REPORT, by=cast(uuid.UUID, order.by), period=str(order.period), audience=order.audience.value,
        language=order.language, foundation=str(order.foundation_id or ""), name=order.name,
    )


def _do(job: Job, progress: Progress) -> Result:
    """Count, print, keep; once, though the job was broken off and begun again."""
    if db.session.get(Release, job.id) is None:
        told = job.told
        foundation = uuid.UUID(told["foundation"]) if told["foundation"] else None
        progress(0)
        made = make(Order(Period.read(told["period"]), Audience(told["audience"]), told["language"], foundation,
                          job.by_id, told["name"]))
        progress(0)
        made.id = job.id
        with work("report.make", by=job.by, on=made):
            keep(made)
    return Result()


REPORT = job_kind("report.make", Kind(
    label=_later("Report"), needs=Permission.REPORT_READ, do=_do,
    url=lambda job: url_for("reports.preview", release=job.id), back=lambda _job: url_for("reports.new"),
))


def make(order: Order) -> Release:
    """Count and print. The release is returned as it is to be kept; nothing is changed yet."""
    scope = Scope(order.foundation_id)
    in_pairs = [chapter.code for chapter in CONTENTS if chapter.pairs and order.audience is Audience.INTERNAL]
    codes = [chapter.code for chapter in CONTENTS]
    counted = {figure.code: figure for figure in figures(order.period, scope, in_pairs, codes)}
    shown = as_seen(counted, order.period, LEVELS.get(order.audience))
    made_at = now()
    with speaking(order.language):
        sheet = Sheet(
            order.period, order.audience, queries.scope_name(order.foundation_id), shown,
            exact=counted if order.audience is Audience.INTERNAL else {},
            sources=queries.sources(order.period, scope),
            printed_by=order.name or _("the local operator"), made_at=made_at, head=anchor(head()),
        )
        data = DataFile("datos.csv", _("The figures of this report, as printed"), as_csv(shown))
        printed = pdf(render_template("reports/report.html", sheet=sheet), [data])
    return Release(
        foundation_id=order.foundation_id, starts_on=order.period.start, ends_on=order.period.end,
        audience=order.audience.value, language=order.language, figures=as_ledger(shown), pdf=printed,
        sha256=hashlib.sha256(printed).hexdigest(), made_at=made_at, made_by_id=order.by,
    )


def keep(release: Release) -> Release:
    """Enter it into the ledger."""
    db.session.add(release)
    return release


def publish(release: Release, by: uuid.UUID) -> Release:
    """Let observers read it: a second person decides."""
    db.session.refresh(release, with_for_update=True)
    if reason := refusal(release, by):
        raise RuleBroken(reason)
    release.published_at, release.published_by_id = now(), by
    return release


def refusal(release: Release, by: uuid.UUID) -> str:
    """Why this person may not publish it; empty when she may."""
    is_published = release.published_at is not None
    return reason_not_to_publish(release.audience, release.made_by_id, by, is_published=is_published)


def as_ledger(shown: dict[str, Shown]) -> list[dict[str, Any]]:
    """Every printed figure by stored words: a number, `<5`, or nothing where it was withheld."""
    return [
        {"code": code, "value": each.total.token,
         "breakdowns": {name: {word: cell.token for word, cell in rows.items()} for name, rows in each.tables.items()}}
        for code, each in shown.items()
    ]


def as_csv(shown: dict[str, Shown]) -> str:
    """The same for machines: one line for each printed figure."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["indicator", "breakdown", "word", "figure"])
    for code, each in shown.items():
        lines.writerow([code, "", "", each.total.token])
        for name, rows in each.tables.items():
            lines.writerows((code, name, word, cell.token) for word, cell in rows.items())
    return out.getvalue()

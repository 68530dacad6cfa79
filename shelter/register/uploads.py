"""A file on its way into a register: taken in, its columns matched, checked and imported by jobs, forgotten."""

from __future__ import annotations

import csv
import io
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from flask import url_for

from shelter import jobs
from shelter.access import Permission
from shelter.audit import machine, work
from shelter.db import db
from shelter.db.sealed import DataKey
from shelter.jobs import Job, Kind, Progress, Result, job_kind
from shelter.jobs.queries import last_about
from shelter.rounds import every
from shelter.rules import RuleBroken
from shelter.texts import later as _later
from shelter.texts import say as _

from . import actions, queries
from .models import ImportedFile, SavedMapping, Upload
from .queries import Twin
from .reading import Column, Mapping, Reading, Reject, Sheet
from .reading.mapping import shipped_names
from .reading.sheet import sample

SHOWN, LINES = 20, 5
"""Reasons that stand on the page, and lines of each; all of them are in the file of rejects."""
LARGEST = 10 * 1024 * 1024
TOO_LARGE = _later("The file is larger than 10 MB: cut it in parts, or have it imported on the server")
LOOKED_AT = 50
"""Lines that are read as soon as a file is sent."""
MOST_WORDS = 40
"""Different words of a column that the page asks about."""
LISTED = ("sex", "age_band", "nationality", "country_of_exploitation", "province")
"""Facts whose words are of a list, so that one can say what another word means; forms of exploitation besides."""


def take_in(
    *, by: uuid.UUID, name: str, content: bytes, register: str, source: str, foundation_id: uuid.UUID | None,
    replaces: str | None,
) -> Upload:
    """Keep a file, sealed, for a week. RuleBroken when it is none that could be read, or has no header."""
    if len(content) > LARGEST:
        raise RuleBroken(TOO_LARGE, "file")
    try:
        sheet = Sheet.of(name, content)
        header, *_lines = [cells for _line, cells in islice(sheet.lines(), LOOKED_AT)] or [[]]
    except RuleBroken as broken:
        raise RuleBroken(broken.message, "file") from None
    if not any(header):
        raise RuleBroken(_("%(file)s has no line with the names of its columns", file=name), "file")
    upload = Upload(
        by_id=by, register=register, source=source, foundation_id=foundation_id, digest=sheet.digest,
        replaces=replaces, name=name, content=content,
    )
    db.session.add(upload)
    return upload


def sheet_of(upload: Upload) -> Sheet:
    """The file itself."""
    return Sheet.of(upload.name, upload.content)


def start(upload: Upload, sheet: Sheet, saved: Iterable[SavedMapping], wanted: str | None) -> Mapping:
    """What the page proposes: the mapping that was asked for, the one of last time, one that fits, or a guess."""
    register, source = upload.register, upload.source
    if upload.mapping and not wanted:
        return Mapping.read("upload", upload.mapping)
    kept = [(str(each.id), Mapping.read(str(each.name), each.text)) for each in saved]
    shipped = [(name, Mapping.named(name)) for name in shipped_names()]
    for word, mapping in (*kept, *shipped):
        if word == wanted or (wanted is None and mapping.fits(sheet.header(mapping.shape))):
            return replace(mapping, register=register, source=source)
    return Mapping.guess(sheet, register=register, source=source)


def sample_of(sheet: Sheet, mapping: Mapping) -> list[list[str]]:
    """The first lines, to be looked at while one chooses."""
    return [[cell if isinstance(cell, str) else "–" for cell in cells] for cells in sample(sheet, mapping.shape, 3)]


def twice(sheet: Sheet, mapping: Mapping) -> list[str]:
    """Names of columns that stand twice in the header."""
    return [name for name, times in Counter(sheet.header(mapping.shape)).items() if name and times > 1]


def teach(saved: Iterable[SavedMapping], mapping: Mapping, *, by: uuid.UUID) -> None:
    """What words mean goes into the mappings that she kept of the same columns, in the transaction at hand."""
    columns = {(column.name, column.fact) for column in mapping.columns}
    for kept in saved:
        if kept.by_id == by and {(one.name, one.fact) for one in Mapping.read("kept", kept.text).columns} == columns:
            kept.text = mapping.text


def match(upload: Upload, mapping: Mapping, *, by: uuid.UUID) -> Job:
    """Keep what its columns tell, and have it checked, in the transaction at hand."""
    upload.mapping = mapping.text
    return jobs.ask(CHECK, by=by, about_id=upload.id)


def keep_mapping(mapping: Mapping, *, by: uuid.UUID, name: str, foundation_id: uuid.UUID | None) -> SavedMapping:
    """For other files of the same shape."""
    kept = SavedMapping(by_id=by, foundation_id=foundation_id, name=name, text=mapping.text)
    db.session.add(kept)
    return kept


def translate(mapping: Mapping, words: dict[str, dict[str, str | None]]) -> Mapping:
    """The mapping with more words: by column, what each means; None: that it is not known."""
    return replace(mapping, columns=tuple(_with(column, words.get(column.name, {})) for column in mapping.columns))


def _with(column: Column, words: dict[str, str | None]) -> Column:
    meant = {word: meaning for word, meaning in words.items() if meaning}
    unknown = frozenset(word for word, meaning in words.items() if meaning is None)
    return replace(column, words={**column.words, **meant}, unknown=column.unknown | unknown)


def begin(upload: Upload, *, by: uuid.UUID, replaces: str | None = None, others: bool = False) -> Job:
    """Have it imported, in the transaction at hand; once, however often one asks.

    Where another file has nearly the same cases: `replaces` its digest, or these are `others`.
    """
    db.session.refresh(upload, with_for_update=True)
    last = last_about(upload.id, IMPORT)
    return last if last is not None and not last.is_over else jobs.ask(
        IMPORT, by=by, about_id=upload.id, replaces=replaces, others=others)


# --- the jobs ---------------------------------------------------------------------------------------------------------


def _read(job: Job, progress: Progress, share: int) -> tuple[Upload, Reading, int]:
    """The file, read; reading it is a `share` of the whole bar."""
    upload = queries.upload(job.by_id, job.about_id) if job.about_id else None
    if upload is None or not upload.mapping:
        raise RuleBroken(_("The file is not here any more: send it again"))
    sheet, mapping = sheet_of(upload), Mapping.read("upload", upload.mapping)
    lines = sheet.about(mapping.shape)
    total, stored = lines * share, queries.cases_in(upload.id)
    begun = lines + stored if stored else 0  # it was broken off: what is in was read before
    progress(begun, total)
    return upload, Reading.of(sheet, mapping, lambda read: progress(max(begun, read), total)), total


def _plan(job: Job, upload: Upload, reading: Reading) -> actions.Plan:
    told = job.told
    return actions.plan(reading, told.get("replaces") or upload.replaces, others=bool(told.get("others")),
                        whose=(upload.foundation_id,), file_id=upload.id)


def _check(job: Job, progress: Progress) -> Result:
    """Everything but the writing."""
    upload, reading, _total = _read(job, progress, 1)
    plan = _plan(job, upload, reading)
    twin = plan.twin and {**vars(plan.twin), "file": str(plan.twin.file.id)}
    return Result({**_told(reading), "missing": len(plan.missing), "nothing": plan.changes_nothing, "twin": twin},
                  as_csv(reading.rejects))


def twin_found(job: Job) -> Twin | None:
    """The file with nearly the same cases that a check found, while it counts."""
    told = job.found.get("twin")
    file = queries.file_by_id(uuid.UUID(told["file"])) if told else None
    return Twin(**{**told, "file": file}) if told and file and queries.counts(file) else None


def _import(job: Job, progress: Progress) -> Result:
    """Read, write, count; gone on with where it was broken off."""
    upload, reading, total = _read(job, progress, 2)
    plan = _plan(job, upload, reading)
    if plan.twin:
        raise RuleBroken(_("%(what)s. They came in since the check: check this file again, and say there what it is",
                           what=plan.twin.said))
    done = total - len(plan.missing)
    for cases in actions.carry_out(plan, by=job.by):
        done += cases
        progress(done, total)
    file = queries.file_of(reading.sheet.digest)
    assert file is not None
    facts = {**_told(reading), "file": str(file.id)}
    with work("register.forget", by=job.by, on=file):
        forget([upload.id])
    return Result(facts, as_csv(reading.rejects))


def _told(reading: Reading) -> dict[str, Any]:
    years = [row.year for row in reading.rows]
    facts = {column.name: column.fact for column in reading.mapping.columns}
    return {
        "cases": len(reading.rows), "refused": reading.refused, "reasons": len(reading.rejects) + reading.more,
        "years": [min(years), max(years)] if years else [],
        "why": _grouped(reading.rejects),
        "unread": {name: dict(words.most_common(MOST_WORDS)) for name, words in reading.unread.items()
                   if words and is_listed(facts[name])},
    }


def _grouped(rejects: Iterable[Reject]) -> list[list[Any]]:
    """The commonest reasons: column, reason, how many lines, the first of them."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for each in rejects:
        found[each.column, each.reason].append(each.line)
    often = sorted(found.items(), key=lambda item: -len(item[1]))[:SHOWN]
    return [[column, reason, len(lines), lines[:LINES]] for (column, reason), lines in often]


def is_listed(fact: str) -> bool:
    """Whether what it says is one of a list of words."""
    return fact in LISTED or fact.startswith("exploitation")


def as_csv(rejects: Iterable[Reject]) -> bytes:
    """Line, column and reason of what could not be read; nothing in it that a spreadsheet would run."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(Reject._fields)
    lines.writerows(each.cells for each in rejects)
    return out.getvalue().encode("utf-8-sig")


def _clear(job: Job) -> None:
    """What an import that is not wanted any more has left: none of it ever counted."""
    file = db.session.get(ImportedFile, job.about_id, populate_existing=True)
    if file is not None and file.finished_at is None:
        actions.take_away(file.id)
        with work("register.take_away", by=machine, on=file):
            db.session.delete(file)


CHECK = job_kind("register.check", Kind(
    label=_later("Check of a file"), needs=Permission.REGISTER_WRITE, do=_check,
    url=lambda job: url_for("register.review", upload=job.about_id),
    back=lambda job: url_for("register.columns", upload=job.about_id),
))
IMPORT = job_kind("register.import", Kind(
    label=_later("Import of historic cases"), needs=Permission.REGISTER_WRITE, do=_import, clear=_clear,
    url=lambda job: url_for("register.file", file=job.found["file"]),
    back=lambda job: url_for("register.review", upload=job.about_id),
))


# --- forgetting -------------------------------------------------------------------------------------------------------


def forget(ids: Iterable[uuid.UUID]) -> None:
    """Uploads and their keys, in the transaction at hand."""
    some = list(ids)
    db.session.execute(sa.delete(Upload).where(Upload.id.in_(some)))
    db.session.execute(sa.delete(DataKey).where(DataKey.owner_kind == "upload", DataKey.owner_id.in_(some)))


@every(hours=1)
def forget_uploads() -> None:
    """What nobody imported within a week."""
    if old := queries.old_uploads():
        with work("register.forget", by=machine, files=len(old)):
            forget(old)

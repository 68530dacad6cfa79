"""The first version, which comes with the program: read from `first.toml`, for a programme that has none yet."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shelter.codes.cases import Milestone
from shelter.codes.institutions import TODAY
from shelter.codes.protocol import Condition, Evidence, Standing, Start, Unit
from shelter.codes.referrals import InstitutionKind

Words = dict[str, str]
NAMES = {each.key: each.es for each in TODAY}


def read(institutions: Mapping[str, uuid.UUID]) -> dict[str, Any]:
    """Its title and note in both languages, and its phases: key, name, and the columns of each step.

    `institutions`: those that there are, by their names in Spanish; a step names one where its kind is not enough.
    """
    told = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {
        "title": _words(told, "title_"), "note": _words(told, "note_"),
        "phases": [
            (each["key"], _words(each), [_step(step, institutions) for step in each["step"]]) for each in told["phase"]
        ],
    }


def _step(told: dict[str, Any], institutions: Mapping[str, uuid.UUID]) -> dict[str, Any]:
    """The columns of a step but its phase and its place."""
    amount, unit = _limit(told.get("limit", ""))
    start, starts_with, detail, after = _start(told["start"])
    done, done_detail = _happening(told.get("done", ""))
    return {
        "key": told["key"], "name": _words(told), "procedure": _words(told, "how_"),
        "responsible": InstitutionKind(told["responsible"]) if "responsible" in told else None,
        "institution_id": institutions.get(NAMES[told["institution"]]) if "institution" in told else None,
        "start": start, "starts_with": starts_with, "starts_detail": detail, "after": after,
        "limit_amount": amount, "limit_unit": unit, "standing": Standing(told.get("standing", "target")),
        "basis": _words(told, "basis_") if "basis_es" in told else None,
        "evidence": in_order(map(Evidence, told["evidence"])), "happening": done, "happening_detail": done_detail,
        "applies_to": in_order(map(Condition, told.get("applies", ()))),
        "is_beside": told.get("beside", False), "may_be_skipped": told.get("skip", False),
    }


def in_order(words: Any) -> str:
    """Stored words of a set in one spelling: by the alphabet, a space between."""
    return " ".join(sorted(str(each) for each in words))


def _words(told: dict[str, Any], before: str = "") -> Words:
    return {language: told[f"{before}{language}"].strip() for language in ("es", "en")}


def _limit(text: str) -> tuple[int | None, Unit | None]:
    amount, _space, unit = text.partition(" ")
    return (int(amount), Unit(unit)) if text else (None, None)


def _start(text: str) -> tuple[Start, Milestone | None, str, str]:
    start, _colon, what = text.partition(":")
    milestone, detail = _happening(what) if start == Start.MILESTONE else (None, "")
    return Start(start), milestone, detail, what if start == Start.STEP else ""


def _happening(text: str) -> tuple[Milestone | None, str]:
    milestone, _colon, detail = text.partition(":")
    return (Milestone(milestone), detail) if text else (None, "")

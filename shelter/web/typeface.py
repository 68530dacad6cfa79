"""The typeface of paper: Inter, cut once for each instance to the letters and weights that reports use."""

from __future__ import annotations

import io
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app, has_app_context

WEIGHTS = {"bundled:inter-400": 400, "bundled:inter-600": 600, "bundled:inter-700": 700}
"""What a style sheet writes as the address of each weight."""

_LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2030), *map(ord, "€←→−≈≤≥")]
_FEATURES = ["ccmp", "kern", "locl", "mark", "tnum"]


@lru_cache(maxsize=len(WEIGHTS))
def bundled(address: str) -> bytes:
    """One weight as a TrueType file. The whole family would make each page slower: it holds every weight and size."""
    place = _kept(address)
    if place and place.is_file():
        return place.read_bytes()
    made = _cut(WEIGHTS[address])
    if place:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_bytes(made)
        beside.replace(place)
    return made


def _kept(address: str) -> Path | None:
    folder = Path(current_app.instance_path) if has_app_context() else None
    return folder / "cache" / f"{address.partition(':')[2]}.ttf" if folder and folder.is_dir() else None


@lru_cache(maxsize=1)
def _family() -> bytes:
    import fontpkg_inter
    from fontTools import subset
    from fontTools.ttLib import TTFont

    font = TTFont(Path(fontpkg_inter.ROOT, "files", "Inter[opsz,wght].ttf"))
    options = subset.Options(layout_features=_FEATURES, notdef_outline=True, glyph_names=False, hinting=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_LETTERS)
    cutter.subset(font)
    return _saved(font)


def _cut(weight: int) -> bytes:
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    family = TTFont(io.BytesIO(_family()))
    return _saved(instancer.instantiateVariableFont(family, {"wght": weight, "opsz": 18}, inplace=True))


def _saved(font: Any) -> bytes:
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()

"""Folders outside the database that belong to it: features say which, backups take them along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shelter.config import Settings

Where = Callable[[Settings], Path]
FOLDERS: dict[str, Where] = {}
"""By the name under which each travels in a backup."""


def keep_folder(name: str, where: Where) -> None:
    """Have a folder of sealed files (nothing in it may be plain) travel in every backup."""
    FOLDERS[name] = where


keep_folder("anchors", lambda settings: settings.anchors)

"""Signed heads of the chain, outside the database: a chain alone cannot show that its tail was cut or rewritten."""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature

from shelter.calendar import now
from shelter.db import vault

from .chain import Head

EVERY = 600.0
"""Seconds between two signed heads of a process that is at work; what it ends with is signed when it ends."""
log = logging.getLogger("shelter")


@dataclass
class AnchorFile:
    """Where heads are written (one JSON object a line), and when this process last did."""

    folder: Path | None = None
    written_in: Path | None = None
    written_at: float = float("-inf")
    signed_at: float = 0.0

    @property
    def path(self) -> Path | None:
        """The file, or None while no folder is set."""
        return self.folder / "heads.jsonl" if self.folder else None


file = AnchorFile()


def anchor(head: Head) -> str:
    """Sign a head (Ed25519) and write it down; returns the signed line as it is printed on reports."""
    signed = {"seq": head.seq, "hash": head.hash, "at": now().isoformat(timespec="seconds")}
    signed["signature"] = vault.keys.signing.sign(_content(signed)).hex()
    line = json.dumps(signed, sort_keys=True)
    if file.path:
        file.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as out:
            out.write(line + "\n")
    file.written_in, file.written_at, file.signed_at = file.folder, time.monotonic(), now().timestamp()
    return line


def anchor_now_and_then(head: Head) -> None:
    """Anchor when this process has not done so lately. What was committed stays so when the folder fails."""
    if file.folder == file.written_in and time.monotonic() - file.written_at < EVERY and not _was_asleep():
        return
    _anchor_calmly(head)


def _was_asleep() -> bool:
    """Whether more time passed than the machine was awake, or its clock was set."""
    return abs(now().timestamp() - file.signed_at) > EVERY


def anchor_the_end(head: Head) -> None:
    """Anchor a head that is not signed yet: when a process ends, and now and then while nobody works."""
    lines = _lines()
    if head.seq and not (lines and _checked(lines[-1]) == head):
        _anchor_calmly(head)


def _anchor_calmly(head: Head) -> None:
    try:
        anchor(head)
    except OSError as error:
        log.error("the head of the audit chain could not be written to %s: %s", file.path, error.strerror)


def heads() -> list[Head]:
    """Every head whose signature is ours, as they were written."""
    return [found for line in _lines() if (found := _checked(line))]


def _lines() -> list[str]:
    if not file.path or not file.path.is_file():
        return []
    return file.path.read_text("ascii", errors="replace").splitlines()


def doubtful() -> int:
    """How many lines of the file are not ours: somebody wrote in it, or a machine stopped in the middle of a line."""
    return sum(1 for line in _lines() if _signed(line) is None)


def moments(since: int = 0) -> list[datetime]:
    """When each of them was signed, from a row's number on."""
    return [datetime.fromisoformat(signed["at"]) for line in _lines()
            if (signed := _signed(line)) and int(signed["seq"]) >= since]


def _checked(line: str) -> Head | None:
    signed = _signed(line)
    return Head(int(signed["seq"]), signed["hash"]) if signed else None


def _signed(line: str) -> dict[str, Any] | None:
    """What a line says, if it is ours."""
    try:
        signed: dict[str, Any] = json.loads(line)
        vault.keys.signing.public_key().verify(bytes.fromhex(signed["signature"]), _content(signed))
        int(signed["seq"])
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return None
    return signed


def _content(signed: dict[str, object]) -> bytes:
    return f"{signed['seq']}|{signed['hash']}|{signed['at']}".encode()

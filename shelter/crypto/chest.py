"""Whole files sealed to who may open them (age, X25519): the programme's operations and an offline recovery key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from pathlib import Path
from threading import Thread
from typing import IO

import pyrage
from pyrage.x25519 import Identity, Recipient

from .keyring import KeyRing
from .sealing import Damaged

PART = 1 << 16
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def operations(ring: KeyRing) -> Identity:
    """The identity that opens this programme's backups: derived from its key, so there is one file less to lose."""
    return Identity.from_str(_bech32("age-secret-key-", ring.derive("open backups")).upper())


def read_identity(text: str) -> Identity:
    """The identity in a recovery file (other lines are comments); ValueError when there is none."""
    for line in text.splitlines():
        if line.strip().upper().startswith("AGE-SECRET-KEY-1"):
            try:
                return Identity.from_str(line.strip().upper())
            except pyrage.IdentityError:
                break
    raise ValueError("no recovery key")


def read_recipient(text: str) -> Recipient:
    """A public key; ValueError when it is none."""
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise ValueError("no public key") from error


def seal_file(parts: Iterator[bytes], out: Path, recipients: Sequence[Recipient]) -> None:
    """Seal what comes in parts into a new file, without holding it whole."""
    stream = _Stream(parts)
    with out.open("xb") as file:
        _apart(lambda: pyrage.encrypt_io(stream, file, list(recipients)), stream)


def open_file(sealed: Path, out: IO[bytes], identities: Sequence[Identity]) -> None:
    """Open it again; Damaged when it was altered, cut short, or is not for us."""
    try:
        with sealed.open("rb") as file:
            stream = _Stream(iter(lambda: file.read(PART), b""))
            _apart(lambda: pyrage.decrypt_io(stream, out, list(identities)), stream)
    except (pyrage.DecryptError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise Damaged("a sealed file was altered, cut short, or is for somebody else") from error


class _Stream:
    """Parts as a file that is read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.left, self.has_ended = parts, b"", False

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most so many."""
        while not self.left:
            part = None if self.has_ended else next(self.parts, None)
            if part is None:
                return b""
            self.left = part
        if size < 0:
            size = len(self.left)
        now, self.left = self.left[:size], self.left[size:]
        return now


def _apart(do: Callable[[], object], stream: _Stream) -> None:
    """Do it in a thread of its own, and wait for it.

    What a signal raises (Ctrl-C, an end that is asked for) would come up inside our `read`, where the library prints
    it and takes it for a failure; other threads hear no signals. Whoever is called away ends the stream first.
    """
    problem: list[BaseException] = []

    def doing() -> None:
        try:
            do()
        except BaseException as error:
            problem.append(error)

    thread = Thread(target=copy_context().run, args=(doing,), daemon=True)
    thread.start()
    try:
        thread.join()
    finally:
        stream.has_ended = True
        thread.join()
    for each in problem:
        raise each


def _bech32(prefix: str, content: bytes) -> str:
    """BIP-173, as age writes its keys."""
    bits = int.from_bytes(content, "big") << (-len(content) * 8 % 5)
    words = -(-len(content) * 8 // 5)
    data = [bits >> (5 * (words - 1 - place)) & 31 for place in range(words)]
    expanded = [*(ord(each) >> 5 for each in prefix), 0, *(ord(each) & 31 for each in prefix)]
    check = _polymod([*expanded, *data, 0, 0, 0, 0, 0, 0]) ^ 1
    data += [check >> (5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_BECH32[each] for each in data)}"


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    return check

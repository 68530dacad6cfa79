"""The programme's one key and what is derived from it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shelter.texts import say as _

from .sealing import Damaged

HEADING, WRAPS = "senda-key-1", "wraps"


class BadKey(ValueError):
    """The key file is missing, unreadable or open to others; the message says the way out."""


class KeyRing:
    """Keys for wrapping data keys, for exact look-ups, for digests, for signing and for the web cookie.

    All are derived (HKDF-SHA256, RFC 5869) from 32 random bytes that lie in a file outside the database; the one that
    wraps data keys too, until it is rotated: from then on those in the file wrap, the newest first, and an older one
    stands beside it while data keys are wrapped anew.
    """

    def __init__(self, master: bytes, wrapping: Sequence[bytes] = (), path: Path | None = None) -> None:
        if len(master) != 32 or any(len(each) != 32 for each in wrapping):
            raise BadKey(_("the programme's key must have 32 bytes"))
        self._master, self.path = master, path
        self.wrapping = tuple(wrapping)
        self._boxes = [AESGCM(each) for each in self._own()]

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Make a new key file, readable by its owner alone; refuses to overwrite one."""
        made = cls(secrets.token_bytes(32), path=path)
        _write(path, made.text)
        return made

    @classmethod
    def read(cls, path: Path) -> KeyRing:
        """Read the key file; BadKey when it cannot be trusted."""
        try:
            ring = cls.parse(path.read_text("ascii"), path)
        except FileNotFoundError:
            raise BadKey(_("there is no key file at %(file)s: put its copy there, or set SHELTER_KEY_FILE; "
                           "only for a new house run `shelter init`",
                           file=path)) from None
        except (OSError, ValueError):
            raise BadKey(_("%(file)s is not a key file of this program, or it is damaged: put its copy in its place",
                           file=path)) from None
        if path.stat().st_mode & 0o077:
            raise BadKey(_("others can read %(file)s: run `chmod 600 %(file)s`", file=path))
        return ring

    @classmethod
    def parse(cls, text: str, path: Path | None = None) -> KeyRing:
        """The ring that such a text says; ValueError when it says none."""
        words = [line.split() for line in text.splitlines()]
        if [word for word, _key in words] != [HEADING, *[WRAPS] * (len(words) - 1)]:
            raise ValueError("not a key file")
        master, *wrapping = (base64.b64decode(key, validate=True) for _word, key in words)
        return cls(master, wrapping, path)

    @property
    def text(self) -> str:
        """What its file says."""
        keys = [(HEADING, self._master), *((WRAPS, each) for each in self.wrapping)]
        return "".join(f"{word} {base64.b64encode(key).decode()}\n" for word, key in keys)

    def fresh(self) -> KeyRing:
        """This ring, or what its file says by now: another process may have rotated it."""
        try:
            text = self.path.read_text("ascii") if self.path else self.text
            return self if text == self.text else KeyRing.parse(text, self.path)
        except (OSError, ValueError):  # a medium that was taken out: what was read goes on
            return self

    @property
    def is_rotating(self) -> bool:
        """Whether an older key still stands beside the one that wraps."""
        return len(self.wrapping) > 1

    def begin_rotation(self) -> KeyRing:
        """Put a new wrapping key before the present one, in the file; OSError when it cannot be written."""
        return self._replaced((secrets.token_bytes(32), *self._own()))

    def end_rotation(self) -> KeyRing:
        """Destroy the older ones, in the file: nothing that they wrapped is left."""
        return self._replaced(self.wrapping[:1])

    def _replaced(self, wrapping: Sequence[bytes]) -> KeyRing:
        if self.path is None:
            raise BadKey("a key without a file cannot be rotated")
        ring = KeyRing(self._master, wrapping, self.path)
        ring.keep(self.path)
        return ring

    def keep(self, path: Path) -> None:
        """Write the ring into a file, whole or not at all, in place of what was there."""
        beside = path.with_name(f".{path.name}.new")
        beside.unlink(missing_ok=True)
        _write(beside, self.text)
        beside.replace(path)
        _settle(path.parent)

    def beside(self, then: KeyRing) -> KeyRing:
        """This ring with the keys of another moment's: it opens what either wrapped. BadKey for another programme's."""
        if then._master != self._master:
            raise BadKey(_("%(file)s is another programme's key: move it away first", file=self.path))
        both = (*self._own(), *(each for each in then._own() if each not in self._own()))
        return KeyRing(self._master, both if len(both) > 1 else self.wrapping, self.path)

    def _own(self) -> tuple[bytes, ...]:
        return self.wrapping or (self.derive("wrap data keys"),)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self._master)

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """A data key made safe to store, bound to whose it is."""
        nonce = secrets.token_bytes(12)
        return nonce + self._boxes[0].encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; Damaged when it is not this owner's or this programme's."""
        for box in self._boxes:
            with suppress(InvalidTag, ValueError):
                return box.decrypt(wrapped[:12], wrapped[12:], context)
        raise Damaged("a data key does not belong to this owner or this programme's key")

    def wraps(self, wrapped: bytes, context: bytes) -> bool:
        """Whether a data key is wrapped by the newest key."""
        with suppress(InvalidTag, ValueError):
            return bool(self._boxes[0].decrypt(wrapped[:12], wrapped[12:], context))
        return False

    def lookup(self, kind: str, text: str) -> bytes:
        """A keyed digest for finding an exact value (document, phone, e-mail) without storing it."""
        return hmac.digest(self._lookup_key, f"{kind}\0{text}".encode(), hashlib.sha256)

    def digest(self, content: bytes) -> str:
        """A keyed digest that shows that something changed and not what."""
        return hmac.digest(self._digest_key, content, hashlib.sha256).hex()[:32]

    @cached_property
    def _lookup_key(self) -> bytes:
        return self.derive("look up exact values")

    @cached_property
    def _digest_key(self) -> bytes:
        return self.derive("digest changes for the audit trail")

    @cached_property
    def signing(self) -> Ed25519PrivateKey:
        """Signs the heads of the audit chain."""
        return Ed25519PrivateKey.from_private_bytes(self.derive("sign audit heads"))

    @cached_property
    def cookie_secret(self) -> bytes:
        """Signs the browser's cookie."""
        return self.derive("sign cookies")


def _write(path: Path, text: str) -> None:
    """A new file for its owner alone, on the disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

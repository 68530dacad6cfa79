"""The programme's one key and what is derived from it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .sealing import Damaged

HEADING = "senda-key-1"


class BadKey(ValueError):
    """The key file is missing, unreadable or open to others; the message says the way out."""


class KeyRing:
    """Keys for wrapping data keys, for exact look-ups, for digests, for signing and for the web cookie.

    All are derived (HKDF-SHA256, RFC 5869) from 32 random bytes that lie in a file outside the database.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise BadKey("the programme's key must have 32 bytes")
        self._master = master
        self._wrapping = AESGCM(self.derive("wrap data keys"))

    @classmethod
    def create(cls, path: Path) -> KeyRing:
        """Make a new key file, readable by its owner alone; refuses to overwrite one."""
        master = secrets.token_bytes(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{HEADING} {base64.b64encode(master).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(master)

    @classmethod
    def read(cls, path: Path) -> KeyRing:
        """Read the key file; BadKey when it cannot be trusted."""
        try:
            heading, text = path.read_text("ascii").split()
            master = base64.b64decode(text, validate=True)
        except FileNotFoundError:
            raise BadKey(f"there is no key file at {path}: run `shelter init`, or set SHELTER_KEY_FILE") from None
        except (OSError, ValueError):
            raise BadKey(f"{path} is not a key file of this program") from None
        if heading != HEADING:
            raise BadKey(f"{path} is not a key file of this program")
        if path.stat().st_mode & 0o077:
            raise BadKey(f"others can read {path}: run `chmod 600 {path}`")
        return cls(master)

    def derive(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return HKDF(SHA256(), 32, None, purpose.encode()).derive(self._master)

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """A data key made safe to store, bound to whose it is."""
        nonce = secrets.token_bytes(12)
        return nonce + self._wrapping.encrypt(nonce, data_key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The data key again; Damaged when it is not this owner's or this programme's."""
        try:
            return self._wrapping.decrypt(wrapped[:12], wrapped[12:], context)
        except (InvalidTag, ValueError):
            raise Damaged("a data key does not belong to this owner or this programme's key") from None

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

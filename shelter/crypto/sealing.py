"""A sealed value: version | key id | nonce | ciphertext, bound to the field and the row it belongs to."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_ID = slice(1, 17)
NONCE = slice(17, 29)
BODY = slice(29, None)


class Damaged(ValueError):
    """A sealed value was altered, moved to another place, or sealed with another key."""


def seal_bytes(box: AESGCM, key_id: bytes, content: bytes, context: bytes) -> bytes:
    """Seal with AES-256-GCM and a fresh 96-bit nonce. `context` names field and row (additional data)."""
    nonce = secrets.token_bytes(12)
    return VERSION + key_id + nonce + box.encrypt(nonce, content, VERSION + key_id + context)


def open_bytes(box: AESGCM, sealed: bytes, context: bytes) -> bytes:
    """Open what `seal_bytes` sealed; Damaged when anything about it is not as it was."""
    if sealed[:1] != VERSION or len(sealed) <= BODY.start:
        raise Damaged("a sealed value of an unknown version, or cut short")
    try:
        return box.decrypt(sealed[NONCE], sealed[BODY], VERSION + sealed[KEY_ID] + context)
    except InvalidTag:
        raise Damaged("a sealed value was altered or moved") from None


def pad(content: bytes, step: int) -> bytes:
    """Hide the length: fill up to a multiple of `step` bytes (ISO/IEC 7816-4 padding)."""
    return (content + b"\x80").ljust((len(content) // step + 1) * step, b"\0")


def unpad(content: bytes) -> bytes:
    """Take the padding off again."""
    return content[: content.rindex(b"\x80")]

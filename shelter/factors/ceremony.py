"""The ceremonies of WebAuthn (level 2): what the browser is asked, and whether its answer is right.

The library is large and seldom needed: it is loaded by who first uses a passkey.
"""

from __future__ import annotations

import ipaddress
import json
import uuid
from collections.abc import Iterable
from typing import Any, NamedTuple

PATIENCE = 120_000  # milliseconds that the browser waits


class WrongAnswer(Exception):
    """The answer proves nothing."""


class Site(NamedTuple):
    """The house as the browser knows it: the name in its address, its origin, and how it is called."""

    id: str
    origin: str
    name: str

    @property
    def takes_passkeys(self) -> bool:
        """Browsers have passkeys only for names, not for numbers, and only with TLS or on this machine."""
        try:
            ipaddress.ip_address(self.id.strip("[]"))
        except ValueError:
            return self.id == "localhost" or self.origin.startswith("https:")
        return False


class Made(NamedTuple):
    """A new passkey's public half."""

    credential: bytes
    public_key: bytes
    counter: int


def to_make(site: Site, staff_id: uuid.UUID, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser is asked for a new passkey, as JSON. The device learns no name of a person."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    return options_to_json(generate_registration_options(
        rp_id=site.id, rp_name=site.name, user_id=staff_id.bytes, user_name=site.name, challenge=challenge,
        timeout=PATIENCE, exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.DISCOURAGED),
    ))


def made(site: Site, challenge: bytes, answer: str) -> Made:
    """The new passkey; WrongAnswer when it was made for another site, another question, or not at all."""
    from webauthn import verify_registration_response

    found = _verified(
        verify_registration_response, credential=_read(answer), expected_challenge=challenge, expected_rp_id=site.id,
        expected_origin=site.origin,
    )
    return Made(found.credential_id, found.credential_public_key, found.sign_count)


def to_prove(site: Site, challenge: bytes, known: Iterable[bytes]) -> str:
    """What the browser is asked to prove a passkey, as JSON."""
    from webauthn import generate_authentication_options, options_to_json

    return options_to_json(generate_authentication_options(
        rp_id=site.id, challenge=challenge, timeout=PATIENCE, allow_credentials=_described(known),
    ))


def credential_of(answer: str) -> bytes:
    """Which passkey answers."""
    from webauthn.helpers import base64url_to_bytes

    return bytes(_verified(base64url_to_bytes, _read(answer).get("rawId", "")))


def proved(site: Site, challenge: bytes, answer: str, public_key: bytes, counter: int) -> int:
    """What the device now counts; WrongAnswer when the answer is not that key's, or the device counts backwards."""
    from webauthn import verify_authentication_response

    found = _verified(
        verify_authentication_response, credential=_read(answer), expected_challenge=challenge, expected_rp_id=site.id,
        expected_origin=site.origin, credential_public_key=public_key, credential_current_sign_count=counter,
    )
    return int(found.new_sign_count)


def _described(known: Iterable[bytes]) -> list[Any]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=each) for each in known]


def _read(answer: str) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        raise WrongAnswer from None
    if not isinstance(found, dict):
        raise WrongAnswer
    return found


def _verified(check: Any, *values: Any, **named: Any) -> Any:
    """What the library finds. It raises its own errors for what is wrong, and Python's for what is malformed."""
    try:
        return check(*values, **named)
    except Exception as wrong:
        raise WrongAnswer from wrong

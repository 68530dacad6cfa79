"""The programme's key: its file, what is derived from it, and data keys wrapped under it."""

import secrets
import stat

import pytest

from shelter.crypto import BadKey, Damaged, KeyRing


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1:]


def test_a_new_key_file_belongs_to_its_owner_alone(tmp_path):
    file = tmp_path / "k"
    made = KeyRing.create(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KeyRing.read(file).derive("x") == made.derive("x")


def test_a_key_file_is_never_overwritten(tmp_path):
    file = tmp_path / "k"
    KeyRing.create(file)
    before = file.read_bytes()
    with pytest.raises(FileExistsError):
        KeyRing.create(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    file = tmp_path / "k"
    KeyRing.create(file)
    file.chmod(mode)
    with pytest.raises(BadKey, match="chmod 600"):
        KeyRing.read(file)


def test_a_missing_key_file_says_the_way_out(tmp_path):
    with pytest.raises(BadKey, match=r"put its copy there.*SHELTER_KEY_FILE.*shelter init"):
        KeyRing.read(tmp_path / "nothing")


@pytest.mark.parametrize("content", [
    b"", b"senda-key-1", b"senda-key-1 !!!", b"senda-key-1 c2hvcnQ=", b"senda-key-2 " + b"A" * 43 + b"=",
    b"\xff\xfe\x00", b"senda-key-1 a b c", b"-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n",
])
def test_what_is_no_key_file_is_refused_in_one_sentence(tmp_path, content):
    file = tmp_path / "k"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(BadKey) as refused:
        KeyRing.read(file)
    assert "\n" not in str(refused.value)


def test_a_folder_is_no_key_file(tmp_path):
    with pytest.raises(BadKey):
        KeyRing.read(tmp_path)


def test_what_is_derived_differs_by_purpose_and_by_key():
    one, other = KeyRing(secrets.token_bytes(32)), KeyRing(secrets.token_bytes(32))
    found = [
        ring.derive(purpose) for ring in (one, other)
        for purpose in ("wrap data keys", "look up exact values", "digest changes for the audit trail", "sign cookies")
    ]
    assert len(set(found)) == len(found)
    assert one.cookie_secret != one.derive("wrap data keys")


def test_lookups_differ_by_kind_and_by_key():
    one, other = KeyRing(secrets.token_bytes(32)), KeyRing(secrets.token_bytes(32))
    assert one.lookup("phone", "0991234567") == one.lookup("phone", "0991234567")
    assert one.lookup("phone", "0991234567") != one.lookup("document", "0991234567")
    assert one.lookup("phone", "0991234567") != other.lookup("phone", "0991234567")
    assert one.digest(b"x") != other.digest(b"x")


def test_a_wrapped_key_is_bound_to_its_owner_and_to_this_programme():
    ring, secret = KeyRing(secrets.token_bytes(32)), secrets.token_bytes(32)
    wrapped = ring.wrap(secret, b"Rosa")
    assert ring.unwrap(wrapped, b"Rosa") == secret
    assert ring.wrap(secret, b"Rosa") != wrapped
    for keys, content, context in [
        (ring, wrapped, b"Ana"), (KeyRing(secrets.token_bytes(32)), wrapped, b"Rosa"), (ring, b"", b"Rosa"),
        (ring, wrapped[:-1], b"Rosa"), (ring, wrapped[:5], b"Rosa"),
        *((ring, flipped(wrapped, place), b"Rosa") for place in range(len(wrapped))),
    ]:
        with pytest.raises(Damaged):
            keys.unwrap(content, context)

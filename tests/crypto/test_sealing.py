"""Sealed bytes: they come back whole or not at all, and tell nothing of their length."""

import secrets

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as some

from shelter.crypto import Damaged, open_bytes, pad, seal_bytes, unpad
from shelter.crypto.sealing import BODY, KEY_ID, NONCE

KEY = secrets.token_bytes(16)
BOX = AESGCM(AESGCM.generate_key(256))


@given(some.binary(max_size=600), some.sampled_from([1, 16, 96, 256]))
def test_padding_comes_off_again_and_fills_whole_steps(content, step):
    padded = pad(content, step)
    assert unpad(padded) == content
    assert len(padded) % step == 0
    assert 0 < len(padded) - len(content) <= step


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x80\x00\x00", b"\x00" * 96, b"x" * 95, b"x" * 96])
def test_padding_is_not_confused_by_what_looks_like_it(content):
    assert unpad(pad(content, 96)) == content


@given(some.binary(max_size=300), some.binary(max_size=40))
def test_what_is_sealed_opens_again(content, context):
    assert open_bytes(BOX, seal_bytes(BOX, KEY, content, context), context) == content


def test_two_seals_of_one_value_share_nothing_but_the_key_id():
    sealed = [seal_bytes(BOX, KEY, b"Rosa", b"here") for _time in range(200)]
    assert {each[KEY_ID] for each in sealed} == {KEY}
    assert len({each[NONCE] for each in sealed}) == len({each[BODY] for each in sealed}) == 200


def test_any_flipped_byte_is_noticed():
    sealed = seal_bytes(BOX, KEY, b"Rosa", b"here")
    for place in range(len(sealed)):
        altered = sealed[:place] + bytes([sealed[place] ^ 0x40]) + sealed[place + 1:]
        with pytest.raises(Damaged):
            open_bytes(BOX, altered, b"here")


def test_any_cut_is_noticed():
    sealed = seal_bytes(BOX, KEY, b"Rosa", b"here")
    for length in range(len(sealed)):
        with pytest.raises(Damaged):
            open_bytes(BOX, sealed[:length], b"here")


def test_another_place_and_another_key_are_noticed():
    sealed = seal_bytes(BOX, KEY, b"Rosa", b"here")
    with pytest.raises(Damaged):
        open_bytes(BOX, sealed, b"there")
    with pytest.raises(Damaged):
        open_bytes(AESGCM(AESGCM.generate_key(256)), sealed, b"here")

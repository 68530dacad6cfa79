"""Whole files sealed: sealed and opened in parts; who is called away meanwhile leaves at once and quietly."""

from __future__ import annotations

import io
import os
import signal

import pytest

from shelter.crypto import KeyRing, chest


@pytest.fixture
def identity(tmp_path):
    return chest.operations(KeyRing.create(tmp_path / "senda.key"))


def test_what_was_sealed_in_parts_is_opened_whole(tmp_path, identity):
    parts = [os.urandom(70_000), b"", b"x", os.urandom(200_000)]
    chest.seal_file(iter(parts), tmp_path / "sealed", [identity.to_public()])
    out = io.BytesIO()
    chest.open_file(tmp_path / "sealed", out, [identity])
    assert out.getvalue() == b"".join(parts)


def test_what_the_parts_raise_is_told(tmp_path, identity):
    def parts():
        yield b"first"
        raise OSError(5, "the medium is gone")

    with pytest.raises((OSError, chest.pyrage.EncryptError)):
        chest.seal_file(parts(), tmp_path / "sealed", [identity.to_public()])


def test_an_end_that_is_asked_for_in_the_middle_is_neither_lost_nor_printed(tmp_path, identity, capfd):
    def end(*_):
        raise SystemExit(0)

    asked = []

    def parts():
        while True:
            if not asked:
                asked.append(True)
                os.kill(os.getpid(), signal.SIGUSR1)
            yield bytes(1000)

    before = signal.signal(signal.SIGUSR1, end)
    try:
        with pytest.raises(SystemExit):
            chest.seal_file(parts(), tmp_path / "sealed", [identity.to_public()])
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert capfd.readouterr() == ("", "")

"""Signed heads outside the database: written from the start, only ours are believed, and a full disk stops nobody."""

import json
import secrets
import stat

import pytest

from shelter.audit import anchor, anchors, head, operator, verify, work
from shelter.audit.chain import Head
from shelter.crypto import KeyRing
from shelter.db import vault


@pytest.fixture
def file(app):
    """Where this test's heads are written."""
    return anchors.file.path


def written(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_the_first_change_is_signed_at_once_and_the_next_only_after_ten_minutes(chain, file, monkeypatch):
    found = chain(3)
    assert [(line["seq"], line["hash"]) for line in written(file)] == [(1, found[0]["hash"])]
    later = anchors.time.monotonic() + anchors.EVERY + 1
    monkeypatch.setattr(anchors.time, "monotonic", lambda: later)
    chain(2)
    assert [line["seq"] for line in written(file)] == [1, 4]


def test_heads_lie_outside_the_database_for_their_owner_alone(chain, file):
    chain(1)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_line_is_what_reports_print(chain, file):
    chain(2)
    line = anchor(head())
    assert json.loads(line) == written(file)[-1]
    assert verify().anchors == 2


def forged(head, **changes):
    """A line as somebody without the key would write it."""
    line = {"seq": head.seq, "hash": head.hash, "at": "2026-01-01T00:00:00+00:00", "signature": secrets.token_hex(64)}
    return json.dumps({**line, **changes})


@pytest.mark.parametrize("line", [
    forged(Head(900, "a" * 64)), forged(Head(2, "a" * 64)), forged(Head(2, "a" * 64), signature=""),
    forged(Head(2, "a" * 64), signature="zz"), forged(Head(2, "a" * 64), signature=7), "{}", "[]", "null", "7", "", "{",
    '"text"', "\x00\x01", "ñandú", forged(Head(2, "a" * 64), at=None), '{"seq": 2}',
])
def test_a_forged_line_is_not_believed(chain, file, line):
    chain(3)
    with file.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    verdict = verify()
    assert verdict.is_sound
    assert verdict.anchors == 1


def test_a_signed_line_whose_words_were_changed_is_not_believed(chain, file):
    chain(3)
    for changes in ({"seq": 2}, {"hash": "a" * 64}, {"at": "2020-01-01T00:00:00+00:00"}):
        file.write_text(json.dumps({**written(file)[0], **changes}) + "\n")
        assert verify().anchors == 0


def test_a_number_written_as_text_still_counts(chain, file):
    """The signature covers the words: the type must not be a way to break the comparison."""
    chain(3)
    file.write_text(json.dumps({**written(file)[0], "seq": "1"}) + "\n")
    assert verify().is_sound
    assert verify().anchors == 1


def test_heads_signed_with_another_programmes_key_are_not_believed(chain, file):
    chain(3)
    ours = vault.keys
    try:
        vault.use(KeyRing(secrets.token_bytes(32)))
        assert verify().anchors == 0
    finally:
        vault.use(ours)


def test_a_folder_that_cannot_be_written_stops_no_work(chain, file, caplog):
    file.parent.parent.mkdir(exist_ok=True)
    file.parent.write_text("this is no folder")
    with work("test.go_on", by=operator):
        pass
    assert verify().rows == 1
    assert "could not be written" in caplog.text

"""Files of a few lines, read in English so that sentences can be compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel

from shelter.db import db
from shelter.register.reading import Mapping, Reading, Sheet

HEADER = "yearOfRegistration,gender,ageBroad,citizenship,isForcedLabour,isSexualExploit,CountryOfExploitation"


@pytest.fixture
def app(make_app) -> Iterator[object]:
    app = make_app(locale="en")
    with app.test_request_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def english():
    """Reasons are said in the reader's language; no database is needed."""
    speaking = Flask("speaking")
    Babel(speaking, default_locale="en")
    with speaking.test_request_context():
        yield


@pytest.fixture
def write(tmp_path):
    """write("2002,Female,…", …) -> the path of a file with these lines; bytes are taken as the whole file."""

    def written(*lines, name="file.csv"):
        content = lines[0] if lines and isinstance(lines[0], bytes) else "\r\n".join([HEADER, *lines, ""]).encode()
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return written


@pytest.fixture
def read(write):
    """read("2002,Female,…", …) -> what a file with these lines says."""

    def reading(*lines, mapping="ctdc_kanon", name="file.csv"):
        sheet = Sheet.open(write(*lines, name=name))
        return Reading.of(sheet, Mapping.named(str(mapping)) if mapping else Mapping.fitting(sheet))

    return reading


@pytest.fixture
def mapping_file(tmp_path):
    """mapping_file("…") -> the path of a mapping with that text."""

    def written(text, name="map.toml"):
        (tmp_path / name).write_text(text, "utf-8")
        return tmp_path / name

    return written

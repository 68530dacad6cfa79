"""A version that does not change any more: its pages of writing lead back to it, and nobody loses what she wrote."""

import pytest
import sqlalchemy as sa

from shelter.audit import operator, work
from shelter.codes.protocol import VersionState
from shelter.db import db
from shelter.protocol import actions, queries
from shelter.web.drafts import Draft
from tests.client import Page

WORDS = {
    "published": "Esta versión ya está publicada y no cambia más", "validation": "devuélvala primero a borrador",
    "discarded": "Esta versión se descartó",
}


def pages(version):
    """The pages on which it is written."""
    at, phase = f"/protocolo/versiones/{version.id}", queries.phases_of(version)[0]
    return [f"{at}/datos", f"{at}/fases/nueva", f"{at}/fases/{phase.id}", f"{at}/fases/{phase.id}/pasos/nuevo",
            f"{at}/pasos/school/cambiar"]


@pytest.fixture
def closed(publish, ready, outside):
    """closed(state) -> a version in that state."""
    def make(state):
        if state == "published":
            return publish()
        version = ready()
        if state == "discarded":
            with outside(), work("test.discard", by=operator):
                actions.turn(version, VersionState.DISCARDED)
        return version
    return make


@pytest.mark.parametrize("state", WORDS)
def test_no_page_is_opened_on_which_it_would_be_written(closed, state, writer, sign_in):
    version, client = closed(state), sign_in(writer)
    for url in pages(version):
        answer = client.get(url)
        assert (answer.status_code, answer.location) == (303, f"/protocolo/versiones/{version.id}"), url
        assert WORDS[state] in Page(client.get(answer.location).text).text


def test_the_pages_of_a_draft_are_opened(begin, writer, sign_in):
    client = sign_in(writer)
    assert [client.get(url).status_code for url in pages(begin())] == [200] * 5


def test_a_form_that_was_open_is_refused_and_what_was_kept_of_it_is_still_read(begin, writer, sign_in, outside):
    version, client = begin(), sign_in(writer)
    url = f"/protocolo/versiones/{version.id}/datos"
    page = Page(client.get(url).text)
    typed = {"title_es": "Otro título", "cut_off": "17:00", "version": "1", "submit_key": page.hidden("submit_key")}
    client.post(url, data={**typed, "keep_draft": "y"})
    with outside(), work("test.turn", by=operator):
        actions.turn(version, VersionState.COMMENTS)
        actions.turn(version, VersionState.VALIDATION)
    answer = client.post(url, data=typed)
    assert answer.status_code == 422
    assert WORDS["validation"] in Page(answer.text).text
    kept = db.session.scalars(sa.select(Draft)).one()
    answer = client.get(kept.url)
    assert answer.status_code == 200
    assert WORDS["validation"] in Page(answer.text).text
    assert "Otro título" in answer.text

"""PostgreSQL itself is stopped and started again while people work: calm pages, nothing lost, no restart of ours."""

import pytest

from shelter.audit import verify
from shelter.db import migrate
from shelter.keeping.opened import engine_for
from tests.client import Page
from tests.pg import fresh_database, stoppable_server

TYPED = "Casa de las Flores"


@pytest.fixture
def hand(engine_name):
    if engine_name == "sqlite":  # it has no server that could be stopped
        yield None
        return
    with stoppable_server() as found:
        yield found


@pytest.fixture
def database_url(hand, migrated, tmp_path):
    """A database on a server of this test's own."""
    if hand is None:
        yield f"sqlite:///{tmp_path / 'shelter.db'}"
        return
    with fresh_database(hand[0]) as url:
        engine = engine_for(url)
        migrate.upgrade(engine)
        engine.dispose()
        yield url


def test_while_it_is_stopped_everything_stays_calm_and_afterwards_goes_on(hand, request):
    if hand is None:
        return
    client, named = (request.getfixturevalue(name) for name in ("client", "named"))
    page = Page(client.get("/prueba").text)
    data = {name: page.hidden(name) for name in ("csrf_token", "submit_key")} | {"name": TYPED}
    hand[1]("stop")
    for _turn in range(2):
        answer = client.post("/prueba", data=data)
        assert answer.status_code == 503
        assert TYPED in Page(answer.text).text
        assert Page(answer.text).hidden("submit_key") == data["submit_key"]
        assert client.get("/prueba").status_code == 503
        assert client.get("/salud").status_code == 200
    hand[1]("start")
    saved = [client.post("/prueba", data=data).status_code for _turn in range(2)]
    assert saved[-1] == 303
    assert client.get("/prueba").status_code == 200
    assert named(TYPED) == 1
    assert verify().is_sound

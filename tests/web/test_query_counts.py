"""What a page asks of the database, counted: more is a defect, however many rows there are."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shelter.access import Role
from shelter.calendar import local, now

MOST = {"list": 5, "search": 9, "case page": 14, "form": 5, "save": 22}
"""Questions and changes, the audit row (two), the kept figures (three, on PostgreSQL a lock before them) and the place
on the route (two; three for the panel of the case page) included; transactions' beginnings and ends are not."""


@pytest.fixture
def pages(programme, staff, case, sign_in):
    """What somebody does all day, by name."""
    worker = staff(Role.CASEWORKER)
    found = case(name="Rosa Quispe", team=[worker])
    for _each in range(3):
        case(name="Rosa Guamán", team=[worker])
    client = sign_in(worker)
    page = f"/casos/{found.id}"
    form = f"{page}/servicios/nuevo"
    moment = local(now() - timedelta(hours=3))

    def search():
        return client.post("/casos", data={"q": "Quispe"}, headers={"Prefer": "return=representation"})

    def save():
        return client.fill(
            form, type="social.life_skills", was_held="yes", minutes="30", modality="in_person", headline="Taller",
            body="Nota de la sesión", submit_key=str(uuid4()),
            **{"occurred_at-date": moment.date().isoformat(), "occurred_at-time": f"{moment:%H:%M}"},
        )

    return {
        "list": lambda: client.get("/casos"), "search": search, "case page": lambda: client.get(page),
        "form": lambda: client.get(form), "save": save,
    }


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_no_more_than_it_needs(app, pages, count_queries, name):
    pages[name]()
    with count_queries() as found:
        answer = pages[name]()
    assert answer.status_code in {200, 303}
    assert len(found.statements) <= MOST[name], "\n".join(found.statements)

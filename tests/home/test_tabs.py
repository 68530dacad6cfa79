"""The sub-navigation of a case marks where the reader is, also on pages further inside."""

import pytest

from shelter.access import Role
from tests.client import Page


@pytest.mark.parametrize(("path", "place", "kind"), [
    ("", "", "page"), ("/servicios", "/servicios", "page"), ("/servicios/nuevo", "/servicios", "true"),
    ("/consentimientos/nuevo", "/consentimientos", "true"), ("/equipo", "", "true"),
])
def test_one_tab_is_marked(app, case, staff, sign_in, path, place, kind):
    url = f"/casos/{case().id}"
    page = Page(sign_in(staff(Role.CASEWORKER)).get(url + path).text)
    marked = [
        (each["href"], each["aria-current"])
        for each in page.all("a") if "aria-current" in each and each["href"].startswith(f"{url}")
    ]
    assert marked == [(url + place, kind)]

"""Compiled templates are kept on the disk: a help, and never a need."""

import errno

import pytest

from shelter.web.quick import KeptTemplates


@pytest.mark.parametrize("page", ["/ayuda", "/privacidad", "/entrar", "/no-existe"])
def test_a_full_disk_leaves_pages_as_they_are(make_app, tmp_path, monkeypatch, page):
    app = make_app()
    folder = tmp_path / "cache"
    folder.mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = KeptTemplates(str(folder))

    def no_room(*_of_what, **_how):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", no_room)
    answer = app.test_client().get(page)
    assert answer.status_code in {200, 404}
    assert "</html>" in answer.text

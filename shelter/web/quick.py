"""What the application and its templates do quicker than Flask's own, which are made for every case."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any

import flask
from flask.templating import Environment
from werkzeug.routing import MapAdapter

SIXTH = re.compile(r"\[::1\]((?::\d{1,5})?)")


class HouseEnvironment(Environment):
    """As Flask's, but what templates may use is one dictionary instead of a chain of two: a third of an import."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template may use (set before the first of them is read)."""
        return {**self.globals, **(d or {})}


class HouseRequest(flask.Request):
    """As Flask's, but an uploaded file stays in memory (12 MB at most): never in clear in a temporary file."""

    def _get_file_stream(self, *_of_what: Any, **_sizes: Any) -> io.BytesIO:
        return io.BytesIO()


class Shelter(flask.Flask):
    """As Flask's; none of the views is asynchronous, so none is asked whether it is."""

    jinja_environment = HouseEnvironment
    request_class = HouseRequest

    def create_url_adapter(self, request: flask.Request | None) -> MapAdapter | None:
        """As Flask's. `[::1]` is this machine too, which a list of trusted hosts cannot spell."""
        said = SIXTH.fullmatch(request.environ.get("HTTP_HOST", "")) if request else None
        if request and said:
            request.environ["HTTP_HOST"] = f"localhost{said[1]}"
        return super().create_url_adapter(request)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The view as it is."""
        return func


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's. An address that takes nothing, or ids alone, is built once and then filled in."""
    if all(type(value) is uuid.UUID for value in values.values()):
        return _pattern(endpoint, *values).format(*values.values())
    return flask.url_for(endpoint, **values)


@cache
def _pattern(endpoint: str, *names: str) -> str:
    places: dict[str, Any] = {name: uuid.UUID(int=place) for place, name in enumerate(names)}
    url = flask.url_for(endpoint, **places).replace("{", "{{").replace("}", "}}")
    for place in places.values():
        url = url.replace(str(place), f"{{{place.int}}}")
    return url

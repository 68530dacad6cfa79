"""What the application and its templates do quicker than Flask's own, which are made for every case."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import cache, lru_cache
from types import FunctionType
from typing import Any
from urllib.parse import urlencode

import flask
from flask.templating import Environment
from flask_wtf.csrf import generate_csrf
from jinja2 import FileSystemBytecodeCache, nodes
from jinja2.bccache import Bucket
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape
from markupsafe._speedups import _escape_inner as escaped
from werkzeug.routing import MapAdapter

from shelter.calendar import now

from .body import FewFields

SAFE = "!$'()*,/:;?@"
"""What stands as it is in the query of an address, as in Werkzeug's."""

SIXTH = re.compile(r"\[::1\]((?::\d{1,5})?)")


def said(value: Any) -> str:
    """As Jinja's `escape`, without an object around each piece: a page is put together from a thousand of them."""
    kind = type(value)
    return escaped(value) if kind is str else value if kind is Markup else escape(value)


class HouseCode(CodeGenerator):
    """As Jinja's; what a template prints goes through `said`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if finalize.src is None and frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.said(")
        else:
            super()._output_child_pre(node, frame, finalize)


class HouseContext(Context):
    """As Jinja's, but macros and plain functions, called a hundred times a page, are not asked what they expect."""

    def call(self, called: Any, *args: Any, **named: Any) -> Any:
        """The answer of what a template calls."""
        kind = type(called)
        if kind is not Macro and (kind is not FunctionType or hasattr(called, "jinja_pass_arg")):
            return super().call(called, *args, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **named) if kind is Macro else called(*args, **named)


class KeptTemplates(FileSystemBytecodeCache):
    """Compiled templates on the disk: a help and no need, so a disk that is full or refuses them is passed over."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """What is there; nothing when it cannot be read."""
        with suppress(OSError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it when there is room."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


class HouseEnvironment(Environment):
    """As Flask's, but what templates may use is one dictionary instead of a chain of two: a third of an import."""

    code_generator_class = HouseCode
    context_class = HouseContext
    said = staticmethod(said)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template may use (set before the first of them is read)."""
        return {**self.globals, **(d or {})}


class HouseRequest(flask.Request):
    """As Flask's, but an uploaded file stays in memory (12 MB at most): never in clear in a temporary file."""

    form_data_parser_class = FewFields

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
    """As Flask's. An address that takes nothing, or ids alone, is built once and then filled in; texts follow it."""
    kinds = {type(value) for value in values.values()}
    if kinds <= {uuid.UUID}:
        return _pattern(endpoint, *values).format(*values.values())
    if kinds == {str} and _takes_nothing(endpoint):
        return f"{_pattern(endpoint)}?{urlencode(values, safe=SAFE)}"
    return flask.url_for(endpoint, **values)


@cache
def _takes_nothing(endpoint: str) -> bool:
    return not any(rule.arguments for rule in flask.current_app.url_map.iter_rules(endpoint))


@cache
def _pattern(endpoint: str, *names: str) -> str:
    places: dict[str, Any] = {name: uuid.UUID(int=place) for place, name in enumerate(names)}
    url = flask.url_for(endpoint, **places).replace("{", "{{").replace("}", "}}")
    for place in places.values():
        url = url.replace(str(place), f"{{{place.int}}}")
    return url


def csrf_token() -> str:
    """The token of this session's forms, signed once a minute instead of once a page."""
    secret = flask.session.get("csrf_token")
    return _signed(secret, int(now().timestamp() // 60)) if secret else str(generate_csrf())


@lru_cache(maxsize=1000)
def _signed(_secret: str, _minute: int) -> str:
    return str(generate_csrf())

"""Pages: a template, and the status that its form asks for."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from .forms import Form


def page(template: str, **context: Any) -> ResponseReturnValue:
    """Render a page: 422 when its form has errors, 409 when somebody changed the record meanwhile."""
    form = context.get("form")
    status = form.status if isinstance(form, Form) else 200
    return render_template(template, **context), status

"""Forms: what was typed, what is wrong with it, and whether the record has moved on meanwhile."""

from __future__ import annotations

import uuid
from typing import Any

import wtforms
from flask import g, request
from wtforms import HiddenField

from shelter.db import vault
from shelter.rules import RuleBroken, Stale

META = {"submit_key", "version", "seen", "draft"}


def typed() -> Any:
    """What was typed into the form of this page: as it is sent, or as a draft kept it; None when nothing was."""
    return request.form if request.method == "POST" else g.get("draft")


class Form(wtforms.Form):
    """A form of the house: filled from the request, or from values given, or from a record.

    Repeated submits are known by their key.
    """

    submit_key = HiddenField()
    draft = HiddenField()

    def __init__(self, record: Any = None, formdata: Any = None, prefix: str = "", **data: Any) -> None:
        posted = formdata if formdata is not None and request.method != "POST" else typed()
        names = [name for name, _unbound in self._unbound_fields or ()] if record is not None else []
        kept = {name: getattr(record, name) for name in names if hasattr(record, name)}
        super().__init__(posted, prefix=prefix, data={"submit_key": str(uuid.uuid4()), **kept, **data})
        if posted is not None:  # what was left out is not made up: no key, no version
            for name in META & self._fields.keys() - posted.keys():
                self._fields[name].data = ""
        self.status = 200
        self.drafting: dict[str, Any] | None = None
        if not self.is_posted and posted is not None and posted is g.get("draft"):
            self.draft.data = "kept"

    @property
    def has_files(self) -> bool:
        """Whether it is sent in parts."""
        return any(field.type == "FileField" for field in self)

    @property
    def is_posted(self) -> bool:
        """Whether this request sends it."""
        return bool(request.method == "POST")

    def is_good(self) -> bool:
        """Posted, and nothing wrong with it."""
        if not self.is_posted:
            return False
        if self.validate():
            return True
        self.status = 422
        return False

    @property
    def values(self) -> dict[str, Any]:
        """What the user filled in, by field name."""
        return {name: value for name, value in self.data.items() if name not in META}

    @property
    def in_address(self) -> dict[str, str]:
        """What of it stands in the address, for links that ask the same: its own fields, never another word."""
        return {name: request.args[name] for name in self._fields.keys() - META if request.args.get(name)}

    def refuse(self, broken: RuleBroken) -> None:
        """Show a broken rule beside the field it concerns."""
        field = self._fields.get(broken.field)
        if field is not None:
            field.errors = [*field.errors, broken.message]
        else:
            self.form_errors.append(broken.message)
        self.status = 422

    def put_off(self, why: Any) -> None:
        """Nothing can be saved now: the page is shown again with everything that was typed."""
        self.form_errors.append(why)
        self.status = 503

    def compare(self, stale: Stale) -> None:
        """Somebody changed the record: show beside each field what it says now."""
        self.status = 409
        for name, value in stale.now.items():
            field = self._fields.get(name)
            if field is not None and (field.data or None) != (value or None):
                field.now_says = field.shown(value)

    @property
    def is_stale(self) -> bool:
        """Whether both versions are on the page."""
        return self.status == 409


class EditForm(Form):
    """A form that changes a record: it carries the version it was made from, and marks of what stood in each field."""

    version = HiddenField()
    seen = HiddenField()

    def __init__(self, record: Any = None, formdata: Any = None, prefix: str = "", **data: Any) -> None:
        super().__init__(record, formdata, prefix, **data)
        if self.seen.data is None:  # a page that is made anew
            fields = ((name, field) for name, field in self._fields.items() if name not in META)
            self.seen.data = " ".join(self._mark(name, field.data) for name, field in fields)

    def _mark(self, name: str, value: Any) -> str:
        """The field's name, and a few letters that tell whether it still says the same; they tell nobody what."""
        field = self._fields[name]
        said = field.shown(value or None) if hasattr(field, "shown") else repr(value)
        return f"{name}:{vault.keys.lookup('form.seen', f'{name}={said}').hex()[:8]}"

    @property
    def version_number(self) -> int:
        """The version the form was made from; 0 when it was tampered with."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def compare(self, stale: Stale) -> None:
        """As for any form; what was not touched says what is saved now. Sent again, it is taken as made from that."""
        seen = {each.partition(":")[0]: each for each in str(self.seen.data or "").split()}
        untouched = {name: value for name, value in stale.now.items()
                     if name in self._fields and self._mark(name, self._fields[name].data) == seen.get(name)}
        super().compare(stale)
        for name, value in untouched.items():
            self._fields[name].raw_data = None
            self._fields[name].process(None, value)
        seen |= {name: self._mark(name, value) for name, value in stale.now.items() if name in self._fields}
        self.seen.data = " ".join(seen.values())
        self.version.data = self.version.raw_data = stale.version

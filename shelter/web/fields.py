"""Fields: what they read from the request, and what the page's own macro needs to show them.

The macro never calls a WTForms widget; it reads `kind`, `text`, `options` and the like (see templates/ui/form.html).
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, time
from typing import Any

from flask import request
from flask_babel import format_date, format_datetime
from wtforms import Field
from wtforms.validators import StopValidation

from shelter.calendar import PartialDate, local, moment_of, now, today
from shelter.texts import later as _later
from shelter.texts import say as _

from .locale import say_partial

# Controls (but tab and line ends), marks that turn the direction of writing, and characters that nobody sees.
INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f]"
)
FIRST_YEAR, LAST_YEAR = 1900, 2199


class HouseField(Field):
    """What every field of the house has; `lang` is said of one whose words are of that language on every page."""

    kind = "text"
    process_errors: list[Any]
    readers: Any = None
    missing: Any = _later("Complete this")

    def __init__(
        self,
        label: Any = None,
        *,
        required: bool = True,
        hint: Any = "",
        readers: Any = None,
        missing: Any = None,
        maxlength: int | None = None,
        rows: int = 4,
        autocomplete: str | None = None,
        inline: bool = False,
        suffix: Any = None,
        lang: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(label, description=hint, **options)
        self.required, self.readers, self.maxlength, self.rows = required, readers, maxlength, rows
        self.autocomplete, self.inline, self.suffix, self.lang = autocomplete, inline, suffix, lang
        self.missing = self.missing if missing is None else missing
        self.now_says: Any = None

    @property
    def text(self) -> str:
        """What stands in the control: as typed, or as the record has it."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)

    def shown(self, value: Any) -> Any:
        """A value in words, for comparing two versions."""
        return _("nothing") if value in (None, "", []) else value

    def pre_validate(self, form: Any) -> None:
        """A field that is required must say something."""
        if self.required and self.data in (None, "", []) and not self.process_errors:
            raise StopValidation(str(self.missing))


class TextField(HouseField):
    """One line of text: trimmed, in NFC, without invisible characters, not too long."""

    def __init__(self, label: Any = None, *, maxlength: int = 120, **options: Any) -> None:
        super().__init__(label, maxlength=maxlength, **options)

    def process_formdata(self, values: list[Any]) -> None:
        """Clean or refuse."""
        text = unicodedata.normalize("NFC", str(values[0])) if values else ""
        self.data = self._one_line(text).strip()
        if INVISIBLE.search(self.data):
            raise ValueError(_("Take out the invisible characters: they can hide what is written."))
        if self.maxlength and len(self.data) > self.maxlength:
            raise ValueError(
                _("This has %(has)s characters; at most %(most)s fit.", has=len(self.data), most=self.maxlength)
            )

    @staticmethod
    def _one_line(text: str) -> str:
        return re.sub(r"[\t\r\n]+", " ", text)


class TextArea(TextField):
    """Several lines of text."""

    kind = "textarea"

    def __init__(self, label: Any = None, *, maxlength: int = 20_000, **options: Any) -> None:
        super().__init__(label, maxlength=maxlength, **options)

    @staticmethod
    def _one_line(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n")


class EmailField(TextField):
    """An e-mail address, in small letters."""

    kind = "email"

    def process_formdata(self, values: list[Any]) -> None:
        """Clean or refuse."""
        super().process_formdata(values)
        self.data = self.data.lower()
        if self.data and not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", self.data):
            raise ValueError(_("Write an e-mail address, like ana@example.org"))


class PhoneField(TextField):
    """A telephone number: digits, spaces, and + in front."""

    kind = "tel"

    def process_formdata(self, values: list[Any]) -> None:
        """Clean or refuse."""
        super().process_formdata(values)
        if self.data and not re.fullmatch(r"\+?[0-9 ()-]{6,25}", self.data):
            raise ValueError(_("Write a telephone number, like 099 123 4567"))


class PasswordField(HouseField):
    """A password: any characters, never shown again."""

    kind = "password"

    @property
    def text(self) -> str:
        """Never given back to the page."""
        return ""

    def process_formdata(self, values: list[Any]) -> None:
        """As typed, in NFC."""
        self.data = unicodedata.normalize("NFC", str(values[0])) if values else ""


class OneTimeCodeField(HouseField):
    """The six digits of a second factor."""

    kind = "code"

    @property
    def text(self) -> str:
        """Never given back to the page."""
        return ""

    def process_formdata(self, values: list[Any]) -> None:
        """Digits only; spaces between them are fine."""
        self.data = re.sub(r"\s", "", str(values[0])) if values else ""


class NumberField(HouseField):
    """A whole number between two bounds."""

    kind = "number"

    def __init__(self, label: Any = None, *, least: int = 0, most: int = 1_000_000, **options: Any) -> None:
        super().__init__(label, **options)
        self.least, self.most = least, most

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        text = str(values[0]).strip() if values else ""
        self.data = None
        if not text:
            return
        if not re.fullmatch(r"-?[0-9]{1,12}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(_("Write a number from %(least)s to %(most)s", least=self.least, most=self.most))
        self.data = int(text)


class DateField(HouseField):
    """A near date. Browsers send 2026-03-27; people write 27/3/2026."""

    kind = "date"
    missing = _later("Write the date")

    @property
    def text(self) -> str:
        """As the browser's date control wants it."""
        return str(self.raw_data[0]) if self.raw_data else (self.data.isoformat() if self.data else "")

    def shown(self, value: Any) -> Any:
        """A date in words."""
        return format_date(value) if value else _("nothing")

    def process_formdata(self, values: list[Any]) -> None:
        """Read or refuse."""
        text = str(values[0]).strip() if values else ""
        self.data = read_date(text) if text else None


class MomentField(HouseField):
    """A day and an hour on the clock of the house, kept as a moment in UTC."""

    kind = "moment"
    missing = _later("Write the date and the time")
    needs_hour = False
    """Whether a day alone does not do, which is noon elsewhere."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Two controls: `<name>-date` and `<name>-time`."""
        super().process(None, data)
        self.typed = ("", "")
        if formdata is not None:
            self.raw_data = [formdata.get(f"{self.name}-date", ""), formdata.get(f"{self.name}-time", "")]
            self.typed = (str(self.raw_data[0]).strip(), str(self.raw_data[1]).strip())
            try:
                self.data = self._read(*self.typed)
            except ValueError as error:
                self.data = None
                self.process_errors = [*self.process_errors, str(error)]

    def _read(self, day: str, at: str) -> datetime | None:
        if not day and not at:
            return None
        if not day:
            raise ValueError(_("Write the date too"))
        if self.needs_hour and not at:
            raise ValueError(_("Write the time too, roughly if nobody knows it"))
        moment = moment_of(read_date(day), read_time(at) if at else time(12))
        return moment if at or read_date(day) != today() else min(moment, now())

    @property
    def date_text(self) -> str:
        """The day, as the control wants it."""
        return self.typed[0] or (local(self.data).date().isoformat() if self.data else "")

    @property
    def time_text(self) -> str:
        """The hour, as the control wants it."""
        return self.typed[1] or (f"{local(self.data):%H:%M}" if self.data else "")

    def shown(self, value: Any) -> Any:
        """A moment in words."""
        return format_datetime(value, "short") if value else _("nothing")


class HourField(MomentField):
    """A moment by which a limit is kept or passed: the hour is not guessed."""

    needs_hour = True


class PartialDateField(HouseField):
    """A remembered date: the year alone, the month and the year, or all of it."""

    kind = "partial_date"
    missing = _later("Write at least the year")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Three controls: `<name>-day`, `<name>-month`, `<name>-year`."""
        super().process(None, data)
        self.typed: tuple[str, str, str] | None = None
        if formdata is not None:
            day, month, year = (
                str(formdata.get(f"{self.name}-{part}", "")).strip() for part in ("day", "month", "year")
            )
            self.typed = (day, month, year)
            self.raw_data = [part for part in self.typed if part]
            try:
                self.data = self._read(day, month, year)
            except ValueError:
                self.data = None
                self.process_errors = [*self.process_errors, _("Write a real date, like 27 3 2001, or only the year")]

    @staticmethod
    def _read(day: str, month: str, year: str) -> PartialDate | None:
        if not (day or month or year):
            return None
        if not all(re.fullmatch("[0-9]{0,4}", part) for part in (day, month, year)):
            raise ValueError("not in digits")
        found = PartialDate(int(year), int(month) if month else None, int(day) if day else None)
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValueError("too long ago, or too far away")
        return found

    def shown(self, value: Any) -> Any:
        """As much of the date as is known, in words."""
        return say_partial(value) or _("nothing")

    def _part(self, place: int, name: str) -> str:
        if self.typed:
            return self.typed[place]
        return str(getattr(self.data, name) or "") if self.data else ""

    @property
    def day_text(self) -> str:
        """The day."""
        return self._part(0, "day")

    @property
    def month_text(self) -> str:
        """The month."""
        return self._part(1, "month")

    @property
    def year_text(self) -> str:
        """The year."""
        return self._part(2, "year")


class TickField(HouseField):
    """One box to tick; never ticked beforehand."""

    kind = "checkbox"

    def __init__(self, label: Any = None, **options: Any) -> None:
        super().__init__(label, **{"required": False, **options})

    def process_formdata(self, values: list[Any]) -> None:
        """Ticked or not."""
        self.data = bool(values)

    def shown(self, value: Any) -> Any:
        """Yes or no."""
        return _("Yes") if value else _("No")

    def pre_validate(self, form: Any) -> None:
        """When required, it must be ticked."""
        if self.required and not self.data:
            raise StopValidation(str(self.missing))


def read_date(text: str) -> date:
    """Read 2026-03-27, 27/3/2026, 27-3-2026 or 27.3.2026; ValueError, in the reader's language, when it is no date."""
    for pattern, order in (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", (1, 2, 3)),
        (r"(\d{1,2})[/\-. ](\d{1,2})[/\-. ](\d{4})", (3, 2, 1)),
    ):
        if found := re.fullmatch(pattern, text):
            year, month, day = (int(found[group]) for group in order)
            if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
                return date(year, month, day)
    raise ValueError(_("Write a real date, like 27/3/2026"))


def read_time(text: str) -> time:
    """Read 14:30, 9.30 or 9h30, with seconds or without; ValueError, in the reader's language, when it is no time."""
    found = re.fullmatch(r"([0-9]{1,2})[:.h]([0-9]{2})(:[0-9]{2}(\.[0-9]+)?)?", text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(_("Write the time, like 14:30"))
    return time(int(found[1]), int(found[2]))


class FileField(HouseField):
    """A file that is sent: its name and its content, (str, bytes). After an error it has to be chosen again.

    One of more than `most` bytes is not sent at all: the page says `too_large` as soon as it is chosen.
    """

    kind = "file"
    missing = _later("Choose a file")

    def __init__(self, label: Any = None, *, accept: str = "", most: int = 0, too_large: Any = "",
                 **options: Any) -> None:
        super().__init__(label, **options)
        self.accept, self.most, self.too_large, self.was_sent = accept, most, too_large, False

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """From the parts of the request, which a draft does not keep."""
        super().process(None, data)
        sent = request.files.get(self.name) if request.method == "POST" else None
        if sent is not None and sent.filename:
            self.data, self.was_sent = (sent.filename, sent.read()), True

    @property
    def text(self) -> str:
        """Nothing: what was chosen stays on the device."""
        return ""

"""A day, a time of day and a moment as browsers' own pickers take them: in one form, whatever the reader's language."""

from typing import Any

from django.forms.widgets import DateTimeBaseInput


class _Picker(DateTimeBaseInput):
    written = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, self.written)


class Day(_Picker):
    input_type = "date"
    template_name = "django/forms/widgets/date.html"
    written = "%Y-%m-%d"


class Clock(_Picker):
    input_type = "time"
    template_name = "django/forms/widgets/time.html"
    written = "%H:%M"


class Moment(_Picker):
    input_type = "datetime-local"
    template_name = "django/forms/widgets/datetime.html"
    written = "%Y-%m-%dT%H:%M"

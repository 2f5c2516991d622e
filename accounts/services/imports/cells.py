"""Reading one cell: from the text of a file to the text that PostgreSQL takes. Pure; an error is a code with values."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: What the words of choice columns are compared by: no space, no case, no full-width brackets.
_NOISE = re.compile(r"[\s_\-/()（）:：,，.。·*]+")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+00:00(?::00(?:\.0+)?)?)?")
_DATE_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:\s*[-/.]\s*0?1(?:[T\s]+00:00(?::00(?:\.0+)?)?)?)?")
_MONTH_DIGITS = re.compile(r"(\d{4})(\d{2})(?:01)?")
_TIME = re.compile(r"(\d{1,2})\s*[:：点时]\s*(\d{2})?\s*分?(?:[:：]\s*\d{2})?")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,，]\d{3})+(\.\d*)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－＋", "0123456789.-+")
FIRST_YEAR = 1900


class CellError(Exception):
    """A value that cannot be read. `code` names a sentence of `errors`, `values` fill it."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def plain(text: str) -> str:
    """`客户 编码（必填）` and `客户编码必填` compare equal, so do `Account manager` and `account_manager`."""
    return _NOISE.sub("", text).lower()


def from_excel(value: object) -> str:
    """The text of a cell as Excel keeps it: whole numbers without `.0`, dates and times in ISO form."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value)


def text(value: str, *, longest: int) -> str:
    """A short text; control characters become spaces."""
    clean = " ".join(value.split()).replace("\x00", "")
    if len(clean) > longest:
        raise CellError("too_long", longest=longest, length=len(clean))
    return clean


def email(value: str) -> str:
    """An e-mail address; whether it exists is not known here."""
    if len(value) > 254 or not _EMAIL.fullmatch(value):
        raise CellError("not_an_email")
    return value


def decimal(value: str, *, places: int = 2, least: float | None = None, most: float = 10**12) -> str:
    """A number, rounded half up to the places; thousands may be set apart by commas."""
    bare = value.translate(_FULL_WIDTH).replace(" ", "")
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(",", "").replace("，", "")
    if not _NUMBER.fullmatch(bare):
        raise CellError("not_a_number")
    number = Decimal(bare)
    if abs(number) >= most:
        raise CellError("too_large", most=f"{most:,.0f}")
    if least is not None and number < Decimal(str(least)):
        raise CellError("too_small", least=least)
    return str(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def integer(value: str, *, least: int = 0, most: int = 2_147_483_647) -> str:
    """A whole number; `12.0` counts as one."""
    number = Decimal(decimal(value, places=6, most=10**15))
    if number != number.to_integral_value():
        raise CellError("not_whole")
    if not least <= number <= most:
        raise CellError("out_of_range", least=least, most=most)
    return str(int(number))


def degrees(value: str, *, most: int) -> str:
    """A latitude or longitude in degrees."""
    number = Decimal(decimal(value, places=8))
    if abs(number) > most:
        raise CellError("out_of_range", least=-most, most=most)
    return str(number.normalize())


def day(value: str) -> str:
    """A day, as 2026-11-23, 2026/11/23, 2026年11月23日 or 20261123."""
    found = _DATE.fullmatch(value) or _DATE_DIGITS.fullmatch(value)
    try:
        found_day = date(*map(int, found.groups())) if found else None
    except ValueError:
        found_day = None
    if found_day is None or found_day.year < FIRST_YEAR:
        raise CellError("not_a_day")
    return found_day.isoformat()


def month(value: str) -> str:
    """A month, as 2026-11, 2026/11, 2026年11月 or 202611, or its first day; the answer is its first day."""
    found = _MONTH.fullmatch(value) or _MONTH_DIGITS.fullmatch(value)
    if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < FIRST_YEAR:
        raise CellError("not_a_month")
    return f"{found[1]}-{int(found[2]):02}-01"


def clock(value: str) -> str:
    """A time of day, as 8:30, 08:30:00 or 8点30分."""
    found = _TIME.fullmatch(value)
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise CellError("not_a_time")
    return f"{int(found[1]):02}:{int(found[2] or 0):02}"


def weekdays(value: str) -> str:
    """Days of the week as a PostgreSQL array, from `7`, `6,7`, `周六、周日` or `六日`; 1 is Monday."""
    names = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
    days = set()
    for sign in re.sub(r"(周|星期|礼拜|[\s,，、;；/])+", "", value):
        number = names.get(sign) or (int(sign) if sign.isascii() and sign.isdigit() else 0)
        if not 1 <= number <= 7:
            raise CellError("not_weekdays")
        days.add(number)
    return "{" + ",".join(map(str, sorted(days))) + "}"


def choice(value: str, *, words: Mapping[str, str]) -> str:
    """One of a list, by its key or its name in either language; `words` maps `plain` words to keys."""
    key = words.get(plain(value))
    if key is None:
        raise CellError("not_a_choice")
    return key


Reader = Callable[[str], str]

"""How dates, numbers and deadlines are worded, in both languages. Pure: no Django, the language is passed in."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

Number = int | float | Decimal

WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MINUS = "\N{MINUS SIGN}"
#: A deadline turns amber this long before it passes.
SOON = timedelta(hours=4)


class Left(NamedTuple):
    """What is left until a deadline: `tone` is over, near or empty (plain ink)."""

    tone: str
    words: str


class Amount(NamedTuple):
    """A shortened number and its scale word (万, 亿; M, B), empty when it is shown whole."""

    number: str
    scale: str


def is_chinese(language: str) -> bool:
    return language.startswith("zh")


def day(value: date, language: str, today: date | None = None, *, weekday: bool = True) -> str:
    """11月23日 周一 / Mon 23 Nov; a year other than today's is added."""
    other_year = today is not None and value.year != today.year
    if is_chinese(language):
        text = f"{value.year}年" if other_year else ""
        text += f"{value.month}月{value.day}日"
        return f"{text} 周{WEEKDAYS_ZH[value.weekday()]}" if weekday else text
    text = f"{value.day} {MONTHS_EN[value.month - 1]}" + (f" {value.year}" if other_year else "")
    return f"{WEEKDAYS_EN[value.weekday()]} {text}" if weekday else text


def month(value: date, language: str) -> str:
    """2026年11月 / Nov 2026."""
    return f"{value.year}年{value.month}月" if is_chinese(language) else f"{MONTHS_EN[value.month - 1]} {value.year}"


def month_name(value: date, language: str) -> str:
    """11月 / Nov."""
    return f"{value.month}月" if is_chinese(language) else MONTHS_EN[value.month - 1]


def weekday_name(number: int, language: str) -> str:
    """周三 / Wed; 1 is Monday."""
    return f"周{WEEKDAYS_ZH[number - 1]}" if is_chinese(language) else WEEKDAYS_EN[number - 1]


def moment(value: datetime, language: str, today: date | None = None) -> str:
    """今天 12:00, 昨天 9:30, 明天 9:00, else 11月20日 5:40; `value` and `today` are in the reader's time zone."""
    clock = f"{value.hour}:{value.minute:02d}"
    near = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}
    words = near.get((value.date() - today).days) if today else None
    if words:
        return f"{words[0] if is_chinese(language) else words[1]} {clock}"
    return f"{day(value.date(), language, today, weekday=False)} {clock}"


def span(length: timedelta, language: str) -> str:
    """A length in its two largest units: 1 天 2 小时, 1 小时 48 分, 5 分 / 1 d 2 h, 1 h 48 min, 5 min."""
    minutes = max(int(length.total_seconds() // 60), 0)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    names = ("天", "小时", "分") if is_chinese(language) else ("d", "h", "min")
    if days:
        parts = [(days, names[0])] + ([(hours, names[1])] if hours and days < 10 else [])
    elif hours:
        parts = [(hours, names[1])] + ([(minutes, names[2])] if minutes else [])
    else:
        parts = [(minutes, names[2])]
    return " ".join(f"{count} {name}" for count, name in parts)


def time_left(due: datetime, now: datetime, language: str, soon: timedelta = SOON) -> Left:
    """剩 1 小时 48 分 / 1 h 48 min left; red when over, amber within `soon`, else ink."""
    chinese = is_chinese(language)
    if due < now:
        words = span(now - due, language)
        return Left("over", f"已超 {words}" if chinese else f"{words} over")
    words = span(due - now, language)
    return Left("near" if due - now <= soon else "", f"剩 {words}" if chinese else f"{words} left")


def days_left(due: date, today: date, language: str, soon: int = 1) -> Left:
    """超 4 天 / 今天到期 / 剩 2 天; amber within `soon` days."""
    days, chinese = (due - today).days, is_chinese(language)
    if days < 0:
        return Left("over", f"超 {-days} 天" if chinese else f"{-days} d over")
    if days == 0:
        return Left("near", "今天到期" if chinese else "due today")
    return Left("near" if days <= soon else "", f"剩 {days} 天" if chinese else f"{days} d left")


def number(value: Number, places: int | None = None) -> str:
    """12,480 or 12,480.5 with a true minus; `places` fixes the decimals, else at most two and none in vain."""
    if places is None:
        text = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{int(value):,}"
    else:
        text = f"{value:,.{places}f}"
    text = text.replace("-", MINUS)
    return "0" if text == MINUS + "0" else text


def signed(value: Number, places: int | None = None) -> str:
    """+3, −12, 0."""
    text = number(value, places)
    return f"+{text}" if value > 0 else text


def amount(value: Number, language: str) -> Amount:
    """A number that need not be exact: whole below 100,000, then four figures: 131.6 万 and 20,134 万, or 1.32 M."""
    scales: Sequence[tuple[int, int, str]] = (
        ((10**9, 10**8, "亿"), (10**5, 10**4, "万"))
        if is_chinese(language)
        else ((10**9, 10**9, "B"), (10**6, 10**6, "M"))
    )
    size = abs(float(value))
    for least, unit, word in scales:
        if size >= least:
            scaled = float(value) / unit
            places = 0 if abs(scaled) >= 1000 else 1 if abs(scaled) >= 100 else 2
            return Amount(number(round(scaled, places)), word)
    if isinstance(value, int):
        return Amount(number(value), "")
    return Amount(number(round(float(value), 0 if size >= 1000 else 1)), "")


def percent(share: Number, places: int = 0) -> str:
    """0.293 → 29%."""
    return f"{number(float(share) * 100, places)}%"


def distance(metres: int) -> str:
    """18 m, 120 m, 1.2 km, 31 km: as exact as one needs to know a way."""
    if metres < 1000:
        return f"{metres if metres < 100 else round(metres, -1)} m"
    return f"{metres / 1000:.1f} km" if metres < 10_000 else f"{metres / 1000:.0f} km"


def masked_phone(phone: str) -> str:
    """138****6620: enough to recognise a number, not to dial it (ALL-5). Short numbers keep their last two digits."""
    bare = phone.strip()
    if len(bare) >= 8:
        return f"{bare[:3]}****{bare[-4:]}"
    return "*" * max(len(bare) - 2, 0) + bare[-2:]


def sparkline(
    values: Sequence[Number | None], width: int = 84, height: int = 20, reference: Number | None = None
) -> tuple[str, float | None, tuple[float, float] | None]:
    """A line's points ("x,y x,y …"), the height of the line to compare with, and the last point; pixels from the top.

    Months without a figure are left out, and the line goes on to the next one.
    """
    known = [(position, float(value)) for position, value in enumerate(values) if value is not None]
    if not known:
        return "", None, None
    figures = [value for _, value in known] + ([float(reference)] if reference is not None else [])
    low, high = min(figures) * 0.96, max(figures) * 1.02
    across, stretch, bottom = (width - 4) / max(len(values) - 1, 1), (height - 4) / ((high - low) or 1), height - 2
    points = [(position * across, bottom - (value - low) * stretch) for position, value in known]
    line = None if reference is None else round(bottom - (float(reference) - low) * stretch, 1)
    across_last, down_last = points[-1]
    return " ".join([f"{x:.3g},{y:.3g}" for x, y in points]), line, (round(across_last, 1), round(down_last, 1))


def page_numbers(current: int, pages: int) -> list[int]:
    """1, the pages around the current one and the last; 0 stands for a gap: [1, 0, 6, 7, 8, 0, 90]."""
    shown = sorted({1, pages, *range(max(current - 1, 1), min(current + 1, pages) + 1)})
    numbers: list[int] = []
    for page in shown:
        if numbers and page - numbers[-1] > 1:
            numbers.append(page - 1 if page - numbers[-1] == 2 else 0)
        numbers.append(page)
    return numbers

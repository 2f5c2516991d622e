"""What a measure came to, told by the same indicator measured again (WRN-5)."""

from enum import StrEnum

#: A customer who bought nothing for so many whole months is lost, whatever the indicator says.
LOST_MONTHS = 3
#: A report may be suppressed for so many days at most; then it asks again.
MOST_SUPPRESSED_DAYS = 92


class Verdict(StrEnum):
    """What came of measures."""

    RECOVERED = "recovered"
    NOT = "not"
    LOST = "lost"


def verdict(*, within_lines: bool, months_without: int, stopped: bool) -> Verdict:
    """`within_lines`: every sign of the report is back; `stopped`: the customer gave up the business."""
    if within_lines:
        return Verdict.RECOVERED
    return Verdict.LOST if stopped or months_without >= LOST_MONTHS else Verdict.NOT

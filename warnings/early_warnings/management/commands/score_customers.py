"""`manage.py score_customers --facts F.csv [--orders O.csv] --out S.csv`: the score card on files, without a database.

For each customer and month, from the customer's first month to the last of the file, the points of the shipped card,
with only what was known at the end of that month. Facts: customer, month, amount, orders, items; a missing month is no
purchase. Orders: customer, date, amount, items; without them the card that asks of months alone is used. Files may be
unsorted, and gzipped. Needs no database.
"""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from early_warnings.rules import months_back
from early_warnings.rules.score import BY_DAYS, BY_MONTHS, BadFile, Facts, OrderDay, answers, read_facts, read_orders
from early_warnings.rules.score import score as added_up


class Command(BaseCommand):
    help = "Score customers of a file with the shipped card."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facts", type=Path, required=True, help="customer, month, amount, orders, items")
        parser.add_argument("--orders", type=Path, help="customer, date, amount, items")
        parser.add_argument("--out", type=Path, required=True, help="customer, month, score")
        parser.add_argument("--points", action="store_true", help="write the points of each question too")

    def handle(self, *args: Any, **options: Any) -> None:
        with _rows(options["facts"]) as rows:
            facts = read_facts(rows)
        days: dict[str, list[OrderDay]] = {}
        if options["orders"]:
            with _rows(options["orders"]) as rows:
                days = read_orders(rows)
        written = _write(options["out"], facts, days, with_points=options["points"])
        self.stdout.write(f"{len(facts.months)} customers, {written} scores, {facts.first:%Y-%m} to {facts.last:%Y-%m}")


def _write(out: Path, facts: Facts, days: dict[str, list[OrderDay]], *, with_points: bool) -> int:
    card = BY_DAYS if days else BY_MONTHS
    market, last, shape = facts.market(), facts.last, "%Y-%m-%d" if facts.with_days else "%Y-%m"
    written = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["customer", "month", "score", *([each.key for each in card] if with_points else [])])
        for customer in sorted(facts.months):
            past = facts.history(customer, days)
            month = min(facts.months[customer])
            while month <= last:
                found = answers(card, past, month, market)
                points = [each.points for each in found] if with_points else []
                sheet.writerow([customer, month.strftime(shape), added_up(found), *points])
                written += 1
                month = months_back(month, -1)
    return written


@contextmanager
def _rows(path: Path) -> Iterator["csv.DictReader[str]"]:
    """The rows of a file, with the names of the columns in small letters. Raises CommandError, naming the file."""
    try:
        with _opened(path) as file:
            reader = csv.DictReader(file)
            reader.fieldnames = [(name or "").strip().lower() for name in reader.fieldnames or ()]
            yield reader
    except (OSError, UnicodeDecodeError, EOFError, csv.Error, BadFile) as wrong:
        raise CommandError(f"{path}: {wrong}") from wrong


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")

"""What the commands that import files have in common."""

import csv
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Person
from accounts.services.imports import COLUMNS, ImportRefused, Options, Outcome, import_file, said

#: Errors shown on the terminal; `--errors FILE` writes all of them.
SHOWN = 20


class ImportCommand(BaseCommand):
    """Import one file: all of it, or nothing."""

    kind: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="An .xlsx, .csv or .csv.gz file; its columns: docs/import.md")
        parser.add_argument("--dry-run", action="store_true", help="Say what would happen, and change nothing")
        parser.add_argument(
            "--map", action="append", default=[], metavar="HEADER=COLUMN", help="A header of the file is this column"
        )
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="A value where the column is absent or empty",
        )
        parser.add_argument(
            "--by", metavar="USERNAME", help="Import within this person's scope; without it, everything"
        )
        parser.add_argument("--errors", type=Path, metavar="FILE", help="Write every error to this CSV file")
        parser.add_argument("--language", choices=["zh-hans", "en"], help="The language of the errors")

    def handle(self, *_args: Any, **options: Any) -> None:
        with translation.override(options["language"] or translation.get_language()):
            self._import(options)

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": path})
        try:
            with path.open("rb") as source:
                outcome = import_file(
                    kind=self.kind,
                    source=source,
                    name=path.name,
                    by=self._person(options["by"]),
                    now=clock.now(),
                    options=self._options(options),
                    dry_run=options["dry_run"],
                    progress=self._progress if sys.stderr.isatty() else lambda *_report: None,
                )
        except ImportRefused as refused:
            raise CommandError(self._refusal(refused, options["errors"])) from None
        self._report(outcome)

    def _options(self, options: dict[str, Any]) -> Options:
        return Options(
            renamed=self._pairs(options["map"]),
            constants=self._pairs(options["set"]),
            skip_unknown=options.get("skip_unknown", False),
        )

    @staticmethod
    def _pairs(given: list[str]) -> dict[str, str]:
        if wrong := [pair for pair in given if "=" not in pair]:
            raise CommandError(_("Write a=b instead of “%(pair)s”.") % {"pair": wrong[0]})
        return dict(pair.split("=", 1) for pair in given)

    @staticmethod
    def _person(username: str | None) -> Person | None:
        if not username:
            return None
        try:
            person: Person = Person.objects.get(username=username)
        except Person.DoesNotExist:
            raise CommandError(_("Nobody signs in as %(username)s.") % {"username": username}) from None
        return person

    def _progress(self, step: str, done: int, total: int | None) -> None:
        of = f" / {total}" if total else ""
        self.stderr.write(f"\r{step} {done}{of}", ending="")

    def _refusal(self, refused: ImportRefused, path: Path | None) -> str:
        found = list(said(refused.errors, COLUMNS[self.kind]))
        lines = [
            _("Row %(row)s, %(column)s “%(value)s”: %(message)s")
            % {"row": each.row, "column": each.column, "value": each.value, "message": each.message}
            if each.row
            else each.message
            for each in found[:SHOWN]
        ]
        if len(found) > SHOWN:
            lines.append(_("… and %(more)s more.") % {"more": len(found) - SHOWN})
        if path:
            with path.open("w", newline="", encoding="utf-8-sig") as file:
                writer = csv.writer(file)
                writer.writerow([_("Row"), _("Column"), _("Value"), _("What is wrong")])
                writer.writerows([each.row, each.column, each.value, each.message] for each in found)
        lines.append(_("Refused with %(errors)s errors; nothing was changed.") % {"errors": len(found)})
        return "\n".join(lines)

    def _report(self, outcome: Outcome) -> None:
        if outcome.ignored:
            self.stdout.write(_("Columns left out: %(names)s") % {"names": ", ".join(outcome.ignored)})
        if outcome.skipped:
            self.stdout.write(_("Rows of unknown customers left out: %(rows)s") % {"rows": outcome.skipped})
        text = (
            _("Would create %(created)s, change %(changed)s, leave %(unchanged)s as they are, of %(rows)s rows.")
            if outcome.dry_run
            else _("Created %(created)s, changed %(changed)s, left %(unchanged)s as they were, of %(rows)s rows.")
        )
        self.stdout.write(self.style.SUCCESS(text % outcome.as_json()))


class ImportOfCustomersCommand(ImportCommand):
    """Import figures of customers: rows of those that are not here can be left out."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--skip-unknown", action="store_true", help="Leave out rows of customers that are not here")

"""`manage.py translations`: keep the Chinese complete, without gettext's programs."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import translations


class Command(BaseCommand):
    """Say what is untranslated, add it to the files, or write what the servers read."""

    help = "Check, update or compile the translations of the project's apps."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="fail when anything is missing, and name it")
        what.add_argument(
            "--update", nargs="*", metavar="APP", help="add what is missing, drop what is gone (default: all apps)"
        )
        what.add_argument("--compile", action="store_true", help="write the .mo files that are older than their .po")

    def handle(self, *args: Any, **options: Any) -> None:
        folders = translations.app_folders(settings.BASE_DIR)
        if options["compile"]:
            self.stdout.write(f"{translations.compile_stale(folders.values())} files written")
            return
        every = translations.catalogues(settings.BASE_DIR, folders)
        if options["check"]:
            self.check_all(every)
            return
        if unknown := set(options["update"]) - set(folders):
            raise CommandError(f"No such app: {', '.join(sorted(unknown))}. There are: {', '.join(folders)}")
        for catalogue in every:
            if catalogue.app in (options["update"] or folders):
                added, dropped = translations.update(catalogue)
                self.stdout.write(
                    f"{catalogue.app}: {len(catalogue.messages)} messages, {added} added, {dropped} dropped"
                )

    def check_all(self, every: list[translations.Catalogue]) -> None:
        if faults := translations.faults(every):
            raise CommandError("\n".join([*faults, f"{len(faults)} faults: run `manage.py translations --update`"]))
        self.stdout.write(f"{sum(len(catalogue.messages) for catalogue in every)} messages, all translated")

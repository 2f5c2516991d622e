from argparse import ArgumentParser

from accounts.management.commands._importing import ImportCommand
from accounts.services.imports import FACTS


class Command(ImportCommand):
    """`manage.py import_facts FILE`."""

    help = "Import monthly facts, whole or by product, from Excel or CSV: all of the file, or nothing."
    kind = FACTS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--skip-unknown", action="store_true", help="Leave out rows of customers that are not here")

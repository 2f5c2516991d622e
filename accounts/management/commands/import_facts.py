from accounts.management.commands._importing import ImportOfCustomersCommand
from accounts.services.imports import FACTS


class Command(ImportOfCustomersCommand):
    """`manage.py import_facts FILE`."""

    help = "Import monthly facts, whole or by product, from Excel or CSV: all of the file, or nothing."
    kind = FACTS

from accounts.management.commands._importing import ImportCommand
from accounts.services.imports import CUSTOMERS


class Command(ImportCommand):
    """`manage.py import_customers FILE`."""

    help = "Import customers with their files from Excel or CSV: all of the file, or nothing."
    kind = CUSTOMERS

from accounts.management.commands._importing import ImportOfCustomersCommand
from accounts.services.imports import ORDERS


class Command(ImportOfCustomersCommand):
    """`manage.py import_orders FILE`."""

    help = "Import orders by day from Excel or CSV: all of the file, or nothing."
    kind = ORDERS

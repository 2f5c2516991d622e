"""Files of customers, facts and orders, from Excel and CSV: all or nothing, errors row by row (ALL-2, CUS-8)."""

from accounts.services.imports.errors import ImportRefused, RowError, from_json, said
from accounts.services.imports.outcome import Options, Outcome
from accounts.services.imports.running import COLUMNS, CUSTOMERS, FACTS, ORDERS, import_file

__all__ = [
    "COLUMNS",
    "CUSTOMERS",
    "FACTS",
    "ORDERS",
    "ImportRefused",
    "Options",
    "Outcome",
    "RowError",
    "from_json",
    "import_file",
    "said",
]

"""The columns of all imports as documentation: `docs/import.md` is this text, and a test holds it to that."""

from collections.abc import Sequence

from django.utils import translation

from accounts.services.imports.columns import Column
from accounts.services.imports.running import COLUMNS, CUSTOMERS, FACTS, ORDERS

_HEAD = """# Import: customers, monthly facts, orders

Excel (`.xlsx`, `.xls`) and CSV (`.csv`, `.csv.gz`; UTF-8 or GB18030; comma, semicolon or tab). The first row that is
not empty holds the headers: Chinese or English as below, or the field's name. A file is imported whole or not at all;
a second import of the same file changes nothing. An empty cell leaves what is there.

- In the page: *Import*. It checks the file, shows what would change or every error, and waits for your word.
- At the command line: `manage.py import_customers FILE`, `import_facts FILE`, `import_orders FILE`, all with
  `--dry-run`, `--map HEADER=COLUMN` for other headers, `--set COLUMN=VALUE` for a value where the column is absent or
  empty, `--by NAME` to import within that person's scope, `--errors FILE` to write every error; with `--skip-unknown`
  the last two leave out rows of customers that are not here. Without `--by` the operator may write everything.
- By the API: `POST /api/imports/` (multipart: `file`, `kind`, `dry_run`, `map`, `set`, `skip_unknown`); the kinds are
  `customers`, `facts` and `orders`.

Who may import: general managers, branch managers, customer-management officers, administrators; each within their
scope. Classes of a known customer never change by a file (CUS-5); another account manager is a transfer (ORG-5).
"""


def document() -> str:
    """`docs/import.md`, in English with the Chinese headers."""
    with translation.override("en"):
        parts = [_HEAD]
        for title, key in (("Customers", CUSTOMERS), ("Monthly facts", FACTS), ("Orders by day", ORDERS)):
            parts.append(f"\n## {title}\n\n{_table(COLUMNS[key])}")
        return "".join(parts)


def _table(columns: Sequence[Column]) -> str:
    rows = ["| Field | 中文 | English | Required | Holds | Example | Note |", "|---|---|---|---|---|---|---|"]
    rows += [
        f"| `{each.name}` | {each.chinese} | {each.english} | {each.need_in_words()} | {each.holds_in_words()}"
        f" | {each.example} | {each.help} |"
        for each in columns
    ]
    return "\n".join(rows) + "\n"

"""One import from file to result: read, check, and then all of it or nothing."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

import pghistory
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import FileImport, Person
from accounts.services.imports import customer_columns, fact_columns, order_columns
from accounts.services.imports.columns import Column
from accounts.services.imports.customers import CustomersImport
from accounts.services.imports.errors import ImportRefused, RowError
from accounts.services.imports.facts import FactsImport
from accounts.services.imports.matching import match
from accounts.services.imports.orders import OrdersImport
from accounts.services.imports.outcome import Options, Outcome, Refusals
from accounts.services.imports.reading import open_sheet
from accounts.services.imports.staging import Progress, load, silent
from accounts.signals import imported

CUSTOMERS, FACTS, ORDERS = "customers", "facts", "orders"
IMPORTS: Mapping[str, type[CustomersImport | FactsImport | OrdersImport]] = {
    CUSTOMERS: CustomersImport,
    FACTS: FactsImport,
    ORDERS: OrdersImport,
}
COLUMNS: Mapping[str, Sequence[Column]] = {
    CUSTOMERS: customer_columns.COLUMNS,
    FACTS: fact_columns.COLUMNS,
    ORDERS: order_columns.COLUMNS,
}


def import_file(
    *,
    kind: str,
    source: BinaryIO,
    name: str,
    by: Person | None,
    now: datetime,
    options: Options | None = None,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Import a file of customers, facts or orders: all of it, or nothing (ALL-2).

    `by` sets the scope: what they may not see, they cannot write; None is the operator at the command line, who may
    write everything. Raises ImportRefused with every error of the file. A dry run says what would happen,
    and changes nothing.
    """
    digest = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
    source.seek(0)
    with pghistory.context(user=by.pk if by else None, file=name), transaction.atomic():
        outcome = _import(
            kind=kind,
            source=source,
            name=name,
            by=by,
            now=now,
            options=options or Options(),
            dry_run=dry_run,
            progress=progress,
        )
        if not dry_run:
            evidence = _keep_evidence(outcome, name, digest=digest, by=by, now=now)
            outcome.import_id = evidence.pk
            transaction.on_commit(partial(imported.send_robust, FileImport, instance=evidence, now=now))
    return outcome


def _import(
    *,
    kind: str,
    source: BinaryIO,
    name: str,
    by: Person | None,
    now: datetime,
    options: Options,
    dry_run: bool,
    progress: Progress,
) -> Outcome:
    sheet = open_sheet(source, name)
    found = match(sheet.header, COLUMNS[kind], options.renamed, options.constants)
    work = IMPORTS[kind](match=found, by=by, today=timezone.localdate(now), skip_unknown=options.skip_unknown)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"accounts.import.{kind}"])
        rows = load(cursor, sheet, found, derived=work.derived, progress=progress)
        errors = Refusals(rows.errors)
        if not rows.count:
            errors.add([RowError("empty")])
        work.prepare(cursor)
        errors.add(work.check(cursor))
        if errors:
            errors.sort(key=lambda error: (error.row or 0, error.column))
            raise ImportRefused(errors, found.ignored)
        plan = work.plan(cursor)
        if not dry_run:
            progress("writing", 0, plan.created + plan.changed)
            work.apply(cursor, plan, now=now)
    return Outcome(
        kind=work.kind,
        rows=rows.count,
        created=plan.created,
        changed=plan.changed,
        unchanged=plan.unchanged,
        skipped=work.skipped,
        ignored=found.ignored,
        dry_run=dry_run,
        first_month=plan.first_month,
        last_month=plan.last_month,
        sample=plan.sample,
    )


def _keep_evidence(outcome: Outcome, name: str, *, digest: str, by: Person | None, now: datetime) -> FileImport:
    return FileImport.objects.create(
        kind=outcome.kind,
        file_name=name[-200:],
        sha256=digest,
        rows=outcome.rows,
        created=outcome.created,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        first_month=outcome.first_month,
        last_month=outcome.last_month,
        imported_by=by,
        imported_at=now,
    )

"""Keeping a file between its check and the word to import it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from accounts.models import FileUpload, Person
from accounts.services.imports import Options, Outcome, import_file

#: An unconfirmed file is kept so long.
KEPT = timedelta(days=1)


@transaction.atomic
def keep_upload(
    *, person: Person, kind: str, file_name: str, content: bytes, options: Mapping[str, Any], now: datetime
) -> FileUpload:
    """Keep a file for its check; a person's earlier ones, and anybody's of yesterday, are forgotten."""
    FileUpload.objects.filter(person=person).delete()
    FileUpload.objects.filter(sent_at__lt=now - KEPT).delete()
    return FileUpload.objects.create(
        person=person, kind=kind, file_name=file_name[-200:], content=content, options=dict(options), sent_at=now
    )


def run_upload(*, upload: FileUpload, now: datetime, dry_run: bool) -> Outcome:
    """Check the file, or import it and forget it. Raises ImportRefused."""
    outcome = import_file(
        kind=upload.kind,
        source=BytesIO(bytes(upload.content)),
        name=upload.file_name,
        by=upload.person,
        now=now,
        options=Options(**upload.options),
        dry_run=dry_run,
    )
    if not dry_run:
        upload.delete()
    return outcome

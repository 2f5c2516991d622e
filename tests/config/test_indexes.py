"""Each index is kept up by every write: none says what another says already."""

from django.apps import apps
from django.db import connection

#: Indexes of one column that another index of the table begins with.
_REPEATED = """
    SELECT t.relname, one.relname, other.relname
    FROM pg_index i JOIN pg_class one ON one.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_index j ON j.indrelid = i.indrelid AND j.indexrelid <> i.indexrelid
        AND j.indkey[0] = i.indkey[0] AND j.indclass[0] = i.indclass[0]
    JOIN pg_class other ON other.oid = j.indexrelid
    WHERE i.indnkeyatts = 1 AND NOT i.indisunique AND i.indkey[0] <> 0
        AND i.indpred IS NULL AND (j.indpred IS NULL OR pg_get_expr(j.indpred, j.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$')
        AND t.relname = ANY(%s)
"""
OURS = {"accounts", "duties", "visits", "risk", "complaints", "warnings"}


def test_no_index_repeats_another(db: None) -> None:
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.app_label in OURS]
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, [tables])
        assert cursor.fetchall() == []

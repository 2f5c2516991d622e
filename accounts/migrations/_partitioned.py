"""The migration of a table whose rows lie in one partition a month."""

from typing import Any

from django.db import migrations


class CreatePartitionedModel(migrations.CreateModel):
    """Makes the table without partitions: `services.facts` adds those of the months that are needed."""

    def __init__(self, *args: Any, by: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({self.by})"
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        finally:
            schema_editor.sql_create_table = plain

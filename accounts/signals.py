"""What others may want to know of, and cannot be told by name: they stand on floors above."""

from django.dispatch import Signal

#: A file was imported, and its import stands. Sent with its evidence, the `FileImport` `instance`, and `now`.
imported = Signal()

"""What others may want to know of, and cannot be told by name: they stand on floors above."""

from django.dispatch import Signal

#: A file was imported, and its import stands: its `FileImport` is the sender's `instance`, `now` the moment.
imported = Signal()

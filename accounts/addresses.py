"""Addresses of records, for lists that show many."""

from functools import cache

from django.urls import reverse


@cache
def _pattern(url_name: str) -> str:
    return reverse(url_name, args=[0]).replace("/0/", "/{}/")


def record_url(url_name: str, pk: int) -> str:
    """The address of a numbered record: what `reverse` gives, which is too slow to ask for each row of a list."""
    return _pattern(url_name).format(pk)

"""What people set for themselves."""

from django.db import transaction

from accounts.models import Person


@transaction.atomic
def choose_language(*, by: Person, language: str) -> None:
    """The language of what this person is sent; a language that we do not speak changes nothing."""
    if language in Person.Language.values:
        Person.objects.filter(pk=by.pk).update(language=language)

"""Who may take over a duty, and finding them by name."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Person, Post
from accounts.rules import units_upward
from duties.models import Duty

#: People shown at once; more words find fewer.
SHOWN = 20


def may_take_over(*, duty: Duty, by: Person, on: date) -> QuerySet[Person]:
    """Those at work in the duty's unit or above it, and those in the sight of whoever hands it over; not its owner."""
    near = Post.objects.held_on(on).filter(person=OuterRef("pk"), unit__in=units_upward(duty.unit.path))
    found: QuerySet[Person] = Person.objects.filter(
        Q(Exists(near)) | Q(pk__in=Person.objects.visible_to(by).values("pk")), is_active=True
    ).exclude(pk=duty.owner_id)
    return found


def found_people(people: QuerySet[Person], words: str, *, on: date) -> list[tuple[Person, str]]:
    """The first of these people whose name, pinyin or sign-in name fits, with the posts they hold."""
    for word in words.split():
        people = people.filter(Q(name__icontains=word) | Q(pinyin__istartswith=word) | Q(username__istartswith=word))
    found = list(people.order_by("pinyin", "pk")[:SHOWN])
    posts: dict[int, list[str]] = {}
    for post in Post.objects.held_on(on).filter(person__in=found).select_related("unit").order_by("pk"):
        posts.setdefault(post.person_id, []).append(f"{post.get_role_display()} · {post.unit.name}")
    return [(person, "，".join(posts.get(person.pk, []))) for person in found]

"""What is new in the company this month, explained to some customers already; a goal that a manager set themselves."""

from datetime import timedelta

from accounts.models import Customer, OrgUnit, Person, Post
from accounts.rules import Role
from config.demo.shape import Shape
from visits.models import Explained, News, PlanStop
from visits.services.notices import announce, write_words

#: Kind, title, what to say, begins and ends so many days from today, tiers.
_NEWS = (
    ("product", "新品“春晓”上市", "介绍口味和建议零售价，留一份价签。", -6, 24, ()),
    ("policy", "订货日调整说明", "下月起部分线路的订货日提前一天，请店主确认。", -2, 30, ()),
    ("campaign", "年末陈列竞赛", "三层以上陈列可参加，月底拍照评比。", 0, 38, (1, 2)),
)


def announce_news(shape: Shape) -> None:
    """Three notices by the leader of each region, one told here and there; and one person's own words."""
    regions = OrgUnit.objects.filter(kind=OrgUnit.Kind.REGION).order_by("pk")
    leaders = dict(
        Post.objects.filter(role=Role.MARKETING_DIRECTOR).order_by("-pk").values_list("unit_id", "person_id")
    )
    anybody = Person.objects.get(pk=next(iter(leaders.values()))) if leaders else None
    for region in regions:
        by = Person.objects.filter(pk=leaders.get(region.pk)).first() or anybody
        if by is None:
            return
        made = [
            announce(
                kind=kind,
                title=title,
                text=text,
                starts_on=shape.today + timedelta(days=begins),
                ends_on=shape.today + timedelta(days=ends),
                tiers=tiers,
                unit=region,
                by=by,
                now=shape.at(shape.today + timedelta(days=min(begins, -1)), 9 * 60),
            )
            for kind, title, text, begins, ends, tiers in _NEWS
        ]
        _told(shape, made[0], region)
    stops = PlanStop.objects.filter(plan__date=shape.today, state=PlanStop.State.PLANNED)
    for stop in stops.order_by("plan_id", "-sequence").distinct("plan_id").select_related("plan__person", "customer"):
        write_words(
            customer=stop.customer,
            person=stop.plan.person,
            goal="和店主谈谈陈列，看看能不能多放一层",
            bring="陈列样图",
            now=shape.now,
        )


def _told(shape: Shape, news: News, region: OrgUnit) -> None:
    """Every fifth customer of the region has heard of it from their manager."""
    customers = Customer.objects.filter(unit__path__startswith=region.path, account_manager__isnull=False)
    told = [
        Explained(
            notice=news,
            customer_id=customer,
            by_id=manager,
            at=shape.at(shape.today - timedelta(days=1 + customer % 4), 10 * 60 + customer % 300),
        )
        for customer, manager in customers.order_by("pk").values_list("pk", "account_manager_id")[::5]
    ]
    Explained.objects.bulk_create(told, batch_size=5000)

"""The API of customers, facts, the organisation, imports, class changes: scope, rules and services of the pages."""

from dataclasses import asdict
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts import clock
from accounts.filters import CustomerFilter
from accounts.models import ClassChange, Customer, FileImport, MonthlyFact, OrderDay, OrgUnit, Person, Post
from accounts.rules import Deed, may_change_class
from accounts.serializers import (
    ClassChangeSerializer,
    CustomerSerializer,
    FileImportSerializer,
    MonthlyFactSerializer,
    OrderDaySerializer,
    OutcomeSerializer,
    PostSerializer,
    RefusalSerializer,
    UnitSerializer,
    UploadSerializer,
)
from accounts.services.customers import change_class, create_customer, edit_customer
from accounts.services.imports import COLUMNS, ImportRefused, Options, import_file, said

ERRORS_SHOWN = 1_000


class NotNow(APIException):
    """The rules refuse the act; the answer says why. The floors above refuse by it too."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


def _asker(request: Request, deed: Deed | None = None) -> Person:
    person = request.user
    if not isinstance(person, Person) or (deed is not None and not person.may(deed)):
        raise PermissionDenied
    return person


class CustomerViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    viewsets.GenericViewSet[Customer],
):
    """Customers in one's scope, by the filters of the page; entering one, and correcting it with its file."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    http_method_names = ("get", "post", "patch", "head", "options")

    def get_queryset(self) -> QuerySet[Customer]:
        visible = Customer.objects.visible_to(_asker(self.request))
        return visible.select_related("retailer_file", "group_file").defer("search_text").order_by("code")

    def perform_create(self, serializer: BaseSerializer[Customer]) -> None:
        _asker(self.request, Deed.ADD_CUSTOMER)
        assert isinstance(serializer, CustomerSerializer)  # noqa: S101 for the type checker
        own, file = serializer.split()
        serializer.instance = create_customer(file=file, **own)

    def perform_update(self, serializer: BaseSerializer[Customer]) -> None:
        _asker(self.request, Deed.EDIT_CUSTOMER)
        assert isinstance(serializer, CustomerSerializer)  # noqa: S101 for the type checker
        assert serializer.instance is not None  # noqa: S101
        before = serializer.instance
        own, file = serializer.split()
        fields = {name: value for name, value in own.items() if value != getattr(before, name)}
        edit_customer(customer=before, fields=fields, file=file)
        serializer.instance = self.get_queryset().get(pk=before.pk)


class Uncounted(CursorPagination):
    """`?limit=` up to 500, on from where one is: of hundreds of millions of rows none is counted, and none skipped."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    #: Within a page begun the rows of one customer are skipped by their number: nobody has so many.
    offset_cutoff = 20_000

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """As the rows of the view are in order."""
        return tuple(str(each) for each in queryset.query.order_by)


class FactFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By customer and months; both ends are first days of months."""

    customer = django_filters.NumberFilter(field_name="customer_id")
    month_from = django_filters.DateFilter(field_name="month", lookup_expr="gte")
    month_to = django_filters.DateFilter(field_name="month", lookup_expr="lte")

    class Meta:
        model = MonthlyFact
        fields: tuple[str, ...] = ()


class FactViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[MonthlyFact]):
    """Monthly facts of the customers in one's scope."""

    queryset = MonthlyFact.objects.all()
    serializer_class = MonthlyFactSerializer
    filterset_class = FactFilter
    pagination_class = Uncounted

    def get_queryset(self) -> QuerySet[MonthlyFact]:
        return MonthlyFact.objects.visible_to(_asker(self.request)).order_by("customer_id", "month")


class OrderDayFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By customer and days."""

    customer = django_filters.NumberFilter(field_name="customer_id")
    day_from = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    day_to = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = OrderDay
        fields: tuple[str, ...] = ()


class OrderDayViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[OrderDay]):
    """What the customers in one's scope ordered by day; a day whose amount is not above zero is one of returns."""

    queryset = OrderDay.objects.all()
    serializer_class = OrderDaySerializer
    filterset_class = OrderDayFilter
    pagination_class = Uncounted

    def get_queryset(self) -> QuerySet[OrderDay]:
        return OrderDay.objects.visible_to(_asker(self.request)).order_by("customer_id", "day")


class UnitViewSet(viewsets.ReadOnlyModelViewSet[OrgUnit]):
    """The units under one's posts."""

    queryset = OrgUnit.objects.all()
    serializer_class = UnitSerializer

    def get_queryset(self) -> QuerySet[OrgUnit]:
        return OrgUnit.objects.visible_to(_asker(self.request)).order_by("path")


class PostViewSet(viewsets.ReadOnlyModelViewSet[Post]):
    """Who holds which post in one's units, and one's own posts."""

    queryset = Post.objects.all()
    serializer_class = PostSerializer

    def get_queryset(self) -> QuerySet[Post]:
        return Post.objects.visible_to(_asker(self.request)).select_related("person").order_by("unit__path", "pk")


class ClassChangeViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    viewsets.GenericViewSet[ClassChange],
):
    """Changes of classes, each by an approved request with its evidence (CUS-5)."""

    queryset = ClassChange.objects.all()
    serializer_class = ClassChangeSerializer

    def get_queryset(self) -> QuerySet[ClassChange]:
        return ClassChange.objects.visible_to(_asker(self.request)).order_by("-changed_at", "-pk")

    def perform_create(self, serializer: BaseSerializer[ClassChange]) -> None:
        person, asked = _asker(self.request), serializer.validated_data
        customer = asked["customer"]
        own = may_change_class(person.roles, person.scope.own, customer.account_manager_id)
        if not (person.is_superuser or own):
            raise PermissionDenied
        value = asked["new_value"]
        change = change_class(
            customer=customer,
            kind=asked["kind"],
            value=value if asked["kind"] == ClassChange.Kind.IMPORTANCE else int(value),
            approval_reference=asked["approval_reference"],
            evidence=asked["evidence"],
            by=person,
            now=clock.now(),
        )
        serializer.instance = change or ClassChange(customer=customer, kind=asked["kind"], new_value=value)


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[FileImport]):
    """One's own imports; a file sent here is imported whole or not at all (ALL-2)."""

    queryset = FileImport.objects.all()
    serializer_class = FileImportSerializer
    parser_classes = (MultiPartParser,)

    def get_queryset(self) -> QuerySet[FileImport]:
        person = _asker(self.request)
        found = FileImport.objects.order_by("-imported_at", "-pk")
        return found if person.is_superuser else found.filter(imported_by=person)

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={200: OutcomeSerializer, 201: OutcomeSerializer, 400: RefusalSerializer},
    )
    def create(self, request: Request) -> Response:
        """Import a file; with `dry_run` only say what would happen. Errors come row by row, in one's language."""
        person = _asker(request, Deed.IMPORT)
        upload = UploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        asked: dict[str, Any] = upload.validated_data
        options = Options(
            renamed=upload.pairs(asked["map"]), constants=upload.pairs(asked["set"]), skip_unknown=asked["skip_unknown"]
        )
        try:
            outcome = import_file(
                kind=asked["kind"],
                source=asked["file"].file,
                name=asked["file"].name,
                by=person,
                now=clock.now(),
                options=options,
                dry_run=asked["dry_run"],
            )
        except ImportRefused as refused:
            errors = [asdict(each) for each in said(refused.errors[:ERRORS_SHOWN], COLUMNS[asked["kind"]])]
            return Response({"count": len(refused.errors), "errors": errors}, status=status.HTTP_400_BAD_REQUEST)
        answer = status.HTTP_200_OK if outcome.dry_run else status.HTTP_201_CREATED
        return Response(outcome.as_json(), status=answer)


routes = [
    ("customers", CustomerViewSet),
    ("facts", FactViewSet),
    ("order-days", OrderDayViewSet),
    ("units", UnitViewSet),
    ("posts", PostViewSet),
    ("class-changes", ClassChangeViewSet),
    ("imports", ImportViewSet),
]

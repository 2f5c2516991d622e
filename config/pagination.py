"""Pages of the API's lists."""

from rest_framework.pagination import LimitOffsetPagination


class Page(LimitOffsetPagination):
    """`?limit=` up to 500 and `?offset=`."""

    default_limit = 50
    max_limit = 500

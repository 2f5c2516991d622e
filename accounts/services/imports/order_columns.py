"""The columns of a file of orders, one row an order or a day (CUS-8)."""

from django.utils.translation import gettext_lazy as _

from accounts.services.imports.columns import Column, Holds, Need
from accounts.services.imports.fact_columns import CODE

DAY = Column(
    "day",
    "订单日期",
    "Day of the order",
    Holds.DAY,
    "2026-10-27",
    _("Orders of a customer's day are added up; a known day is changed to what the file says."),
    Need.ALWAYS,
    also=("日期", "订货日期", "下单日期", "date"),
)
MEASURES = (
    Column(
        "amount",
        "金额",
        "Amount",
        Holds.DECIMAL,
        "6500.00",
        _("Yuan; returns are negative, and returns alone are no order."),
        Need.ALWAYS,
        also=("订单金额", "订购金额", "销售额"),
    ),
    Column(
        "items",
        "品规数",
        "Different items",
        Holds.INTEGER,
        "12",
        _("Different items of the order; those of a day's orders are added up."),
        also=("订购品规数",),
    ),
)
#: What the orders of a customer's day come to at most: below this the row holds it.
MOST_A_DAY = {"amount": 10**12, "items": 2**31}
COLUMNS = (CODE, DAY, *MEASURES)

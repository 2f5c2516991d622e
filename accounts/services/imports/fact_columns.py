"""The columns of a file of monthly facts, whole or by product (CUS-8)."""

from django.utils.translation import gettext_lazy as _

from accounts.services.imports.columns import Column, Holds, Need

CODE = Column(
    "code",
    "客户编码",
    "Customer code",
    Holds.TEXT,
    "C20417",
    _("A customer that is already entered."),
    Need.ALWAYS,
    longest=20,
    also=("编码", "客户编号", "customer"),
)
MONTH = Column(
    "month",
    "月份",
    "Month",
    Holds.MONTH,
    "2026-10",
    _("One row a customer and month; a known month is changed."),
    Need.ALWAYS,
    also=("年月",),
)
PRODUCT = Column(
    "product",
    "品牌或产品",
    "Brand or product",
    Holds.TEXT,
    "云烟",
    _(
        "With this column the file holds facts by product: one row a customer, month and product, with quantity and"
        " amount only."
    ),
    longest=60,
    also=("品牌", "品规", "产品"),
)

MEASURES = (
    Column(
        "quantity",
        "订购数量",
        "Quantity",
        Holds.DECIMAL,
        "130",
        _("Cartons 条 for retailers; returns are negative."),
        also=("数量", "销量", "订购量"),
    ),
    Column(
        "amount",
        "金额",
        "Amount",
        Holds.DECIMAL,
        "26000.00",
        _("Yuan; revenue for group clients."),
        also=("订购金额", "销售额", "收入"),
    ),
    Column("orders", "订单数", "Orders", Holds.INTEGER, "4", also=("订购次数",)),
    Column("items", "品规数", "Different items", Holds.INTEGER, "18", also=("订购品规数",)),
    Column(
        "received", "已收款", "Received", Holds.DECIMAL, "26000.00", _("Yuan received in the month."), also=("回款",)
    ),
    Column(
        "receivable",
        "应收款",
        "Receivable",
        Holds.DECIMAL,
        "0",
        _("Yuan owed at the month's end."),
        least=0,
        also=("应收账款",),
    ),
    Column(
        "overdue",
        "逾期款",
        "Overdue",
        Holds.DECIMAL,
        "0",
        _("Part of the receivable that is overdue."),
        least=0,
        also=("逾期金额",),
    ),
    Column("returned", "退货数量", "Returned quantity", Holds.DECIMAL, "0", least=0, also=("退货",)),
    Column("stock", "月末库存", "Stock at month-end", Holds.DECIMAL, "96", least=0, also=("库存",)),
    Column("agreed", "协议销量", "Agreed sales volume", Holds.DECIMAL, "140", least=0),
    Column("online_orders", "网上订单数", "Orders online", Holds.INTEGER, "4", also=("网订次数",)),
    Column("late_deliveries", "延误送货次数", "Late deliveries", Holds.INTEGER, "0", also=("送货延误",)),
    Column("last_order_on", "最近订货日", "Last order", Holds.DAY, "2026-10-27", also=("最后订货日",)),
)

#: What a file by product may hold beside its keys.
PRODUCT_MEASURES = MEASURES[:2]
COLUMNS = (CODE, MONTH, PRODUCT, *MEASURES)

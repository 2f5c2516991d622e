"""The columns of a file of customers (CUS-1, CUS-2)."""

from django.utils.translation import gettext_lazy as _

from accounts.services.imports import choices, retailer_columns
from accounts.services.imports.columns import Column, Holds, Need

GROUP_TABLE = "group_file"

_CLASS_NOTE = _("Taken for new customers only: later the class changes by an approved request (CUS-5).")

OWN = (
    Column(
        "code",
        "客户编码",
        "Customer code",
        Holds.TEXT,
        "C20417",
        _("The key: a known code changes that customer, a new one adds it."),
        Need.ALWAYS,
        longest=20,
        also=("编码", "客户编号"),
    ),
    Column(
        "name",
        "客户名称",
        "Name",
        Holds.TEXT,
        "和顺烟酒（东湖路店）",
        need=Need.NEW,
        longest=100,
        also=("名称", "企业名称"),
    ),
    Column(
        "kind",
        "客户类型",
        "Kind",
        Holds.CHOICE,
        "零售客户",
        _("Does not change later."),
        Need.NEW,
        choices=choices.KINDS,
        also=("类型",),
    ),
    Column("unit", "单位", "Unit", Holds.UNIT, "B01", need=Need.NEW, also=("所属单位", "部门")),
    Column(
        "account_manager",
        "客户经理",
        "Account manager",
        Holds.PERSON,
        "wangli",
        _("A change is a transfer: open work moves along, and both are told (ORG-5)."),
    ),
    Column("relationship_manager", "关系经理", "Relationship manager", Holds.PERSON, "zhaolei"),
    Column("status", "状态", "Status", Holds.CHOICE, "正常", choices=choices.STATUSES),
    Column(
        "tier", "拜访等级", "Visit tier", Holds.CHOICE, "二级", _CLASS_NOTE, choices=choices.TIERS, also=("拜访级",)
    ),
    Column(
        "service_class",
        "服务类别",
        "Service class",
        Holds.CHOICE,
        "一类",
        _CLASS_NOTE,
        choices=choices.SERVICE_CLASSES,
        also=("服务类",),
    ),
    Column("importance", "重要性", "Importance", Holds.CHOICE, "重要", _CLASS_NOTE, choices=choices.IMPORTANCES),
    Column("address", "地址", "Address", Holds.TEXT, "东湖路 86 号", also=("经营地址",)),
    Column("latitude", "纬度", "Latitude", Holds.LATITUDE, "30.6586", _("Latitude and longitude come together.")),
    Column("longitude", "经度", "Longitude", Holds.LONGITUDE, "104.0648"),
    Column("phone", "电话", "Phone", Holds.TEXT, "13800006620", longest=20, also=("联系电话", "订货电话")),
    Column("second_phone", "备用电话", "Second phone", Holds.TEXT, "", longest=20),
    Column("email", "电子邮箱", "E-mail", Holds.EMAIL, "", also=("邮箱",)),
    Column("opens_at", "开门时间", "Opens at", Holds.CLOCK, "08:00"),
    Column("closes_at", "关门时间", "Closes at", Holds.CLOCK, "22:00"),
    Column("closed_weekdays", "休息日", "Closed on", Holds.WEEKDAYS, "7"),
    Column("since", "建档日期", "Customer since", Holds.DAY, "2018-05-02"),
)

OF_GROUP_CLIENTS = (
    Column("industry", "行业", "Industry", Holds.TEXT, "教育", longest=60, table=GROUP_TABLE),
    Column("employees", "员工人数", "Employees", Holds.INTEGER, "320", most=10_000_000, table=GROUP_TABLE),
    Column(
        "products_in_use", "在用产品", "Products in use", Holds.TEXT, "专线、云桌面", longest=300, table=GROUP_TABLE
    ),
    Column("competitors", "竞争对手", "Competitors", Holds.TEXT, "", longest=300, table=GROUP_TABLE),
    Column("group_needs", "集团需求", "Needs of the group client", Holds.TEXT, "", longest=300, table=GROUP_TABLE),
)

COLUMNS = (*OWN, *retailer_columns.COLUMNS, *OF_GROUP_CLIENTS)
#: Columns whose field has another name, because both files have it.
FIELDS = {"retailer_needs": "needs", "group_needs": "needs"}
#: Columns that are taken for new customers only (CUS-5).
CLASSES = ("tier", "service_class", "importance")

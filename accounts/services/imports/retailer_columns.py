"""The columns of a retailer's file 客户档案 in a file of customers (CUS-2, S0 S1)."""

from accounts.services.imports import choices
from accounts.services.imports.columns import Column, Holds

TABLE = "retailer_file"

COLUMNS = (
    Column("owner_name", "负责人", "Owner", Holds.TEXT, "何顺生", longest=60, table=TABLE),
    Column("sex", "性别", "Sex", Holds.CHOICE, "男", choices=choices.SEXES, table=TABLE),
    Column("ethnicity", "族别", "Ethnicity", Holds.TEXT, "汉", longest=20, also=("民族",), table=TABLE),
    Column("birth_date", "出生日期", "Birth date", Holds.DAY, "1974-03-08", table=TABLE),
    Column(
        "education",
        "学历",
        "Education",
        Holds.CHOICE,
        "高中",
        choices=choices.EDUCATIONS,
        also=("文化程度",),
        table=TABLE,
    ),
    Column("family_members", "家庭成员", "Family members", Holds.TEXT, "", table=TABLE),
    Column("shop_staff", "店员", "Shop staff", Holds.TEXT, "", table=TABLE),
    Column("interests", "兴趣爱好", "Interests", Holds.TEXT, "", table=TABLE),
    Column("shop_area", "经营面积", "Shop area, m²", Holds.INTEGER, "36", most=1_000_000, also=("面积",), table=TABLE),
    Column("main_brands", "主营品牌", "Main brands", Holds.TEXT, "云烟、玉溪", table=TABLE),
    Column("sales_structure", "销售结构", "Sales structure", Holds.TEXT, "", table=TABLE),
    Column("cooperation", "合作情况", "Cooperation", Holds.TEXT, "", table=TABLE),
    Column("support", "支持情况", "Support", Holds.TEXT, "", table=TABLE),
    Column("retailer_needs", "零售户需求", "Needs of the retailer", Holds.TEXT, "", table=TABLE),
    Column(
        "licence_number",
        "许可证号",
        "Licence no.",
        Holds.TEXT,
        "510107100001",
        longest=30,
        also=("专卖证号",),
        table=TABLE,
    ),
    Column("licence_issued_on", "发证日期", "Issue date", Holds.DAY, "2023-03-15", table=TABLE),
    Column(
        "licence_expires_on",
        "有效期至",
        "Valid until",
        Holds.DAY,
        "2028-03-15",
        also=("有效期", "许可证有效期"),
        table=TABLE,
    ),
    Column("shop_format", "业态", "Shop format", Holds.CHOICE, "烟酒商店", choices=choices.FORMATS, table=TABLE),
    Column("market_type", "市场类型", "Market type", Holds.CHOICE, "城镇", choices=choices.MARKETS, table=TABLE),
    Column("size_class", "经营规模", "Size class", Holds.INTEGER, "1", least=1, most=3, table=TABLE),
    Column("supply_grade", "档位", "Supply grade", Holds.INTEGER, "22", least=1, most=30, table=TABLE),
    Column("credit_level", "信用等级", "Credit level", Holds.CHOICE, "AA", choices=choices.CREDIT_LEVELS, table=TABLE),
    Column("order_weekday", "订货日", "Order day", Holds.CHOICE, "周三", choices=choices.WEEKDAYS, table=TABLE),
    Column("temper", "脾气秉性", "Temperament", Holds.CHOICE, "急性子", choices=choices.TEMPERS, table=TABLE),
    Column("temper_advice", "沟通方式", "The way of talking that suits", Holds.TEXT, "", table=TABLE),
)

"""The values of choice columns, with the words by which a file may name them. Keys are those of the models."""

from accounts.services.imports.columns import Choice

_NUMERALS = "一二三四五"

KINDS = (
    Choice("retailer", "零售客户", "retailer", ("零售户", "零售")),
    Choice("group", "集团客户", "group client", ("集团",)),
)
STATUSES = (
    Choice("active", "正常", "active", ("在营", "营业")),
    Choice("suspended", "停业", "suspended", ("暂停", "歇业")),
    Choice("closed", "关闭", "closed", ("注销",)),
)
IMPORTANCES = (
    Choice("core", "核心", "core"),
    Choice("important", "重要", "important"),
    Choice("large", "大", "large", ("大客户",)),
    Choice("general", "一般", "general", ("普通",)),
)
TIERS = tuple(Choice(str(n), f"{_NUMERALS[n - 1]}级", f"tier {n}", (f"{n}级",)) for n in range(1, 6))
SERVICE_CLASSES = tuple(Choice(str(n), f"{_NUMERALS[n - 1]}类", f"class {n}", (f"{n}类",)) for n in range(1, 4))
SEXES = (Choice("m", "男", "male"), Choice("f", "女", "female"))
EDUCATIONS = (
    Choice("primary", "小学", "primary school"),
    Choice("middle", "初中", "middle school"),
    Choice("high", "高中", "high school", ("中专", "技校")),
    Choice("college", "大专及以上", "college or higher", ("大专", "本科", "研究生", "大学", "college")),
)
FORMATS = (
    Choice("Z", "食杂店", "grocery", ("食杂",)),
    Choice("B", "便利店", "convenience", ("便利",)),
    Choice("S", "超市", "supermarket"),
    Choice("N", "商场", "mall"),
    Choice("Y", "烟酒商店", "tobacco and spirits", ("烟酒店", "烟酒")),
    Choice("F", "娱乐服务", "leisure", ("娱乐",)),
    Choice("Q", "其他", "other"),
)
MARKETS = (Choice("C", "城镇", "urban", ("城市", "城网")), Choice("X", "乡村", "rural", ("农村", "农网")))
CREDIT_LEVELS = tuple(Choice(level, level, level) for level in ("AAA", "AA", "A", "B", "C", "D"))
TEMPERS = (
    Choice("even", "平和", "even-tempered"),
    Choice("hasty", "急性子", "hasty"),
    Choice("slow", "慢性子", "slow to decide"),
    Choice("proud", "爱面子", "minds being respected"),
    Choice("wary", "谨慎多疑", "wary", ("谨慎",)),
)
WEEKDAYS = tuple(
    Choice(str(n), f"周{day}", english, (f"星期{day}", english[:3]))
    for n, (day, english) in enumerate(
        zip(
            "一二三四五六日",
            ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
            strict=True,
        ),
        start=1,
    )
)

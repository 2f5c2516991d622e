"""The retailers' files 客户档案, each as complete as its keeper is careful (CUS-2)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from accounts.services.copying import copy_rows
from config.demo import names
from config.demo.customers import FORMATS, TEMPERS, Retailers
from config.demo.names import words
from config.demo.shape import Shape

FILE_COLUMNS = words(
    "customer_id owner_name sex ethnicity birth_date education family_members shop_staff interests shop_area "
    "main_brands sales_structure cooperation support needs licence_number licence_issued_on licence_expires_on "
    "shop_format market_type size_class supply_grade credit_level order_weekday temper temper_advice"
)

#: Invented brands of the demo, the dearest last.
BRANDS = (
    "清溪（硬）",
    "白鹭（硬）",
    "松涧（软）",
    "山茶（细支）",
    "澜江（硬）",
    "青枫（中支）",
    "云渡（爆珠）",
    "澜江（软）",
    "望江（金）",
    "玉泉（典藏）",
)
ADVICE = {
    "even": ("有话直说，按步骤讲清楚即可。", "习惯先喝茶再谈事，慢慢聊。"),
    "hasty": (
        "急性子，先给答复再讲道理；当场能定的当场定。",
        "话要短，先说结论；结账忙时别谈事。",
        "先听他讲完，再说数字。",
    ),
    "slow": ("拿主意慢，留资料让他想两天再来问。", "凡事要和家里商量，约好回话的日子。"),
    "proud": ("看重面子，先肯定他的经营再提建议。", "当着顾客不提缺点，到里间再说。"),
    "wary": ("怕吃亏，数字和文件给他看，不口头许诺。", "以前受过误导，讲政策只照公告念，让他签收。"),
}
INTERESTS = (
    "钓鱼",
    "象棋",
    "广场舞",
    "麻将",
    "篮球",
    "养花",
    "看书",
    "书法",
    "短视频",
    "跑步",
    "乒乓球",
    "听戏",
    "带孙辈",
)
FAMILIES = (
    "夫妻二人守店，儿子在外打工",
    "与父母同住，孩子上初中",
    "夫妻经营，女儿上大学",
    "独自经营，子女在城里",
    "三代同住，老人帮忙看店",
)
STAFF = ("本人", "本人和妻子", "本人和丈夫", "夫妻轮班", "雇店员 1 人，晚班", "雇店员 2 人，分早晚班", "母亲白天看店")
STRUCTURES = (
    "中低档为主，零散客多",
    "中档为主，整条少",
    "高档占三成，团购较多",
    "细支动销快",
    "节日礼品占比高",
    "工地客为主，低档走量",
)
COOPERATION = (
    "配合较好，按时订货",
    "网上订货熟练",
    "订货常要提醒",
    "新品愿意试销",
    "对投放策略有意见",
    "明码标价做得规范",
)
SUPPORT = ("愿做样板店", "愿参加自律小组活动", "能提供市场信息", "一般", "帮邻店讲政策", "陈列位置让得出来")
NEEDS = (
    "想多要紧俏货源",
    "门头灯箱需更换",
    "希望送货早一点",
    "想学手机订货",
    "柜台老旧，想换展柜",
    "想了解升档条件",
    "希望少发滞销品规",
    "需要价签和陈列道具",
)


def write_files(shape: Shape, shops: Retailers) -> None:
    """Write the retailers' files; each field is there as often as the file is kept with care."""
    copy_rows("accounts_retailerfile", FILE_COLUMNS, _rows(shape, shops))


def _rows(shape: Shape, shops: Retailers) -> Iterator[tuple[Any, ...]]:
    rng = shape.rng("files")
    count = len(shops)
    told = rng.random((count, 13)) < shops.care[:, None]
    pick = rng.random((count, 9))
    born = rng.normal(47, 10.5, count).clip(20, 78)
    ethnicity = rng.choice(len(names.ETHNICITIES), count, p=names.ETHNICITY_CHANCE)
    schooling = rng.choice(4, count, p=[0.14, 0.46, 0.3, 0.1])
    area = np.exp(rng.normal(3.3, 0.45, count) + np.array([0, 0.2, 1.0, 0, 0.6, 0, 2.2])[shops.formats]).astype(int)
    credit = np.searchsorted([0.004, 0.073, 0.99, 0.996, 0.999], rng.random(count))
    licence = _licences(rng, shape, shops)
    rural_town = rng.random(count) < 0.08
    for index in range(count):
        has, chance = told[index], pick[index]
        owner, sex = shops.owners[index]
        temper = TEMPERS[shops.temper[index]]
        known_temper = bool(has[0]) or shops.tier[index] <= 2
        number, issued, expires = licence[index]
        top = min(int(shops.grade[index]) // 5, 6)
        yield (
            shops.ids[index],
            owner,
            sex if has[1] else "",
            names.ETHNICITIES[ethnicity[index]] if has[1] else "",
            shape.ago(born[index] * 365.25 + chance[8] * 360) if has[2] else None,
            ("primary", "middle", "high", "college")[schooling[index]] if has[3] else "",
            _one(FAMILIES, chance[0]) if has[4] else "",
            _one(STAFF, chance[1]) if has[5] else "",
            _one(INTERESTS, chance[2]) if has[6] else "",
            int(area[index]) if has[7] else None,
            "、".join(BRANDS[top : top + 3]) if has[8] else "",
            _one(STRUCTURES, chance[3]) if has[9] else "",
            _one(COOPERATION, chance[4]) if has[10] else "",
            _one(SUPPORT, chance[5]) if has[11] else "",
            _one(NEEDS, chance[6]) if has[12] else "",
            number,
            issued,
            expires,
            FORMATS[shops.formats[index]],
            "C" if shops.urban[index] or rural_town[index] else "X",
            1 if shops.grade[index] >= 21 else 2 if shops.grade[index] >= 10 else 3,
            int(shops.grade[index]),
            ("AAA", "AA", "A", "B", "C", "D")[credit[index]],
            int(shops.order_weekday[index]),
            temper if known_temper else "",
            _one(ADVICE[temper], chance[7]) if known_temper else "",
        )


def _licences(rng: np.random.Generator, shape: Shape, shops: Retailers) -> list[tuple[str, date, date]]:
    """Five-year licences, renewed in time by nearly all; some run out within weeks, a few are over."""
    count = len(shops)
    left = np.where(rng.random(count) < 0.006, -rng.integers(1, 40, count), rng.integers(1, 5 * 365, count))
    serial = rng.integers(100_000, 999_999, count)
    licences = []
    for index in range(count):
        expires = shape.today + timedelta(days=int(left[index]))
        issued = expires - timedelta(days=5 * 365)
        licences.append((f"3998{shops.station[index] + 1:03d}{serial[index]}", issued, expires))
    return licences


def _one(of: tuple[str, ...], chance: float) -> str:
    return of[int(chance * len(of))]

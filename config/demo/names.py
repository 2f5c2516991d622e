"""Names that sound right and belong to nobody: people, streets, villages, shops, business clients."""

from collections.abc import Sequence

import numpy as np


def words(text: str) -> tuple[str, ...]:
    """A long list of short words, written as one text."""
    return tuple(text.split())


SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)  #: Common surnames come more often: the chance falls with the place in the list.
SURNAME_CHANCE = 1 / (np.arange(len(SURNAMES)) + 6.0)
SURNAME_CHANCE /= SURNAME_CHANCE.sum()

MALE = words(
    "伟 强 磊 军 勇 杰 涛 明 超 刚 平 辉 鹏 斌 波 建国 建军 志强 志明 国强 海波 文斌 永康 德华 光明 春生 水根 "
    "俊杰 浩然 子涵 宇航 振华 家明 少华 金宝 长生 福生 贵生 大林 立新 新民 爱民 卫东 向阳 晓东 建平 国平 和平 "
    "顺生 庆丰 兴旺 永福 宗元 世杰 天佑 启明 景云"
)
FEMALE = words(
    "芳 娜 敏 静 丽 艳 娟 霞 燕 玲 桂英 秀英 秀兰 玉兰 桂兰 淑珍 春梅 冬梅 小红 丽华 海燕 雪梅 婷婷 晓燕 佳怡 "
    "欣怡 雨桐 美玲 凤英 金花 爱华 慧敏 素芬 翠兰 水英 月娥 巧云 莉莉 红梅 思琪 文静 雅琴 小芳 秋菊 银花 兰香 "
    "春燕 玉珍 彩霞 惠芳 晓梅 书琴"
)
ETHNICITIES = ("汉族", "回族", "苗族", "土家族", "壮族", "畲族")
ETHNICITY_CHANCE = (0.93, 0.02, 0.015, 0.015, 0.01, 0.01)

ROADS = words(
    "东湖 人民 建设 解放 中山 新华 和平 胜利 文化 学府 滨江 望江 临江 沿河 环城 金桥 石桥 桂花 樟树 梧桐 银杏 "
    "青年 光明 红星 前进 民主 团结 友谊 工农 迎宾 站前 广场 体育 科技 创业 兴业 工业 商贸 花园 翠竹 芙蓉 牡丹 "
    "玉兰 丁香 紫荆 凤凰 朝阳 向阳 南湖 北湖 西湖塘 水磨 柴码头 盐仓 米市 钟楼 鼓楼 书院 文庙 状元 青石 白石 黄泥 "
    "大井 双井 古渡 长堤 新堤 柳荫 荷塘 月亮 云渡 松涧 霞光 春晓"
)
ROAD_KINDS = ("路", "路", "路", "街", "街", "大道", "巷")
TOWNS = words(
    "白鹭 柳溪 渡口 青石桥 望江 松涧 梅岭 竹溪 双塘 石坳 荷花塘 大樟 横江 茅坪 枫树 沙洲 古塘 桐木 花桥 上湾 下湾 "
    "黄泥岗 红岩 金坑 银坪 龙门坳 凤形 马鞍 牛栏山 狮子岭 鹅湖 鲤鱼 清泉 甘棠 新圩 老圩 长坑 高陂 平田 南坑 北坪 "
    "东陂 西源 水南 水北 罗塘 杨家渡 李家湾"
)
VILLAGES = words(
    "柳树 桃源 上坪 下坪 大屋 新屋 老屋 河口 溪口 塘边 井头 桥头 坝上 岭下 岭背 山口 田心 石壁 竹山 枫林 樟坪 "
    "油茶 橘园 茶园 渔塘 磨坊 窑前 社下 庙前 祠堂 水口 双溪 三里 五里 七里 十里 马路口 车田 禾塘 麦园 沙坝 石头湾 "
    "杨梅 栗子坪 梨树 板栗园 长岭 高塘"
)
FIRST = tuple("和福聚鑫万金顺德鸿吉喜百天永兴隆盛恒瑞祥泰康华美佳诚信义丰裕宏达广源茂荣昌")
SECOND = tuple("顺满源家茂发胜运祥盈味乐兴隆盛达瑞丰泰康美佳诚信利和旺来福鑫华昌裕宝荣庆安")

#: The end of a shop's name by format (TRADE: shop format), with how often each is used.
ENDINGS: dict[str, tuple[str, ...]] = {
    "Z": ("食杂店", "副食店", "副食", "小卖部", "批零店", "日杂店", "百货店", "商店", "食品店"),
    "B": ("便利店", "便利", "便民店", "生活便利"),
    "S": ("超市", "生活超市", "购物超市", "平价超市"),
    "N": ("商场", "购物中心"),
    "Y": ("烟酒", "烟酒行", "烟酒商行", "名烟名酒", "烟酒店"),
    "F": ("茶楼", "饭店", "宾馆", "酒家", "农家乐", "棋牌室", "网咖"),
    "Q": ("报刊亭", "五金店", "文具店", "药材行", "水果店", "早餐店"),
}


def people(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    """Names of people with their sex, `m` or `f`."""
    surnames = rng.choice(len(SURNAMES), count, p=SURNAME_CHANCE)
    female = rng.random(count) < 0.45
    given = rng.random(count)
    named = []
    for surname, is_female, chance in zip(surnames, female, given, strict=True):
        of = FEMALE if is_female else MALE
        named.append((SURNAMES[surname] + of[int(chance * len(of))], "f" if is_female else "m"))
    return named


def distinct(rng: np.random.Generator, of: Sequence[str], count: int) -> list[str]:
    """So many different words in a drawn order; when they run out, the same again with a word before them."""
    drawn: list[str] = []
    for before in ("", "新", "小", "大", "东", "西", "南", "北"):
        drawn += [before + of[index] for index in rng.permutation(len(of))]
        if len(drawn) >= count:
            return drawn[:count]
    return [drawn[index % len(drawn)] for index in range(count)]


def roads(rng: np.random.Generator, count: int) -> list[str]:
    """Names of streets, all different as far as words last."""
    kinds = rng.choice(len(ROAD_KINDS), count)
    return [word + ROAD_KINDS[kind] for word, kind in zip(distinct(rng, ROADS, count), kinds, strict=True)]


def shop(formats: str, owner: str, place: str, chances: Sequence[float]) -> tuple[str, str, str]:
    """A shop's name in three parts: what it calls itself, what it is, and where, if it says so.

    `place` is its street or village; `chances` are four numbers from 0 to 1 that decide.
    """
    endings = ENDINGS[formats]
    ending = endings[int(chances[0] * chances[0] * len(endings))]
    if formats in "ZQ" and chances[1] < 0.3:
        return owner[0] + "记", ending, ""
    if formats == "Z" and chances[1] < 0.36:
        return "老" + "二三四五六七"[int(chances[2] * 6)], ending, ""
    own = FIRST[int(chances[2] * len(FIRST))] + SECOND[int(chances[3] * len(SECOND))]
    if own[0] == own[1]:
        own = own[0] + "兴"
    says_where = (formats in "BSNY" and chances[1] > 0.55) or (formats in "ZF" and chances[1] > 0.85)
    return own, ending, f"（{place}店）" if says_where and place else ""


def phone(rng: np.random.Generator, count: int) -> list[str]:
    """Mobile numbers in a range that no operator gives out (142, 143)."""
    return [f"14{number:09d}" for number in rng.integers(200_000_000, 400_000_000, count)]

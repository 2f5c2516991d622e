"""Business clients of the telecom enterprise department: files, contacts, contracts, revenue by product."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from accounts.models import Contact, Contract, GroupClientFile
from accounts.services.copying import copy_lines, copy_rows, reserve_ids
from accounts.services.organisation import initials_of, pinyin_of
from config.demo import customers, names
from config.demo.facts import FACT_COLUMNS, PRODUCT_COLUMNS
from config.demo.geography import CITIES, Floats, Ints
from config.demo.organisation import Company
from config.demo.shape import Shape, split
from config.demo.stories import Stories, draw_stories

#: What the department sells, with the usual revenue a month in yuan.
PRODUCTS = (
    ("互联网专线", 4200),
    ("集团短号", 1500),
    ("物联网卡", 2600),
    ("云主机", 5200),
    ("视频监控云", 3100),
    ("5G 专网", 15800),
    ("短信平台", 1900),
    ("云桌面", 3600),
)
#: Kinds of clients: how they are called, their industry, and how large they are.
KINDS = (
    ("{city}第{number}人民医院", "医疗卫生", 2.4),
    ("{city}第{number}中学", "教育", 1.1),
    ("{city}{word}职业技术学院", "教育", 1.8),
    ("{city}政务服务中心（{word}分中心）", "政府机关", 1.9),
    ("{town}镇人民政府", "政府机关", 0.8),
    ("{city}{word}机械制造有限公司", "制造业", 1.3),
    ("{city}{word}食品股份有限公司", "制造业", 1.2),
    ("{city}{word}物流有限公司", "交通物流", 1.2),
    ("{city}{word}农村商业银行", "金融", 2.2),
    ("{city}{word}大酒店", "酒店旅游", 0.8),
    ("{city}{word}物业服务有限公司", "物业", 0.6),
    ("{city}{word}建筑工程有限公司", "建筑业", 0.9),
    ("{city}{word}连锁药房", "零售", 0.8),
    ("{city}公共交通有限公司{word}分公司", "交通物流", 1.4),
)
TITLES = ("总经理", "分管副总", "信息中心主任", "办公室主任", "财务科长", "采购主管", "网络管理员")
PARTS = ("decides", "decides", "influences", "influences", "influences", "buys", "uses")
RIVALS = ("无", "本地另一家运营商的专线", "另一家运营商的云主机", "自建机房", "广电线路备份")
NEEDS = ("专线提速", "分支机构组网", "等保测评配合", "门店监控上云", "短号扩容", "资费优化", "云桌面试点")


@dataclass(slots=True)
class _Clients:
    """Business clients as columns; `uses` are positions in `PRODUCTS`."""

    ids: list[int]
    kinds: Ints
    size: Floats
    ages: Ints
    uses: list[list[int]]


def write_group_clients(company: Company) -> None:
    """Write the department's clients with all that belongs to them."""
    shape = company.shape
    rng = shape.rng("groups")
    count = shape.group_clients
    kinds = rng.choice(len(KINDS), count)
    size = np.exp(rng.normal(0, 0.5, count)) * np.array([KINDS[kind][2] for kind in kinds])
    ages = rng.integers(400, 4200, count)
    uses = _products_in_use(rng, size)
    clients = _Clients(reserve_ids("accounts_customer", count), kinds, size, ages, uses)
    copy_rows("accounts_customer", customers.CUSTOMER_COLUMNS, _customer_rows(rng, company, clients))
    GroupClientFile.objects.bulk_create(
        GroupClientFile(
            customer_id=customer,
            industry=KINDS[kinds[index]][1],
            employees=int(size[index] * 180) + 12,
            products_in_use="、".join(PRODUCTS[product][0] for product in uses[index]),
            competitors=RIVALS[int(rng.integers(0, len(RIVALS)))],
            needs=NEEDS[int(rng.integers(0, len(NEEDS)))] if rng.random() < 0.7 else "",
        )
        for index, customer in enumerate(clients.ids)
    )
    _contacts(rng, clients)
    _contracts(rng, shape, clients)
    _write_revenue(rng, shape, clients, draw_stories(shape, size, ages, "groups"))


def _names(rng: np.random.Generator, clients: _Clients, side: Ints) -> list[str]:
    """What each client is called; of a kind, a city numbers them."""
    count = len(clients.ids)
    words = rng.integers(0, min(len(names.FIRST), len(names.SECOND)), (count, 2))
    towns = names.distinct(rng, names.TOWNS, count)
    seen: dict[str, int] = {}
    found = []
    for index, kind in enumerate(clients.kinds):
        pattern, city = KINDS[kind][0], CITIES[side[index]].name
        number = seen[pattern + city] = seen.get(pattern + city, 0) + 1
        chinese = "一二三四五六七八九十"[number - 1] if number <= 10 else str(number)
        word = names.FIRST[words[index, 0]] + names.SECOND[words[index, 1]]
        found.append(pattern.format(city=city, word=word, town=towns[index], number=chinese))
    return found


def _customer_rows(rng: np.random.Generator, company: Company, clients: _Clients) -> Iterator[tuple[Any, ...]]:
    count = len(clients.ids)
    tier, service_class, importance = customers.classes(rng, clients.size)
    shares = split(count, len(company.group_managers))
    managers = [person.pk for person, share in zip(company.group_managers, shares, strict=True) for _ in range(share)]
    (relation,) = company.relationship[company.department.pk]
    # The first managers' clients are in the first city, the others' in the second: nobody rides between them.
    second = set(managers[sum(shares[: -(-len(shares) * 3 // 5)]) :])
    side = np.array([int(person in second) for person in managers])
    called, phones = _names(rng, clients, side), names.phone(rng, count)
    x, y = rng.normal(0, 1900, count), rng.normal(0, 1500, count)
    for index in range(count):
        city = CITIES[side[index]]
        across = city.off_the_river(x[index : index + 1], y[index : index + 1])
        latitude, longitude = city.to_wgs84(x[index : index + 1], across)
        road = names.ROADS[int(rng.integers(0, len(names.ROADS)))]
        yield (
            clients.ids[index],
            "group",
            f"G{1001 + index}",
            called[index],
            pinyin_of(called[index])[:300],
            initials_of(called[index])[:60],
            "active",
            company.department.pk,
            managers[index],
            relation.pk if importance[index] in {"core", "important"} else None,
            int(tier[index]),
            int(service_class[index]),
            importance[index],
            f"{city.name}{road}路{int(rng.integers(1, 400))}号",
            float(latitude[0]),
            float(longitude[0]),
            phones[index],
            "",
            f"g{1001 + index}@client.example",
            "08:30",
            "17:30",
            [6, 7],
            company.shape.ago(clients.ages[index]),
        )


def _products_in_use(rng: np.random.Generator, size: Floats) -> list[list[int]]:
    """Larger clients use more products; every client has at least one."""
    wanted = np.clip(rng.poisson(1.2 + size), 1, 6)
    return [sorted(rng.choice(len(PRODUCTS), number, replace=False).tolist()) for number in wanted]


def _contacts(rng: np.random.Generator, clients: _Clients) -> None:
    """The decision chain: two to five people with their part, influence and stance."""
    rows = []
    for customer, large in zip(clients.ids, clients.size, strict=True):
        chain = sorted(rng.choice(len(TITLES), int(np.clip(1 + rng.poisson(1 + large), 2, 5)), replace=False).tolist())
        for title, (name, _), phone in zip(
            chain, names.people(rng, len(chain)), names.phone(rng, len(chain)), strict=True
        ):
            rows.append(
                Contact(
                    customer_id=customer,
                    name=name,
                    title=TITLES[title],
                    phone=phone,
                    part=PARTS[title],
                    influence=min(5, max(1, 5 - title + int(rng.integers(0, 2)))),
                    stance=("for", "neutral", "against")[int(rng.choice(3, p=[0.45, 0.42, 0.13]))],
                )
            )
    Contact.objects.bulk_create(rows)


def _contracts(rng: np.random.Generator, shape: Shape, clients: _Clients) -> None:
    """A contract for each product; some end within two months, some are over and not renewed."""
    rows: list[Contract] = []
    for index, customer in enumerate(clients.ids):
        for product in clients.uses[index]:
            years = int(rng.integers(1, 4))
            start = shape.ago(int(rng.integers(0, 365 * years + 40)))
            start = min(start, shape.ago(15))
            name, usual = PRODUCTS[product]
            rows.append(
                Contract(
                    customer_id=customer,
                    number=f"QT{start:%y%m}-{len(rows) + 1:04d}",
                    subject=f"{name}服务合同",
                    starts_on=start,
                    ends_on=start + timedelta(days=365 * years - 1),
                    amount=Decimal(round(usual * clients.size[index] * 12 * years, -2)),
                )
            )
    Contract.objects.bulk_create(rows)


def _write_revenue(rng: np.random.Generator, shape: Shape, clients: _Clients, stories: Stories) -> None:
    """Revenue by product, and from it the months: business clients pay late more often than shops."""
    ids, size, uses = clients.ids, clients.size, clients.uses
    totals: list[str] = []
    by_product: list[str] = []
    debt = np.zeros(len(ids))
    slow = rng.random(len(ids)) < 0.22
    for index, month in enumerate(shape.month_starts):
        level = np.maximum(stories.level(index, shape.months), 0)
        share = (shape.today.day - 1) / 30 if index == shape.months else 1.0
        for place, customer in enumerate(ids):
            amount = 0.0
            for product in uses[place]:
                revenue = round(PRODUCTS[product][1] * size[place] * level[place] * share * rng.uniform(0.94, 1.06), 2)
                if revenue > 0:
                    by_product.append(f"{customer}\t{month}\t{PRODUCTS[product][0]}\t0\t{revenue:.2f}\n")
                    amount += revenue
            pays = debt[place] * (rng.uniform(0.1, 0.7) if slow[place] else 1.0)
            overdue = round(debt[place] - pays, 2) if debt[place] - pays > 200 else 0.0
            received = debt[place] - overdue
            debt[place] = round(overdue + amount, 2)  # a month's bill is paid in the next one
            if amount or debt[place]:
                totals.append(
                    f"{customer}\t{month}\t0\t{amount:.2f}\t0\t{len(uses[place])}\t{received:.2f}\t{debt[place]:.2f}\t"
                    f"{overdue:.2f}\t0\t\\N\t\\N\t0\t0\t\\N\n"
                )
    copy_lines("accounts_monthlyfact", FACT_COLUMNS, iter(totals))
    copy_lines("accounts_monthlyproductfact", PRODUCT_COLUMNS, iter(by_product))

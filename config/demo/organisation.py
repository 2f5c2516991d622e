"""Units, people and posts: every post filled (ORG-2), but for some vacancies and absences on purpose."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password

from accounts.models import Absence, OrgUnit, Person, Post
from accounts.rules import Role
from accounts.services.organisation import create_unit, pinyin_of, record_absence
from config.demo import DEMO_LOGINS, DEMO_PASSWORD, geography, names
from config.demo.geography import CITIES, Area, City
from config.demo.shape import Shape, stations_of

COMPANY = "澜江商贸集团"
URBAN_BRANCHES = ("城东", "新港", "城西", "城南", "开发区", "滨江", "城北", "高铁新城", "老城", "科学城")
RURAL_BRANCHES = (
    "白鹭县",
    "梅渡县",
    "云湾县",
    "松涧县",
    "青枫县",
    "柳塘县",
    "竹溪县",
    "双渡县",
    "鹤坪县",
    "沙汀县",
    "茶岭县",
    "金沙坝县",
)


@dataclass(slots=True)
class Station:
    """A station, the area it serves, and its account managers."""

    unit: OrgUnit
    branch: OrgUnit
    area: Area
    managers: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Company:
    """Who is who, for the parts of the story that come after."""

    shape: Shape
    root: OrgUnit
    #: The telecom enterprise department 企业部, beside the regions, for business clients in both cities.
    department: OrgUnit
    stations: list[Station] = field(default_factory=list)
    group_managers: list[Person] = field(default_factory=list)
    #: Relationship managers by the id of their branch or department.
    relationship: dict[int, list[Person]] = field(default_factory=dict)
    #: Everybody by user name.
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def account_managers(self) -> list[Person]:
        return [person for station in self.stations for person in station.managers] + self.group_managers


class _Hiring:
    """Collects people and posts, and writes each table at once."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.rng = company.shape.rng("people")
        self.password = make_password(DEMO_PASSWORD)  # hashed once: that is slow on purpose
        self.known = {login.username: login.name for login in DEMO_LOGINS}
        self.posts: list[tuple[Person, Role, OrgUnit, date, date | None]] = []
        self.taken = set(self.known.values())
        self.phones = iter(names.phone(self.rng, 100 + 8 * company.shape.managers))

    def hire(self, username: str, role: Role, unit: OrgUnit, *, until: date | None = None, **fields: Any) -> Person:
        """A new person in a post that began some years ago."""
        name = self.known.get(username) or self._new_name()
        person = Person(
            username=username,
            name=name,
            pinyin=pinyin_of(name),
            password=self.password,
            phone=next(self.phones),
            **fields,
        )
        self.company.people[username] = person
        started = self.company.shape.ago(int(self.rng.integers(600, 2600)))
        self.posts.append((person, role, unit, started, until))
        return person

    def _new_name(self) -> str:
        """A name nobody else in the company has, as long as that is possible."""
        for _ in range(50):
            ((name, _sex),) = names.people(self.rng, 1)
            if name not in self.taken:
                break
        self.taken.add(name)
        return name

    def write(self) -> None:
        Person.objects.bulk_create(self.company.people.values())
        Post.objects.bulk_create(
            Post(person=person, role=role, unit=unit, starts_on=start, ends_on=end)
            for person, role, unit, start, end in self.posts
        )


def found_company(shape: Shape) -> Company:
    """Draw and write the whole organisation."""
    root = create_unit(parent=None, kind=OrgUnit.Kind.COMPANY, code="LJ", name=COMPANY, **_at(CITIES[0], 0, 0))
    department = create_unit(
        parent=root, kind=OrgUnit.Kind.DEPARTMENT, code="E1", name="企业通信部", **_at(CITIES[0], 600, 700)
    )
    company = Company(shape, root, department)
    hiring = _Hiring(company)
    _head_office(company, hiring)
    regions = []
    for index, city in enumerate(CITIES, start=1):
        name = f"{city.name.removesuffix('市')}大区"
        region = create_unit(parent=root, kind=OrgUnit.Kind.REGION, code=f"R{index}", name=name, **_at(city, 0, 0))
        hiring.hire(f"region{index}", Role.REGION_MANAGER, region)
        hiring.hire(f"marketing{index}", Role.MARKETING_MANAGER, region)
        hiring.hire(f"incharge{index}", Role.DEPUTY_MANAGER_IN_CHARGE, region)
        regions.append(region)
    _branches(company, hiring, regions)
    _enterprise_department(company, hiring)
    hiring.write()
    _absences(company)
    return company


def _head_office(company: Company, hiring: _Hiring) -> None:
    root = company.root
    hiring.hire("gm", Role.GENERAL_MANAGER, root)
    hiring.hire("deputy1", Role.DEPUTY_GENERAL_MANAGER, root)
    hiring.hire("deputy2", Role.DEPUTY_GENERAL_MANAGER, root)
    hiring.hire("incharge", Role.DEPUTY_MANAGER_IN_CHARGE, root)
    hiring.hire("director", Role.MARKETING_DIRECTOR, root)
    office = create_unit(parent=root, kind=OrgUnit.Kind.DEPARTMENT, code="D1", name="综合管理部")
    store = create_unit(parent=root, kind=OrgUnit.Kind.DEPARTMENT, code="D2", name="仓储配送中心")
    hiring.hire("discipline", Role.DISCIPLINE_OFFICER, root)
    hiring.hire("trainer", Role.TRAINER, root)
    hiring.hire("support1", Role.SUPPORT_OFFICER, store)
    hiring.hire("support2", Role.SUPPORT_OFFICER, office)
    hiring.hire("admin", Role.ADMINISTRATOR, root, is_staff=True, is_superuser=True)


def _branches(company: Company, hiring: _Hiring, regions: list[OrgUnit]) -> None:
    """Branches of both kinds in both cities, in turn; each with its stations, and each station with its area."""
    shape, rng = company.shape, company.shape.rng("geography")
    urban, rural = shape.branch_sizes()
    kinds = [(True, index, size) for index, size in enumerate(urban)] + [
        (False, index, size) for index, size in enumerate(rural)
    ]
    quarters = [0, 0]
    roads = [iter(geography.road_names(rng, 80)) for _ in CITIES]
    towns = iter(names.distinct(rng, names.TOWNS, 8 * len(names.TOWNS)))
    number = 0
    for order, (is_urban, index, size) in enumerate(kinds, start=1):
        side = index % len(CITIES)
        city = CITIES[side]
        word = (URBAN_BRANCHES if is_urban else RURAL_BRANCHES)[index % (10 if is_urban else 12)]
        county = _county_town(rng, city, index // len(CITIES), len(rural))
        seat = (0.0, 0.0) if is_urban else county
        branch = create_unit(
            parent=regions[side],
            kind=OrgUnit.Kind.BRANCH,
            code=f"B{order:02d}",
            name=f"{word}分公司",
            **_at(city, *seat),
        )
        _branch_posts(company, hiring, branch, order, last=order == len(kinds))
        for place, managers in enumerate(stations_of(size)):
            if is_urban:
                area = geography.urban_area(rng, city, quarters[side], next(roads[side]))
                quarters[side] += 1
                name = f"{area.streets[0].name}客户服务站"
            else:
                town = word.removesuffix("县") if place == 0 else next(towns)
                centre = _around(rng, county, place)
                villages = names.distinct(rng, names.VILLAGES, 40)
                area = geography.rural_area(rng, city, centre, f"{city.name}{word}{town}镇", villages)
                name = f"{town}镇客户服务站"
            unit = create_unit(
                parent=branch,
                kind=OrgUnit.Kind.STATION,
                code=f"B{order:02d}-{place + 1}",
                name=name,
                **_at(city, area.x, area.y),
            )
            station = Station(unit, branch, area)
            start: dict[str, Any] = {"start_latitude": unit.latitude, "start_longitude": unit.longitude}
            for _ in range(managers):
                number += 1
                username = f"manager{number:02d}"
                station.managers.append(hiring.hire(username, Role.ACCOUNT_MANAGER, unit, **start))
            company.stations.append(station)


def _branch_posts(company: Company, hiring: _Hiring, branch: OrgUnit, order: int, *, last: bool) -> None:
    """A branch's own posts. The last branch has lost its sales manager, the second its customer officer."""
    left = company.shape.ago(41)
    hiring.hire(f"branch{order:02d}", Role.BRANCH_GENERAL_MANAGER, branch)
    sales = "supervisor" if order == 1 else f"supervisor{order:02d}"
    hiring.hire(sales, Role.BRANCH_SALES_MANAGER, branch, until=left if last else None)
    hiring.hire(f"officer{order:02d}", Role.CUSTOMER_OFFICER, branch, until=left if order == 2 else None)
    count = max(1, round(company.shape.retailers * 0.05 / 60 / max(1, sum(map(len, company.shape.branch_sizes())))))
    company.relationship[branch.pk] = [
        hiring.hire(f"relation{order:02d}{'abcdefgh'[index % 8]}", Role.RELATIONSHIP_MANAGER, branch)
        for index in range(min(count, 8))
    ]


def _enterprise_department(company: Company, hiring: _Hiring) -> None:
    unit = company.department
    hiring.hire("enterprise", Role.BRANCH_GENERAL_MANAGER, unit)
    hiring.hire("enterprise-sales", Role.BRANCH_SALES_MANAGER, unit)
    hiring.hire("enterprise-officer", Role.CUSTOMER_OFFICER, unit)
    hiring.hire("enterprise-support", Role.SUPPORT_OFFICER, unit)
    company.relationship[unit.pk] = [hiring.hire("enterprise-relation", Role.RELATIONSHIP_MANAGER, unit)]
    start: dict[str, Any] = {"start_latitude": unit.latitude, "start_longitude": unit.longitude}
    retail = company.shape.managers - company.shape.group_managers
    for index in range(company.shape.group_managers):
        username = f"manager{retail + index + 1:02d}"
        company.group_managers.append(hiring.hire(username, Role.ACCOUNT_MANAGER, unit, **start))


def _absences(company: Company) -> None:
    """One away with a delegate, one without, and leaves that are over."""
    shape, rng = company.shape, company.shape.rng("absences")
    managers = [person for station in company.stations for person in station.managers]
    away, unattended = managers[-1], managers[-2]
    colleague = managers[-3] if len(managers) > 2 else company.group_managers[0]
    days = timedelta(days=1)
    record_absence(
        person=away,
        starts_on=shape.today - 3 * days,
        ends_on=shape.today + 4 * days,
        delegate=colleague,
        reason="年休假",
    )
    record_absence(person=unattended, starts_on=shape.today - days, ends_on=shape.today + 5 * days, reason="病假")
    past = []
    for person in managers[1:-2]:
        if rng.random() < 0.35:
            first = shape.ago(int(rng.integers(15, 150)))
            length = int(rng.integers(0, 5))
            reason = str(rng.choice(["年休假", "病假", "婚假", "培训", "事假"]))
            past.append(Absence(person=person, starts_on=first, ends_on=first + length * days, reason=reason))
    Absence.objects.bulk_create(past)


def _at(city: City, x: float, y: float) -> dict[str, float]:
    latitude, longitude = city.to_wgs84(np.array([x]), np.array([y]))
    return {"latitude": float(latitude[0]), "longitude": float(longitude[0])}


def _county_town(rng: np.random.Generator, city: City, index: int, branches: int) -> tuple[float, float]:
    """Counties lie around the city, a quarter of an hour's drive apart or more."""
    around = max(2, (branches + 1) // 2)
    heading = 2 * np.pi * (index + 0.25) / around + rng.normal(0, 0.1)
    distance = rng.uniform(27_000, 36_000)
    return float(distance * np.cos(heading)), float(distance * np.sin(heading))


def _around(rng: np.random.Generator, county: tuple[float, float], place: int) -> tuple[float, float]:
    """The county town first, then townships in a ring around it."""
    if place == 0:
        return county
    heading = 1.9 * place + rng.normal(0, 0.2)
    distance = rng.uniform(11_000, 14_500)
    return float(county[0] + distance * np.cos(heading)), float(county[1] + distance * np.sin(heading))

"""主体: enterprises, universities, institutes, hospitals, departments and the service institutions of nine classes.

All names are made up: three rare characters where a company would have its brand. Codes have right check characters but begin
with letters that no authority gives out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.fields import FIELDS, field_weights
from subgraphs.demo.places import CITIES, CITY_WEIGHTS, COUNTIES_OF, PLACES, Place
from subgraphs.demo.uscc import make_uscc
from subgraphs.kit.enums import EnterpriseScale, OrganizationKind, ServiceClass

SERVICE_CLASSES: Final = {
    ServiceClass.TECHNOLOGY_TRANSFER: (86, "技术转移中心"),
    ServiceClass.TECH_FINANCE: (42, "科技金融服务有限公司"),
    ServiceClass.INTELLECTUAL_PROPERTY: (48, "知识产权代理有限公司"),
    ServiceClass.INSPECTION_AND_TESTING: (38, "检验检测技术有限公司"),
    ServiceClass.FISCAL_TAX_AND_LEGAL: (30, "财税法律服务所"),
    ServiceClass.RESEARCH_AND_DEVELOPMENT: (26, "研究开发服务有限公司"),
    ServiceClass.INCUBATION: (18, "科技企业孵化器有限公司"),
    ServiceClass.CONSULTING: (16, "科技咨询有限公司"),
    ServiceClass.COMPREHENSIVE: (12, "综合科技服务有限公司"),
}
"""How many of the 316 belong to each class (assumed, the letter only names five of nine), and how they are called."""

ENTERPRISES: Final = 2200
UNIVERSITIES: Final = 60
INSTITUTES: Final = 80
HOSPITALS: Final = 48

_BRAND: Final = (
    "岫璟澜珩峤湉翀垚琤昶霁溆沅菡榛嵘淙祎砚旻铖澍璘昀弈钰溪屿棠熙瀚璞翊骁珞沣崟茗筠澔琮珈鋆翎泠珺椿榆苓蘅芃葭洵淼烨煊"
)
_TRADES: Final = {
    "01": "数字科技", "02": "农业科技", "03": "医疗科技", "04": "新能源科技", "05": "装备制造",
    "06": "新材料", "07": "环境工程", "08": "海洋科技", "09": "实业",
}  # fmt: skip
_UNIVERSITY_TYPES: Final = (
    ("大学", ("01", "02", "03", "04", "05", "06", "07", "08", "09")),
    ("理工大学", ("01", "04", "05", "06", "07")),
    ("农林大学", ("02", "07", "09")),
    ("医科大学", ("03",)),
    ("工业学院", ("01", "04", "05", "06")),
    ("海洋大学", ("08", "02", "07")),
    ("科技学院", ("01", "04", "05", "09")),
)
_INSTITUTE_NAMES: Final = {
    "01": "数字技术研究院", "02": "农业科学研究所", "03": "医学研究所", "04": "能源与碳中和研究院", "05": "智能装备研究院",
    "06": "新材料研究院", "07": "生态环境研究所", "08": "海洋研究所", "09": "轻工技术研究所",
}  # fmt: skip
_DEPARTMENTS: Final = (("工业与信息化主管部门", "05"), ("农业农村主管部门", "02"), ("卫生健康主管部门", "03"))
_SCALES: Final = tuple(EnterpriseScale)
_GRADES: Final = ("三级甲等", "三级乙等", "二级甲等")


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation; ``fields`` are the technical fields it works in, the other columns are null for other kinds."""

    uscc: str
    kind: OrganizationKind
    name: str
    place: Place
    fields: tuple[str, ...] = ()
    resident: bool = False
    scale: EnterpriseScale | None = None
    high_tech: bool | None = None
    grade: str | None = None
    service_class: ServiceClass | None = None

    @property
    def city(self) -> str:
        """The code of its city."""
        return self.place.city

    @property
    def may_use_free_licences(self) -> bool:
        """先免费许可、后付费转化 is for micro and small enterprises of the mountain counties."""
        small = self.scale in (EnterpriseScale.MICRO, EnterpriseScale.SMALL)
        return small and self.place.mountain is not None


class Register:
    """All organisations, and the ways to look for one."""

    def __init__(self, organizations: list[Organization]) -> None:
        self.all = tuple(organizations)
        self._by_field: dict[tuple[OrganizationKind, str, str], list[Organization]] = defaultdict(list)
        self._by_place: dict[tuple[OrganizationKind, str], list[Organization]] = defaultdict(list)
        for organization in organizations:
            kind = organization.kind
            self._by_place[kind, organization.place.code].append(organization)
            self._by_place[kind, organization.city].append(organization)
            self._by_place[kind, ""].append(organization)
            for field in organization.fields:
                self._by_field[kind, field, organization.city].append(organization)
                self._by_field[kind, field, ""].append(organization)

    def of(self, kind: OrganizationKind, place: str = "") -> list[Organization]:
        """Those of a kind, in a county or city or everywhere."""
        return self._by_place[kind, place]

    def working_in(self, kind: OrganizationKind, field: str, city: str = "") -> list[Organization]:
        """Those of a kind that work in a field, in a city; everywhere where the city has none."""
        return self._by_field[kind, field, city] or self._by_field[kind, field, ""]


def make_organizations() -> Register:
    """Make every organisation of the province: 321 of them reside in the market, 316 as service institutions."""
    return Register(
        [
            *_enterprises(),
            *_universities(),
            *_institutes(),
            *_hospitals(),
            *_departments(),
            *_service_institutions(),
            *_other_residents(),
        ]
    )


def _brand(draw: Draw, length: int = 3) -> str:
    return "".join(draw.pick_some(_BRAND, length))


def _uscc(draw: Draw, prefix: str, place: Place) -> str:
    return make_uscc(prefix, place.code, draw.below(31**6))


def _short(place: Place) -> str:
    """A region's name without its last character: 杭州 for 杭州市, 庆元 for 庆元县."""
    return "景宁" if place.name.startswith("景宁") else place.name[:-1]


def _over_cities(kind: str, total: int) -> Iterator[tuple[Draw, Place, int]]:
    """One stream, one county and one number within the city for each of so many things of a kind."""
    for city, count in zip(CITIES, apportion(total, CITY_WEIGHTS), strict=True):
        counties = COUNTIES_OF[city.code]
        for number in range(count):
            yield Draw(f"{kind}:{city.code}:{number}"), counties[number % len(counties)], number


def _enterprises() -> Iterator[Organization]:
    for draw, county, _ in _over_cities("enterprise", ENTERPRISES):
        weights = field_weights(county.code, mountain=county.mountain is not None)
        field = draw.pick_weighted(FIELDS, weights).code
        scale = draw.pick_weighted(_SCALES, (30, 40, 22, 8))
        yield Organization(
            _uscc(draw, "91", county),
            OrganizationKind.ENTERPRISE,
            f"{PLACES[county.city].name}{_brand(draw)}{_TRADES[field]}有限公司",
            county,
            (field,),
            scale=scale,
            high_tech=draw.chance(20 if scale is EnterpriseScale.MICRO else 45),
        )


def _universities() -> Iterator[Organization]:
    for draw, county, number in _over_cities("university", UNIVERSITIES):
        suffix, fields = _UNIVERSITY_TYPES[number % len(_UNIVERSITY_TYPES)]
        name = f"{_brand(draw, 2)}{suffix}"
        yield Organization(_uscc(draw, "12", county), OrganizationKind.UNIVERSITY, name, county, fields)


def _institutes() -> Iterator[Organization]:
    for draw, county, number in _over_cities("institute", INSTITUTES):
        field = FIELDS[(number + int(county.code[2:4])) % len(FIELDS)].code
        name = f"{_short(PLACES[county.city])}{_brand(draw, 2)}{_INSTITUTE_NAMES[field]}"
        yield Organization(_uscc(draw, "12", county), OrganizationKind.RESEARCH_INSTITUTE, name, county, (field,))


def _hospitals() -> Iterator[Organization]:
    for draw, county, number in _over_cities("hospital", HOSPITALS):
        grade = _GRADES[min(number // 2, 2)] if number < 6 else draw.pick(_GRADES)
        name = f"{_short(PLACES[county.city])}{_brand(draw, 2)}医院"
        yield Organization(_uscc(draw, "12", county), OrganizationKind.HOSPITAL, name, county, ("03",), grade=grade)


def _departments() -> Iterator[Organization]:
    for city in CITIES:
        for name, field in _DEPARTMENTS:
            code = _uscc(Draw(f"department:{city.code}:{field}"), "11", city)
            fields = tuple(f.code for f in FIELDS) if field == "05" else (field,)
            yield Organization(code, OrganizationKind.GOVERNMENT_DEPARTMENT, f"{city.name}{name}", city, fields)


def _service_institutions() -> Iterator[Organization]:
    classes = [service for service, (count, _) in SERVICE_CLASSES.items() for _ in range(count)]
    classes_by_lot = [classes[at] for at in sorted(range(len(classes)), key=lambda at: rank(f"class:{at}"))]
    total = len(classes)
    for service, (draw, county, _) in zip(classes_by_lot, _over_cities("service", total), strict=True):
        yield Organization(
            _uscc(draw, "91", county),
            OrganizationKind.SERVICE_INSTITUTION,
            f"{PLACES[county.city].name}{_brand(draw)}{SERVICE_CLASSES[service][1]}",
            county,
            resident=True,
            service_class=service,
        )


def _other_residents() -> Iterator[Organization]:
    """The market's operator, one co-builder of each industry's market, one transfer office: assumed, see the docs."""
    place = PLACES["330106"]
    rows = (
        (OrganizationKind.ENTERPRISE, "91", "浙省网上技术市场运营有限公司", ("01",)),
        (OrganizationKind.RESEARCH_INSTITUTE, "12", "浙省农业技术分市场共建研究院", ("02",)),
        (OrganizationKind.RESEARCH_INSTITUTE, "12", "浙省双碳技术分市场共建研究院", ("04",)),
        (OrganizationKind.RESEARCH_INSTITUTE, "12", "浙省医疗卫生技术分市场共建研究院", ("03",)),
        (OrganizationKind.RESEARCH_INSTITUTE, "12", "浙省高校院所技术转移办公室", ("01",)),
    )
    for kind, prefix, name, fields in rows:
        company = kind is OrganizationKind.ENTERPRISE
        yield Organization(
            _uscc(Draw(f"resident:{name}"), prefix, place),
            kind,
            name,
            place,
            fields,
            resident=True,
            scale=EnterpriseScale.MEDIUM if company else None,
            high_tech=True if company else None,
        )

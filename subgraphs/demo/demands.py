"""企业与产业行业部门的技术需求: 2,499 of them, with budgets, deadlines and contacts that are nobody's."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from subgraphs.demo.achievements import fill_effect, pick_leaf
from subgraphs.demo.apportion import apportion
from subgraphs.demo.days import DATA_DATE, day_of, later, spread
from subgraphs.demo.draw import Draw
from subgraphs.demo.fields import Leaf, Subject, Words
from subgraphs.demo.organizations import Organization, Register
from subgraphs.demo.places import CITIES, CITY_WEIGHTS, COUNTIES_OF, Place
from subgraphs.kit.enums import DemandSource, OrganizationKind

DEMANDS: Final = 2_499

_NEEDS: Final = tuple(
    Words(*text.split("|"))
    for text in (
        "关键技术攻关|Key technology", "国产化替代|Domestic substitution", "节能降耗改造|Energy-saving retrofit",
        "智能化升级|Smart upgrade", "质量稳定性提升|Steadier quality", "检测方法开发|Test method",
        "工艺优化|Process optimisation", "低成本量产技术|Low-cost mass production",
    )
)  # fmt: skip
_COOPERATION: Final = ("可接受联合开发", "可接受技术许可", "可接受作价入股", "可接受委托开发", "欢迎揭榜挂帅")


@dataclass(frozen=True, slots=True)
class Demand:
    """A technical demand as its city publishes it, but for its status."""

    id: str
    county: Place
    leaf: Leaf
    subject: Subject
    title: str
    summary: str
    published_at: datetime
    publisher: Organization
    source: DemandSource
    budget_fen: int | None
    deadline: date | None
    contact_name: str
    contact_phone: str

    @property
    def city(self) -> str:
        """The code of the city that publishes it."""
        return self.county.city


def make_demands(register: Register) -> list[Demand]:
    """Make all demands, city by city, in the order in which they were published."""
    return [
        _make(register, city.code, position, count)
        for city, count in zip(CITIES, apportion(DEMANDS, CITY_WEIGHTS), strict=True)
        for position in range(count)
    ]


def _make(register: Register, city: str, position: int, count: int) -> Demand:
    identity = f"{city}-D-{position + 1:06d}"
    draw = Draw(f"demand:{identity}")
    # Round the counties, so that each has its share of demands, also the smallest.
    county = COUNTIES_OF[city][position % len(COUNTIES_OF[city])]
    leaf = pick_leaf(draw, county)
    published_at = spread(draw, position, count)
    source, publisher = _pick_publisher(draw, register, leaf, county)
    subject = draw.pick(leaf.subjects)
    title, summary = _write(draw, leaf, subject)
    return Demand(
        id=identity,
        county=county,
        leaf=leaf,
        subject=subject,
        title=title,
        summary=summary,
        published_at=published_at,
        publisher=publisher,
        source=source,
        budget_fen=draw.between(10, 500) * 1_000_000 if draw.chance(80) else None,
        deadline=_deadline(draw, published_at) if draw.chance(75) else None,
        contact_name=f"需求联系人{position + 1:04d}号",
        contact_phone=f"000-{city[:4]}-{position + 1:04d}",
    )


def _deadline(draw: Draw, published_at: datetime) -> date:
    """A quarter to a year and a half from its publication or last renewal: none has passed on the data date."""
    renewed = max(day_of(published_at), later(DATA_DATE, -80))
    return later(renewed, draw.between(90, 540))


def _pick_publisher(draw: Draw, register: Register, leaf: Leaf, county: Place) -> tuple[DemandSource, Organization]:
    if draw.chance(14):
        offices = register.working_in(OrganizationKind.GOVERNMENT_DEPARTMENT, leaf.field, county.city)
        return DemandSource.INDUSTRY_DEPARTMENT, draw.pick(offices)
    neighbours = register.of(OrganizationKind.ENTERPRISE, county.code)
    fitting = [enterprise for enterprise in neighbours if leaf.field in enterprise.fields]
    return DemandSource.ENTERPRISE, draw.pick(fitting or neighbours)


def _write(draw: Draw, leaf: Leaf, subject: Subject) -> tuple[str, str]:
    need, problem = draw.pick(_NEEDS), draw.pick(leaf.problems)
    method, effect = draw.pick(leaf.ways), fill_effect(draw, draw.pick(leaf.effects))
    wish = f"希望{method.zh}加以解决，目标是{effect.zh}；{draw.pick(_COOPERATION)}。"
    english = f"{need.en} wanted for {subject.en}: the trouble is {problem.en}; a good answer {effect.en}."
    return f"{subject.zh}{need.zh}", f"在{subject.zh}方面遇到{problem.zh}的难题，{wish}{english}"

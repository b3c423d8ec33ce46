"""科技成果: 14,177 of them over eleven cities, each with a title, a summary and an owner that works in its field."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.days import spread
from subgraphs.demo.draw import Draw
from subgraphs.demo.fields import FIELDS, LEAVES, Effect, Leaf, Subject, Words, field_weights
from subgraphs.demo.organizations import Organization, Register
from subgraphs.demo.places import CITIES, CITY_WEIGHTS, COUNTIES_OF, PLACES, Place
from subgraphs.kit.enums import OrganizationKind

ACHIEVEMENTS: Final = 14_177

SHOWCASE: Final = "330300-A-000123"
"""The achievement of the detail page: one that all five markets know something of."""

_QUALIFIERS: Final = tuple(
    Words(*text.split("|"))
    for text in (
        "高效|high-efficiency", "低成本|low-cost", "智能化|smart", "绿色|green", "新型|new", "高可靠|highly reliable",
        "一体化|integrated", "轻量化|lightweight",
    )
)  # fmt: skip
_STAGES: Final = {
    1: "已完成原理研究", 2: "已形成技术方案", 3: "已完成实验室验证", 4: "已研制原理样机", 5: "已完成小试",
    6: "已完成中试", 7: "已在示范工程应用", 8: "已定型并小批量生产", 9: "已批量应用",
}  # fmt: skip
_LEVELS: Final = tuple(range(1, 10))
_LEVEL_WEIGHTS: Final = (2, 4, 9, 14, 17, 19, 17, 12, 6)


@dataclass(frozen=True, slots=True)
class Achievement:
    """A technology achievement as its city publishes it, but for its status, which trading decides."""

    id: str
    county: Place
    leaf: Leaf
    subject: Subject
    title: str
    summary: str
    published_at: datetime
    owner: Organization
    maturity: int
    service_invention: bool
    patents: tuple[str, ...]
    asking_price_fen: int | None
    supports_free_licence: bool

    @property
    def city(self) -> str:
        """The code of the city that publishes it."""
        return self.county.city


def make_achievements(register: Register) -> list[Achievement]:
    """Make all achievements, city by city, in the order in which they were published."""
    return [
        _make(register, city.code, position, count)
        for city, count in zip(CITIES, apportion(ACHIEVEMENTS, CITY_WEIGHTS), strict=True)
        for position in range(count)
    ]


def fill_effect(draw: Draw, effect: Effect) -> Words:
    """The effect with its number."""
    number = draw.between(effect.least, effect.most)
    return Words(effect.words.zh.format(n=number), effect.words.en.format(n=number))


def pick_leaf(draw: Draw, county: Place) -> Leaf:
    """A technical field such as the county's listings lie in."""
    field = draw.pick_weighted(FIELDS, field_weights(county.code, mountain=county.mountain is not None))
    return draw.pick_weighted(field.leaves, [leaf.weight for leaf in field.leaves])


def _make(register: Register, city: str, position: int, count: int) -> Achievement:
    identity = f"{city}-A-{position + 1:06d}"
    draw = Draw(f"achievement:{identity}")
    county = draw.pick(COUNTIES_OF[city])
    leaf = pick_leaf(draw, county)
    subject = draw.pick(leaf.subjects)
    published_at = spread(draw, position, count)
    maturity = draw.pick_weighted(_LEVELS, _LEVEL_WEIGHTS)
    owner = _pick_owner(draw, register, leaf, city)
    if identity == SHOWCASE:
        county, leaf, subject, maturity, owner = _showcase(register)
    public = owner.kind is not OrganizationKind.ENTERPRISE
    title, summary = _write(draw, leaf, subject, maturity)
    return Achievement(
        id=identity,
        county=county,
        leaf=leaf,
        subject=subject,
        title=title,
        summary=summary,
        published_at=published_at,
        owner=owner,
        maturity=maturity,
        service_invention=public and (draw.chance(85) or identity == SHOWCASE),
        patents=tuple(_patents(draw, published_at.year, least=2 if identity == SHOWCASE else 0)),
        asking_price_fen=draw.between(5, 600) * 1_000_000 if draw.chance(70) or identity == SHOWCASE else None,
        supports_free_licence=public and draw.chance(35),
    )


def _showcase(register: Register) -> tuple[Place, Leaf, Subject, int, Organization]:
    leaf = LEAVES["0306"]
    tea = next(subject for subject in leaf.subjects if subject.zh.startswith("茶"))
    return PLACES["330329"], leaf, tea, 7, register.of(OrganizationKind.UNIVERSITY, "330300")[0]


def _pick_owner(draw: Draw, register: Register, leaf: Leaf, city: str) -> Organization:
    kind = draw.pick_weighted(
        (OrganizationKind.UNIVERSITY, OrganizationKind.RESEARCH_INSTITUTE, OrganizationKind.ENTERPRISE), (46, 18, 36)
    )
    if leaf.field == "03" and draw.chance(20):
        kind = OrganizationKind.HOSPITAL
    near = city if draw.chance(70) else ""
    return draw.pick(register.working_in(kind, leaf.field, near))


def _write(draw: Draw, leaf: Leaf, subject: Subject, maturity: int) -> tuple[str, str]:
    method, product, problem = draw.pick(leaf.methods), draw.pick(leaf.products), draw.pick(leaf.problems)
    product = subject.product or product
    effect, qualifier = fill_effect(draw, draw.pick(leaf.effects)), draw.pick(_QUALIFIERS)
    # 止血材料 is a 材料 already: say it once.
    noun = subject.zh if subject.zh.endswith(product.zh[:2]) else subject.zh + product.zh
    title = draw.pick(
        (
            f"{method.zh}的{noun}",
            f"{qualifier.zh}{noun}",
            f"{method.zh}的{qualifier.zh}{noun}",
            f"{noun}及其{qualifier.zh}应用",
        )
    )
    chinese = f"针对{subject.zh}中{problem.zh}的问题，{method.zh}，形成{qualifier.zh}{product.zh}，{effect.zh}。{_STAGES[maturity]}。"
    english = (
        f"{qualifier.en.capitalize()} {product.en} for {subject.en}, {method.en}, against {problem.en}: {effect.en}."
    )
    return title, chinese + english


def _patents(draw: Draw, year: int, *, least: int) -> Iterator[str]:
    for _ in range(max(least, draw.pick_weighted((0, 1, 2, 3, 4), (18, 34, 26, 14, 8)))):
        yield f"ZL{year - draw.between(1, 4)}1{draw.below(10**7):07d}.{draw.pick('0123456789X')}"

"""科技大市场: 59 of them, one in a county at most, first in the mountain counties."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.days import later
from subgraphs.demo.draw import Draw
from subgraphs.demo.places import CITIES, COUNTIES_OF, Place

PREMISES: Final = 59

SERVICES: Final = (
    "成果展示",
    "路演对接",
    "技术合同登记",
    "知识产权咨询",
    "科技金融对接",
    "检验检测预约",
    "揭榜挂帅发布",
    "人才招引",
)
"""What such a market offers: showroom, roadshows, contract registration and so on."""


@dataclass(frozen=True, slots=True)
class Premises:
    """A market in a building; ``services`` are positions in :data:`SERVICES`."""

    id: str
    name: str
    county: Place
    opened_on: date
    turnover_fen: int
    turnover_before_fen: int
    services: tuple[int, ...]


def make_premises() -> list[Premises]:
    """Split the markets over the cities by their number of counties."""
    return [
        _make(county)
        for city, count in zip(CITIES, apportion(PREMISES, [len(COUNTIES_OF[c.code]) for c in CITIES]), strict=True)
        for county in sorted(COUNTIES_OF[city.code], key=lambda c: (c.mountain is None, c.code))[:count]
    ]


def _make(county: Place) -> Premises:
    draw = Draw(f"premises:{county.code}")
    turnover = draw.between(300, 9_000) * 1_000_000
    return Premises(
        id=f"{county.code}-M-01",
        name=f"{county.name}科技大市场",
        county=county,
        opened_on=later(date(2014, 3, 1), draw.below(2_900)),
        turnover_fen=turnover,
        # What core knew before the counties reported the turnover themselves.
        turnover_before_fen=turnover * draw.between(70, 95) // 100,
        services=tuple(sorted(draw.pick_some(range(len(SERVICES)), draw.between(3, 6)))),
    )

"""技术经纪人: 350 of three levels, each in a city, most in one of its service institutions."""

from dataclasses import dataclass
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.organizations import Organization, Register
from subgraphs.demo.places import CITIES, CITY_WEIGHTS, COUNTIES_OF, Place
from subgraphs.kit.enums import BrokerLevel, OrganizationKind

LEVELS: Final = {BrokerLevel.JUNIOR: 210, BrokerLevel.INTERMEDIATE: 105, BrokerLevel.SENIOR: 35}
"""How many brokers hold each level (assumed)."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A technology broker and the counties served. The name is a number: nobody's."""

    registration_no: str
    city: str
    name: str
    level: BrokerLevel
    institution: Organization | None
    phone: str
    counties: tuple[Place, ...]


def make_brokers(register: Register) -> list[Broker]:
    """Make all brokers, city by city."""
    levels = [level for level, count in LEVELS.items() for _ in range(count)]
    order = sorted(range(len(levels)), key=lambda at: rank(f"broker level:{at}"))
    level_of = iter([levels[at] for at in order])
    return [
        _make(register, city, number, next(level_of))
        for city, count in zip(CITIES, apportion(len(levels), CITY_WEIGHTS), strict=True)
        for number in range(1, count + 1)
    ]


def _make(register: Register, city: Place, number: int, level: BrokerLevel) -> Broker:
    registration_no = f"{city.code}-B-{number:04d}"
    draw = Draw(f"broker:{registration_no}")
    institutions = register.of(OrganizationKind.SERVICE_INSTITUTION, city.code)
    # In turn, so that nearly every institution has a broker.
    institution = None if draw.chance(6) else institutions[number % len(institutions)]
    return Broker(
        registration_no=registration_no,
        city=city.code,
        name=f"{city.name[:-1]}经纪人{number:03d}号",
        level=level,
        institution=institution,
        phone=f"000-{city.code[:4]}-8{number:03d}",
        counties=tuple(sorted(draw.pick_some(COUNTIES_OF[city.code], draw.between(2, 5)), key=lambda c: c.code)),
    )

"""浙江拍: 1,304 achievements traded once each, 4.95亿元 in three pricing modes, to the fen."""

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from subgraphs.demo.achievements import SHOWCASE, Achievement
from subgraphs.demo.apportion import apportion
from subgraphs.demo.brokers import Broker
from subgraphs.demo.days import DATA_DATE, DEALS_FROM, day_of, later, moment_between
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.organizations import Organization, Register
from subgraphs.demo.places import CITIES, CITY_WEIGHTS
from subgraphs.kit.enums import ConversionMode, DemandSource, OrganizationKind, PricingMode

DEALS: Final = 1_304
COUNTS: Final = {PricingMode.NEGOTIATED: 870, PricingMode.LISTED: 130, PricingMode.AUCTION: 304}
"""How many deals were made in each mode (assumed)."""

AMOUNTS_FEN: Final = {
    PricingMode.NEGOTIATED: 32_000_000_000,
    PricingMode.LISTED: 1_800_000_000,
    PricingMode.AUCTION: 15_700_000_000,
}
"""How much was traded in each mode, by the letter."""

ROUND_FEN: Final = 100_000
"""Prices are whole thousands of yuan."""

_CONVERSIONS: Final = {
    PricingMode.AUCTION: ((ConversionMode.ASSIGNMENT, ConversionMode.LICENCE), (70, 30)),
    PricingMode.LISTED: (
        (ConversionMode.ASSIGNMENT, ConversionMode.LICENCE, ConversionMode.EQUITY_INVESTMENT),
        (45, 45, 10),
    ),
    PricingMode.NEGOTIATED: (tuple(ConversionMode), (18, 22, 8, 34, 6, 12)),
}
_AUCTION_NEEDS_DAYS: Final = 40
_RISK_NOTES: Final = ("付款分三期，关注第二期里程碑", "受让方需补充环评材料", "涉及共有专利，已取得共有人同意")


@dataclass(frozen=True, slots=True)
class Deal:
    """One technology contract."""

    id: str
    contract_no: str
    achievement: Achievement
    mode: PricingMode
    conversion: ConversionMode
    amount_fen: int
    signed_at: datetime
    buyer: Organization
    broker: Broker | None
    demand: Demand | None
    risk_note: str | None


@dataclass(frozen=True, slots=True)
class _Bargain:
    """A deal before it has its number and its price."""

    achievement: Achievement
    mode: PricingMode
    signed_at: datetime


def make_deals(
    achievements: list[Achievement], demands: list[Demand], register: Register, brokers: list[Broker]
) -> list[Deal]:
    """Make all deals, in the order in which they were signed."""
    bargains = _strike(_traded(achievements))
    prices = _prices(bargains)
    brokers_of = defaultdict(list)
    for broker in brokers:
        brokers_of[broker.city].append(broker)
    open_demands = _OpenDemands(demands)
    numbers: Counter[str] = Counter()
    deals = []
    for bargain in bargains:
        achievement = bargain.achievement
        numbers[achievement.city] += 1
        number = f"{numbers[achievement.city]:06d}"
        draw = Draw(f"deal:{achievement.id}")
        demand = open_demands.take(bargain) if draw.chance(32) else None
        deals.append(
            Deal(
                id=f"{achievement.city}-T-{number}",
                contract_no=f"{bargain.signed_at.year}{achievement.city}{number}",
                achievement=achievement,
                mode=bargain.mode,
                conversion=draw.pick_weighted(*_CONVERSIONS[bargain.mode]),
                amount_fen=prices[achievement.id],
                signed_at=bargain.signed_at,
                buyer=demand.publisher if demand else _pick_buyer(draw, register, achievement),
                broker=_pick_broker(draw, brokers_of[achievement.city], achievement),
                demand=demand,
                risk_note=draw.pick(_RISK_NOTES) if draw.chance(6) else None,
            )
        )
    return deals


def appeal(achievement: Achievement) -> int:
    """How many times likelier than others an achievement is to be traded or auctioned.

    The newest of the industries' markets go fastest, so that the first page of each shows every state a listing can be in.
    """
    is_new = day_of(achievement.published_at) >= later(DATA_DATE, -40)
    if achievement.leaf.code in ("0201", "0301", "0404"):
        return 10 if is_new else 2
    return 4 if achievement.owner.kind is OrganizationKind.UNIVERSITY and is_new else 1


def _traded(achievements: list[Achievement]) -> list[Achievement]:
    """Each city's share of the deals, among what is mature enough and was published in time."""
    traded = []
    for city, count in zip(CITIES, apportion(DEALS, CITY_WEIGHTS), strict=True):
        mature = [
            a
            for a in achievements
            if a.city == city.code and a.maturity >= 4 and day_of(a.published_at) <= later(DATA_DATE, -4)
        ]
        mature.sort(key=lambda a: (a.id != SHOWCASE, int.from_bytes(rank(f"traded:{a.id}")[:8], "big") // appeal(a)))
        traded += mature[:count]
    return traded


def _strike(traded: list[Achievement]) -> list[_Bargain]:
    """Give each traded achievement its pricing mode and its day, and put them in the order of their days."""
    by_lot = sorted(traded, key=lambda a: (a.id != SHOWCASE, rank(f"mode:{a.id}")))
    slow = [a for a in by_lot if day_of(a.published_at) <= later(DATA_DATE, -_AUCTION_NEEDS_DAYS)]
    auctioned = {a.id for a in slow[: COUNTS[PricingMode.AUCTION]]}
    rest = [a.id for a in by_lot if a.id not in auctioned]
    listed = set(rest[: COUNTS[PricingMode.LISTED]])
    bargains = [_bargain(a, _mode(a, auctioned, listed)) for a in traded]
    return sorted(bargains, key=lambda bargain: (bargain.signed_at, bargain.achievement.id))


def _mode(achievement: Achievement, auctioned: set[str], listed: set[str]) -> PricingMode:
    if achievement.id in auctioned:
        return PricingMode.AUCTION
    return PricingMode.LISTED if achievement.id in listed else PricingMode.NEGOTIATED


def _bargain(achievement: Achievement, mode: PricingMode) -> _Bargain:
    wait = _AUCTION_NEEDS_DAYS - 5 if mode is PricingMode.AUCTION else 3
    first = max(later(day_of(achievement.published_at), wait), DEALS_FROM)
    last = min(later(first, 280), DATA_DATE)
    return _Bargain(achievement, mode, moment_between(Draw(f"signed:{achievement.id}"), first, last))


def _prices(bargains: list[_Bargain]) -> dict[str, int]:
    """Each mode's amount, split over its deals by weights of which few are heavy."""
    prices: dict[str, int] = {}
    for mode, total in AMOUNTS_FEN.items():
        identities = [b.achievement.id for b in bargains if b.mode is mode]
        weights = [6 + Draw(f"price:{identity}").below(100) ** 3 // 5_000 for identity in identities]
        shares = apportion(total // ROUND_FEN, weights)
        prices |= {identity: share * ROUND_FEN for identity, share in zip(identities, shares, strict=True)}
    return prices


def _pick_buyer(draw: Draw, register: Register, achievement: Achievement) -> Organization:
    near = achievement.city if draw.chance(65) else ""
    buyers = register.working_in(OrganizationKind.ENTERPRISE, achievement.leaf.field, near)
    if achievement.supports_free_licence and draw.chance(65):
        everywhere = register.working_in(OrganizationKind.ENTERPRISE, achievement.leaf.field)
        buyers = [enterprise for enterprise in everywhere if enterprise.may_use_free_licences]
    return draw.pick([enterprise for enterprise in buyers if enterprise is not achievement.owner])


def _pick_broker(draw: Draw, brokers: list[Broker], achievement: Achievement) -> Broker | None:
    if draw.chance(24) and achievement.id != SHOWCASE:
        return None
    return draw.pick(brokers)


class _OpenDemands:
    """The enterprises' demands that no deal has met yet, by field and city, oldest first."""

    def __init__(self, demands: list[Demand]) -> None:
        self._demands: dict[tuple[str, str], list[tuple[date, Demand]]] = defaultdict(list)
        for demand in demands:
            if demand.source is DemandSource.ENTERPRISE:
                self._demands[demand.leaf.field, demand.city].append((day_of(demand.published_at), demand))

    def take(self, bargain: _Bargain) -> Demand | None:
        """The latest demand of the city in the field that was published before the signing; ``None`` where there is none."""
        left = self._demands[bargain.achievement.leaf.field, bargain.achievement.city]
        last = later(day_of(bargain.signed_at), -5)
        at = bisect_right(left, last, key=lambda entry: entry[0]) - 1
        if at < 0 or left[at][1].publisher is bargain.achievement.owner:
            return None
        return left.pop(at)[1]

"""竞价拍卖: one behind each auctioned deal, and those that are open, announced, withdrawn or ended without a buyer."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from subgraphs.demo.achievements import Achievement
from subgraphs.demo.days import DATA_DATE, LAST_MOMENT, at_office, day_of, later, moment_between
from subgraphs.demo.deals import ROUND_FEN, Deal, appeal
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.organizations import Organization, Register
from subgraphs.kit.enums import AuctionStatus, OrganizationKind, PricingMode

WITHOUT_DEAL: Final = {
    AuctionStatus.OPEN: 28,
    AuctionStatus.EXTENDED: 4,
    AuctionStatus.SCHEDULED: 14,
    AuctionStatus.UNSOLD: 36,
    AuctionStatus.WITHDRAWN: 6,
}
"""How many auctions there are in each state but SOLD (assumed)."""

_DAYS_BEFORE: Final = {
    AuctionStatus.OPEN: 4,
    AuctionStatus.EXTENDED: 6,
    AuctionStatus.SCHEDULED: 1,
    AuctionStatus.UNSOLD: 90,
    AuctionStatus.WITHDRAWN: 1,
}
"""How many days before the data date an achievement must have been published to be in each state."""

_BID_COUNTS: Final = {
    AuctionStatus.SOLD: (3, 10),
    AuctionStatus.OPEN: (5, 12),
    AuctionStatus.EXTENDED: (7, 12),
    AuctionStatus.UNSOLD: (0, 2),
}
_INCREMENTS: Final = (ROUND_FEN, 2 * ROUND_FEN, 5 * ROUND_FEN, 10 * ROUND_FEN, 20 * ROUND_FEN)
_STEPS_OF_PRICE: Final = 40
"""An increment is at most this part of the price, so that the bidding never starts below zero."""


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid; each is higher than the one before it."""

    paddle_no: int
    amount_fen: int
    at: datetime
    bidder: Organization


@dataclass(frozen=True, slots=True)
class Auction:
    """An auction of one achievement, with its bids from the first to the highest."""

    id: str
    achievement: Achievement
    status: AuctionStatus
    start_fen: int
    increment_fen: int
    reserve_fen: int | None
    opens_at: datetime
    closes_at: datetime
    bids: tuple[Bid, ...]

    @property
    def deposit_fen(self) -> int:
        """A tenth of the start price, in whole thousands of yuan."""
        return max(self.start_fen // 10 // ROUND_FEN, 1) * ROUND_FEN


@dataclass(frozen=True, slots=True)
class _Plan:
    """An auction before it has its number and its bids."""

    achievement: Achievement
    status: AuctionStatus
    price_fen: int
    opens_at: datetime
    closes_at: datetime
    winner: Organization | None


def make_auctions(achievements: list[Achievement], deals: list[Deal], register: Register) -> list[Auction]:
    """Make all auctions, in the order in which they opened."""
    plans = [_plan_sold(deal) for deal in deals if deal.mode is PricingMode.AUCTION]
    plans += _plan_others(achievements, {deal.achievement.id for deal in deals})
    numbers: Counter[str] = Counter()
    auctions = []
    for plan in sorted(plans, key=lambda plan: (plan.opens_at, plan.achievement.id)):
        city = plan.achievement.city
        numbers[city] += 1
        auctions.append(_hold(f"{city}-P-{numbers[city]:06d}", plan, register))
    return auctions


def _plan_sold(deal: Deal) -> _Plan:
    draw = Draw(f"auction:{deal.achievement.id}")
    closes_on = later(day_of(deal.signed_at), -draw.between(3, 15))
    opens_on = later(closes_on, -draw.between(2, 6))
    opens, closes = at_office(opens_on, 30), at_office(closes_on, 480)
    return _Plan(deal.achievement, AuctionStatus.SOLD, deal.amount_fen, opens, closes, deal.buyer)


def _plan_others(achievements: list[Achievement], traded: set[str]) -> Iterator[_Plan]:
    """For each state so many achievements by lot, such as were published long enough before."""
    waiting = [a for a in achievements if a.id not in traded and a.maturity >= 4 and a.asking_price_fen]
    waiting.sort(key=lambda a: int.from_bytes(rank(f"auctioned:{a.id}")[:8], "big") // appeal(a) ** 2)
    for status, count in WITHOUT_DEAL.items():
        last = later(DATA_DATE, -_DAYS_BEFORE[status])
        taken = [a for a in waiting if day_of(a.published_at) <= last][:count]
        gone = {a.id for a in taken}
        waiting = [a for a in waiting if a.id not in gone]
        for achievement in taken:
            yield _plan_other(achievement, status)


def _plan_other(achievement: Achievement, status: AuctionStatus) -> _Plan:
    draw = Draw(f"auction:{achievement.id}")
    opens_on, closes_on = _dates(draw, achievement, status)
    price = (achievement.asking_price_fen or 0) // ROUND_FEN * ROUND_FEN
    return _Plan(achievement, status, price, at_office(opens_on, 30), at_office(closes_on, 480), None)


def _dates(draw: Draw, achievement: Achievement, status: AuctionStatus) -> tuple[date, date]:
    if status is AuctionStatus.OPEN:
        return later(DATA_DATE, -draw.between(1, 3)), later(DATA_DATE, draw.between(1, 11))
    if status is AuctionStatus.EXTENDED:
        return later(DATA_DATE, -4), DATA_DATE
    if status is AuctionStatus.UNSOLD:
        first = max(later(day_of(achievement.published_at), 20), date(2021, 1, 11))
        opens = day_of(moment_between(draw, first, later(DATA_DATE, -20)))
        return opens, later(opens, draw.between(2, 6))
    opens = later(DATA_DATE, draw.between(2, 20))
    return opens, later(opens, draw.between(2, 6))


def _hold(identity: str, plan: _Plan, register: Register) -> Auction:
    draw = Draw(f"bidding:{plan.achievement.id}")
    increment = draw.pick([step for step in _INCREMENTS if step * _STEPS_OF_PRICE <= plan.price_fen] or _INCREMENTS[:1])
    amounts = _amounts(draw, plan, increment)
    start = amounts[0] - increment * draw.between(0, 1) if amounts else plan.price_fen
    return Auction(
        id=identity,
        achievement=plan.achievement,
        status=plan.status,
        start_fen=start,
        increment_fen=increment,
        reserve_fen=_reserve(draw, plan, increment),
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        bids=tuple(_bids(draw, plan, amounts, register)),
    )


def _amounts(draw: Draw, plan: _Plan, increment: int) -> list[int]:
    """The bidding up to the price by whole increments, drawn backwards from the price."""
    least, most = _BID_COUNTS.get(plan.status, (0, 0))
    count = draw.between(least, most)
    amounts = [plan.price_fen]
    while len(amounts) < count:
        amounts.append(amounts[-1] - increment * draw.between(1, 3))
    return amounts[::-1] if count else []


def _reserve(draw: Draw, plan: _Plan, increment: int) -> int | None:
    """Hidden: below the price where it was sold, above where it was not, and often there is none."""
    if plan.status is AuctionStatus.UNSOLD:
        return plan.price_fen + increment * draw.between(2, 5)
    return plan.price_fen - increment * draw.between(0, 2) if draw.chance(60) else None


def _bids(draw: Draw, plan: _Plan, amounts: list[int], register: Register) -> Iterator[Bid]:
    """Two parties or more in turn, so that nobody outbids himself; the winner has the last word."""
    enterprises = register.working_in(OrganizationKind.ENTERPRISE, plan.achievement.leaf.field)
    others = [e for e in enterprises if e is not plan.winner and e is not plan.achievement.owner]
    rivals = draw.pick_some(others, 4)
    leader = plan.winner or rivals.pop()
    paddles = {
        party.uscc: 100 + number for number, party in enumerate(sorted([leader, *rivals], key=lambda p: p.uscc), 1)
    }
    span = min(plan.closes_at, LAST_MOMENT) - plan.opens_at
    for position, amount in enumerate(amounts):
        is_leaders = (len(amounts) - 1 - position) % 2 == 0
        bidder = leader if is_leaders else draw.pick(rivals)
        part = (position * 100 + draw.between(10, 95)) * int(span.total_seconds()) // (len(amounts) * 100)
        yield Bid(paddles[bidder.uscc], amount, plan.opens_at + timedelta(seconds=part), bidder)

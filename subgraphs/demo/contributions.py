"""贡献积分: what brokers did for demands and deals, and the points each act is worth."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from subgraphs.core.contribution_rules import RULES
from subgraphs.demo.brokers import Broker
from subgraphs.demo.days import DATA_DATE, day_of, later, moment_between
from subgraphs.demo.deals import Deal
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw
from subgraphs.kit.enums import ContributionReason

POINTS: Final = {reason: rule.points for reason, rule in RULES.items()}
"""What an act is worth."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """Points for one act of a broker."""

    broker: Broker
    reason: ContributionReason
    at: datetime
    deal: Deal | None
    demand: Demand | None


def make_contributions(brokers: list[Broker], demands: list[Demand], deals: list[Deal]) -> list[Contribution]:
    """Make all contributions, in the order in which they were made."""
    brokers_of = defaultdict(list)
    for broker in brokers:
        brokers_of[broker.city].append(broker)
    found = [*_for_deals(deals), *_for_demands(brokers_of, demands), *_roadshows(brokers)]
    return sorted(found, key=lambda c: (c.at, c.broker.registration_no, c.reason))


def _for_deals(deals: list[Deal]) -> Iterator[Contribution]:
    for deal in deals:
        if deal.broker is None:
            continue
        draw = Draw(f"contribution:{deal.id}")
        first = max(day_of(deal.achievement.published_at), later(day_of(deal.signed_at), -45))
        matched = min(moment_between(draw, first, day_of(deal.signed_at)), deal.signed_at)
        yield Contribution(deal.broker, ContributionReason.MATCH_MADE, matched, deal, deal.demand)
        yield Contribution(deal.broker, ContributionReason.DEAL_SIGNED, deal.signed_at, deal, deal.demand)


def _for_demands(brokers_of: dict[str, list[Broker]], demands: list[Demand]) -> Iterator[Contribution]:
    for demand in demands:
        draw, day = Draw(f"contribution:{demand.id}"), day_of(demand.published_at)
        broker = draw.pick(brokers_of[demand.city])
        if draw.chance(60):
            yield Contribution(broker, ContributionReason.DEMAND_REFINED, demand.published_at, None, demand)
        if draw.chance(45) and later(day, 4) <= DATA_DATE:
            pushed = moment_between(draw, later(day, 1), min(later(day, 60), DATA_DATE))
            yield Contribution(broker, ContributionReason.DEMAND_PUSHED, pushed, None, demand)


def _roadshows(brokers: list[Broker]) -> Iterator[Contribution]:
    for broker in brokers:
        draw = Draw(f"roadshow:{broker.registration_no}")
        for _ in range(draw.below(4)):
            at = moment_between(draw, date(2021, 3, 1), DATA_DATE)
            yield Contribution(broker, ContributionReason.ROADSHOW, at, None, None)

"""揭榜: who answered which demand with what; where a deal met the demand, its seller is among them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from subgraphs.demo.achievements import Achievement
from subgraphs.demo.days import DATA_DATE, day_of, later, moment_between
from subgraphs.demo.deals import Deal
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw
from subgraphs.demo.organizations import Organization, Register
from subgraphs.kit.enums import OrganizationKind


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a demand."""

    id: str
    demand: Demand
    organization: Organization
    solution: str
    at: datetime
    achievement: Achievement | None


def make_answers(
    demands: list[Demand], achievements: list[Achievement], deals: list[Deal], register: Register
) -> list[Answer]:
    """Make the answers, demand by demand, in the order in which they came."""
    offers = defaultdict(list)
    for achievement in achievements:
        offers[achievement.owner.uscc, achievement.leaf.field].append(achievement)
    met = {deal.demand.id: deal for deal in deals if deal.demand}
    return [
        Answer(f"{demand.id}-{number:02d}", demand, organization, _solution(demand, draw), at, achievement)
        for demand in demands
        for draw in [Draw(f"answers:{demand.id}")]
        for number, (at, organization, achievement) in enumerate(_answer(demand, draw, offers, met, register), 1)
    ]


_Offers = dict[tuple[str, str], list[Achievement]]
_Entry = tuple[datetime, Organization, Achievement | None]


def _answer(demand: Demand, draw: Draw, offers: _Offers, met: dict[str, Deal], register: Register) -> list[_Entry]:
    entries = list(_others(demand, draw, offers, register))
    if deal := met.get(demand.id):
        at = moment_between(draw, later(day_of(demand.published_at), 1), day_of(deal.signed_at))
        entries.append((min(at, deal.signed_at), deal.achievement.owner, deal.achievement))
    return sorted(entries, key=lambda entry: (entry[0], entry[1].uscc))


def _others(demand: Demand, draw: Draw, offers: _Offers, register: Register) -> Iterator[_Entry]:
    first = later(day_of(demand.published_at), 4)
    if first > DATA_DATE:
        return
    field, last = demand.leaf.field, min(later(first, 150), DATA_DATE)
    kinds = (OrganizationKind.UNIVERSITY, OrganizationKind.RESEARCH_INSTITUTE, OrganizationKind.UNIVERSITY)
    candidates = [draw.pick(register.working_in(kind, field)) for kind in kinds]
    for organization in draw.pick_some(
        list(dict.fromkeys(candidates)), draw.pick_weighted((0, 1, 2, 3), (38, 30, 20, 12))
    ):
        at = moment_between(draw, first, last)
        known = [a for a in offers.get((organization.uscc, field), ()) if a.published_at < at]
        fitting = [a for a in known if a.leaf is demand.leaf]
        yield at, organization, draw.pick(fitting or known) if (fitting or known) and draw.chance(70) else None


def _solution(demand: Demand, draw: Draw) -> str:
    method = draw.pick(demand.leaf.ways)
    months = draw.between(3, 24)
    return f"拟{method.zh}攻克{demand.subject.zh}难题，{months}个月内交付样机并完成验证。{demand.subject.en.capitalize()}, {method.en}: a proven prototype within {months} months."

"""榜单 and 创新挑战赛: lists distilled from demands, and the demands that entered the challenge of 2021."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.days import day_of
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw, rank
from subgraphs.kit.enums import ChallengeStage, DemandList, OrganisationMode, Programme

LISTINGS: Final = {Programme.JIANBING: 132, Programme.LINGYAN: 153}
PROGRAMME_YEAR: Final = 2022
CHALLENGE_YEAR: Final = 2021
STAGES: Final = {
    ChallengeStage.SIGNED: 22,
    ChallengeStage.FINAL: 42,
    ChallengeStage.MATCHED: 121,
    ChallengeStage.PUBLISHED: 75,
    ChallengeStage.COLLECTED: 120,
}
"""380 in all; the first three stages are the 185 that were matched. How the rest splits is assumed."""

MATCHED_STAGES: Final = (ChallengeStage.MATCHED, ChallengeStage.FINAL, ChallengeStage.SIGNED)
INTENDED_FEN: Final = 7_565_800_000
_ROUND_FEN: Final = 100_000
_LISTS_OPEN: Final = date(2022, 2, 28)
_CHALLENGE_OPEN: Final = date(2021, 6, 30)
_MODES: Final = tuple(OrganisationMode)
_LISTS: Final = tuple(DemandList)
_AIMS: Final = (
    "关键技术与装备",
    "核心技术攻关及应用",
    "共性技术研究",
    "自主可控技术研发与示范",
    "成套技术集成与产业化",
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One item of a programme's list, with the demands it was distilled from."""

    programme: Programme
    number: int
    title: str
    mode: OrganisationMode
    list: DemandList
    sources: tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One demand in the challenge."""

    number: int
    demand: Demand
    stage: ChallengeStage
    intended_fen: int | None


def make_listings(demands: list[Demand]) -> list[Listing]:
    """Make the items of both programmes; each takes one to four demands of one technical field, no demand twice."""
    early = [demand for demand in demands if day_of(demand.published_at) <= _LISTS_OPEN]
    waiting: dict[str, list[Demand]] = defaultdict(list)
    for demand in sorted(early, key=lambda demand: rank(f"listed:{demand.id}")):
        waiting[demand.leaf.code].append(demand)
    return [
        _listing(programme, number, waiting) for programme, count in LISTINGS.items() for number in range(1, count + 1)
    ]


def _listing(programme: Programme, number: int, waiting: dict[str, list[Demand]]) -> Listing:
    draw = Draw(f"programme:{programme}:{number}")
    leaf = draw.pick(sorted(code for code, demands in waiting.items() if demands))
    count = draw.pick_weighted((1, 2, 3, 4), (25, 40, 22, 13))
    sources = tuple(waiting[leaf][:count])
    del waiting[leaf][:count]
    return Listing(
        programme,
        number,
        f"{sources[0].subject.zh}{draw.pick(_AIMS)}",
        draw.pick(_MODES),
        draw.pick(_LISTS),
        sources,
    )


def make_entries(demands: list[Demand]) -> list[Entry]:
    """Make the challenge's entries from demands published until its call closed; only signed ones have an amount."""
    early = [demand for demand in demands if day_of(demand.published_at) <= _CHALLENGE_OPEN]
    early.sort(key=lambda demand: rank(f"challenge:{demand.id}"))
    stages = [stage for stage, count in STAGES.items() for _ in range(count)]
    entered = list(zip(early, stages, strict=False))
    signed = [demand.id for demand, stage in entered if stage is ChallengeStage.SIGNED]
    weights = [20 + Draw(f"intended:{identity}").below(180) for identity in signed]
    amounts = dict(zip(signed, apportion(INTENDED_FEN // _ROUND_FEN, weights), strict=True))
    # Numbered as they came in, not as they ended.
    entered.sort(key=lambda entry: (entry[0].published_at, entry[0].id))
    return [
        Entry(number, demand, stage, amounts[demand.id] * _ROUND_FEN if demand.id in amounts else None)
        for number, (demand, stage) in enumerate(entered, 1)
    ]

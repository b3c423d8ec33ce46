"""Which achievements may meet a demand: a sum of four parts, each of which says why it is as high as it is.

The search index proposes the achievements that share most words with the demand's title, the register those of its field;
what has been traded already is left out. Each of them is then scored by text, industry, region and maturity, whatever the
database: the same rows give the same order everywhere.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from subgraphs.core import tables
from subgraphs.kit.database_search import any_word_statement
from subgraphs.kit.enums import ListingKind, MatchCriterion
from subgraphs.kit.search_text import asked_tokens
from subgraphs.kit.similarity import compare

PROPOSED_BY_TEXT: Final = 200
PROPOSED_BY_FIELD: Final = 100
"""How many achievements each way of looking proposes at most."""

_FOUND_KIND: Final = "TechnologyAchievement"
_HIGHEST_MATURITY: Final = 9
_SHOWN_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What a demand asks for, as its city tells it."""

    title: str
    field_code: str
    county_code: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """What core knows of an achievement that may meet a demand; what it was not told is ``None``."""

    id: str
    tokens: str
    field_code: str | None
    county_code: str | None
    maturity: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a match: how well one thing fits, from 0 to 1, how much that weighs, and why."""

    criterion: MatchCriterion
    weight: float
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """An achievement that may meet a demand; its score is the weighted sum of its parts."""

    achievement_id: str
    parts: tuple[Part, ...]

    @property
    def score(self) -> float:
        """From 0 to 1."""
        return round(sum(part.weight * part.score for part in self.parts), 4)


def rank(asked: Asked, candidates: Iterable[Candidate], first: int) -> list[Match]:
    """The best matches, best first; equal ones in the order of their ids."""
    tokens = " ".join(asked_tokens(asked.title))
    found = [Match(one.id, tuple(_parts(asked, tokens, one))) for one in candidates]
    return sorted(found, key=lambda match: (-match.score, match.achievement_id))[:first]


async def load_matches(session: AsyncSession, keys: list[tuple[Asked, int]]) -> list[list[Match]]:
    """Batch: the best matches of each demand, as many as are wanted."""
    return [rank(asked, await _propose(session, asked), first) for asked, first in keys]


async def _propose(session: AsyncSession, asked: Asked) -> list[Candidate]:
    by_id: dict[str, Candidate] = {}
    for statement in (_by_text(session, asked), _by_field(asked)):
        if statement is None:
            continue
        keys = list((await session.scalars(statement)).all())
        record, entry = tables.ListingRecord, tables.SearchEntry
        rows = await session.execute(
            select(record.id, entry.tokens, record.field_code, record.county_code, record.maturity_level)
            .join(entry, entry.key == record.id)
            .where(record.id.in_(keys), ~select(tables.Deal.id).where(tables.Deal.achievement_id == record.id).exists())
        )
        by_id |= {row.id: Candidate(*row) for row in rows}
    return list(by_id.values())


def _by_text(session: AsyncSession, asked: Asked) -> Select[str] | None:
    dialect = session.get_bind().dialect.name
    return any_word_statement(
        tables.SEARCH_TABLE, asked.title, kind=_FOUND_KIND, dialect=dialect, limit=PROPOSED_BY_TEXT
    )


def _by_field(asked: Asked) -> Select[str]:
    record = tables.ListingRecord
    same = (record.kind == ListingKind.ACHIEVEMENT) & (record.field_code == asked.field_code)
    return select(record.id).where(same).order_by(record.id.desc()).limit(PROPOSED_BY_FIELD)


def _parts(asked: Asked, tokens: str, candidate: Candidate) -> Iterable[Part]:
    for criterion, weight, judge in CRITERIA:
        score, reason = judge(asked, tokens, candidate)
        yield Part(criterion, weight, round(score, 4), reason)


Judgement = tuple[float, str]


def _text(_asked: Asked, tokens: str, candidate: Candidate) -> Judgement:
    found = compare(tokens, candidate.tokens)
    if not found.shared:
        return 0.0, "标题词语无一出现。None of the title's words occurs."
    words = "、".join(found.shared[:_SHOWN_WORDS])
    counts = f"{found.asked} 个标题词语中出现 {len(found.shared)} 个"
    return found.score, f"{counts}：{words}。{len(found.shared)} of the title's {found.asked} words occur."


def _industry(asked: Asked, _tokens: str, candidate: Candidate) -> Judgement:
    code = candidate.field_code
    if code is None:
        return 0.0, "领域未知。Its field is not known."
    if code == asked.field_code:
        return 1.0, f"领域相同（{code}）。The same technical field, {code}."
    if code[:2] == asked.field_code[:2]:
        return 0.5, f"同属大类 {code[:2]}。Both in the field {code[:2]}."
    return 0.0, f"领域不同（{code}、{asked.field_code}）。Another technical field, {code}."


def _region(asked: Asked, _tokens: str, candidate: Candidate) -> Judgement:
    code = candidate.county_code or candidate.id[:6]  # an id begins with its city's code
    if code == asked.county_code:
        return 1.0, f"同县（{code}）。In the same county, {code}."
    if code[:4] == asked.county_code[:4]:
        return 0.6, f"同市（{code[:4]}00）。In the same city, {code[:4]}00."
    return 0.2, f"省内异地（{code[:4]}00）。Elsewhere in the province, {code[:4]}00."


def _maturity(_asked: Asked, _tokens: str, candidate: Candidate) -> Judgement:
    level = candidate.maturity
    if level is None:
        return 0.0, "成熟度未知。Its maturity is not known."
    return level / _HIGHEST_MATURITY, f"技术成熟度 {level}/9。Technology readiness level {level} of 9."


CRITERIA: Final[Sequence[tuple[MatchCriterion, float, Callable[[Asked, str, Candidate], Judgement]]]] = (
    (MatchCriterion.TEXT, 0.5, _text),
    (MatchCriterion.INDUSTRY, 0.25, _industry),
    (MatchCriterion.REGION, 0.1, _region),
    (MatchCriterion.MATURITY, 0.15, _maturity),
)
"""The parts of a match and their weights, which add up to 1."""

"""安心屋 and 先免费许可、后付费转化: institutions approve conversions, small mountain enterprises use achievements free at first."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from subgraphs.demo.achievements import Achievement
from subgraphs.demo.days import DATA_DATE, day_of, later, moment_between
from subgraphs.demo.deals import Deal
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.organizations import Organization, Register
from subgraphs.kit.enums import ApprovalStatus, OrganizationKind

UNDER_APPROVAL: Final = {
    ApprovalStatus.DRAFT: 40,
    ApprovalStatus.INSTITUTION_REVIEW: 90,
    ApprovalStatus.PUBLICITY: 60,
    ApprovalStatus.OBJECTED: 12,
    ApprovalStatus.REJECTED: 18,
    ApprovalStatus.APPROVED: 180,
}
"""How many cases of untraded achievements there are in each state (assumed); each traded one is released."""

FREE_LICENCES: Final = 360
"""How many free licences have not been converted yet (assumed)."""

LEAST_USAGE_YEARS: Final = 10
"""The letter's rule: a right of use of ten years at least."""

_PUBLICITY_DAYS: Final = 15
_SHOWN: Final = (ApprovalStatus.PUBLICITY, ApprovalStatus.OBJECTED, ApprovalStatus.APPROVED, ApprovalStatus.RELEASED)


@dataclass(frozen=True, slots=True)
class Approval:
    """One internal approval of an institution to convert an achievement of its employees."""

    id: str
    achievement: Achievement
    status: ApprovalStatus
    inventor_share: float
    usage_right_years: int | None
    publicity_from: date | None
    publicity_to: date | None
    objections: int
    single_listed: bool


@dataclass(frozen=True, slots=True)
class FreeLicence:
    """A free licence, perhaps converted into a deal since."""

    id: str
    achievement: Achievement
    licensee: Organization
    free_from: date
    free_to: date
    deal: Deal | None


def make_approvals(achievements: list[Achievement], deals: list[Deal]) -> list[Approval]:
    """Make an approval for each traded service invention, and those still on their way, in the order of ids."""
    states = {deal.achievement.id: ApprovalStatus.RELEASED for deal in deals if deal.achievement.service_invention}
    traded = {deal.achievement.id for deal in deals}
    waiting = [a.id for a in achievements if a.service_invention and a.id not in traded]
    waiting.sort(key=lambda identity: rank(f"approval:{identity}"))
    untraded = iter(waiting)
    for status, count in UNDER_APPROVAL.items():
        states |= {next(untraded): status for _ in range(count)}
    numbers: Counter[str] = Counter()
    approvals = []
    for achievement in achievements:
        if achievement.id in states:
            numbers[achievement.city] += 1
            identity = f"{achievement.city}-S-{numbers[achievement.city]:06d}"
            approvals.append(_approval(identity, achievement, states[achievement.id]))
    return approvals


def _approval(identity: str, achievement: Achievement, status: ApprovalStatus) -> Approval:
    draw = Draw(f"approval:{achievement.id}")
    published = day_of(achievement.published_at)
    # What is to be converted is approved before it is listed; what is being shown to the public is so on the data date.
    end = (
        later(DATA_DATE, draw.between(1, 12))
        if status is ApprovalStatus.PUBLICITY
        else later(published, -draw.between(3, 20))
    )
    shown = status in _SHOWN
    return Approval(
        id=identity,
        achievement=achievement,
        status=status,
        inventor_share=draw.between(14, 19) * 5 / 100,
        usage_right_years=draw.between(LEAST_USAGE_YEARS, 20) if draw.chance(45) else None,
        publicity_from=later(end, -_PUBLICITY_DAYS) if shown else None,
        publicity_to=end if shown else None,
        objections=draw.between(1, 3) if status is ApprovalStatus.OBJECTED else 0,
        single_listed=draw.chance(55),
    )


def make_licences(achievements: list[Achievement], deals: list[Deal], register: Register) -> list[FreeLicence]:
    """Make the free licences, converted and not, in the order in which they began."""
    found = [*_converted(deals), *_unconverted(achievements, deals, register)]
    numbers: Counter[str] = Counter()
    licences = []
    for achievement, licensee, free_from, free_to, deal in sorted(found, key=lambda entry: (entry[2], entry[0].id)):
        city = licensee.city
        numbers[city] += 1
        identity = f"{city}-L-{numbers[city]:06d}"
        licences.append(FreeLicence(identity, achievement, licensee, free_from, free_to, deal))
    return licences


_Grant = tuple[Achievement, Organization, date, date, Deal | None]


def _converted(deals: list[Deal]) -> Iterator[_Grant]:
    """Deals of achievements that could be licensed free, bought by those who may use such licences, after a while of use."""
    for deal in deals:
        achievement, draw = deal.achievement, Draw(f"licence:{deal.id}")
        first, last = later(day_of(achievement.published_at), 5), later(day_of(deal.signed_at), -10)
        if achievement.supports_free_licence and deal.buyer.may_use_free_licences and later(first, 7) < last:
            free_from = day_of(moment_between(draw, first, last))
            yield achievement, deal.buyer, free_from, later(free_from, 365 * draw.between(1, 2)), deal


def _unconverted(achievements: list[Achievement], deals: list[Deal], register: Register) -> Iterator[_Grant]:
    traded = {deal.achievement.id for deal in deals}
    offered = [
        a
        for a in achievements
        if a.supports_free_licence
        and a.maturity >= 5
        and a.id not in traded
        and day_of(a.published_at) <= later(DATA_DATE, -12)
    ]
    offered.sort(key=lambda a: int.from_bytes(rank(f"licensed:{a.id}")[:8], "big") // _usefulness(a))
    for achievement in offered[:FREE_LICENCES]:
        draw = Draw(f"licence:{achievement.id}")
        enterprises = register.working_in(OrganizationKind.ENTERPRISE, achievement.leaf.field)
        licensee = draw.pick([e for e in enterprises if e.may_use_free_licences])
        free_from = day_of(moment_between(draw, later(day_of(achievement.published_at), 3), DATA_DATE))
        yield achievement, licensee, free_from, later(free_from, 365 * draw.between(1, 3)), None


def _usefulness(achievement: Achievement) -> int:
    """Fresh achievements of universities are asked for first, those about farming more than others."""
    is_new = day_of(achievement.published_at) >= later(DATA_DATE, -120)
    farming = achievement.leaf.field == "02"
    return 1 + 5 * is_new + 3 * farming

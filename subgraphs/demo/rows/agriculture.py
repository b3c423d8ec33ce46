"""The agricultural market's rows: which listings are about a crop, and where it is demonstrated."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from subgraphs.agriculture import tables
from subgraphs.demo.achievements import SHOWCASE, Achievement
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.market import Market
from subgraphs.demo.places import COUNTIES, Place, sub_market_id
from subgraphs.demo.rows.kinds import Row, Rows
from subgraphs.kit.enums import Crop, Industry, ListingStatus, Season

HIGHLIGHTS: Final = 20

_CROP_WORDS: Final = {
    Crop.TEA: "茶", Crop.RICE: "稻粮", Crop.CITRUS: "橘", Crop.BAYBERRY: "杨", Crop.EDIBLE_FUNGI: "菇芝菌耳", Crop.BAMBOO: "竹",
    Crop.VEGETABLE: "茄菜", Crop.LIVESTOCK: "羊猪蜂", Crop.AQUATIC: "鱼虾蟹渔鱿藻菜苗",
}  # fmt: skip
"""The characters by which a subject shows which crop it is about."""

_CROP_NAMES: Final = {
    Crop.TEA: "茶叶", Crop.RICE: "水稻", Crop.CITRUS: "柑橘", Crop.BAYBERRY: "杨梅", Crop.EDIBLE_FUNGI: "食用菌",
    Crop.BAMBOO: "毛竹", Crop.VEGETABLE: "蔬菜", Crop.LIVESTOCK: "畜禽", Crop.AQUATIC: "水产",
}  # fmt: skip
_SEASONS: Final = {
    Crop.TEA: (Season.SPRING, Season.AUTUMN), Crop.RICE: (Season.SUMMER, Season.AUTUMN),
    Crop.CITRUS: (Season.AUTUMN, Season.WINTER), Crop.BAYBERRY: (Season.SUMMER,),
}  # fmt: skip
_FIRST_SHOWN_LEVEL: Final = 4
_CROPS: Final = tuple(Crop)
_CROPS_OF_DISTRICTS: Final = (Crop.TEA, Crop.VEGETABLE, Crop.EDIBLE_FUNGI, Crop.BAYBERRY, Crop.AQUATIC)
"""What has room in a town's district."""


@dataclass(frozen=True, slots=True)
class Base:
    """A demonstration base for a crop."""

    id: str
    name: str
    county: Place
    crop: Crop
    area_mu: float


def crops_of(listing: Achievement | Demand) -> list[Crop]:
    """The crops a listing is about; none where its field has nothing to do with farming or the lot says no."""
    share = listing.leaf.crop_share
    if not share or (listing.id != SHOWCASE and not Draw(f"crops:{listing.id}").chance(share)):
        return []
    subject = listing.subject.zh.replace("油茶", "粮")
    return [crop for crop, words in _CROP_WORDS.items() if any(word in subject for word in words)]


def agriculture_rows(market: Market) -> Rows:
    """All rows of the agricultural market's database."""
    crops = {listing.id: found for listing in market.achievements if (found := crops_of(listing))}
    demanded = {listing.id: found for listing in market.demands if (found := crops_of(listing))}
    bases = make_bases()
    return {
        tables.AchievementProfile: [_profile(a, crops[a.id]) for a in market.achievements if a.id in crops],
        tables.AchievementCrop: [{"crop": c, "achievement_id": i} for i, found in crops.items() for c in found],
        tables.DemonstrationBase: [
            {"id": b.id, "name": b.name, "region_code": b.county.code, "area_mu": b.area_mu} for b in bases
        ],
        tables.AchievementBase: _demonstrations(market, crops, bases),
        tables.DemandProfile: [_demand_profile(i) for i in demanded],
        tables.DemandCrop: [{"crop": c, "demand_id": i} for i, found in demanded.items() for c in found],
        tables.Highlight: _highlights(market, crops),
    }


def make_bases() -> list[Base]:
    """Two or three bases in a county, four or five in a mountain county."""
    bases = []
    for county in COUNTIES:
        draw = Draw(f"bases:{county.code}")
        count = draw.between(4, 5) if county.mountain else draw.between(2, 3)
        # Tea grows in every mountain county.
        first = [Crop.TEA] if county.mountain else []
        grown = _CROPS_OF_DISTRICTS if county.name.endswith("区") else _CROPS
        others = draw.pick_some([crop for crop in grown if crop not in first], count - len(first))
        for number, crop in enumerate([*first, *others], 1):
            name = f"{county.name}{_CROP_NAMES[crop]}科技示范基地"
            bases.append(Base(f"{county.code}-F-{number:02d}", name, county, crop, draw.between(160, 24_000) / 8))
    return bases


def _profile(achievement: Achievement, crops: list[Crop]) -> Row:
    draw = Draw(f"agriculture:{achievement.id}")
    is_variety = "种" in achievement.subject.zh + achievement.title or draw.chance(12)
    seasons = _SEASONS.get(crops[0]) or tuple(draw.pick_some(tuple(Season), draw.between(1, 3)))
    approval = f"浙示审{achievement.published_at.year - 1}-{draw.between(1, 899):03d}"
    return {
        "achievement_id": achievement.id,
        "published_at": achievement.published_at,
        "variety_approval_no": approval if is_variety else None,
        "seasons": sorted(season.value for season in seasons),
    }


def _demonstrations(market: Market, crops: dict[str, list[Crop]], bases: list[Base]) -> list[Row]:
    """One to three bases for what is ripe enough, in its own city where it can be."""
    for_crop: dict[Crop, list[Base]] = defaultdict(list)
    for base in bases:
        for_crop[base.crop].append(base)
    rows = []
    for achievement in market.achievements:
        if achievement.id not in crops or achievement.maturity < _FIRST_SHOWN_LEVEL:
            continue
        draw = Draw(f"demonstrated:{achievement.id}")
        fitting = [base for crop in crops[achievement.id] for base in for_crop[crop]]
        near = [base for base in fitting if base.county.city == achievement.city]
        chosen = draw.pick_some(near, 1) + draw.pick_some(fitting, draw.between(1, 2))
        rows += [{"achievement_id": achievement.id, "base_id": base} for base in sorted({base.id for base in chosen})]
    return rows


def _demand_profile(identity: str) -> Row:
    draw = Draw(f"agriculture:{identity}")
    return {"demand_id": identity, "area_mu": draw.between(80, 16_000) / 8, "farmers": draw.between(5, 1_200)}


def _highlights(market: Market, crops: dict[str, list[Crop]]) -> list[Row]:
    ripe = [a.id for a in market.achievements if a.id in crops and a.maturity >= 7]
    ripe = [identity for identity in ripe if market.status_of[identity] is not ListingStatus.WITHDRAWN]
    shown = sorted(ripe, key=lambda identity: rank(f"highlight:{identity}"))[:HIGHLIGHTS]
    market_id = sub_market_id(Industry.AGRICULTURE)
    return [{"sub_market_id": market_id, "position": at, "achievement_id": i} for at, i in enumerate(shown, 1)]

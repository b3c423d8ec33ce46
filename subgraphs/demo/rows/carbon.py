"""The carbon market's rows: sectors, the technical fields in each, and what a listing would save."""

from typing import Final

from subgraphs.carbon import tables
from subgraphs.demo.achievements import SHOWCASE, Achievement
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw
from subgraphs.demo.market import Market
from subgraphs.demo.rows.kinds import Row, Rows
from subgraphs.kit.enums import OrganizationKind, ServiceClass

SECTORS: Final = {
    "ENERGY": ("能源", ("0401", "0402")),
    "INDUSTRY": ("工业", ("0403", "0601", "0603")),
    "BUILDING": ("建筑", ("0405",)),
    "TRANSPORT": ("交通", ("0504",)),
    "AGRICULTURE_FORESTRY": ("农林碳汇", ("0201", "0202", "0204")),
    "CCUS": ("碳捕集利用与封存", ("0404",)),
    "CIRCULAR": ("资源循环与生物制造", ("0306", "0701", "0702")),
}
"""Each sector's name and the technical fields that belong to it."""

_SECTOR_OF: Final = {field: code for code, (_, fields) in SECTORS.items() for field in fields}
_SHARES: Final = {"0404": 100, "0401": 92, "0402": 88, "0403": 95, "0405": 92, "0201": 45, "0202": 40, "0204": 45}
_SHARE_ELSEWHERE: Final = 35
_METHODOLOGIES: Final = {
    "ENERGY": "可再生能源替代电量法",
    "INDUSTRY": "工业节能项目减排量核算法",
    "BUILDING": "建筑运行能耗基准线法",
    "TRANSPORT": "单位里程排放对比法",
    "AGRICULTURE_FORESTRY": "农田与竹林碳汇计量法",
    "CCUS": "二氧化碳捕集量实测法",
    "CIRCULAR": "全生命周期评价法",
}


def carbon_rows(market: Market) -> Rows:
    """All rows of the carbon market's database."""
    verifiers = [
        o.name
        for o in market.register.of(OrganizationKind.SERVICE_INSTITUTION)
        if o.service_class is ServiceClass.INSPECTION_AND_TESTING
    ]
    listings: list[Achievement | Demand] = [*market.achievements, *market.demands]
    return {
        tables.CarbonSector: [{"code": code, "name": name} for code, (name, _) in SECTORS.items()],
        tables.FieldSector: [{"field_code": field, "sector_code": code} for field, code in _SECTOR_OF.items()],
        tables.CarbonProfile: [_profile(listing, verifiers) for listing in listings if _has_profile(listing)],
    }


def _has_profile(listing: Achievement | Demand) -> bool:
    if listing.leaf.code not in _SECTOR_OF:
        return False
    share = _SHARES.get(listing.leaf.code, _SHARE_ELSEWHERE)
    return listing.id == SHOWCASE or Draw(f"carbon profile:{listing.id}").chance(share)


def _profile(listing: Achievement | Demand, verifiers: list[str]) -> Row:
    draw, sector = Draw(f"carbon:{listing.id}"), _SECTOR_OF[listing.leaf.code]
    # A demand says what it wants to save; only an achievement can have been verified.
    verified = isinstance(listing, Achievement) and draw.chance(60)
    return {
        "listing_id": listing.id,
        "published_at": listing.published_at,
        "sector_code": sector,
        "reduction_tonnes_per_year": draw.between(160, 96_000) / 8,
        "methodology": _METHODOLOGIES[sector],
        "verified_by": draw.pick(verifiers) if verified else None,
    }

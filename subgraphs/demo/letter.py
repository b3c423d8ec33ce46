"""What else the letter counts: users, visits, partner provinces, zones, means and the enterprises' share."""

from datetime import date
from typing import Final

from subgraphs.demo.apportion import apportion
from subgraphs.demo.days import DATA_DATE, TRIAL_FROM, later
from subgraphs.demo.draw import Draw
from subgraphs.demo.fields import Words
from subgraphs.demo.places import CITIES, CITY_WEIGHTS, COUNTIES_OF
from subgraphs.kit.enums import MarketMeans

USERS: Final = 3_018
VISITS: Final = 69_836
"""In the 68 days of the trial: 1,027 a day. Assumed, inside what the letter's phrases allow."""

PARTNER_PROVINCES: Final = {
    "350000": Words("福建省", "Fujian"),
    "460000": Words("海南省", "Hainan"),
    "540000": Words("西藏自治区", "Tibet"),
    "650000": Words("新疆维吾尔自治区", "Xinjiang"),
}

DELTA_ZONES: Final = (
    Words("浙江", "Zhejiang"),
    Words("宁波", "Ningbo"),
    Words("上海闵行", "Shanghai Minhang"),
    Words("江苏苏南", "Southern Jiangsu"),
    Words("安徽合芜蚌", "Hefei-Wuhu-Bengbu, Anhui"),
)

MEANS: Final = {
    MarketMeans.TENDER: "招标",
    MarketMeans.AUCTION: "拍卖",
    MarketMeans.LISTING: "挂牌",
    MarketMeans.EQUITY: "股权",
    MarketMeans.RESTRUCTURING: "改制",
    MarketMeans.INVESTMENT: "投资",
}

INDICATORS: Final = (
    (Words("企业R&D经费投入", "R&D spending"), "万元", 17_640_000, 19_600_000),
    (Words("R&D人员", "R&D staff"), "人年", 519_200, 590_000),
    (Words("研发机构", "R&D institutions"), "家", 27_600, 30_000),
    (Words("科技项目", "R&D projects"), "项", 126_000, 140_000),
    (Words("申请和授权专利", "patents applied for and granted"), "件", 783_000, 870_000),
)
"""Each indicator's name, unit, the enterprises' part and the whole: about nine tenths, the amounts themselves assumed."""


def make_users() -> list[tuple[date, str]]:
    """The day and the county of each registration."""
    days = (DATA_DATE - TRIAL_FROM).days + 1
    found = [
        (later(TRIAL_FROM, draw.below(days)), draw.pick(COUNTIES_OF[city.code]).code)
        for city, count in zip(CITIES, apportion(USERS, CITY_WEIGHTS), strict=True)
        for number in range(count)
        for draw in [Draw(f"user:{city.code}:{number}")]
    ]
    return sorted(found)


def make_visits() -> list[tuple[date, int]]:
    """The visits of each day of the trial: fewer at weekends."""
    days = [later(TRIAL_FROM, number) for number in range((DATA_DATE - TRIAL_FROM).days + 1)]
    weights = [(120 if day.weekday() < 5 else 55) + Draw(f"visits:{day}").below(40) for day in days]
    return list(zip(days, apportion(VISITS, weights), strict=True))

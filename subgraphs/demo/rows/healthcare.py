"""The medical market's rows: indications, trials at hospitals and their departments."""

from typing import Final

from subgraphs.demo.achievements import Achievement
from subgraphs.demo.demands import Demand
from subgraphs.demo.draw import Draw, rank
from subgraphs.demo.market import Market
from subgraphs.demo.organizations import Organization
from subgraphs.demo.places import sub_market_id
from subgraphs.demo.rows.kinds import Row, Rows
from subgraphs.healthcare import tables
from subgraphs.healthcare.classification import regulatory_class
from subgraphs.kit.enums import Industry, ListingStatus, OrganizationKind, RegulatoryClass

HIGHLIGHTS: Final = 20

_DEPARTMENTS: Final = (
    "心血管内科", "神经外科", "骨科", "肿瘤内科", "呼吸与危重症医学科", "消化内科", "内分泌科", "眼科", "口腔科", "儿科",
    "新生儿科", "妇产科", "康复医学科", "放射科", "超声医学科", "检验科", "中医科", "急诊医学科", "重症医学科", "皮肤科",
)  # fmt: skip
_ENDPOINTS: Final = {
    "0301": ("12个月靶部位失败率", "术后30天主要不良事件发生率", "6个月植入物在位率"),
    "0302": ("诊断一致率", "阳性预测值", "平均绝对误差"),
    "0303": ("12周功能评分变化", "24周日常生活能力评分"),
    "0304": ("24周客观缓解率", "无进展生存期", "52周糖化指标变化"),
    "0305": ("灵敏度与特异度", "与金标准符合率"),
    "0306": ("12周症状评分变化", "8周复发率"),
}
_FIRST_TRIED_LEVEL: Final = 5
_FIRST_REGISTERED_LEVEL: Final = 8
_NUMBER_WORDS: Final = {
    RegulatoryClass.DEVICE_I: "浙示械备",
    RegulatoryClass.DEVICE_II: "浙示械注准",
    RegulatoryClass.DEVICE_III: "国示械注准",
    RegulatoryClass.DRUG: "国示药准字",
    RegulatoryClass.IN_VITRO_DIAGNOSTIC: "国示械注准",
}


def healthcare_rows(market: Market) -> Rows:
    """All rows of the medical market's database."""
    achievements = [a for a in market.achievements if a.leaf.indications]
    hospitals = market.register.of(OrganizationKind.HOSPITAL)
    return {
        tables.MedicalProfile: [_profile(a) for a in achievements],
        tables.Hospital: [{"uscc": h.uscc, "departments": _departments(h)} for h in hospitals],
        tables.TrialBase: [row for a in achievements for row in _trial_bases(a, hospitals)],
        tables.DemandProfile: [_demand_profile(d) for d in market.demands if d.leaf.department],
        tables.Highlight: _highlights(market, achievements),
    }


def _departments(hospital: Organization) -> list[str]:
    draw = Draw(f"departments:{hospital.uscc}")
    chosen = set(draw.pick_some(_DEPARTMENTS, draw.between(7, 14)))
    return [department for department in _DEPARTMENTS if department in chosen]


def _profile(achievement: Achievement) -> Row:
    draw, leaf = Draw(f"medical:{achievement.id}"), achievement.leaf
    tried = achievement.maturity >= _FIRST_TRIED_LEVEL
    kind = regulatory_class(leaf.code, achievement.maturity)
    subjects = draw.between(24, 480)
    number = f"{_NUMBER_WORDS.get(kind, '')}{achievement.published_at.year}{draw.below(10**6):06d}"
    return {
        "achievement_id": achievement.id,
        "published_at": achievement.published_at,
        "regulatory_class": kind,
        "indication": leaf.indications[leaf.subjects.index(achievement.subject)],
        "trial_phase": min(achievement.maturity - 4, 3) if tried else None,
        "registration_no": number if achievement.maturity >= _FIRST_REGISTERED_LEVEL else None,
        "trial_subjects": subjects if tried else None,
        "trial_endpoint": draw.pick(_ENDPOINTS[leaf.code]) if tried else None,
        "trial_adverse_events": draw.below(subjects // 12) if tried else None,
    }


def _trial_bases(achievement: Achievement, hospitals: list[Organization]) -> list[Row]:
    if achievement.maturity < _FIRST_TRIED_LEVEL:
        return []
    draw = Draw(f"trial:{achievement.id}")
    near = [hospital for hospital in hospitals if hospital.city == achievement.city]
    chosen = draw.pick_some(near, 1) + draw.pick_some(hospitals, draw.between(1, 2))
    codes = sorted({hospital.uscc for hospital in chosen})
    return [{"achievement_id": achievement.id, "hospital_uscc": uscc} for uscc in codes]


def _demand_profile(demand: Demand) -> Row:
    return {
        "demand_id": demand.id,
        "department": demand.leaf.department,
        "clinical": Draw(f"clinical:{demand.id}").chance(55),
    }


def _highlights(market: Market, achievements: list[Achievement]) -> list[Row]:
    ripe = [a.id for a in achievements if a.maturity >= 7 and market.status_of[a.id] is not ListingStatus.WITHDRAWN]
    shown = sorted(ripe, key=lambda identity: rank(f"highlight:{identity}"))[:HIGHLIGHTS]
    market_id = sub_market_id(Industry.HEALTHCARE)
    return [{"sub_market_id": market_id, "position": at, "achievement_id": i} for at, i in enumerate(shown, 1)]

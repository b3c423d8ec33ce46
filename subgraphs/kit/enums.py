"""The market's enums, one Python class for each enum of the schemas: every subgraph prints the same members.

Names equal values, so that a database, a GraphQL answer and a log line all show the same word. ``OrganizationKind``,
``SubMarketKind`` and ``ListingKind`` are the discriminators of the interfaces of the same names and appear in no schema.
"""

from enum import StrEnum


class Currency(StrEnum):
    """货币."""

    CNY = "CNY"


class RegionLevel(StrEnum):
    """行政区划级别: 省、市、县."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"


class MountainCountyKind(StrEnum):
    """山区26县的类别: 跨越发展类、生态发展类."""

    LEAPFROG = "LEAPFROG"
    ECOLOGICAL = "ECOLOGICAL"


class Industry(StrEnum):
    """行业分市场: 农业、碳达峰碳中和、医疗卫生."""

    AGRICULTURE = "AGRICULTURE"
    CARBON = "CARBON"
    HEALTHCARE = "HEALTHCARE"


class SubMarketKind(StrEnum):
    """Which type implements the interface ``SubMarket``."""

    CITY = "CITY"
    COUNTY = "COUNTY"
    INDUSTRY = "INDUSTRY"


class OrganizationKind(StrEnum):
    """Which type implements the interface ``Organization``."""

    ENTERPRISE = "ENTERPRISE"
    UNIVERSITY = "UNIVERSITY"
    RESEARCH_INSTITUTE = "RESEARCH_INSTITUTE"
    HOSPITAL = "HOSPITAL"
    GOVERNMENT_DEPARTMENT = "GOVERNMENT_DEPARTMENT"
    SERVICE_INSTITUTION = "SERVICE_INSTITUTION"


class EnterpriseScale(StrEnum):
    """企业规模: 微型、小型、中型、大型."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


class ServiceClass(StrEnum):
    """服务机构九大类."""

    TECHNOLOGY_TRANSFER = "TECHNOLOGY_TRANSFER"
    TECH_FINANCE = "TECH_FINANCE"
    INTELLECTUAL_PROPERTY = "INTELLECTUAL_PROPERTY"
    INSPECTION_AND_TESTING = "INSPECTION_AND_TESTING"
    FISCAL_TAX_AND_LEGAL = "FISCAL_TAX_AND_LEGAL"
    RESEARCH_AND_DEVELOPMENT = "RESEARCH_AND_DEVELOPMENT"
    INCUBATION = "INCUBATION"
    CONSULTING = "CONSULTING"
    COMPREHENSIVE = "COMPREHENSIVE"


class BrokerLevel(StrEnum):
    """技术经纪人等级: 初级、中级、高级."""

    JUNIOR = "JUNIOR"
    INTERMEDIATE = "INTERMEDIATE"
    SENIOR = "SENIOR"


class ContributionReason(StrEnum):
    """贡献积分事由: 需求凝练、需求推送、撮合、签约、路演."""

    DEMAND_REFINED = "DEMAND_REFINED"
    DEMAND_PUSHED = "DEMAND_PUSHED"
    MATCH_MADE = "MATCH_MADE"
    DEAL_SIGNED = "DEAL_SIGNED"
    ROADSHOW = "ROADSHOW"


class ContributionSubject(StrEnum):
    """积分行为的对象: 需求、交易、日期."""

    DEMAND = "DEMAND"
    DEAL = "DEAL"
    DAY = "DAY"


class AllianceMemberKind(StrEnum):
    """技术转移联盟成员: 高校院所、科技型企业、科技中介和创投机构."""

    UNIVERSITY_OR_INSTITUTE = "UNIVERSITY_OR_INSTITUTE"
    TECH_ENTERPRISE = "TECH_ENTERPRISE"
    INTERMEDIARY_OR_VC = "INTERMEDIARY_OR_VC"


class ListingKind(StrEnum):
    """Which type implements the interface ``MarketListing``."""

    ACHIEVEMENT = "ACHIEVEMENT"
    DEMAND = "DEMAND"


class ListingStatus(StrEnum):
    """挂牌状态: 公开、已对接、已签约、已撤回."""

    OPEN = "OPEN"
    MATCHED = "MATCHED"
    SIGNED = "SIGNED"
    WITHDRAWN = "WITHDRAWN"


class DemandStep(StrEnum):
    """需求的步骤: 发布、揭榜、对接、重新公开、签约、撤回."""

    PUBLISHED = "PUBLISHED"
    ANSWERED = "ANSWERED"
    MATCHED = "MATCHED"
    REOPENED = "REOPENED"
    SIGNED = "SIGNED"
    WITHDRAWN = "WITHDRAWN"


class DemandFaultKind(StrEnum):
    """需求存证的问题: 缺记录、链断裂、记录被改、内容不符、状态不符、揭榜无记录."""

    RECORD_MISSING = "RECORD_MISSING"
    LINK_BROKEN = "LINK_BROKEN"
    RECORD_CHANGED = "RECORD_CHANGED"
    CONTENT_CHANGED = "CONTENT_CHANGED"
    STATUS_DIFFERS = "STATUS_DIFFERS"
    ANSWER_UNRECORDED = "ANSWER_UNRECORDED"


class DemandSource(StrEnum):
    """需求来源: 企业、产业行业部门."""

    ENTERPRISE = "ENTERPRISE"
    INDUSTRY_DEPARTMENT = "INDUSTRY_DEPARTMENT"


class MatchCriterion(StrEnum):
    """撮合推荐所比较的方面: 文字、行业、地域、成熟度."""

    TEXT = "TEXT"
    INDUSTRY = "INDUSTRY"
    REGION = "REGION"
    MATURITY = "MATURITY"


class PricingMode(StrEnum):
    """定价方式: 协议定价、挂牌交易、竞价拍卖."""

    NEGOTIATED = "NEGOTIATED"
    LISTED = "LISTED"
    AUCTION = "AUCTION"


class ConversionMode(StrEnum):
    """转化方式: 转让、许可、作价投资、技术开发、技术咨询、技术服务."""

    ASSIGNMENT = "ASSIGNMENT"
    LICENCE = "LICENCE"
    EQUITY_INVESTMENT = "EQUITY_INVESTMENT"
    DEVELOPMENT = "DEVELOPMENT"
    CONSULTING = "CONSULTING"
    SERVICE = "SERVICE"


class AuctionStatus(StrEnum):
    """竞价状态."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    EXTENDED = "EXTENDED"
    SOLD = "SOLD"
    UNSOLD = "UNSOLD"
    WITHDRAWN = "WITHDRAWN"


class EvidenceKind(StrEnum):
    """上链存证的事项."""

    PUBLISHED = "PUBLISHED"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    BID_PLACED = "BID_PLACED"
    AUCTION_CLOSED = "AUCTION_CLOSED"
    APPROVAL_PASSED = "APPROVAL_PASSED"
    CONTRACT_SIGNED = "CONTRACT_SIGNED"
    LICENCE_GRANTED = "LICENCE_GRANTED"
    LICENCE_CONVERTED = "LICENCE_CONVERTED"
    WITHDRAWN = "WITHDRAWN"
    SIGNATURE_GIVEN = "SIGNATURE_GIVEN"
    AGREEMENT_LAPSED = "AGREEMENT_LAPSED"
    PAYMENT_RECEIVED = "PAYMENT_RECEIVED"
    APPROVAL_STEP = "APPROVAL_STEP"
    USAGE_REPORTED = "USAGE_REPORTED"
    LICENCE_ENDED = "LICENCE_ENDED"


class EvidenceFaultKind(StrEnum):
    """What may be wrong with evidence."""

    RECORD_MISSING = "RECORD_MISSING"
    LINK_BROKEN = "LINK_BROKEN"
    RECORD_CHANGED = "RECORD_CHANGED"
    RECORD_UNSEALED = "RECORD_UNSEALED"
    SEAL_MISSING = "SEAL_MISSING"
    SEAL_BROKEN = "SEAL_BROKEN"
    CONTENT_CHANGED = "CONTENT_CHANGED"


class Party(StrEnum):
    """买卖双方."""

    SELLER = "SELLER"
    BUYER = "BUYER"


class NegotiationStatus(StrEnum):
    """洽谈的状态."""

    OPEN = "OPEN"
    AGREED = "AGREED"
    ENDED = "ENDED"


class ListedOfferStatus(StrEnum):
    """挂牌的状态; ``EXPIRED`` follows from the clock and is never stored."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class AgreementStatus(StrEnum):
    """待签合同的状态."""

    PENDING = "PENDING"
    SIGNED = "SIGNED"
    LAPSED = "LAPSED"


class ApprovalStatus(StrEnum):
    """安心屋内部审批的状态."""

    DRAFT = "DRAFT"
    INSTITUTION_REVIEW = "INSTITUTION_REVIEW"
    PUBLICITY = "PUBLICITY"
    OBJECTED = "OBJECTED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    RELEASED = "RELEASED"


class Programme(StrEnum):
    """攻关计划: 尖峰、尖兵、领雁、领航."""

    JIANFENG = "JIANFENG"
    JIANBING = "JIANBING"
    LINGYAN = "LINGYAN"
    LINGHANG = "LINGHANG"


class OrganisationMode(StrEnum):
    """项目组织模式: 公开竞争、定向委托、揭榜挂帅、赛马制、联合制、军令状制."""

    OPEN_COMPETITION = "OPEN_COMPETITION"
    DIRECTED_COMMISSION = "DIRECTED_COMMISSION"
    OPEN_CALL_FOR_LEADERS = "OPEN_CALL_FOR_LEADERS"
    HORSE_RACE = "HORSE_RACE"
    CONSORTIUM = "CONSORTIUM"
    PLEDGE = "PLEDGE"


class DemandList(StrEnum):
    """四张清单: 应用倒逼、基础引领、国产替代、成果转化."""

    APPLIED_DRIVES_BASIC = "APPLIED_DRIVES_BASIC"
    BASIC_LEADS_APPLIED = "BASIC_LEADS_APPLIED"
    DOMESTIC_SUBSTITUTION = "DOMESTIC_SUBSTITUTION"
    ACHIEVEMENT_CONVERSION = "ACHIEVEMENT_CONVERSION"


class ChallengeStage(StrEnum):
    """创新挑战赛的阶段: 征集、发布、对接、决赛、签约."""

    COLLECTED = "COLLECTED"
    PUBLISHED = "PUBLISHED"
    MATCHED = "MATCHED"
    FINAL = "FINAL"
    SIGNED = "SIGNED"


class MarketMeans(StrEnum):
    """“招拍挂、股改投”: 六大技术要素市场化手段."""

    TENDER = "TENDER"
    AUCTION = "AUCTION"
    LISTING = "LISTING"
    EQUITY = "EQUITY"
    RESTRUCTURING = "RESTRUCTURING"
    INVESTMENT = "INVESTMENT"


class ExtensionStage(StrEnum):
    """农业推广阶段: 实验室、小区试验、示范、大面积推广."""

    LABORATORY = "LABORATORY"
    SMALL_PLOT = "SMALL_PLOT"
    DEMONSTRATION = "DEMONSTRATION"
    WIDE_EXTENSION = "WIDE_EXTENSION"


class Crop(StrEnum):
    """作物与养殖品类."""

    RICE = "RICE"
    TEA = "TEA"
    CITRUS = "CITRUS"
    BAYBERRY = "BAYBERRY"
    VEGETABLE = "VEGETABLE"
    EDIBLE_FUNGI = "EDIBLE_FUNGI"
    BAMBOO = "BAMBOO"
    LIVESTOCK = "LIVESTOCK"
    AQUATIC = "AQUATIC"


class Season(StrEnum):
    """季节."""

    SPRING = "SPRING"
    SUMMER = "SUMMER"
    AUTUMN = "AUTUMN"
    WINTER = "WINTER"


class RegulatoryClass(StrEnum):
    """医疗器械与药品的管理类别."""

    DEVICE_I = "DEVICE_I"
    DEVICE_II = "DEVICE_II"
    DEVICE_III = "DEVICE_III"
    DRUG = "DRUG"
    IN_VITRO_DIAGNOSTIC = "IN_VITRO_DIAGNOSTIC"
    NONE = "NONE"

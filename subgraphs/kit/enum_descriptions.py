"""Every enum of the schemas, registered with its Chinese and English description and those of its values.

The enums themselves are plain Python (``subgraphs.kit.enums``), for databases and demo data use them without GraphQL.
Importing this module registers them; it must happen before a schema is built.
"""

from enum import StrEnum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from subgraphs.kit import enums


def describe(enum: type[StrEnum], description: str, *, inaccessible: bool = False, **values: str) -> None:
    """Register an enum with its description and those of its values. Raises ``ValueError`` where one is left out."""
    if set(values) != set(enum.__members__):
        raise ValueError(f"{enum.__name__} has the values {sorted(enum.__members__)}; describe each of them.")
    strawberry.federation.enum(enum, description=description, inaccessible=inaccessible)
    definition = getattr(enum, "__strawberry_definition__")  # noqa: B009 - Strawberry adds it at run time
    assert isinstance(definition, StrawberryEnumDefinition)  # noqa: S101 - what strawberry.enum has just made
    for value in definition.values:
        value.description = values[value.name]


describe(enums.Currency, "币种。A currency.", CNY="人民币。Chinese yuan.")
describe(
    enums.RegionLevel,
    "行政区划级别。The level of a region.",
    PROVINCE="省级。A province.",
    CITY="地级市。A prefecture-level city.",
    COUNTY="县（市、区）。A county, county-level city or district.",
)
describe(
    enums.MountainCountyKind,
    "山区26县的类别。The two kinds of mountain county.",
    LEAPFROG="跨越发展类。To develop by leaps.",
    ECOLOGICAL="生态发展类。To develop by its ecology.",
)
describe(
    enums.Industry,
    "行业分市场的行业。An industry with a market of its own.",
    AGRICULTURE="农业。Agriculture.",
    CARBON="碳达峰碳中和。Carbon peaking and neutrality.",
    HEALTHCARE="医疗卫生。Healthcare.",
)
describe(
    enums.EnterpriseScale,
    "企业规模。The size of an enterprise.",
    MICRO="微型。Micro.",
    SMALL="小型。Small.",
    MEDIUM="中型。Medium.",
    LARGE="大型。Large.",
)
describe(
    enums.ServiceClass,
    "服务机构九大类。The nine classes of service institution.",
    TECHNOLOGY_TRANSFER="技术转移。Technology transfer.",
    TECH_FINANCE="科技金融。Finance for technology.",
    INTELLECTUAL_PROPERTY="知识产权。Intellectual property.",
    INSPECTION_AND_TESTING="检验检测。Inspection and testing.",
    FISCAL_TAX_AND_LEGAL="财税法律。Finance, tax and law.",
    RESEARCH_AND_DEVELOPMENT="研究开发。Research and development.",
    INCUBATION="创业孵化。Incubation of start-ups.",
    CONSULTING="科技咨询。Consulting on technology.",
    COMPREHENSIVE="综合科技服务。Services of several classes.",
)
describe(
    enums.BrokerLevel,
    "技术经纪人等级。The level of a technology broker.",
    JUNIOR="初级。Junior.",
    INTERMEDIATE="中级。Intermediate.",
    SENIOR="高级。Senior.",
)
describe(
    enums.ContributionReason,
    "贡献积分事由。What points were earned by.",
    DEMAND_REFINED="需求凝练。A demand refined until it could be answered.",
    DEMAND_PUSHED="需求推送。A demand brought to those who may answer it.",
    MATCH_MADE="撮合。A demand and an achievement brought together.",
    DEAL_SIGNED="签约。A deal signed.",
    ROADSHOW="路演。A roadshow held.",
)
describe(
    enums.ContributionSubject,
    "积分行为的对象。What an act that earns points is done on.",
    DEMAND="需求。A demand.",
    DEAL="交易。A deal.",
    DAY="某一天。A day.",
)
describe(
    enums.AllianceMemberKind,
    "技术转移联盟成员的类别。The kinds of member of the technology transfer alliance.",
    UNIVERSITY_OR_INSTITUTE="高等院校和科研院所。A university or research institute.",
    TECH_ENTERPRISE="科技型企业。A technology enterprise.",
    INTERMEDIARY_OR_VC="科技中介和创投机构。An intermediary or a venture capital firm.",
)
describe(
    enums.ListingStatus,
    "挂牌状态。The status of a listing.",
    OPEN="公开。Open.",
    MATCHED="已对接。Matched with a partner.",
    SIGNED="已签约。A contract is signed.",
    WITHDRAWN="已撤回。Withdrawn.",
)
describe(
    enums.DemandStep,
    "需求的步骤。A step in a demand's life.",
    PUBLISHED="发布。Published.",
    ANSWERED="揭榜。Answered.",
    MATCHED="对接：选定一份揭榜。Matched with one of its answers.",
    REOPENED="重新公开：对接未成。Open again, for the talks came to nothing.",
    SIGNED="签约。A contract was signed.",
    WITHDRAWN="撤回。Withdrawn by its publisher.",
)
describe(
    enums.DemandFaultKind,
    "需求存证的问题。What may be wrong with a demand's records.",
    RECORD_MISSING="缺记录。A record is missing.",
    LINK_BROKEN="链断裂。A record does not hold the hash of the one before it.",
    RECORD_CHANGED="记录被改。A record has another hash than its content.",
    CONTENT_CHANGED="内容不符。What is shown is not what was recorded.",
    STATUS_DIFFERS="状态不符。The status is not what the last record made it.",
    ANSWER_UNRECORDED="揭榜无记录。An answer has no record.",
)
describe(
    enums.DemandSource,
    "需求来源。Where a demand comes from.",
    ENTERPRISE="企业。An enterprise.",
    INDUSTRY_DEPARTMENT="产业行业部门。A department in charge of an industry.",
)
describe(
    enums.MatchCriterion,
    "撮合推荐所比较的方面。What is compared to find matches.",
    TEXT="文字。The words.",
    INDUSTRY="行业领域。The technical field.",
    REGION="地域。The region.",
    MATURITY="技术成熟度。The technology readiness level.",
)
describe(
    enums.PricingMode,
    "市场化定价方式。How the price of a deal is found.",
    NEGOTIATED="协议定价。By negotiation.",
    LISTED="挂牌交易。At the listed price.",
    AUCTION="竞价拍卖。By auction.",
)
describe(
    enums.ConversionMode,
    "成果转化方式。How an achievement is put to use.",
    ASSIGNMENT="转让。Assignment.",
    LICENCE="许可。Licence.",
    EQUITY_INVESTMENT="作价投资。Contribution as equity.",
    DEVELOPMENT="技术开发。Technology development.",
    CONSULTING="技术咨询。Technology consulting.",
    SERVICE="技术服务。Technology services.",
)
describe(
    enums.AuctionStatus,
    "竞价状态。The status of an auction.",
    SCHEDULED="待开始。Not yet open.",
    OPEN="竞价中。Open for bids.",
    EXTENDED="延时竞价中。Extended by late bids.",
    SOLD="成交。Sold.",
    UNSOLD="流拍。Not sold.",
    WITHDRAWN="撤拍。Withdrawn.",
)
describe(
    enums.EvidenceKind,
    "上链存证的事项。What a record is evidence of.",
    PUBLISHED="发布。A listing was published.",
    OFFERED="报价。An offer was made.",
    ACCEPTED="接受报价。An offer was accepted.",
    BID_PLACED="出价。A bid was placed.",
    AUCTION_CLOSED="竞价结束。An auction was closed.",
    APPROVAL_PASSED="审批通过。An approval was given.",
    CONTRACT_SIGNED="签约。A contract was signed.",
    LICENCE_GRANTED="授予许可。A licence was granted.",
    LICENCE_CONVERTED="许可转付费。A free licence was converted into a paid one.",
    WITHDRAWN="撤回。A listing, an offer or a negotiation was withdrawn.",
    SIGNATURE_GIVEN="一方签署。One side has signed an agreement.",
    AGREEMENT_LAPSED="逾期失效。An agreement was not signed in time.",
    PAYMENT_RECEIVED="收款。A payment was received.",
    APPROVAL_STEP="审批进程。An approval case went on.",
    USAGE_REPORTED="使用报告。The use under a free licence was reported.",
    LICENCE_ENDED="许可终止。A free licence was ended before its time.",
)
describe(
    enums.EvidenceFaultKind,
    "存证的问题。What may be wrong with evidence.",
    RECORD_MISSING="缺记录。A record is missing.",
    LINK_BROKEN="链断裂。A record does not hold the hash of the one before it.",
    RECORD_CHANGED="记录被改。A record has another hash than its content.",
    RECORD_UNSEALED="漏封印。A record of a sealed day is under no seal.",
    SEAL_MISSING="封印不存在。A record names a seal that there is not.",
    SEAL_BROKEN="封印不符。A seal does not fit its records, or the seal before it.",
    CONTENT_CHANGED="内容不符。What a deal says is not what was recorded.",
)
describe(
    enums.Party,
    "买卖双方。The two sides of a trade.",
    SELLER="卖方。Who sells.",
    BUYER="买方。Who buys.",
)
describe(
    enums.NegotiationStatus,
    "洽谈的状态。The status of a negotiation.",
    OPEN="进行中。Going on.",
    AGREED="已谈成。Agreed.",
    ENDED="已终止。It came to nothing.",
)
describe(
    enums.ListedOfferStatus,
    "挂牌的状态。The status of a listed offer.",
    OPEN="挂牌中。To be had.",
    TAKEN="已摘牌。Taken.",
    WITHDRAWN="已撤牌。Withdrawn.",
    EXPIRED="已到期。Its time is over.",
)
describe(
    enums.AgreementStatus,
    "待签合同的状态。The status of an agreement.",
    PENDING="待签署。To be signed.",
    SIGNED="已签署。Signed by both sides.",
    LAPSED="已失效。Not signed in time.",
)
describe(
    enums.ApprovalStatus,
    "“安心屋”内部审批的状态。The status of an institution's internal approval.",
    DRAFT="草稿。A draft.",
    INSTITUTION_REVIEW="单位审核。Under review by the institution.",
    PUBLICITY="公示中。Made public for objections.",
    OBJECTED="有异议。Objected to.",
    APPROVED="已批准。Approved.",
    REJECTED="已驳回。Rejected.",
    RELEASED="已放行。Released to the market.",
)
describe(
    enums.Programme,
    "攻关计划。The province's research programmes.",
    JIANFENG="尖峰。Jianfeng, “peak”.",
    JIANBING="尖兵。Jianbing, “vanguard”.",
    LINGYAN="领雁。Lingyan, “lead goose”.",
    LINGHANG="领航。Linghang, “pilot”.",
)
describe(
    enums.OrganisationMode,
    "项目组织模式。How a project is organised.",
    OPEN_COMPETITION="公开竞争。Open competition.",
    DIRECTED_COMMISSION="定向委托。Directed commission.",
    OPEN_CALL_FOR_LEADERS="揭榜挂帅。Open call for leaders.",
    HORSE_RACE="赛马制。Several teams race.",
    CONSORTIUM="联合制。A consortium.",
    PLEDGE="军令状制。Against a pledge of results.",
)
describe(
    enums.DemandList,
    "四张清单。The four lists of demands.",
    APPLIED_DRIVES_BASIC="应用倒逼基础清单。Applications that drive basic research.",
    BASIC_LEADS_APPLIED="基础引领应用清单。Basic research that leads to applications.",
    DOMESTIC_SUBSTITUTION="国产替代清单。Domestic substitutes.",
    ACHIEVEMENT_CONVERSION="成果转化清单。Achievements to be converted.",
)
describe(
    enums.ChallengeStage,
    "创新挑战赛的阶段。The stage of an entry in the challenge.",
    COLLECTED="已征集。Collected.",
    PUBLISHED="已发布。Published.",
    MATCHED="已对接。Matched with a team.",
    FINAL="决赛。In the final.",
    SIGNED="已签约。Signed.",
)
describe(
    enums.ExtensionStage,
    "农业推广阶段。How far an agricultural achievement has spread.",
    LABORATORY="实验室。In the laboratory.",
    SMALL_PLOT="小区试验。On trial plots.",
    DEMONSTRATION="示范。On demonstration bases.",
    WIDE_EXTENSION="大面积推广。Widely extended.",
)
describe(
    enums.Crop,
    "作物与养殖品类。A crop or a kind of husbandry.",
    RICE="水稻。Rice.",
    TEA="茶叶。Tea.",
    CITRUS="柑橘。Citrus.",
    BAYBERRY="杨梅。Bayberry.",
    VEGETABLE="蔬菜。Vegetables.",
    EDIBLE_FUNGI="食用菌。Edible fungi.",
    BAMBOO="竹。Bamboo.",
    LIVESTOCK="畜禽。Livestock and poultry.",
    AQUATIC="水产。Aquatic products.",
)
describe(
    enums.Season,
    "季节。A season.",
    SPRING="春。Spring.",
    SUMMER="夏。Summer.",
    AUTUMN="秋。Autumn.",
    WINTER="冬。Winter.",
)
describe(
    enums.RegulatoryClass,
    "医疗器械与药品的管理类别。The regulatory class of a device or drug.",
    DEVICE_I="第一类医疗器械。A class I device.",
    DEVICE_II="第二类医疗器械。A class II device.",
    DEVICE_III="第三类医疗器械。A class III device.",
    DRUG="药品。A drug.",
    IN_VITRO_DIAGNOSTIC="体外诊断试剂。An in-vitro diagnostic.",
    NONE="不适用。None applies.",
)

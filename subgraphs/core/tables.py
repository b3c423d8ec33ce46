"""The core's own database: regions, organisations, deals, auctions, evidence, programmes and the letter's other counts.

Listings live in the cities' databases. Core keeps their ids as plain columns, and a copy of each title in
``listing_record`` for contracts, the auction hall and search; the city is the authority.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, MetaData, String, Table, UniqueConstraint, desc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.database_search import SearchEntryColumns, index_search
from subgraphs.kit.database_types import COLUMN_TYPES, NAMING, Fen
from subgraphs.kit.database_writes import IdempotencyColumns, SerialColumns
from subgraphs.kit.enums import (
    AgreementStatus,
    AllianceMemberKind,
    ApprovalStatus,
    AuctionStatus,
    BrokerLevel,
    ChallengeStage,
    ContributionReason,
    ConversionMode,
    DemandList,
    EnterpriseScale,
    EvidenceKind,
    Industry,
    ListedOfferStatus,
    ListingKind,
    MarketMeans,
    MountainCountyKind,
    NegotiationStatus,
    OrganisationMode,
    OrganizationKind,
    Party,
    PricingMode,
    Programme,
    RegionLevel,
    ServiceClass,
    SubMarketKind,
)


class Base(DeclarativeBase):
    """Every table of core."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


# ---------- 行政区划, 分市场, 技术领域 ----------


class Region(Base):
    """行政区划: the province, its 11 cities and 90 counties by their GB/T 2260 codes."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    level: Mapped[RegionLevel] = mapped_column(index=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)
    legacy_code: Mapped[str | None] = mapped_column(String(16))


class MountainCounty(Base):
    """山区26县: a county's designation; ``valid_to`` is the last day on which it held."""

    __tablename__ = "mountain_county"

    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    kind: Mapped[MountainCountyKind | None]


class TechnicalField(Base):
    """技术领域: two digits for a field, four for a field within it."""

    __tablename__ = "technical_field"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("technical_field.code"), index=True)


class Organization(Base):
    """主体: one table for all kinds; the columns after ``resident`` belong to one kind each and are null for the others."""

    __tablename__ = "organization"
    __table_args__ = (
        Index(None, "kind", "uscc"),
        Index(None, "service_class", "region_code", "uscc"),
    )

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    kind: Mapped[OrganizationKind]
    name: Mapped[str] = mapped_column(String(128))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    resident: Mapped[bool]
    scale: Mapped[EnterpriseScale | None]
    high_tech: Mapped[bool | None]
    grade: Mapped[str | None] = mapped_column(String(16))
    service_class: Mapped[ServiceClass | None]


class SubMarket(Base):
    """分市场: of a city, of a county (then with the city's market above it), or of an industry."""

    __tablename__ = "sub_market"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[SubMarketKind] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(128))
    operator_uscc: Mapped[str | None] = mapped_column(ForeignKey("organization.uscc"), index=True)
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), unique=True)
    city_market_id: Mapped[str | None] = mapped_column(ForeignKey("sub_market.id"), index=True)
    industry: Mapped[Industry | None] = mapped_column(unique=True)


class SubMarketCoBuilder(Base):
    """Which organisations build an industry's market together."""

    __tablename__ = "sub_market_co_builder"

    sub_market_id: Mapped[str] = mapped_column(ForeignKey("sub_market.id"), primary_key=True)
    organization_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), primary_key=True, index=True)


class PhysicalMarket(Base):
    """科技大市场 (线下实体); the turnover is the one core kept before the counties reported it themselves."""

    __tablename__ = "physical_market"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    opened_on: Mapped[date | None]
    annual_turnover_fen: Mapped[Fen | None]


# ---------- 技术经纪人, 联盟 ----------


class Broker(Base):
    """技术经纪人. Contribution points are the sum of the broker's contributions, never stored here."""

    __tablename__ = "broker"

    registration_no: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    level: Mapped[BrokerLevel]
    institution_uscc: Mapped[str | None] = mapped_column(ForeignKey("organization.uscc"), index=True)
    phone: Mapped[str | None] = mapped_column(String(32))


class Contribution(Base):
    """贡献积分流水: points earned by one act, on a deal or on a demand or on neither (a roadshow)."""

    __tablename__ = "contribution"
    __table_args__ = (Index("ix_contribution_page", "registration_no", desc("at"), "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_no: Mapped[str] = mapped_column(ForeignKey("broker.registration_no"))
    points: Mapped[int]
    reason: Mapped[ContributionReason]
    at: Mapped[datetime]
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deal.id"), index=True)
    demand_id: Mapped[str | None] = mapped_column(String(20), index=True)


class AllianceMember(Base):
    """技术转移联盟成员."""

    __tablename__ = "alliance_member"

    member_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), primary_key=True)
    kind: Mapped[AllianceMemberKind] = mapped_column(index=True)
    joined_on: Mapped[date | None]


# ---------- what core knows of the cities' listings ----------


class ListingRecord(Base):
    """Core's copy of a listing's title, refreshed by the city's news, and of what matching and trading go by."""

    __tablename__ = "listing_record"
    __table_args__ = (Index(None, "kind", "field_code", "id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    kind: Mapped[ListingKind]
    title: Mapped[str] = mapped_column(String(256))
    county_code: Mapped[str | None] = mapped_column(String(6))
    field_code: Mapped[str | None] = mapped_column(String(8))
    owner_uscc: Mapped[str | None] = mapped_column(String(18))
    """Who owns the achievement, or published the demand."""
    maturity_level: Mapped[int | None]
    service_invention: Mapped[bool | None]
    """Both of achievements only."""
    news_number: Mapped[int | None]
    """The number of the last news of it; none of the listings that were there before there was news."""


# ---------- 浙江拍: 交易, 竞价, 存证, 审批, 许可 ----------


class Auction(Base):
    """竞价拍卖; ``current_price_fen`` is the highest bid, null before the first."""

    __tablename__ = "auction"
    __table_args__ = (Index("ix_auction_page", "status", "closes_at", "id"),)

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    status: Mapped[AuctionStatus]
    start_price_fen: Mapped[Fen]
    increment_fen: Mapped[Fen]
    deposit_fen: Mapped[Fen]
    reserve_price_fen: Mapped[Fen | None]
    current_price_fen: Mapped[Fen | None]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class Bid(Base):
    """出价: each higher than the one before."""

    __tablename__ = "bid"
    __table_args__ = (UniqueConstraint("auction_id", "amount_fen"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True)
    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"))
    paddle_no: Mapped[int]
    amount_fen: Mapped[Fen]
    at: Mapped[datetime]
    bidder_uscc: Mapped[str | None] = mapped_column(ForeignKey("organization.uscc"), index=True)


class AuctionRegistration(Base):
    """竞买报名: who may bid under which paddle, and the deposit, held until ``released_at``."""

    __tablename__ = "auction_registration"
    __table_args__ = (UniqueConstraint("auction_id", "bidder_uscc"),)

    auction_id: Mapped[str] = mapped_column(ForeignKey("auction.id"), primary_key=True)
    paddle_no: Mapped[int] = mapped_column(primary_key=True)
    bidder_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    deposit_fen: Mapped[Fen]
    registered_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    forfeited_at: Mapped[datetime | None]


class Deal(Base):
    """交易: one technology contract; ``region_code`` is the city in whose market it was made."""

    __tablename__ = "deal"
    __table_args__ = (
        Index("ix_deal_page", desc("signed_at"), "id"),
        Index("ix_deal_mode_page", "pricing_mode", desc("signed_at"), "id"),
        Index(None, "region_code", "signed_at"),
    )

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    contract_no: Mapped[str] = mapped_column(String(32), unique=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    pricing_mode: Mapped[PricingMode]
    conversion_mode: Mapped[ConversionMode]
    amount_fen: Mapped[Fen]
    signed_at: Mapped[datetime]
    seller_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    buyer_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    broker_no: Mapped[str | None] = mapped_column(ForeignKey("broker.registration_no"), index=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    demand_id: Mapped[str | None] = mapped_column(ForeignKey("listing_record.id"), index=True)
    auction_id: Mapped[str | None] = mapped_column(ForeignKey("auction.id"), unique=True)
    risk_note: Mapped[str | None]


class Payment(Base):
    """付款: what the seller of a deal has received, never more than its amount."""

    __tablename__ = "payment"

    deal_id: Mapped[str] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    amount_fen: Mapped[Fen]
    at: Mapped[datetime]


class Agreement(Base):
    """待签合同: what was agreed on, in whichever pricing mode, until both sides have signed or the time for that is over."""

    __tablename__ = "agreement"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    demand_id: Mapped[str | None] = mapped_column(ForeignKey("listing_record.id"))
    seller_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    buyer_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    broker_no: Mapped[str | None] = mapped_column(ForeignKey("broker.registration_no"))
    pricing_mode: Mapped[PricingMode]
    conversion_mode: Mapped[ConversionMode]
    amount_fen: Mapped[Fen]
    status: Mapped[AgreementStatus]
    made_at: Mapped[datetime]
    sign_by: Mapped[datetime]
    document_sha256: Mapped[str | None] = mapped_column(String(64))
    seller_signed_at: Mapped[datetime | None]
    buyer_signed_at: Mapped[datetime | None]
    auction_id: Mapped[str | None] = mapped_column(ForeignKey("auction.id"), unique=True)
    licence_id: Mapped[str | None] = mapped_column(ForeignKey("free_licence.id"))
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deal.id"), unique=True)


class Negotiation(Base):
    """洽谈 of a buyer with the owner of an achievement; ``amount_fen`` is the offer that stands, ``turn`` whose answer it waits for."""

    __tablename__ = "negotiation"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    demand_id: Mapped[str | None] = mapped_column(ForeignKey("listing_record.id"))
    seller_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    buyer_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    broker_no: Mapped[str | None] = mapped_column(ForeignKey("broker.registration_no"))
    conversion_mode: Mapped[ConversionMode]
    status: Mapped[NegotiationStatus]
    turn: Mapped[Party]
    amount_fen: Mapped[Fen]
    expires_at: Mapped[datetime]
    agreement_id: Mapped[str | None] = mapped_column(ForeignKey("agreement.id"), unique=True)


class NegotiationOffer(Base):
    """报价: one offer of a negotiation."""

    __tablename__ = "negotiation_offer"

    negotiation_id: Mapped[str] = mapped_column(ForeignKey("negotiation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    party: Mapped[Party]
    amount_fen: Mapped[Fen]
    note: Mapped[str | None]
    at: Mapped[datetime]


class ListedOffer(Base):
    """挂牌: an achievement that whoever comes first may have at a price, for a time."""

    __tablename__ = "listed_offer"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    seller_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    price_fen: Mapped[Fen]
    conversion_mode: Mapped[ConversionMode]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    status: Mapped[ListedOfferStatus]


class EvidenceSeal(Base):
    """One day's evidence of all chains under one Merkle root; each seal holds the root before it."""

    __tablename__ = "evidence_seal"

    root: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed_on: Mapped[date] = mapped_column(unique=True)
    previous_root: Mapped[str | None] = mapped_column(String(64))
    record_count: Mapped[int]


class EvidenceHead(Base):
    """How far a chain has come: without it nobody would miss a last record that is not yet sealed."""

    __tablename__ = "evidence_head"

    chain: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), primary_key=True)
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))


class Evidence(Base):
    """上链存证: a listing's history, one chain per listing (``chain`` is its id), each record holding the hash before it."""

    __tablename__ = "evidence"

    chain: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), primary_key=True)
    height: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EvidenceKind]
    subject: Mapped[dict[str, Any]]
    """What the record is evidence of; hashed with the rest, see ``subgraphs.kit.evidence``."""
    sha256: Mapped[str] = mapped_column(String(64))
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    sealed_in_root: Mapped[str | None] = mapped_column(ForeignKey("evidence_seal.root"), index=True)
    deal_id: Mapped[str | None] = mapped_column(ForeignKey("deal.id"), index=True)
    """The deal that this record is evidence of too."""


class ApprovalCase(Base):
    """安心屋: an institution's internal approval to convert an achievement."""

    __tablename__ = "approval_case"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    institution_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), unique=True)
    status: Mapped[ApprovalStatus] = mapped_column(index=True)
    inventor_share: Mapped[float]
    usage_right_years: Mapped[int | None]
    publicity_from: Mapped[date | None]
    publicity_to: Mapped[date | None]
    objections: Mapped[int]
    single_listed: Mapped[bool]


class Objection(Base):
    """异议: what somebody has against a case that is public; ``is_upheld`` is null until it is settled."""

    __tablename__ = "objection"

    case_id: Mapped[str] = mapped_column(ForeignKey("approval_case.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    organization_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"))
    reason: Mapped[str]
    at: Mapped[datetime]
    is_upheld: Mapped[bool | None]


class FreeLicence(Base):
    """先免费许可、后付费转化: a small enterprise of a mountain county uses an achievement free at first."""

    __tablename__ = "free_licence"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("listing_record.id"), index=True)
    licensee_uscc: Mapped[str] = mapped_column(ForeignKey("organization.uscc"), index=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    free_from: Mapped[date]
    free_to: Mapped[date]
    converted_into: Mapped[str | None] = mapped_column(ForeignKey("deal.id"), index=True)
    price_fen: Mapped[Fen | None]
    """What converting it costs, where that was named at first."""
    ended_on: Mapped[date | None]


class LicenceReport(Base):
    """使用报告: what a licensee says of the use in a quarter, by the hash of the document."""

    __tablename__ = "licence_report"

    licence_id: Mapped[str] = mapped_column(ForeignKey("free_licence.id"), primary_key=True)
    quarter: Mapped[str] = mapped_column(String(7), primary_key=True)
    document_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


# ---------- 榜单, 挑战赛 ----------


class ProgrammeListing(Base):
    """尖兵、领雁 榜单."""

    __tablename__ = "programme_listing"

    programme: Mapped[Programme] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(256))
    organisation_mode: Mapped[OrganisationMode]
    list: Mapped[DemandList]


class ProgrammeListingSource(Base):
    """The demands that one list item was distilled from; a demand feeds one list item at most."""

    __tablename__ = "programme_listing_source"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme", "year", "number"],
            ["programme_listing.programme", "programme_listing.year", "programme_listing.number"],
        ),
    )

    programme: Mapped[Programme] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[str] = mapped_column(String(20), unique=True)


class ChallengeEvent(Base):
    """创新挑战赛 of one year; its counts and amount are those of its entries."""

    __tablename__ = "challenge_event"

    year: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(128))


class ChallengeEntry(Base):
    """A demand in the challenge; only signed ones carry an intended amount."""

    __tablename__ = "challenge_entry"
    __table_args__ = (Index(None, "event_year", "stage"),)

    event_year: Mapped[int] = mapped_column(ForeignKey("challenge_event.year"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    demand_id: Mapped[str] = mapped_column(String(20), index=True)
    stage: Mapped[ChallengeStage]
    intended_amount_fen: Mapped[Fen | None]


class ChallengeMark(Base):
    """What one judge thinks of an entry in one round, from 0 to 100."""

    __tablename__ = "challenge_mark"
    __table_args__ = (
        ForeignKeyConstraint(["event_year", "number"], ["challenge_entry.event_year", "challenge_entry.number"]),
    )

    event_year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[ChallengeStage] = mapped_column(primary_key=True)
    judge: Mapped[str] = mapped_column(String(64), primary_key=True)
    mark: Mapped[int]
    remark: Mapped[str | None]
    at: Mapped[datetime]


# ---------- what else the letter counts ----------


class RegisteredUser(Base):
    """注册用户: no more than that somebody of a region registered on a day."""

    __tablename__ = "registered_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    registered_on: Mapped[date]
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)


class DailyVisits(Base):
    """访问量 of one day."""

    __tablename__ = "daily_visits"

    day: Mapped[date] = mapped_column(primary_key=True)
    visits: Mapped[int]


class PartnerProvince(Base):
    """建立了市场化合作机制的省区."""

    __tablename__ = "partner_province"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))


class DeltaZone(Base):
    """长三角区域内的国家科技成果转移转化示范区."""

    __tablename__ = "delta_zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))


class MarketMeansOffered(Base):
    """招拍挂、股改投: the means by which the market trades technology."""

    __tablename__ = "market_means_offered"

    means: Mapped[MarketMeans] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(16))


class EnterpriseIndicator(Base):
    """企业占全社会比重的一项指标: the enterprises' part and the whole, in the indicator's own unit."""

    __tablename__ = "enterprise_indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    unit: Mapped[str] = mapped_column(String(16))
    of_enterprises: Mapped[int]
    of_all: Mapped[int]


# ---------- search and mutations ----------


class SearchEntry(SearchEntryColumns, Base):
    """What the one search box finds: listings by their id, organisations by their uscc; ``kind`` is the GraphQL type."""


class Idempotency(IdempotencyColumns, Base):
    """Finished mutations of core."""


class Serial(SerialColumns, Base):
    """Serial numbers of bids and approval cases."""


def table_of(entity: type[Base]) -> Table:
    """The Core table of a mapped class."""
    table = entity.__table__
    assert isinstance(table, Table)  # noqa: S101 - every class above is mapped to a table
    return table


SEARCH_TABLE: Final = table_of(SearchEntry)
index_search(SEARCH_TABLE)

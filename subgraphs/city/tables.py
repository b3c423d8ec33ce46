"""A city's own database: its achievements, demands and the answers to them, and what counties report.

Eleven cities may share one database or have one each: every row names its city, and ids begin with the city's code.
Organisations, regions' designations and technical fields belong to core: only their codes stand here.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, String, desc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.database_types import COLUMN_TYPES, NAMING, Fen
from subgraphs.kit.database_writes import IdempotencyColumns, SerialColumns
from subgraphs.kit.enums import DemandSource, DemandStep, ListingStatus, RegionLevel


class Base(DeclarativeBase):
    """Every table of a city."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


class Region(Base):
    """The regions a city serves, with the names that core gives them, and what lies in what."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(String(6), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    level: Mapped[RegionLevel]
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"), index=True)


class ListingColumns:
    """挂牌信息: what achievements and demands have in common."""

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    title: Mapped[str] = mapped_column(String(256))
    summary: Mapped[str]
    status: Mapped[ListingStatus]
    published_at: Mapped[datetime]
    city_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    county_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    field_code: Mapped[str] = mapped_column(String(8))


def page_indexes(name: str, organization: str) -> tuple[Index, ...]:
    """Indexes for pages in the order "newest first, then id", whole or by city, county, field, status or organisation."""
    filters = ("city_code", "county_code", "field_code", "status", organization)
    by_filter = [Index(f"ix_{name}_{by}_page", by, desc("published_at"), "id") for by in filters]
    by_two = Index(f"ix_{name}_county_status_page", "county_code", "status", desc("published_at"), "id")
    return (Index(f"ix_{name}_page", desc("published_at"), "id"), *by_filter, by_two)


class Achievement(ListingColumns, Base):
    """科技成果."""

    __tablename__ = "achievement"
    __table_args__ = page_indexes("achievement", "owner_uscc")

    owner_uscc: Mapped[str] = mapped_column(String(18))
    maturity_level: Mapped[int]
    service_invention: Mapped[bool]
    patent_nos: Mapped[list[str]]
    asking_price_fen: Mapped[Fen | None]
    supports_free_licence: Mapped[bool]


class Demand(ListingColumns, Base):
    """企业或产业行业部门的技术需求."""

    __tablename__ = "demand"
    __table_args__ = page_indexes("demand", "publisher_uscc")

    publisher_uscc: Mapped[str] = mapped_column(String(18))
    source: Mapped[DemandSource]
    budget_fen: Mapped[Fen | None]
    deadline: Mapped[date | None]
    contact_name: Mapped[str | None] = mapped_column(String(64))
    contact_phone: Mapped[str | None] = mapped_column(String(32))


class DemandAnswer(Base):
    """揭榜: an organisation's answer to a demand, perhaps with an achievement of any city."""

    __tablename__ = "demand_answer"
    __table_args__ = (Index("ix_demand_answer_page", "demand_id", desc("at"), "id"),)

    id: Mapped[str] = mapped_column(String(28), primary_key=True)
    demand_id: Mapped[str] = mapped_column(ForeignKey("demand.id"))
    organization_uscc: Mapped[str] = mapped_column(String(18), index=True)
    solution: Mapped[str]
    at: Mapped[datetime]
    achievement_id: Mapped[str | None] = mapped_column(String(20), index=True)


class DemandAgreement(Base):
    """对接: the answer that a demand was matched with, who brought them together, and the contract that came of it."""

    __tablename__ = "demand_agreement"

    demand_id: Mapped[str] = mapped_column(ForeignKey("demand.id"), primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("demand_answer.id"), index=True)
    broker_no: Mapped[str | None] = mapped_column(ForeignKey("broker.registration_no"), index=True)
    matched_at: Mapped[datetime]
    contract_no: Mapped[str | None] = mapped_column(String(32))
    signed_at: Mapped[datetime | None]


class DemandRecord(Base):
    """存证: one step of a demand; each record holds the hash of the one before it, see ``subgraphs.kit.evidence``."""

    __tablename__ = "demand_record"

    demand_id: Mapped[str] = mapped_column(ForeignKey("demand.id"), primary_key=True)
    height: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[DemandStep]
    subject: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(String(64))
    previous_sha256: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime]


class ListingNews(Base):
    """What core is to be told of: a listing, in the order of the numbers, which are never given out twice."""

    __tablename__ = "listing_news"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    listing_id: Mapped[str] = mapped_column(String(20))


class PhysicalMarket(Base):
    """What a county reports of its 科技大市场."""

    __tablename__ = "physical_market"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"), index=True)
    annual_turnover_fen: Mapped[Fen | None]
    services: Mapped[list[str]]


class Broker(Base):
    """A broker at work in cities; the points are the city's ledger, which core is taking over step by step."""

    __tablename__ = "broker"

    registration_no: Mapped[str] = mapped_column(String(32), primary_key=True)
    contribution_points: Mapped[int]


class BrokerCounty(Base):
    """A county that a broker serves."""

    __tablename__ = "broker_county"

    registration_no: Mapped[str] = mapped_column(ForeignKey("broker.registration_no"), primary_key=True)
    county_code: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True, index=True)


class Idempotency(IdempotencyColumns, Base):
    """Finished mutations of a city."""


class Serial(SerialColumns, Base):
    """Serial numbers of listings and answers, by name: ``330300-A``, ``330300-D``, and a demand's id for its answers."""

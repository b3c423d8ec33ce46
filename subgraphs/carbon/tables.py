"""The carbon market's own database: sectors, which technical fields belong to which, and profiles of listings of any kind."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, MetaData, String, desc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.database_types import COLUMN_TYPES, NAMING


class Base(DeclarativeBase):
    """Every table of the carbon market."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


class CarbonSector(Base):
    """碳领域: energy, industry, building, transport and so on."""

    __tablename__ = "carbon_sector"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))


class FieldSector(Base):
    """Which sector a technical field of core belongs to; a field without a sector has no carbon profiles."""

    __tablename__ = "field_sector"

    field_code: Mapped[str] = mapped_column(String(8), primary_key=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey("carbon_sector.code"), index=True)


class CarbonProfile(Base):
    """碳概况 of a listing, achievement or demand; ``sector_code`` is that of the listing's technical field."""

    __tablename__ = "carbon_profile"
    __table_args__ = (
        Index("ix_carbon_profile_page", desc("published_at"), "listing_id"),
        Index("ix_carbon_profile_sector_page", "sector_code", desc("published_at"), "listing_id"),
    )

    listing_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    published_at: Mapped[datetime]
    sector_code: Mapped[str] = mapped_column(ForeignKey("carbon_sector.code"))
    reduction_tonnes_per_year: Mapped[float | None]
    methodology: Mapped[str | None] = mapped_column(String(128))
    verified_by: Mapped[str | None] = mapped_column(String(128))

"""The agricultural market's own database: profiles of listings, demonstration bases, highlights.

Ids of listings and codes of regions are those of the city and of core; ``published_at`` is the listing's, for the order of
this market's lists.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, MetaData, String, desc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.database_types import COLUMN_TYPES, NAMING
from subgraphs.kit.enums import Crop


class Base(DeclarativeBase):
    """Every table of the agricultural market."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


class AchievementProfile(Base):
    """农业概况 of an achievement; ``seasons`` holds names of :class:`subgraphs.kit.enums.Season`."""

    __tablename__ = "achievement_profile"
    __table_args__ = (Index("ix_achievement_profile_page", desc("published_at"), "achievement_id"),)

    achievement_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    published_at: Mapped[datetime]
    variety_approval_no: Mapped[str | None] = mapped_column(String(32))
    seasons: Mapped[list[str]]


class AchievementCrop(Base):
    """A crop that an achievement is for."""

    __tablename__ = "achievement_crop"

    crop: Mapped[Crop] = mapped_column(primary_key=True)
    achievement_id: Mapped[str] = mapped_column(
        ForeignKey("achievement_profile.achievement_id"), primary_key=True, index=True
    )


class DemonstrationBase(Base):
    """示范基地 in a county."""

    __tablename__ = "demonstration_base"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(128))
    region_code: Mapped[str] = mapped_column(String(6), index=True)
    area_mu: Mapped[float]


class AchievementBase(Base):
    """Where an achievement is demonstrated."""

    __tablename__ = "achievement_base"

    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievement_profile.achievement_id"), primary_key=True)
    base_id: Mapped[str] = mapped_column(ForeignKey("demonstration_base.id"), primary_key=True, index=True)


class DemandProfile(Base):
    """农业概况 of a demand."""

    __tablename__ = "demand_profile"

    demand_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    area_mu: Mapped[float | None]
    farmers: Mapped[int | None]


class DemandCrop(Base):
    """A crop that a demand is about."""

    __tablename__ = "demand_crop"

    demand_id: Mapped[str] = mapped_column(ForeignKey("demand_profile.demand_id"), primary_key=True)
    crop: Mapped[Crop] = mapped_column(primary_key=True)


class Highlight(Base):
    """An achievement that the industry's market shows first, in the order of ``position``."""

    __tablename__ = "highlight"

    sub_market_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievement_profile.achievement_id"), index=True)

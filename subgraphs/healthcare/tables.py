"""The medical market's own database: profiles of listings, trial hospitals and their departments, highlights."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, MetaData, String, desc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from subgraphs.kit.database_types import COLUMN_TYPES, NAMING
from subgraphs.kit.enums import RegulatoryClass


class Base(DeclarativeBase):
    """Every table of the medical market."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = COLUMN_TYPES


class MedicalProfile(Base):
    """医疗概况 of an achievement, with its clinical data where there was a trial.

    ``regulatory_class`` is what the rule of ``subgraphs.healthcare.classification`` gives for the listing's technical field
    and maturity; it is kept so that achievements can be found by it.
    """

    __tablename__ = "medical_profile"
    __table_args__ = (
        Index("ix_medical_profile_class_page", "regulatory_class", desc("published_at"), "achievement_id"),
    )

    achievement_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    published_at: Mapped[datetime]
    regulatory_class: Mapped[RegulatoryClass]
    indication: Mapped[str] = mapped_column(String(128))
    trial_phase: Mapped[int | None]
    registration_no: Mapped[str | None] = mapped_column(String(64))
    trial_subjects: Mapped[int | None]
    trial_endpoint: Mapped[str | None] = mapped_column(String(256))
    trial_adverse_events: Mapped[int | None]


class Hospital(Base):
    """A hospital of core, with its departments."""

    __tablename__ = "hospital"

    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    departments: Mapped[list[str]]


class TrialBase(Base):
    """A hospital where an achievement is tried."""

    __tablename__ = "trial_base"

    achievement_id: Mapped[str] = mapped_column(ForeignKey("medical_profile.achievement_id"), primary_key=True)
    hospital_uscc: Mapped[str] = mapped_column(ForeignKey("hospital.uscc"), primary_key=True, index=True)


class DemandProfile(Base):
    """医疗概况 of a demand."""

    __tablename__ = "demand_profile"

    demand_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    department: Mapped[str] = mapped_column(String(64))
    clinical: Mapped[bool]


class Highlight(Base):
    """An achievement that the industry's market shows first, in the order of ``position``."""

    __tablename__ = "highlight"

    sub_market_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("medical_profile.achievement_id"), index=True)

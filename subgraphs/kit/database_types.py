"""Column types that all five databases share: moments in UTC, amounts in fen, enums by name, lists as JSON."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

Fen = Annotated[int, mapped_column(BigInteger)]
"""An amount of money in fen (1/100 yuan): 64 bit, for the whole market's turnover does not fit 32."""

NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names of constraints and indexes, so that they are the same in SQLite and PostgreSQL."""


class Moment(TypeDecorator[datetime]):
    """A point in time. Goes in aware, is kept as UTC, comes out aware in UTC, also from SQLite, which has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC; a naive one is refused with ``ValueError``, for nobody knows what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give one, for example datetime.UTC.")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the database kept into an aware datetime in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.replace(tzinfo=UTC)


COLUMN_TYPES: Final[dict[Any, Any]] = {
    datetime: Moment(),
    StrEnum: Enum(StrEnum, native_enum=False, length=32),
    list[str]: JSON(),
    dict[str, Any]: JSON(),
}
"""What ``Mapped[...]`` annotations become; each subgraph's declarative base takes it as its ``type_annotation_map``."""

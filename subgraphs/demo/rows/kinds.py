"""What rows are: for each mapped class its rows, each a value for every column."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import DeclarativeBase

Row = dict[str, Any]
Rows = Mapping[type[DeclarativeBase], list[Row]]

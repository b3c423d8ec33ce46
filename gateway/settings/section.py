"""What sections of the settings are made of: a closed model, and types that read what people write."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def parse_duration(value: object) -> object:
    """Seconds from ``500ms``, ``30s``, ``2m``, ``12h`` or ``7d``; anything else is left for the number's own check."""
    if isinstance(value, str) and (match := DURATION.fullmatch(value.strip())):
        return float(match[1]) * UNITS[match[2]]
    return value


def resolve_path(path: Path, info: ValidationInfo) -> Path:
    """A relative path counts from the folder of the settings file."""
    folder = (info.context or {}).get("folder", Path())
    return Path(folder) / path


def check_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("write a whole address, such as http://127.0.0.1:4001/graphql")
    return url


def check_url_path(path: str) -> str:
    if not path.startswith("/") or path == "/" or path.endswith("/") or "?" in path:
        raise ValueError("write a path such as /graphql, with a slash before it and none after it")
    return path


def check_header(name: str) -> str:
    if not HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no header name (RFC 9110, section 5.1)")
    return name.lower()


Seconds = Annotated[float, BeforeValidator(parse_duration), Field(gt=0, le=3600)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
FilePath = Annotated[Path, AfterValidator(resolve_path)]
Url = Annotated[str, AfterValidator(check_url)]
UrlPath = Annotated[str, AfterValidator(check_url_path)]
HeaderName = Annotated[str, AfterValidator(check_header)]


class Section(BaseModel):
    """A part of the settings: frozen, and closed against keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

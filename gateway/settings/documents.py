"""Settings of documents that clients name instead of sending them."""

from enum import Enum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, model_validator

from gateway.settings.section import Count, Seconds, Section, resolve_path


def read_source(source: str, info: ValidationInfo) -> Path | str:
    """An address stays one; anything else is a file or a folder."""
    return source if source.startswith(("https://", "http://")) else resolve_path(Path(source), info)


ManifestSource = Annotated[str, AfterValidator(read_source)]


class DocumentMode(Enum):
    """What becomes of a document that is not trusted."""

    PREFER = "prefer"
    LOG = "log"
    ONLY = "only"


class AutomaticDocumentsSetting(Section):
    """Documents that clients register on the way."""

    enabled: bool = True
    bytes: Count = 10_000_000


class Documents(Section):
    """Persisted documents."""

    automatic: AutomaticDocumentsSetting = AutomaticDocumentsSetting()
    trusted: tuple[ManifestSource, ...] = ()
    """Manifests, folders and addresses of manifests."""
    refresh: Seconds = 60.0
    """After which time addresses are asked again."""
    mode: DocumentMode = DocumentMode.PREFER

    @model_validator(mode="after")
    def check_mode(self) -> "Documents":
        if self.mode is not DocumentMode.PREFER and not self.trusted:
            raise ValueError(f"mode {self.mode.value} needs documents.trusted")
        if self.mode is DocumentMode.ONLY and self.automatic.enabled:
            raise ValueError(
                "mode only needs documents.automatic.enabled: false, for these are documents that nobody knew before"
            )
        return self

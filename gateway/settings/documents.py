"""Settings of documents that clients name instead of sending them."""

from enum import Enum

from pydantic import model_validator

from gateway.settings.section import Count, FilePath, Section


class DocumentMode(Enum):
    """What becomes of a document that is not trusted."""

    PREFER = "prefer"
    LOG = "log"
    ONLY = "only"


class AutomaticDocuments(Section):
    """Documents that clients register on the way."""

    enabled: bool = True
    bytes: Count = 10_000_000


class Documents(Section):
    """Persisted documents."""

    automatic: AutomaticDocuments = AutomaticDocuments()
    trusted: tuple[FilePath, ...] = ()
    """Manifests and folders."""
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

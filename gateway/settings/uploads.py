"""Settings of files that clients send."""

from gateway.settings.section import Count, Section


class Uploads(Section):
    """Whether and how files are taken (GraphQL multipart request specification)."""

    enabled: bool = False
    files: Count = 10
    """How many one request may bring."""
    file_bytes: Count = 50_000_000
    """How many bytes each may have."""

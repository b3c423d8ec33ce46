"""Settings of the processes that answer."""

from typing import Literal

from gateway.settings.section import Count, Seconds, Section


class Workers(Section):
    """The processes that share the port."""

    count: Count | Literal["auto"] = "auto"
    """``auto`` is one for each core that the gateway may use."""
    watch: bool = False
    """Whether the settings file is looked at every second, and read again when its text has changed, as at ``SIGHUP``."""
    start: Seconds = 60.0
    """How long a new worker may take until it answers, where it is to replace one that does."""
    drain: Seconds = 30.0
    """How long the requests of a worker that stops may take to end."""

"""``python -m subgraphs.core``: serve core."""

from subgraphs.core.audit.sealing import seal_days_behind
from subgraphs.core.schema import SCHEMA
from subgraphs.core.tables import Base
from subgraphs.kit.serve import serve_command

if __name__ == "__main__":
    serve_command("core", SCHEMA, Base.metadata, kind="province", chores=[seal_days_behind])()

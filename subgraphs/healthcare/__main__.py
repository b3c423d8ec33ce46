"""``python -m subgraphs.healthcare``: serve the medical market."""

from subgraphs.healthcare.schema import SCHEMA
from subgraphs.healthcare.tables import Base
from subgraphs.kit.serve import serve_command

if __name__ == "__main__":
    serve_command("healthcare", SCHEMA, Base.metadata, kind="industry")()

"""``python -m subgraphs.agriculture``: serve the agricultural market."""

from subgraphs.agriculture.schema import SCHEMA
from subgraphs.agriculture.tables import Base
from subgraphs.kit.serve import serve_command

if __name__ == "__main__":
    serve_command("agriculture", SCHEMA, Base.metadata, kind="industry")()

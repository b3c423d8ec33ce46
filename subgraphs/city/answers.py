"""揭榜: an organisation's answer to a demand."""

from datetime import datetime

import strawberry
from strawberry.federation import field

from subgraphs.city import tables
from subgraphs.city.places import lies_by
from subgraphs.kit.directives import cached
from subgraphs.kit.rows import row_type


@strawberry.federation.type(
    keys=["id"], description="揭榜。An answer to a demand.", directives=[cached(60), lies_by("id")]
)
@row_type(tables.DemandAnswer, keys={"id": tables.DemandAnswer.id})
class DemandAnswer:
    """揭榜, with the codes of what lies elsewhere: core leads from them to the organisation and to any city's achievement."""

    id: strawberry.ID = field(description="编号。Its id.")
    organization_uscc: strawberry.ID = field(inaccessible=True, description="揭榜方信用代码。The code of who answers.")
    solution: str = field(description="解决方案。The solution offered.")
    at: datetime = field(description="揭榜时间。When it was given.")
    achievement_id: strawberry.ID | None = field(
        inaccessible=True, description="所用成果编号。The id of the achievement that it builds on."
    )

"""A specification that is linked by itself may need a newer federation version than the one linked: that one is assumed."""

from gateway.schema.codes import HintCode
from gateway.schema.composition.merge.state import MergeState
from gateway.schema.subgraph.specifications import OTHER_SPECIFICATIONS, SPECS, first_version


def hint_at_implied_versions(state: MergeState) -> None:
    """A hint for each specification that came into federation after the version that its subgraph links."""
    for part in state.parts:
        linked = part.schema.version
        for link in part.schema.links:
            since = first_version(link.name) if link.name in OTHER_SPECIFICATIONS else None
            if linked is None or since is None or link.identity != f"{SPECS}{link.name}" or linked >= since:
                continue
            message = (
                f'Subgraph "{part.name}" links {link.url}, which came with federation v{since[0]}.{since[1]}: that version is assumed, '
                f"not the v{linked[0]}.{linked[1]} that is linked."
            )
            state.hint(HintCode.IMPLICITLY_UPGRADED_FEDERATION_VERSION, message, "", [(part, link.node)])

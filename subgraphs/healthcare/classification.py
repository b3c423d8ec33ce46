"""The rule by which a medical achievement is classed: its technical field says the class, its maturity whether it counts yet."""

from typing import Final

from subgraphs.kit.enums import RegulatoryClass

FIRST_CLASSED_LEVEL: Final = 4
"""Below this maturity level (a prototype proven in the laboratory) nothing is registered, so there is no class yet."""

CLASS_OF_FIELD: Final = {
    "0301": RegulatoryClass.DEVICE_III,
    "0302": RegulatoryClass.DEVICE_II,
    "0303": RegulatoryClass.DEVICE_I,
    "0304": RegulatoryClass.DRUG,
    "0305": RegulatoryClass.IN_VITRO_DIAGNOSTIC,
    "0306": RegulatoryClass.DRUG,
}
"""Implants, imaging and monitoring, rehabilitation, drugs, diagnostics, traditional medicine, by core's field codes."""


def regulatory_class(field_code: str, maturity_level: int) -> RegulatoryClass:
    """The class of an achievement; ``NONE`` outside medicine and before the prototype."""
    if maturity_level < FIRST_CLASSED_LEVEL:
        return RegulatoryClass.NONE
    return CLASS_OF_FIELD.get(field_code, RegulatoryClass.NONE)

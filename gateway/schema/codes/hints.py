"""What is worth knowing of subgraphs that do compose: every hint code with its meaning and its mend."""

from gateway.schema.codes.code import Code


class HintCode(Code):
    """A hint's code: something to know, not a fault."""

    # Subgraphs differ in what they declare

    INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE = (
        "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
        "A field has different types that have a common one; the supergraph uses that.",
        "Make the types equal if the difference is not meant.",
    )
    INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE = (
        "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
        "An argument or input field has different types that have a common one; the supergraph uses that.",
        "Make the types equal if the difference is not meant.",
    )
    INCONSISTENT_DEFAULT_VALUE_PRESENCE = (
        "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
        "An argument or input field has a default in some subgraphs only; the supergraph has none.",
        "Give it the same default everywhere.",
    )
    INCONSISTENT_ARGUMENT_PRESENCE = (
        "INCONSISTENT_ARGUMENT_PRESENCE",
        "An optional argument is missing in some subgraphs; the supergraph leaves it out.",
        "Add the argument in every subgraph that has the field.",
    )
    INCONSISTENT_INPUT_OBJECT_FIELD = (
        "INCONSISTENT_INPUT_OBJECT_FIELD",
        "An input field is missing in some subgraphs; the supergraph leaves it out.",
        "Add the field in every subgraph that has the input type.",
    )
    INCONSISTENT_ENTITY = (
        "INCONSISTENT_ENTITY",
        "A type has a `@key` in some subgraphs and none in others.",
        "Add a key where it is missing, unless the type is only a value there.",
    )
    INCONSISTENT_OBJECT_VALUE_TYPE_FIELD = (
        "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD",
        "A field of a type without a key is missing in some of the subgraphs that have the type.",
        "Add the field there if the type shall be the same everywhere.",
    )
    INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD = (
        "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD",
        "A field of an interface is missing in some of the subgraphs that have the interface.",
        "Add the field there if the interface shall be the same everywhere.",
    )
    INCONSISTENT_UNION_MEMBER = (
        "INCONSISTENT_UNION_MEMBER",
        "A member of a union is missing in some of the subgraphs that have the union.",
        "Add the member there if the union shall be the same everywhere.",
    )
    INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM = (
        "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
        "A value of an enum that is only used as input is missing in some subgraphs; the supergraph leaves it out.",
        "Add the value in every subgraph that has the enum.",
    )
    INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM = (
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        "A value of an enum that is only used as output is missing in some subgraphs; the supergraph has it.",
        "Add the value in every subgraph that has the enum.",
    )
    INCONSISTENT_DESCRIPTION = (
        "INCONSISTENT_DESCRIPTION",
        "Subgraphs describe one thing differently; the supergraph uses the most frequent description.",
        "Agree on one description.",
    )
    INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN = (
        "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
        "Subgraphs share a field that returns an interface or union and know different object types of it.",
        "Let each of them return only the types that all of them know, or declare the same types everywhere.",
    )
    UNUSED_ENUM_TYPE = (
        "UNUSED_ENUM_TYPE",
        "An enum is used neither as input nor as output.",
        "Remove it, or use it.",
    )

    # Directives

    INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE = (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
        "A directive for operations is not defined in every subgraph; the supergraph leaves it out.",
        "Define it in every subgraph.",
    )
    INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS = (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS",
        "A directive for operations has different locations; the supergraph has those in common.",
        "Define it with the same locations everywhere.",
    )
    INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE = (
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE",
        "A directive for operations is repeatable in some subgraphs only; in the supergraph it is not.",
        "Define it as repeatable everywhere or nowhere.",
    )
    NO_EXECUTABLE_DIRECTIVE_INTERSECTION = (
        "NO_EXECUTABLE_DIRECTIVE_INTERSECTION",
        "The definitions of a directive for operations have no location in common; the supergraph leaves it out.",
        "Define it with the same locations everywhere.",
    )
    INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS = (
        "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS",
        "A composed directive for schemas has different locations; the supergraph has them all.",
        "Define it with the same locations everywhere.",
        "The supergraph has one subgraph's definition as it is; the others are not compared with it.",
    )
    INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE = (
        "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE",
        "A composed directive for schemas is repeatable in some subgraphs only; in the supergraph it is.",
        "Define it as repeatable everywhere or nowhere.",
        "The supergraph has one subgraph's definition as it is; the others are not compared with it.",
    )
    INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = (
        "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        "A directive that may stand once has different arguments in different subgraphs; the most frequent ones win.",
        "Give it the same arguments everywhere.",
    )
    MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS = (
        "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS",
        "A directive that may stand once has different arguments in different subgraphs; they were combined.",
        "Give it the same arguments everywhere if the combination is not meant.",
    )
    DIRECTIVE_COMPOSITION_INFO = (
        "DIRECTIVE_COMPOSITION_INFO",
        "A `@composeDirective` names a directive that is composed without it.",
        "Remove the `@composeDirective`.",
    )
    DIRECTIVE_COMPOSITION_WARN = (
        "DIRECTIVE_COMPOSITION_WARN",
        "A composed directive has another name in a subgraph that links its specification but does not compose it.",
        "Import the directive under the same name everywhere.",
    )

    # @override

    FROM_SUBGRAPH_DOES_NOT_EXIST = (
        "FROM_SUBGRAPH_DOES_NOT_EXIST",
        "An `@override` names a subgraph that is not part of this composition.",
        "Correct the name, or remove the `@override` if the subgraph is gone for good.",
    )
    OVERRIDDEN_FIELD_CAN_BE_REMOVED = (
        "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
        "A field is overridden by another subgraph and nothing else needs it any more.",
        "Remove the field from the overridden subgraph.",
    )
    OVERRIDE_DIRECTIVE_CAN_BE_REMOVED = (
        "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED",
        "An `@override` has nothing left to override.",
        "Remove the `@override`.",
    )
    OVERRIDE_MIGRATION_IN_PROGRESS = (
        "OVERRIDE_MIGRATION_IN_PROGRESS",
        "A field moves from one subgraph to another under a label.",
        "When the move is complete, remove the label, then the overridden field.",
    )

    # Other

    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS = (
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        "An argument is filled from a context in one subgraph and optional in another; clients cannot give it.",
        "Use `@fromContext` for it everywhere.",
    )
    IMPLICITLY_UPGRADED_FEDERATION_VERSION = (
        "IMPLICITLY_UPGRADED_FEDERATION_VERSION",
        "A subgraph links an older federation version than another specification that it links needs; the newer one is assumed.",
        "Link the newer version in that subgraph.",
    )

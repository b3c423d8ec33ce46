"""Why subgraphs do not compose: every error code with its meaning and its mend."""

from gateway.schema.codes.code import Code


class ErrorCode(Code):
    """A composition error's code: why subgraphs do not compose."""

    # Reading a subgraph

    INVALID_GRAPHQL = (
        "INVALID_GRAPHQL",
        "A subgraph's SDL breaks a rule of the GraphQL specification: its syntax, an unknown or doubled name, a wrong type or value.",
        "Correct the SDL at the place shown; any GraphQL linter reports the same fault.",
    )
    DIRECTIVE_DEFINITION_INVALID = (
        "DIRECTIVE_DEFINITION_INVALID",
        "A subgraph defines a federation directive itself, and not as the linked specification defines it.",
        "Remove the definition (the `@link` is enough) or make its arguments and locations those of the specification.",
    )
    TYPE_DEFINITION_INVALID = (
        "TYPE_DEFINITION_INVALID",
        "A subgraph defines a type that a federation specification owns, and not as the specification defines it.",
        "Remove the definition or make it that of the specification.",
    )
    UNSUPPORTED_LINKED_FEATURE = (
        "UNSUPPORTED_LINKED_FEATURE",
        "A subgraph links a specification that must be understood (`for: SECURITY` or `for: EXECUTION`) and is not.",
        "Remove the `for` argument or the `@link`, or link a version of the specification that is supported.",
        "It speaks of a supergraph that a gateway reads; in a subgraph, an unknown specification is nobody's concern.",
    )
    UNKNOWN_FEDERATION_LINK_VERSION = (
        "UNKNOWN_FEDERATION_LINK_VERSION",
        "A subgraph links a version of the federation specification that does not exist.",
        "Link a version that exists, for instance `https://specs.apollo.dev/federation/v2.9`.",
    )
    UNKNOWN_LINK_VERSION = (
        "UNKNOWN_LINK_VERSION",
        "A subgraph links a version of the link specification that does not exist.",
        "Link `https://specs.apollo.dev/link/v1.0`.",
    )
    INVALID_LINK_DIRECTIVE_USAGE = (
        "INVALID_LINK_DIRECTIVE_USAGE",
        "A `@link` cannot be used as it is written: an import is unknown or malformed, a name is taken twice, or an argument is wrong.",
        "Correct the `url`, `as` and `import` arguments; every imported name must exist in the linked version.",
    )
    INVALID_LINK_IDENTIFIER = (
        "INVALID_LINK_IDENTIFIER",
        "The `url` of a `@link` names no specification: it has no version, or its name or version is malformed.",
        "Write the url as `https://host/name/vMAJOR.MINOR`.",
    )
    LINK_IMPORT_NAME_MISMATCH = (
        "LINK_IMPORT_NAME_MISMATCH",
        "Subgraphs import one directive under different names, and the supergraph can carry it under one name only.",
        "Import the directive under the same name (`as`) in every subgraph.",
    )
    INVALID_SUBGRAPH_NAME = (
        "INVALID_SUBGRAPH_NAME",
        "A subgraph has a name that is reserved (`_`).",
        "Rename the subgraph.",
    )
    NO_QUERIES = (
        "NO_QUERIES",
        "No subgraph has a query root field, so nothing can be asked of the supergraph.",
        "Give at least one subgraph a field on `Query`.",
    )
    ROOT_QUERY_USED = (
        "ROOT_QUERY_USED",
        "A subgraph has a type called `Query` that is not its query root type.",
        "Rename that type, or make it the query root of the `schema` definition.",
    )
    ROOT_MUTATION_USED = (
        "ROOT_MUTATION_USED",
        "A subgraph has a type called `Mutation` that is not its mutation root type.",
        "Rename that type, or make it the mutation root of the `schema` definition.",
    )
    ROOT_SUBSCRIPTION_USED = (
        "ROOT_SUBSCRIPTION_USED",
        "A subgraph has a type called `Subscription` that is not its subscription root type.",
        "Rename that type, or make it the subscription root of the `schema` definition.",
    )
    UNSUPPORTED_FEATURE = (
        "UNSUPPORTED_FEATURE",
        "A subgraph uses something that federation has and this composer does not support, or does not support there.",
        "Remove the use that the message names.",
    )
    DOWNSTREAM_SERVICE_ERROR = (
        "DOWNSTREAM_SERVICE_ERROR",
        "A subgraph was asked for its SDL (`_service { sdl }`) and gave no usable answer.",
        "Start the subgraph, or correct its `subgraph_url`.",
        "compose() is given SDL and calls nobody; the command line reports this code when it fetches the SDL.",
    )
    INVALID_FEDERATION_SUPERGRAPH = (
        "INVALID_FEDERATION_SUPERGRAPH",
        "A text that is read as a supergraph is none.",
        "Compose it again.",
        "It speaks of a supergraph that is read, not of subgraphs that are composed.",
    )

    # Keys, @requires, @provides, @external

    KEY_FIELDS_HAS_ARGS = (
        "KEY_FIELDS_HAS_ARGS",
        "A `@key` names a field that has arguments; a key's value may not depend on arguments.",
        "Leave the field out of the key, or take its arguments away.",
    )
    PROVIDES_FIELDS_HAS_ARGS = (
        "PROVIDES_FIELDS_HAS_ARGS",
        "A `@provides` names a field that has arguments.",
        "Leave the field out of `@provides`.",
    )
    KEY_HAS_DIRECTIVE_IN_FIELDS_ARGS = (
        "KEY_DIRECTIVE_IN_FIELDS_ARG",
        "The field set of a `@key` contains a directive.",
        "Remove the directive from the `fields` argument.",
    )
    PROVIDES_HAS_DIRECTIVE_IN_FIELDS_ARGS = (
        "PROVIDES_DIRECTIVE_IN_FIELDS_ARG",
        "The field set of a `@provides` contains a directive.",
        "Remove the directive from the `fields` argument.",
    )
    REQUIRES_HAS_DIRECTIVE_IN_FIELDS_ARGS = (
        "REQUIRES_DIRECTIVE_IN_FIELDS_ARG",
        "The field set of a `@requires` contains a directive.",
        "Remove the directive from the `fields` argument.",
    )
    KEY_INVALID_FIELDS_TYPE = (
        "KEY_INVALID_FIELDS_TYPE",
        "The `fields` argument of a `@key` is not a string.",
        'Write the field set as a string: `@key(fields: "id")`.',
    )
    PROVIDES_INVALID_FIELDS_TYPE = (
        "PROVIDES_INVALID_FIELDS_TYPE",
        "The `fields` argument of a `@provides` is not a string.",
        'Write the field set as a string: `@provides(fields: "name")`.',
    )
    REQUIRES_INVALID_FIELDS_TYPE = (
        "REQUIRES_INVALID_FIELDS_TYPE",
        "The `fields` argument of a `@requires` is not a string.",
        'Write the field set as a string: `@requires(fields: "weight")`.',
    )
    KEY_INVALID_FIELDS = (
        "KEY_INVALID_FIELDS",
        "The field set of a `@key` does not select from its type: bad syntax, an unknown field, or wrong sub-selections.",
        "Name only fields that the type has in this subgraph; give objects a sub-selection and leaves none.",
    )
    PROVIDES_INVALID_FIELDS = (
        "PROVIDES_INVALID_FIELDS",
        "The field set of a `@provides` does not select from the field's type.",
        "Name only fields that the returned type has in this subgraph; give objects a sub-selection and leaves none.",
    )
    REQUIRES_INVALID_FIELDS = (
        "REQUIRES_INVALID_FIELDS",
        "The field set of a `@requires` does not select from the field's parent type.",
        "Declare the required fields in this subgraph (as `@external`) and name them as declared.",
    )
    KEY_FIELDS_SELECT_INVALID_TYPE = (
        "KEY_FIELDS_SELECT_INVALID_TYPE",
        "A `@key` names a field that returns an interface or a union, whose objects cannot be compared by one selection.",
        "Build the key from fields of leaf or object type.",
    )
    KEY_UNSUPPORTED_ON_INTERFACE = (
        "KEY_UNSUPPORTED_ON_INTERFACE",
        "An interface has a `@key` in a subgraph whose federation version does not know keys on interfaces.",
        "Link federation v2.3 or later, or put the key on the implementations.",
    )
    PROVIDES_UNSUPPORTED_ON_INTERFACE = (
        "PROVIDES_UNSUPPORTED_ON_INTERFACE",
        "A field of an interface has `@provides`.",
        "Put `@provides` on the field of each implementation.",
    )
    REQUIRES_UNSUPPORTED_ON_INTERFACE = (
        "REQUIRES_UNSUPPORTED_ON_INTERFACE",
        "A field of an interface has `@requires`.",
        "Put `@requires` on the field of each implementation.",
    )
    PROVIDES_ON_NON_OBJECT_FIELD = (
        "PROVIDES_ON_NON_OBJECT_FIELD",
        "`@provides` stands on a field that returns a scalar or an enum, which has no fields to provide.",
        "Remove `@provides`.",
    )
    PROVIDES_MISSING_EXTERNAL = (
        "PROVIDES_FIELDS_MISSING_EXTERNAL",
        "A `@provides` names a field that is not `@external`; the subgraph resolves it everywhere anyway.",
        "Mark the field `@external`, or leave it out of `@provides`.",
    )
    REQUIRES_MISSING_EXTERNAL = (
        "REQUIRES_FIELDS_MISSING_EXTERNAL",
        "A `@requires` names a field that is not `@external`; a field that the subgraph has itself need not be required.",
        "Mark the field `@external`, or leave it out of `@requires`.",
    )
    EXTERNAL_UNUSED = (
        "EXTERNAL_UNUSED",
        "A field is `@external` and no `@key`, `@requires`, `@provides` or interface of the subgraph needs it.",
        "Remove the field, or remove `@external` if the subgraph resolves it.",
    )
    EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE = (
        "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "A field is `@external` and has `@provides`, which only makes sense where the field is resolved.",
        "Remove the other directive, or remove `@external`.",
    )
    TYPE_WITH_ONLY_UNUSED_EXTERNAL = (
        "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
        "A Federation 1 type has nothing but `@external` fields that are not used, so nothing of it remains.",
        "Remove the type from the subgraph, or use one of its fields.",
    )
    EXTERNAL_ON_INTERFACE = (
        "EXTERNAL_ON_INTERFACE",
        "A field of an interface is `@external`; interface fields are never resolved, so there is nothing to disclaim.",
        "Put `@external` on the fields of the implementations.",
    )
    EXTERNAL_MISSING_ON_BASE = (
        "EXTERNAL_MISSING_ON_BASE",
        "A field is `@external` wherever it is declared: no subgraph resolves it.",
        "Declare the field without `@external` in the subgraph that resolves it.",
    )
    EXTERNAL_TYPE_MISMATCH = (
        "EXTERNAL_TYPE_MISMATCH",
        "An `@external` field has a type that the subgraphs resolving the field do not return.",
        "Declare the external field with the same type as where it is resolved.",
    )
    EXTERNAL_ARGUMENT_MISSING = (
        "EXTERNAL_ARGUMENT_MISSING",
        "An `@external` field lacks an argument that the field has where it is resolved.",
        "Declare the external field with the same arguments.",
    )
    EXTERNAL_ARGUMENT_TYPE_MISMATCH = (
        "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
        "An argument of an `@external` field has another type than where the field is resolved.",
        "Declare the argument with the same type.",
    )
    EXTERNAL_ARGUMENT_DEFAULT_MISMATCH = (
        "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
        "An argument of an `@external` field has another default than where the field is resolved.",
        "Declare the argument with the same default.",
    )
    MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL = (
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL",
        "An `@external` field has a directive that is merged into the supergraph, such as `@tag`.",
        "Put the directive on the field where it is resolved.",
    )

    # Merging types and fields

    TYPE_KIND_MISMATCH = (
        "TYPE_KIND_MISMATCH",
        "One name is an object in one subgraph and another kind of type in another.",
        "Rename one of the types, or make them the same kind.",
    )
    FIELD_TYPE_MISMATCH = (
        "FIELD_TYPE_MISMATCH",
        "A field's types in the subgraphs have no common type.",
        "Make the types equal; they may differ in non-null, or one be an implementation or member of the other.",
    )
    ARGUMENT_TYPE_MISMATCH = (
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        "An argument's types in the subgraphs have no common type.",
        "Make the types equal; they may differ in non-null only.",
    )
    INPUT_FIELD_DEFAULT_MISMATCH = (
        "INPUT_FIELD_DEFAULT_MISMATCH",
        "An input field has different defaults in different subgraphs.",
        "Give it the same default everywhere.",
    )
    ARGUMENT_DEFAULT_MISMATCH = (
        "FIELD_ARGUMENT_DEFAULT_MISMATCH",
        "An argument has different defaults in different subgraphs.",
        "Give it the same default everywhere.",
    )
    EXTENSION_WITH_NO_BASE = (
        "EXTENSION_WITH_NO_BASE",
        "A type is only ever extended: no subgraph defines it.",
        "Define the type in one subgraph, or write `type` in place of `extend type`.",
    )
    INVALID_FIELD_SHARING = (
        "INVALID_FIELD_SHARING",
        "Several subgraphs resolve a field that is not marked `@shareable` in each of them.",
        "Mark the field `@shareable` in every subgraph that resolves it, or let one `@override` the others.",
    )
    INVALID_SHAREABLE_USAGE = (
        "INVALID_SHAREABLE_USAGE",
        "`@shareable` stands on an interface's field, which no subgraph resolves, or twice on one thing.",
        "Put `@shareable` once, on the fields of the implementations.",
    )
    INTERFACE_FIELD_NO_IMPLEM = (
        "INTERFACE_FIELD_NO_IMPLEM",
        "An interface gets a field from one subgraph that an implementation from another does not have.",
        "Add the field to every implementation, or take it off the interface.",
    )
    REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH = (
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
        "An argument is required in one subgraph and missing in another, so no call suits both.",
        "Add the argument everywhere, or make it optional (nullable, or with a default).",
    )
    REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH = (
        "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
        "An input field is required in one subgraph and missing in another, so no value suits both.",
        "Add the field everywhere, or make it optional (nullable, or with a default).",
    )
    EMPTY_MERGED_INPUT_TYPE = (
        "EMPTY_MERGED_INPUT_TYPE",
        "The subgraphs' versions of an input type have no field in common.",
        "Give the input type at least one field that every subgraph has.",
    )
    ENUM_VALUE_MISMATCH = (
        "ENUM_VALUE_MISMATCH",
        "An enum is used both as input and as output, and its values differ between subgraphs.",
        "Give the enum the same values everywhere, or mark the odd ones `@inaccessible`.",
    )
    EMPTY_MERGED_ENUM_TYPE = (
        "EMPTY_MERGED_ENUM_TYPE",
        "An enum is used as input only, and the subgraphs have no value of it in common.",
        "Give the enum at least one value that every subgraph has.",
    )

    # @override

    OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE = (
        "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE",
        "A field has `@override` where it, or the field it takes over, has `@external`, `@provides` or `@requires`.",
        "Remove one of the two directives.",
    )
    OVERRIDE_FROM_SELF_ERROR = (
        "OVERRIDE_FROM_SELF_ERROR",
        "A field overrides the field of its own subgraph.",
        "Name the other subgraph in `from`.",
    )
    OVERRIDE_SOURCE_HAS_OVERRIDE = (
        "OVERRIDE_SOURCE_HAS_OVERRIDE",
        "A field overrides a field that overrides another one in turn.",
        "Keep one of the two `@override`.",
    )
    OVERRIDE_ON_INTERFACE = (
        "OVERRIDE_ON_INTERFACE",
        "A field of an interface has `@override`.",
        "Put `@override` on the fields of the implementations.",
    )
    OVERRIDE_LABEL_INVALID = (
        "OVERRIDE_LABEL_INVALID",
        "The `label` of an `@override` is neither a plain name nor `percent(x)` with x from 0 to 100.",
        "Write a name that starts with a letter, or `percent(25)` with at most eight decimals.",
    )

    # @inaccessible

    REFERENCED_INACCESSIBLE = (
        "REFERENCED_INACCESSIBLE",
        "Something that clients see refers to a type that is `@inaccessible`.",
        "Hide the referring element too, or show the type.",
    )
    DEFAULT_VALUE_USES_INACCESSIBLE = (
        "DEFAULT_VALUE_USES_INACCESSIBLE",
        "A default value that clients see uses something that is `@inaccessible`.",
        "Change the default, or show what it uses.",
    )
    QUERY_ROOT_TYPE_INACCESSIBLE = (
        "QUERY_ROOT_TYPE_INACCESSIBLE",
        "The query root type is `@inaccessible`, which leaves clients no schema.",
        "Remove `@inaccessible` from the query root type.",
    )
    REQUIRED_INACCESSIBLE = (
        "REQUIRED_INACCESSIBLE",
        "An argument or input field is required and `@inaccessible`, so no client can give it.",
        "Make it optional, or show it.",
    )
    DISALLOWED_INACCESSIBLE = (
        "DISALLOWED_INACCESSIBLE",
        "`@inaccessible` stands on something that cannot be hidden: a built-in or a part of a specification.",
        "Remove `@inaccessible`.",
    )
    IMPLEMENTED_BY_INACCESSIBLE = (
        "IMPLEMENTED_BY_INACCESSIBLE",
        "A field or argument is `@inaccessible` and an interface that clients see demands it.",
        "Hide it on the interface too, or show it.",
    )
    ONLY_INACCESSIBLE_CHILDREN = (
        "ONLY_INACCESSIBLE_CHILDREN",
        "All fields, values or members of a type are `@inaccessible`, but not the type.",
        "Hide the type too, or show one of its parts.",
    )

    # Reaching every field

    SATISFIABILITY_ERROR = (
        "SATISFIABILITY_ERROR",
        "An operation that clients may send cannot be answered: from where it comes, some field is out of reach.",
        "Give the type a `@key` that both sides know, or mark the field `@shareable` and resolve it there too.",
    )
    SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES = (
        "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
        "Subgraphs share a field that returns an interface or union and know no object type of it in common.",
        "Let the subgraphs have at least one common implementation or member, or resolve the field in one of them.",
    )
    MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED = (
        "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
        "The proof that every field can be reached was given up: there are too many ways through the subgraphs.",
        "Share fewer fields between many subgraphs.",
        "No example of readable size takes so many steps; a test lowers their number.",
    )

    # @interfaceObject and keys on interfaces

    INTERFACE_OBJECT_USAGE_ERROR = (
        "INTERFACE_OBJECT_USAGE_ERROR",
        "`@interfaceObject` is used where it cannot work: without a key, beside the implementations, or with no interface elsewhere.",
        "Give the type a `@key` of the interface and keep the implementations out of this subgraph.",
    )
    INTERFACE_KEY_NOT_ON_IMPLEMENTATION = (
        "INTERFACE_KEY_NOT_ON_IMPLEMENTATION",
        "An interface has a `@key` that one of its implementations in the same subgraph lacks.",
        "Repeat the key on every implementation.",
    )
    INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE = (
        "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
        "A subgraph has a resolvable `@key` on an interface but does not know all its implementations.",
        "Declare every implementation in that subgraph, or make the key `resolvable: false`.",
    )

    # @context and @fromContext

    CONTEXT_NAME_INVALID = (
        "CONTEXT_NAME_INVALID",
        "The name of a `@context` is not a plain name.",
        "Use letters and digits only, beginning with a letter.",
    )
    CONTEXT_NOT_SET = (
        "CONTEXT_NOT_SET",
        "A `@fromContext` names a context that no type of the subgraph sets.",
        "Put `@context` with that name on a type that encloses the field, or correct the name.",
    )
    CONTEXT_INVALID_SELECTION = (
        "CONTEXT_INVALID_SELECTION",
        "The selection of a `@fromContext` does not yield one value of the argument's type from every type that sets the context.",
        "Select exactly one leaf, without aliases or directives, from each type that sets the context.",
    )
    NO_CONTEXT_IN_SELECTION = (
        "NO_CONTEXT_IN_SELECTION",
        "The `field` argument of a `@fromContext` does not begin with a context.",
        'Write `@fromContext(field: "$name { field }")`.',
    )
    CONTEXT_NO_RESOLVABLE_KEY = (
        "CONTEXT_NO_RESOLVABLE_KEY",
        "A field takes an argument from a context and its type has no resolvable `@key`, so the value cannot be sent.",
        "Give the type a resolvable `@key`.",
    )
    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS = (
        "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
        "An argument is filled from a context in one subgraph and required of clients in another.",
        "Use `@fromContext` for it everywhere, or make it optional where it is not.",
    )

    # Directives that are carried into the supergraph

    DIRECTIVE_COMPOSITION_ERROR = (
        "DIRECTIVE_COMPOSITION_ERROR",
        "A `@composeDirective` cannot be followed: its name is malformed, not linked, or taken by something else.",
        'Name a directive of a linked specification, with its `@`: `@composeDirective(name: "@audit")`.',
    )
    COST_APPLIED_TO_INTERFACE_FIELD = (
        "COST_APPLIED_TO_INTERFACE_FIELD",
        "A field of an interface has `@cost`.",
        "Put `@cost` on the fields of the implementations.",
    )
    LIST_SIZE_APPLIED_TO_NON_LIST = (
        "LIST_SIZE_APPLIED_TO_NON_LIST",
        "`@listSize` stands on a field that returns no list, and has no `sizedFields`.",
        "Remove `@listSize`, or name the lists below the field in `sizedFields`.",
    )
    LIST_SIZE_INVALID_ASSUMED_SIZE = (
        "LIST_SIZE_INVALID_ASSUMED_SIZE",
        "The `assumedSize` of a `@listSize` is negative.",
        "Give a size of 0 or more.",
    )
    LIST_SIZE_INVALID_SLICING_ARGUMENT = (
        "LIST_SIZE_INVALID_SLICING_ARGUMENT",
        "A `slicingArguments` entry of a `@listSize` is no argument of the field, or not an integer.",
        "Name arguments of type `Int` that the field has.",
    )
    LIST_SIZE_INVALID_SIZED_FIELD = (
        "LIST_SIZE_INVALID_SIZED_FIELD",
        "A `sizedFields` entry of a `@listSize` is no field of the returned type, or no list.",
        "Name fields of the returned type that are lists.",
    )
    AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE = (
        "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE",
        "`@authenticated`, `@requiresScopes` or `@policy` stands on an interface or one of its fields.",
        "Put the directive on the implementations and their fields.",
    )
    MISSING_TRANSITIVE_AUTH_REQUIREMENTS = (
        "MISSING_TRANSITIVE_AUTH_REQUIREMENTS",
        "A field uses, by `@requires` or `@fromContext`, a field that is protected more strictly than itself.",
        "Give the field the same `@authenticated`, `@requiresScopes` and `@policy` as what it uses.",
    )

    # Partitions: one subgraph, many members

    PARTITION_KEY_INVALID = (
        "PARTITION_KEY_INVALID",
        "The `key` of a `@partition` is no leaf field of the type, or in none of the type's keys.",
        "Name a field that is in a `@key` of the type, such as `id`.",
    )
    PARTITION_PREFIX_INVALID = (
        "PARTITION_PREFIX_INVALID",
        "The `prefix` of a `@partition` or `@partitionedBy` is less than one.",
        "Give the number of characters that name the partition, or leave `prefix` out.",
    )
    PARTITION_ARGUMENT_INVALID = (
        "PARTITION_ARGUMENT_INVALID",
        "The `argument` of a `@partitionedBy` leads to no argument of the field, or to one that is an object.",
        "Name an argument, or a field inside it: `region`, `input.region`.",
    )
    PARTITION_ARGUMENT_REQUIRED = (
        "PARTITION_ARGUMENT_REQUIRED",
        "A mutation of a partitioned subgraph has no argument that names the partition that it goes to.",
        "Add `@partitionedBy(argument: …)` to the mutation.",
    )
    GATHER_REQUIRED = (
        "GATHER_REQUIRED",
        "The answers of several members would have to become one, and no `@gather` says how.",
        "Add `@gather` to the field, or let a required argument name one partition (`@partitionedBy`).",
    )
    GATHER_STRATEGY_INVALID = (
        "GATHER_STRATEGY_INVALID",
        "The `strategy` of a `@gather` does not fit the field's type.",
        "Choose a strategy for the type: `CONCAT` for lists, `CONNECTION` for Relay's connections, `SUM` for numbers.",
    )
    GATHER_ORDER_INVALID = (
        "GATHER_ORDER_INVALID",
        "An `order` of a `@gather` names no leaf field of the items, no direction, or a value that no argument can have.",
        "Write it as `publishedAt DESC, id ASC`, by fields of the items.",
    )
    GATHER_GROUP_INVALID = (
        "GATHER_GROUP_INVALID",
        "The `group` of a `@gather` is missing, names no leaf field of the rows, or stands beside another strategy than `GROUP`.",
        "Name the field by which rows are the same.",
    )
    GATHER_LIMIT_INVALID = (
        "GATHER_LIMIT_INVALID",
        "The `limit` of a `@gather` names no argument of type `Int`, or stands beside another strategy than `CONCAT`.",
        "Name the argument by which the client limits the list.",
    )

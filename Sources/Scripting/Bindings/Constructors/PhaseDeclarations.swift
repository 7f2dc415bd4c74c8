/// The recipe's `phases`: runs in order, each the recipe with a few keys of its own.
enum PhaseDeclarations {
    /// The recipe's key.
    static func field(over keys: [Field], groups: [Group]) -> Field {
        Field(
            "phases", .list(.record(phase(over: keys, groups: groups))), .none,
            "runs that follow one another: each has the recipe's keys, with its own in their place, "
                + "and begins with what the one before ends with")
    }

    /// A phase of a recipe with these keys.
    static func phase(over keys: [Field], groups: [Group]) -> Record {
        Record(
            noun: "phase",
            fields: [
                Field(
                    "name", .text, .required,
                    "give each phase a name: its run is in runs/NAME/<phase>"),
                Field(
                    "continue", .boolean, .none,
                    "whether optimizer, step count and place in the data of the phase before go on "
                        + "too; by default its weights alone are taken"),
            ] + keys.filter { !["name", "out"].contains($0.name) }.map(inherited),
            groups: groups,
            unsupported: [
                "out": "each phase writes below the recipe's out, in a folder of its own name; "
                    + "set out beside phases",
                "phases": "phases have no phases; list them all in the recipe's own",
            ])
    }

    /// A key that falls back to the recipe's.
    private static func inherited(_ field: Field) -> Field {
        Field(field.name, field.shape, .none, "in place of the recipe's")
    }
}

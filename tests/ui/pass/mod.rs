//! What must compile, however unusual: each file is a program whose `main` checks that it also runs as it should.

// Code that nobody would write, on purpose.
#![allow(clippy::all)]

mod bounds_on_the_impl;
mod declared_beside_by_hand;
mod declared_by_a_macro;
mod declared_default;
mod declared_fields;
mod declared_generics;
mod declared_hostile_scope;
mod declared_in_a_function;
mod declared_not_const;
mod declared_outputs;
mod declared_scope_of_names;
mod declared_two_models;
mod generics;
mod hostile_scope;
mod known_attention;
mod known_const_parameters;
mod known_inception;
mod known_length;
mod known_loops;
mod known_own_rules;
mod signatures;
mod structs;
mod unknown_batch;
mod unknown_branches;
mod unknown_closures;
mod unknown_containers;
mod unknown_layers;
mod unknown_locals;
mod unknown_loops;
mod unknown_match;
mod unknown_mutation;
mod unknown_numbers;
mod unknown_returns;
mod unknown_statements;
mod unknown_two_input_sizes;

macro_rules! run {
    ($($case:ident)*) => {
        mod run {
            $(
                #[test]
                fn $case() {
                    super::$case::main();
                }
            )*
        }
    };
}

run! {
    bounds_on_the_impl
    declared_beside_by_hand
    declared_by_a_macro
    declared_default
    declared_fields
    declared_generics
    declared_hostile_scope
    declared_in_a_function
    declared_not_const
    declared_outputs
    declared_scope_of_names
    declared_two_models
    generics
    hostile_scope
    known_attention
    known_const_parameters
    known_inception
    known_length
    known_loops
    known_own_rules
    signatures
    structs
    unknown_batch
    unknown_branches
    unknown_closures
    unknown_containers
    unknown_layers
    unknown_locals
    unknown_loops
    unknown_match
    unknown_mutation
    unknown_numbers
    unknown_returns
    unknown_statements
    unknown_two_input_sizes
}

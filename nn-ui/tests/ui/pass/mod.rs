//! What must compile, however unusual: each file is a program whose `main` checks that it also runs as it should.

// Code that nobody would write, on purpose.
#![allow(clippy::all)]

mod argument_slice;
mod arguments_of_tuples;
mod attributes_of_call;
mod bounds_of_a_model;
mod bounds_on_the_impl;
mod boxed_layers;
mod call_returns_a_result;
mod call_with_lifetimes;
mod conditional_call;
mod conditional_parts;
mod conditional_statement;
mod conditional_tail;
mod declared_beside_by_hand;
mod declared_by_a_macro;
mod declared_conditional_argument;
mod declared_constant_length;
mod declared_default;
mod declared_fields;
mod declared_generics;
mod declared_holders;
mod declared_hostile_scope;
mod declared_in_a_function;
mod declared_input_constant;
mod declared_input_open;
mod declared_inputs;
mod declared_not_const;
mod declared_nothing_said;
mod declared_outputs;
mod declared_scope_of_names;
mod declared_two_models;
mod declared_types_from_a_macro;
mod derives;
mod element_types;
mod enum_of_layers;
mod field_called_new;
mod forbidden_groups;
mod forbidden_lints;
mod generic_defaults;
mod generics;
mod hostile_scope;
mod inner_attributes;
mod input_without_new;
mod known_arguments;
mod known_assignments;
mod known_attention;
mod known_axes;
mod known_const_parameters;
mod known_inception;
mod known_length;
mod known_loops;
mod known_made;
mod known_options;
mod known_own_rules;
mod known_sizes;
mod known_states;
mod known_structs;
mod layer_of_another_block;
mod loss_and_targets;
mod marked_functions;
mod named_dimensions;
mod names_of_ones_own;
mod names_of_types;
mod nothing_in_a_field;
mod own_settings;
mod pieces_from_a_macro;
mod plain_arguments;
mod seven_inputs;
mod shared_layers;
mod signatures;
mod slices_of_layers;
mod struct_of_tensors;
mod structs;
mod unit_struct;
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
mod unknown_options;
mod unknown_own_vstack;
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
    argument_slice
    arguments_of_tuples
    attributes_of_call
    bounds_of_a_model
    bounds_on_the_impl
    boxed_layers
    call_returns_a_result
    call_with_lifetimes
    conditional_call
    conditional_parts
    conditional_statement
    conditional_tail
    declared_beside_by_hand
    declared_by_a_macro
    declared_conditional_argument
    declared_constant_length
    declared_default
    declared_fields
    declared_generics
    declared_holders
    declared_hostile_scope
    declared_in_a_function
    declared_input_constant
    declared_input_open
    declared_inputs
    declared_not_const
    declared_nothing_said
    declared_outputs
    declared_scope_of_names
    declared_two_models
    declared_types_from_a_macro
    derives
    element_types
    enum_of_layers
    field_called_new
    forbidden_groups
    forbidden_lints
    generic_defaults
    generics
    hostile_scope
    inner_attributes
    input_without_new
    known_arguments
    known_assignments
    known_attention
    known_axes
    known_const_parameters
    known_inception
    known_length
    known_loops
    known_made
    known_options
    known_own_rules
    known_sizes
    known_states
    known_structs
    layer_of_another_block
    loss_and_targets
    marked_functions
    named_dimensions
    names_of_ones_own
    names_of_types
    nothing_in_a_field
    own_settings
    pieces_from_a_macro
    plain_arguments
    seven_inputs
    shared_layers
    signatures
    slices_of_layers
    struct_of_tensors
    structs
    unit_struct
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
    unknown_options
    unknown_own_vstack
    unknown_returns
    unknown_statements
    unknown_two_input_sizes
}

//! What must not compile, word for word; and what must, however unusual.
//!
//! `TRYBUILD=overwrite cargo test --test compile_fail` writes the messages anew; read every one of them before it is committed.

#[test]
fn mistakes_are_reported_once_at_their_place() {
    trybuild::TestCases::new().compile_fail("tests/ui/fail/*.rs");
}

// These are built with this test, not by trybuild, which would compile every dependency once more.
#[path = "ui/pass/bounds_on_the_impl.rs"]
mod bounds_on_the_impl;
#[path = "ui/pass/generics.rs"]
mod generics;
#[path = "ui/pass/hostile_scope.rs"]
mod hostile_scope;
#[path = "ui/pass/signatures.rs"]
mod signatures;
#[path = "ui/pass/structs.rs"]
mod structs;

#[test]
fn unusual_models_compile_and_run() {
    bounds_on_the_impl::main();
    generics::main();
    hostile_scope::main();
    signatures::main();
    structs::main();
}

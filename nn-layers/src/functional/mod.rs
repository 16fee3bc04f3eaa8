//! Models made of layers without a `call` of their own.

mod sequential;

pub use sequential::Sequential;

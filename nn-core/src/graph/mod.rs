//! What an operation is, how one runs, and what a run leaves behind: the trace and the profile.

pub mod op;
pub mod profile;
pub mod trace;

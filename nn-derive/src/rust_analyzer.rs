//! Whether an editor asks.

use std::sync::LazyLock;

/// Whether rust-analyzer expands this, and not the compiler. It runs macros in a program of its own.
pub fn is_running() -> bool {
    static IS_RUNNING: LazyLock<bool> = LazyLock::new(|| {
        let program = std::env::current_exe().unwrap_or_default();
        let name = program.file_stem().unwrap_or_default().to_string_lossy();
        name.starts_with("rust-analyzer")
    });
    *IS_RUNNING
}

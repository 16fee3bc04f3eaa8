//! How queries and keys are compared.

use serde::{Deserialize, Serialize};

/// How an [`crate::Attention`] compares a query with a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScoreMode {
    /// `query · key` (Luong et al. 2015).
    Dot,
    /// `Σ tanh(query + key)`, times a learned number.
    Concat,
}

//! A seed of a layer's own.

use nn_core::random::{self, Stream};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a layer draws from: the thread's stream, or with a seed one of its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    seed: Option<u64>,
    calls: Option<Arc<AtomicU64>>,
}

impl Seed {
    pub const NONE: Seed = Seed {
        seed: None,
        calls: None,
    };

    pub fn new(seed: u64) -> Seed {
        Seed {
            seed: Some(seed),
            calls: Some(Arc::default()),
        }
    }

    /// Runs `f`, which draws from it.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        match (self.seed, &self.calls) {
            (Some(seed), Some(calls)) => {
                let draw = calls.fetch_add(1, Ordering::Relaxed) << 16;
                random::with_stream(Stream { seed, draw }, f)
            }
            _ => f(),
        }
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.seed.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Seed, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map_or(Seed::NONE, Seed::new))
    }
}

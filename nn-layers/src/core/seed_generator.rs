//! Random numbers from a layer's own seed.

use nn_core::random::{Stream, with_stream};
use nn_core::{Module, Result};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};

/// How often a layer with a `seed` of its own has drawn: what it draws next follows from that and the seed, not from the thread's numbers.
///
/// A layer without a seed draws from the thread's ([`nn_core::random::set_seed`]).
///
/// Source: Keras's `SeedGenerator`.
///
/// ```
/// use nn_core::{Layer, Tensor};
/// use nn_layers::GRU;
/// let run = || {
///     let gru = GRU::new(3).kernel_initializer(nn_core::Initializer::Ones).dropout(0.5).seed(7);
///     gru.call(Tensor::ones([2, 4, 5]), true).to_vec::<f32>()
/// };
/// assert_eq!(run()?.len(), 6);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct SeedGenerator {
    calls: AtomicU64,
}

impl SeedGenerator {
    /// Nothing drawn yet.
    pub const fn new() -> SeedGenerator {
        SeedGenerator {
            calls: AtomicU64::new(0),
        }
    }

    /// Runs `f` with the numbers of a seed that are next; without a seed, with the thread's.
    pub(crate) fn run<R>(&self, seed: Option<u64>, f: impl FnOnce() -> R) -> R {
        match seed {
            None => f(),
            Some(seed) => {
                // Far more than one call draws.
                let draw = self.calls.fetch_add(1, Ordering::Relaxed) << 32;
                with_stream(Stream { seed, draw }, f)
            }
        }
    }
}

impl Clone for SeedGenerator {
    fn clone(&self) -> SeedGenerator {
        SeedGenerator {
            calls: AtomicU64::new(self.calls.load(Ordering::Relaxed)),
        }
    }
}

impl Module for SeedGenerator {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn config(&self) -> Value {
        Value::Null
    }

    fn from_config(_: &Value) -> Result<SeedGenerator> {
        Ok(SeedGenerator::new())
    }
}

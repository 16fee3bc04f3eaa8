//! Seeds of single layers.

use nn_core::random::OwnStream;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::OnceLock;

/// The seed of a layer, if it has one: what the layer draws then depends on nothing else. Without one it draws from the thread's stream.
///
/// A copy of the layer begins its draws anew, and so does one that is loaded; but in a step of `fit` it draws by the number of the step, so that
/// a training that is loaded goes on with the same draws.
pub(crate) struct Seed {
    seed: Option<i64>,
    stream: OnceLock<OwnStream>,
}

impl Seed {
    /// The thread's stream.
    #[allow(clippy::declare_interior_mutable_const)] // Every layer begins with one of its own.
    pub const NONE: Seed = Seed {
        seed: None,
        stream: OnceLock::new(),
    };

    /// A stream of the layer's own.
    pub const fn new(seed: i64) -> Seed {
        Seed {
            seed: Some(seed),
            stream: OnceLock::new(),
        }
    }

    /// Changes the seed, in `const` code too, which cannot drop what may own memory: nothing is lost before the first draw.
    pub const fn set(&mut self, seed: i64) {
        std::mem::forget(std::mem::replace(self, Seed::new(seed)));
    }

    /// Runs `f`, which draws.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        match self.seed {
            None => f(),
            Some(seed) => {
                let own = || OwnStream::new(seed.cast_unsigned());
                self.stream.get_or_init(own).run(f)
            }
        }
    }
}

impl Clone for Seed {
    fn clone(&self) -> Seed {
        Seed {
            seed: self.seed,
            stream: OnceLock::new(),
        }
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seed.fmt(f)
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.seed.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Seed, D::Error> {
        let seed = Option::<i64>::deserialize(deserializer)?;
        Ok(seed.map_or(Seed::NONE, Seed::new))
    }
}

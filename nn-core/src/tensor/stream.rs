//! Where random numbers come from: a seed, and a count of draws.

use nn_kernels::random::mix;

/// A stream of draws: a seed and how many draws were made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Stream {
    /// What fixes all draws.
    pub seed: u64,
    /// The number of the next draw.
    pub draw: u64,
}

impl Stream {
    /// The stream of a seed, from its beginning.
    pub const fn new(seed: u64) -> Stream {
        Stream { seed, draw: 0 }
    }

    /// A key that fixes the numbers of the next draw.
    pub fn next_key(&mut self) -> u64 {
        let key = mix(self.seed ^ mix(self.draw.wrapping_add(0x6A09_E667_F3BC_C909)));
        self.draw += 1;
        key
    }
}

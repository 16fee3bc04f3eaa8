//! How a product is cut: into tasks, and into tiles that caches hold.

use std::ops::Range;

/// Whether lines `stride` elements apart do not all lie at multiples of `bytes`.
pub(super) fn apart<T>(stride: usize, bytes: usize) -> bool {
    !(stride * size_of::<T>()).is_multiple_of(bytes)
}

/// Whether the lines of a panel of B, `depth` rows of `width` elements, fall into so few sets of the first cache that they drive each other
/// out, A and C beside them: 8 of a set's 12 places are B's.
pub(super) fn crowded<T>(stride: usize, depth: usize, width: usize) -> bool {
    const SETS: usize = 64;
    let (bytes, line) = (stride * size_of::<T>(), 64);
    if bytes == 0 || !bytes.is_multiple_of(line) {
        return false;
    }
    let lines = (width * size_of::<T>()).div_ceil(line);
    // Rows begin in every set, or in every second, fourth... one.
    let begins = SETS >> (bytes / line).trailing_zeros().min(6);
    depth * lines > 8 * (begins * lines).min(SETS)
}

/// How a product is cut into tasks.
pub(super) struct Cut {
    pub rows: usize,
    pub cols: usize,
    /// Steps of k that one task sums up.
    pub depth: usize,
}

/// Cuts `n` rows into tiles of nearly the same height, none above `most`: 32 rows by 14 are 11, 11 and 10, not
/// 14, 14 and 4.
#[derive(Clone, Copy)]
pub struct Heights {
    pub tiles: usize,
    /// Rows of each tile, but that the first ones have one more.
    least: usize,
    higher: usize,
}

impl Heights {
    pub fn new(n: usize, most: usize) -> Self {
        let tiles = n.div_ceil(most);
        Self {
            tiles,
            least: n / tiles.max(1),
            higher: n % tiles.max(1),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Range<usize>> {
        let start = move |t: usize| t * self.least + t.min(self.higher);
        (0..self.tiles).map(move |t| start(t)..start(t + 1))
    }
}

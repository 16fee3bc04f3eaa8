//! How a product is cut: into tasks, and into tiles that caches hold.

use std::ops::Range;

/// Steps of k between two visits of a tile of C: 256 rows of 32 columns of B are 32 KiB, what the first cache of
/// 48 KiB holds beside the streams of A and C.
pub(super) const DEPTH: usize = 256;

/// Rows and columns of C in a task at most.
const BLOCK: [usize; 2] = [784, 512];

/// Multiply-adds in a task at least, about 2 µs, and the number of tasks to aim for: enough to keep several threads busy
/// to the end.
const TASK_WORK: usize = 1 << 17;
const TASKS: usize = 16;

/// Elements of C up to which k may be cut into pieces whose sums are kept side by side.
const PARTIAL: usize = 1 << 16;

/// Rows of A for which B may be read from memory.
pub(super) const ENOUGH: usize = 128;

/// Elements of B that are in the last cache, from which a few rows may read them too.
const NEAR: usize = 1 << 20;

/// Elements so few that they are in the first cache, of C side by side.
const FEW: usize = 1 << 12;

/// Bytes of a B that is in no second cache.
const FAR: usize = 1 << 21;

/// Whether lines `stride` elements apart do not all lie at multiples of `bytes`.
pub(super) fn apart<T>(stride: usize, bytes: usize) -> bool {
    !(stride * size_of::<T>()).is_multiple_of(bytes)
}

/// How many tiles, one below the other, pay for packing a panel of B, `width` of its n columns with rows `stride` elements apart: one that would
/// not stay in the first cache, or whose rows come from memory one by one. A small B is in the cache anyway.
pub(super) fn tiles_that_pay<T>(stride: usize, [n, k]: [usize; 2], width: usize) -> usize {
    match stride * size_of::<T>() {
        _ if k * n <= FEW => usize::MAX,
        bytes if bytes.is_multiple_of(4096) => 18,
        bytes if bytes.is_multiple_of(2048) => 55,
        _ if k * n * size_of::<T>() > FAR => 40,
        _ if crowded::<T>(stride, k.min(DEPTH), width) => 73,
        _ => usize::MAX,
    }
}

/// Whether the lines of a panel of B, `depth` rows of `width` elements, fall into so few sets of the first cache that they drive each other
/// out, A and C beside them: 8 of a set's 12 places are B's.
fn crowded<T>(stride: usize, depth: usize, width: usize) -> bool {
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

impl Cut {
    /// How the product is cut; by the sizes alone, so that every sum is taken in the same order on any number of threads.
    ///
    /// `tile` has the rows and columns of the tiles, and `lanes` elements are in a vector; `packs_a` says whether a task copies its rows of A.
    pub fn new(
        [m, n, k]: [usize; 3],
        tile: [usize; 2],
        lanes: usize,
        packs_a: impl FnOnce() -> bool,
    ) -> Cut {
        if m.saturating_mul(n).saturating_mul(k) < 2 * TASK_WORK {
            return Cut {
                rows: m,
                cols: n,
                depth: k,
            };
        }
        // A long k first: it costs neither packing nor reading anything twice.
        let at_most = |least| (k / (TASK_WORK / (m * n)).max(least)).clamp(1, TASKS);
        let pieces = if m * n <= FEW {
            // A power of two, so that with two threads each has the same half of B's rows as in other operations.
            1 << at_most(DEPTH).ilog2()
        } else if m * n <= PARTIAL {
            at_most(2 * DEPTH)
        } else {
            // Sums that take an eighth of the memory of what blocks this much larger need not read again.
            ((k / 8 * (m + n) + m * n / 2) / (m * n)).clamp(1, TASKS)
        };
        let depth = k.div_ceil(pieces).next_multiple_of(4);
        // Rows of A that are packed are packed once for all columns, where cutting rows alone gives enough tasks, and blocks that do not
        // read a large B for a few rows.
        let rows = m * pieces / TASKS;
        let low = rows >= tile[0] && (rows >= ENOUGH || depth * n <= NEAR) && packs_a();
        let mut size = [m.min(BLOCK[0]), if low { n } else { n.min(BLOCK[1]) }];
        // Two tiles, so that what both read is read from a cache; a high tile of one vector reads little of B.
        let least = [tile[0] * if tile[1] == lanes { 1 } else { 2 }, 2 * tile[1]];
        let tasks = |size: [usize; 2]| m.div_ceil(size[0]) * n.div_ceil(size[1]) * pieces;
        while tasks(size) < TASKS && (size[0] * size[1]).saturating_mul(depth) >= 2 * TASK_WORK {
            // The longer side first, as tiles count: low blocks pack B more often, narrow ones read A more often.
            let halves: [usize; 2] =
                std::array::from_fn(|d| size[d].div_ceil(2).next_multiple_of(tile[d]));
            let d = usize::from(!low && size[0] / tile[0] < size[1] / tile[1]);
            if halves[d] < least[d] {
                break;
            }
            size[d] = halves[d];
        }
        Cut {
            rows: size[0],
            cols: size[1],
            depth: if pieces == 1 { k } else { depth },
        }
    }
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
        if n <= most {
            return Self {
                tiles: usize::from(n > 0),
                least: n,
                higher: 0,
            };
        }
        let tiles = n.div_ceil(most);
        Self {
            tiles,
            least: n / tiles,
            higher: n % tiles,
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Range<usize>> {
        let mut end = 0;
        (0..self.tiles).map(move |t| {
            let start = end;
            end += self.least + usize::from(t < self.higher);
            start..end
        })
    }
}

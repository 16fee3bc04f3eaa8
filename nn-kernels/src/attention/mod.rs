//! Attention: `softmax(q · kᵀ · scale) · v` for every head, and its gradient, without a `[queries, keys]` matrix in memory.
//!
//! A task takes some queries of one head at a time and has their scores against all keys in its cache: there they become weights and
//! meet the values. The gradient computes the weights again from the scores and the logarithm of each row's sum (Dao et al. 2022, without
//! the sums that are corrected on the way: a row of scores fits the cache). How queries are cut depends on the sizes alone.

mod backward;
mod forward;
mod rows;
#[cfg(test)]
mod tests;

pub use backward::{Gradients, backward};
pub use forward::forward;

use super::gemm::{Gemm, Mat, Packed};
use super::simd::Level;
use std::ops::Range;

/// Scores that a task has in its cache at once, and multiply-adds of one product of them at most: so few are not cut further.
const SCORES: usize = 1 << 14;
const WORK: usize = 1 << 19;

/// Queries that a task takes at a time at most.
const MOST_ROWS: usize = 64;

/// Keys that are packed as one right-hand side.
const TILE: usize = 64;

/// The sizes and settings of an attention. Queries are `[batch, queries, heads, dim]`, keys `[batch, keys, kv_heads, dim]`, values
/// `[batch, keys, kv_heads, value_dim]`, the result `[batch, queries, heads, value_dim]`.
#[derive(Clone, Copy, Debug)]
pub struct Attention {
    /// Independent sequences.
    pub batch: usize,
    /// Rows of the result.
    pub queries: usize,
    /// What each query chooses from.
    pub keys: usize,
    /// Heads of queries, a multiple of `kv_heads`: each head of keys and values serves as many neighbouring heads.
    pub heads: usize,
    /// Heads of keys and values.
    pub kv_heads: usize,
    /// Numbers in a query and in a key.
    pub dim: usize,
    /// Numbers in a value.
    pub value_dim: usize,
    /// What scores are multiplied by.
    pub scale: f64,
    /// Whether query `i` sees keys up to `i` only.
    pub causal: bool,
    /// Query `i` sees keys less than this far from `i` only.
    pub window: usize,
    /// Whether a query that sees no key gets the mean of all values; otherwise it gets zeros.
    pub mean_of_nothing: bool,
    /// Weights to leave out.
    pub dropout: Option<Dropout>,
}

/// Which weights are left out: number `i` of `[batch, heads, queries, keys]` is kept where `random(key, i)`, of 53 bits, is below the limit.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    /// The draw.
    pub key: u64,
    /// The share to keep, times 2⁵³.
    pub limit: u64,
    /// What those that are kept are multiplied by.
    pub scale: f64,
}

/// What limits the keys that a query sees, broadcast to `[batch, heads, queries, keys]`.
#[derive(Clone, Copy, Debug)]
pub struct Mask<'a, T> {
    /// What it says.
    pub values: MaskValues<'a, T>,
    /// Elements from one to the next along each axis, 0 where it is broadcast.
    pub strides: [usize; 4],
}

/// The elements of a mask.
#[derive(Clone, Copy, Debug)]
pub enum MaskValues<'a, T> {
    /// True where the key is seen.
    Keep(&'a [bool]),
    /// What is added to the score, -∞ where the key is not seen.
    Add(&'a [T]),
}

/// Queries, keys and values.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    /// What is looked for.
    pub query: &'a [T],
    /// What it is compared with.
    pub key: &'a [T],
    /// What is found.
    pub value: &'a [T],
    /// What limits it, all of them at once.
    pub masks: &'a [Mask<'a, T>],
}

impl Attention {
    fn group(&self) -> usize {
        self.heads / self.kv_heads
    }

    /// Queries that a task takes at a time.
    fn rows(&self) -> usize {
        let work = WORK / (self.keys * self.dim.max(self.value_dim)).max(1);
        (SCORES / self.keys.max(1))
            .min(work)
            .clamp(8, MOST_ROWS)
            .min(self.queries)
    }

    /// The keys that some queries see by their places.
    fn seen(&self, queries: Range<usize>) -> Range<usize> {
        let end = if self.causal {
            queries.end
        } else {
            queries.end.saturating_add(self.window - 1)
        };
        let start = (queries.start + 1).saturating_sub(self.window);
        let end = end.min(self.keys);
        start.min(end)..end
    }

    /// The keys that are computed with for some queries: all, where a query may see none and so get the mean of all values.
    fn computed(&self, queries: Range<usize>, masks: bool) -> Range<usize> {
        let may_see_none = masks || self.window < self.queries;
        match may_see_none && self.mean_of_nothing {
            true => 0..self.keys,
            false => self.seen(queries),
        }
    }

    /// Panics unless the operands have these sizes.
    fn check<T>(&self, operands: &Operands<T>) {
        let product = |sizes: [usize; 4]| {
            sizes
                .iter()
                .try_fold(1_usize, |all, &n| all.checked_mul(n))
                .expect("attention larger than the address space")
        };
        let &Attention {
            batch,
            queries,
            keys,
            heads,
            kv_heads,
            dim,
            value_dim,
            ..
        } = self;
        assert!(
            kv_heads > 0 && heads.is_multiple_of(kv_heads) && dim > 0 && self.window > 0,
            "attention: {heads} heads of {dim} numbers cannot share {kv_heads} of keys with a window of {}",
            self.window
        );
        assert!(
            operands.query.len() == product([batch, queries, heads, dim])
                && operands.key.len() == product([batch, keys, kv_heads, dim])
                && operands.value.len() == product([batch, keys, kv_heads, value_dim]),
            "attention: queries, keys and values do not have the sizes of {self:?}"
        );
        product([batch, heads, queries, keys]);
        for mask in operands.masks {
            let len = match mask.values {
                MaskValues::Keep(keep) => keep.len(),
                MaskValues::Add(add) => add.len(),
            };
            let reach = [batch, heads, queries, keys]
                .iter()
                .zip(mask.strides)
                .try_fold(0_usize, |all, (&n, stride)| {
                    all.checked_add(stride.checked_mul(n.saturating_sub(1))?)
                });
            let nothing = [batch, heads, queries, keys].contains(&0);
            assert!(
                nothing || mask.strides[3] <= 1 && reach.is_some_and(|last| last < len),
                "attention: a mask of {len} elements with strides {:?} does not fit {self:?}",
                mask.strides
            );
        }
    }
}

/// Where the vectors of one head of one sequence are: `dim` numbers each, `stride` apart.
#[derive(Clone, Copy)]
struct Head<'a, T> {
    data: &'a [T],
    stride: usize,
    dim: usize,
}

impl<'a, T: Gemm> Head<'a, T> {
    /// Head `head` of sequence `b` of `[batch, length, heads, dim]`.
    fn of(all: &'a [T], [b, length, head, heads, dim]: [usize; 5]) -> Head<'a, T> {
        let stride = heads * dim;
        let start = b * length * stride + head * dim;
        Head {
            data: all.get(start..).unwrap_or(&[]),
            stride,
            dim,
        }
    }

    fn from(&self, row: usize) -> &'a [T] {
        &self.data[row * self.stride..]
    }

    fn rows(&self, first: usize) -> Mat<'a, T> {
        Mat {
            data: self.from(first),
            row_stride: self.stride,
            col_stride: 1,
        }
    }

    fn columns(&self, first: usize) -> Mat<'a, T> {
        Mat {
            data: self.from(first),
            row_stride: 1,
            col_stride: self.stride,
        }
    }
}

/// The vectors of a head as the columns of a right-hand side, packed tile by tile.
struct Columns<'a, T: 'static> {
    tiles: Vec<Packed<'a, T>>,
}

impl<'a, T: Gemm> Columns<'a, T> {
    fn memory(level: Level, count: usize, dim: usize) -> usize {
        count.div_ceil(TILE) * Packed::<T>::len(level, dim, TILE)
    }

    fn new(level: Level, head: Head<T>, count: usize, memory: &'a mut [T]) -> Columns<'a, T> {
        let mut rest = memory;
        let tiles = (0..count).step_by(TILE).map(|first| {
            let columns = TILE.min(count - first);
            let (own, others) =
                std::mem::take(&mut rest).split_at_mut(Packed::<T>::len(level, head.dim, columns));
            rest = others;
            Packed::new(level, head.columns(first), head.dim, columns, own)
        });
        Columns {
            tiles: tiles.collect(),
        }
    }

    /// Products of `count` rows of a head with the columns of a range, at least, in rows of `width`.
    fn multiply(
        &self,
        head: Head<T>,
        first: usize,
        count: usize,
        range: Range<usize>,
        out: &mut [T],
        width: usize,
    ) {
        for tile in range.start / TILE..range.end.div_ceil(TILE) {
            self.tiles[tile].multiply(
                count,
                head.from(first),
                head.stride,
                &mut out[tile * TILE..],
                width,
                false,
            );
        }
    }
}

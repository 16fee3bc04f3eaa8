//! The innermost product: one tile of C held in registers.
//!
//! A tile of R rows and N vectors costs, for each step of k, R broadcasts of A, N loads of B and R·N
//! multiply-adds. With 14 × 2 vectors of AVX-512 that is 16 loads for 28 multiply-adds, so the two
//! multiply-add ports are the limit and not the two load ports; 28 accumulators, 2 of B and one of A fill 31 of
//! the 32 registers. With AVX2's 16 registers 6 × 2 is the largest tile.

use super::vector::Vector;

/// Rows of B that are asked for before they are needed: some 200 cycles, what the third cache takes to answer.
const AHEAD: usize = 16;

/// One tile: `C[r, j] = addend[r, j] + Σ_segments Σ_k A[r, k]·B[k, j]` for `r < rows`, `j < cols`.
///
/// A is read where it lies. Its k index runs through segments of equal length: an ordinary matrix has one, a
/// convolution one for each tap of its kernel. B's rows follow each other through all segments.
pub struct Tile<'a, T> {
    /// Rows of C, at most [`Kernels::rows`].
    pub rows: usize,
    /// Columns of C, at most [`Kernels::cols`].
    pub cols: usize,
    /// First element of A.
    pub a: *const T,
    /// How A continues.
    pub layout: Layout,
    /// Where each segment of A starts, counted in elements from `a`.
    pub segments: &'a [isize],
    /// Length of a segment along k.
    pub k: usize,
    /// First element of B.
    pub b: *const T,
    /// Elements from one row of B to the next.
    pub b_stride: usize,
    /// First element of C.
    pub c: *mut T,
    /// Elements from one row of C to the next.
    pub c_stride: usize,
    /// What is added to the product: C itself to accumulate, a bias row with stride 0, or null for nothing.
    pub addend: *const T,
    /// Elements from one row of the addend to the next.
    pub addend_stride: usize,
}

/// The unit stride of A: one of its two strides is always 1, so that the addresses of a tile need few registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Neighbours along k are adjacent; rows are this many elements apart.
    Rows(usize),
    /// Neighbours along the rows are adjacent; steps of k are this many elements apart.
    Columns(usize),
}

/// A tile multiplier with R and N fixed.
///
/// # Safety
/// Every element that the [`Tile`] describes must be readable (A, B, addend) and writable (C) and the processor
/// must have the instructions that the function was compiled for. B must be readable for `cols` columns only.
pub type TileFn<T> = unsafe fn(&Tile<T>);

/// The tile multipliers of one instruction set, for every number of rows.
pub struct Kernels<T: 'static> {
    /// `table[rows - 1][cols > lanes][layout is columns]`
    pub table: &'static [[[TileFn<T>; 2]; 2]],
    /// Elements in a vector.
    pub lanes: usize,
}

impl<T> Kernels<T> {
    /// Most rows of a tile.
    pub fn rows(&self) -> usize {
        self.table.len()
    }

    /// Most columns of a tile: two vectors.
    pub fn cols(&self) -> usize {
        2 * self.lanes
    }

    /// Multiplies one tile.
    ///
    /// # Safety
    /// As [`TileFn`]; `rows` and `cols` must be within 1..=[`Self::rows`] and 1..=[`Self::cols`].
    #[inline]
    pub unsafe fn run(&self, tile: &Tile<T>) {
        let columns = matches!(tile.layout, Layout::Columns(_));
        let wide = tile.cols > self.lanes;
        debug_assert!(tile.cols <= self.cols());
        // SAFETY: passed on to the caller.
        unsafe { self.table[tile.rows - 1][usize::from(wide)][usize::from(columns)](tile) }
    }
}

/// Multiplies a tile of R rows and N vectors. U sums run side by side, for tiles too small to keep the
/// multiply-add ports busy with R·N independent sums.
///
/// # Safety
/// As [`TileFn`], with `rows == R`, `cols` in `(N - 1) * LANES + 1 ..= N * LANES` and the layout's variant as
/// COLUMNS says.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // With iterators the sums stay in memory: a fifth of the speed.
pub unsafe fn multiply<
    V: Vector,
    const R: usize,
    const N: usize,
    const U: usize,
    const COLUMNS: bool,
>(
    t: &Tile<V::Element>,
) {
    // SAFETY: only elements that the tile describes are touched: rows below R = `rows`, k steps below `k` in each
    // segment, and columns below `cols`, where the last vector goes through the mask. The rest is the caller's
    // promise.
    unsafe {
        let tail = V::mask(t.cols - (N - 1) * V::LANES);
        let (row, step) = match t.layout {
            Layout::Rows(stride) if !COLUMNS => (stride, 1),
            Layout::Columns(stride) if COLUMNS => (1, stride),
            _ => std::hint::unreachable_unchecked(),
        };
        let mut sums = [[[V::zero(); N]; R]; U];
        let mut b = t.b;
        let ahead = AHEAD * t.b_stride;
        for &segment in t.segments {
            // Wrapping: `a` is where the whole matrix would start, of which the slice may hold a part further on.
            let mut a = t.a.wrapping_offset(segment);
            let mut k = t.k;
            while U > 1 && k >= U {
                for sums in &mut sums {
                    accumulate::<V, R, N>(sums, a, row, b, ahead, tail);
                    a = a.wrapping_add(step);
                    b = b.wrapping_add(t.b_stride);
                }
                k -= U;
            }
            while k > 0 {
                accumulate::<V, R, N>(&mut sums[0], a, row, b, ahead, tail);
                // Wrapping: after the last step both lie beyond what they point into.
                a = a.wrapping_add(step);
                b = b.wrapping_add(t.b_stride);
                k -= 1;
            }
        }
        for u in 1..U {
            for r in 0..R {
                for n in 0..N {
                    sums[0][r][n] = sums[0][r][n].add(sums[u][r][n]);
                }
            }
        }
        for r in 0..R {
            for n in 0..N {
                let whole = n + 1 < N;
                let mut sum = sums[0][r][n];
                if !t.addend.is_null() {
                    let p = t.addend.add(r * t.addend_stride + n * V::LANES);
                    sum = sum.add(if whole {
                        V::load(p)
                    } else {
                        V::load_masked(p, tail)
                    });
                }
                let p = t.c.add(r * t.c_stride + n * V::LANES);
                if whole || t.cols == N * V::LANES {
                    sum.store(p);
                } else {
                    sum.store_masked(p, tail);
                }
            }
        }
    }
}

/// One step of k: the product of a column of A and a row of B.
///
/// # Safety
/// As [`multiply`].
#[inline(always)]
#[allow(clippy::needless_range_loop)] // As in `multiply`.
unsafe fn accumulate<V: Vector, const R: usize, const N: usize>(
    sums: &mut [[V; N]; R],
    a: *const V::Element,
    row: usize,
    b: *const V::Element,
    ahead: usize,
    tail: V::Mask,
) {
    // SAFETY: as in `multiply`, which calls this.
    unsafe {
        let mut line = [V::zero(); N];
        for (n, v) in line.iter_mut().enumerate() {
            let p = b.add(n * V::LANES);
            V::prefetch(p.wrapping_add(ahead));
            *v = if n + 1 < N {
                V::load(p)
            } else {
                V::load_masked(p, tail)
            };
        }
        // Rows three apart get a pointer of their own, the two between are one and two strides further: five
        // pointers and one stride instead of fourteen pointers.
        for r in 0..R {
            let v = V::splat(a.add(r / 3 * 3 * row).add(r % 3 * row));
            for n in 0..N {
                sums[r][n] = sums[r][n].multiply_add(v, line[n]);
            }
        }
    }
}

//! The innermost product: one tile of C held in registers.
//!
//! A tile of R rows and N vectors costs, for each step of k, R broadcasts of A, N loads of B and R·N
//! multiply-adds. With 14 × 2 vectors of AVX-512 that is 16 loads for 28 multiply-adds, so the two
//! multiply-add ports are the limit and not the two load ports; 28 accumulators, 2 of B and one of A fill 31 of
//! the 32 registers. With AVX2's 16 registers 6 × 2 is the largest tile. Where all of C is narrower, tiles of one vector are
//! higher, so that B is loaded less often; where it is three vectors wide, 9 × 3 spares the second pass over A.

use super::vector::Vector;

/// Rows of B that are asked for before they are needed: some 200 cycles, what the third cache takes to answer.
const AHEAD: usize = 16;

/// Most rows of any tile: as many as `written_out!` has.
const MOST_ROWS: usize = 28;

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
    /// `tables[vectors - 1][layout is columns][rows - 1]`
    pub tables: [[&'static [TileFn<T>]; 2]; 3],
    /// Elements in a vector.
    pub lanes: usize,
}

/// The tiles of an instruction set, `F32` and `F64`, for its vectors of both: for each width in vectors the heights of tiles that read A by
/// rows and by columns, each height with the number of sums that steps of k take in turns. `$run` runs a tile.
macro_rules! kernels {
    ($run:ident: $f32:ty, $f64:ty; $($tiles:tt)*) => {
        pub static F32: Kernels<f32> = kernels!(@ $run, $f32, $($tiles)*);
        pub static F64: Kernels<f64> = kernels!(@ $run, $f64, $($tiles)*);
    };
    (@ $run:ident, $vector:ty, $($vectors:literal rows [$($rows:literal $row_sums:literal),*] columns [$($columns:literal $column_sums:literal),*]),*) => {
        Kernels {
            tables: [$([
                &[$($run::<$vector, $rows, $vectors, $row_sums, false>),*],
                &[$($run::<$vector, $columns, $vectors, $column_sums, true>),*],
            ]),*],
            lanes: <$vector as Vector>::LANES,
        }
    };
}
pub(super) use kernels;

impl<T> Kernels<T> {
    /// Most rows of a tile of any width up to [`Self::cols`].
    pub fn rows(&self) -> usize {
        self.rows_of(self.cols(), false)
    }

    /// Most columns of a tile of [`Self::rows`]: two vectors.
    pub fn cols(&self) -> usize {
        2 * self.lanes
    }

    /// Most rows of a tile that has `cols` columns, three vectors of them at most, by whether the layout is that of columns.
    pub fn rows_of(&self, cols: usize, columns: bool) -> usize {
        self.table(cols, columns).len()
    }

    fn table(&self, cols: usize, columns: bool) -> &'static [TileFn<T>] {
        // A division would take as long as a few steps of the tile.
        let vectors = usize::from(cols > self.lanes) + usize::from(cols > 2 * self.lanes);
        self.tables[vectors][usize::from(columns)]
    }

    /// Multiplies one tile.
    ///
    /// # Safety
    /// As [`TileFn`]; there must be columns, three vectors of them at most, and rows within 1..=[`Self::rows_of`] them.
    #[inline]
    pub unsafe fn run(&self, tile: &Tile<T>) {
        let columns = matches!(tile.layout, Layout::Columns(_));
        // SAFETY: passed on to the caller.
        unsafe { self.table(tile.cols, columns)[tile.rows - 1](tile) }
    }
}

/// `body` for every row, written out: a loop over more than some rows is unrolled, if at all, after the compiler has given the sums a place in
/// memory, and what it does first depends on the number of codegen units.
macro_rules! written_out {
    ($row:ident in 0..$rows:ident $body:block) => {
        written_out!(@ $row $rows $body 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27)
    };
    (@ $row:ident $rows:ident $body:block $($r:literal)*) => {
        $(if const { $r < $rows } {
            let $row = $r % $rows;
            $body
        })*
    };
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
        const { assert!(R <= MOST_ROWS, "`written_out!` leaves rows out") };
        let tail = V::mask(t.cols - (N - 1) * V::LANES);
        // Each row of C in a page of its own: the processor does not foresee them, so they are asked for before the sums are
        // ready. Nearer rows are not worth the instructions.
        if t.c_stride * size_of::<V::Element>() >= 4096 {
            for r in 0..R {
                for n in 0..N {
                    V::prefetch(t.c.wrapping_add(r * t.c_stride + n * V::LANES));
                }
            }
        }
        let mut sums = [[[V::zero(); N]; R]; U];
        // A load through a mask costs the ports of the multiply-adds as well.
        if t.cols == N * V::LANES {
            add_up::<V, R, N, U, COLUMNS, false>(t, tail, &mut sums);
        } else {
            add_up::<V, R, N, U, COLUMNS, true>(t, tail, &mut sums);
        }
        for u in 1..U {
            written_out!(r in 0..R {
                for n in 0..N {
                    sums[0][r][n] = sums[0][r][n].add(sums[u][r][n]);
                }
            });
        }
        written_out!(r in 0..R {
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
        });
    }
}

/// Adds up the products of all steps of k, in U sums side by side.
///
/// # Safety
/// As [`multiply`]; MASKED if the last vector of B's rows is not whole.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // As in `multiply`.
unsafe fn add_up<
    V: Vector,
    const R: usize,
    const N: usize,
    const U: usize,
    const COLUMNS: bool,
    const MASKED: bool,
>(
    t: &Tile<V::Element>,
    tail: V::Mask,
    sums: &mut [[[V; N]; R]; U],
) {
    // SAFETY: as in `multiply`, which calls this.
    unsafe {
        let (row, step) = match t.layout {
            Layout::Rows(stride) if !COLUMNS => (stride, 1),
            Layout::Columns(stride) if COLUMNS => (1, stride),
            _ => std::hint::unreachable_unchecked(),
        };
        let mut b = t.b;
        let ahead = AHEAD * t.b_stride;
        for &segment in t.segments {
            // Every third row has a pointer, the two after it are one and two strides further: a pointer for each row
            // would not fit the registers, fewer would cost additions, on the ports of the multiply-adds. Wrapping: `a` is where
            // the whole matrix would start, of which the slice may hold a part further on.
            let mut rows = [t.a.wrapping_offset(segment); MOST_ROWS.div_ceil(3)];
            let pointers = if COLUMNS { 1 } else { R.div_ceil(3) };
            for i in 1..pointers {
                rows[i] = V::hold(rows[i - 1].wrapping_add(3 * row));
            }
            let mut k = t.k;
            macro_rules! step {
                ($u:expr) => {
                    let sums = &mut sums[$u];
                    accumulate::<V, R, N, COLUMNS, MASKED>(sums, &rows, row, b, ahead, tail);
                    // Wrapping: after the last step they lie beyond what they point into.
                    b = b.wrapping_add(t.b_stride);
                    for i in 0..pointers {
                        rows[i] = V::hold(rows[i].wrapping_add(step));
                    }
                };
            }
            while U > 1 && k >= U {
                for u in 0..U {
                    step!(u);
                }
                k -= U;
            }
            while k > 0 {
                step!(0);
                k -= 1;
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
unsafe fn accumulate<
    V: Vector,
    const R: usize,
    const N: usize,
    const COLUMNS: bool,
    const MASKED: bool,
>(
    sums: &mut [[V; N]; R],
    rows: &[*const V::Element; MOST_ROWS.div_ceil(3)],
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
            // One vector's rows follow each other, which the processor foresees; asking for them would take rows of another task's
            // from its thread, which writes them soon after: half a microsecond of a small network's step.
            if N > 1 {
                V::prefetch(p.wrapping_add(ahead));
            }
            *v = if MASKED && n + 1 == N {
                V::load_masked(p, tail)
            } else {
                V::load(p)
            };
        }
        if COLUMNS && N == 1 {
            // The next tile's part of this step, which may lie pages from the one before.
            V::prefetch(rows[0].wrapping_add(R + V::LANES - 1));
            V::prefetch(rows[0].wrapping_add(2 * R - 1));
        }
        written_out!(r in 0..R {
            let v = V::splat(match COLUMNS {
                true => rows[0].add(r),
                false => rows[r / 3].add(r % 3 * row),
            });
            for n in 0..N {
                sums[r][n] = sums[r][n].multiply_add(v, line[n]);
            }
        });
    }
}

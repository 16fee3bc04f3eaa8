//! Products with few rows or few columns as dot products: both operands are read along k, a vector at a time, where a tile
//! would use a few lanes of its vectors, or B would have to be transposed for a few rows.

use super::vector::{Body, Vector};
use super::{Gemm, Mat, Start, scratch};
use crate::parallel::{self, Parts};
use crate::simd::Level;
use std::ops::Range;

/// Rows or columns that are few.
const FEW: usize = 4;

/// Steps of k that pay for adding up the lanes at the end.
const LONG: usize = 32;

/// Products that are added up one after the other in each lane of a vector: more would lose digits.
const IN_TURN: usize = 256;

/// Multiply-adds in a task at least: half of what other products have, since memory is what takes the time.
const TASK_WORK: usize = 1 << 19;

/// The side with many lines, each with k adjacent elements, and the side with few.
struct Dots<'a, T> {
    many: &'a [T],
    few: &'a [T],
    /// Elements from one line to the next, of the many and of the few.
    strides: [usize; 2],
    /// Number of the few.
    count: usize,
    k: usize,
    start: Start<'a, T>,
    c: Parts<T>,
    /// Elements of C from one of the many to the next, and from one of the few.
    steps: [usize; 2],
    /// Whether the few are the columns of C.
    columns: bool,
}

/// Computes `C = A·B` as dot products if it suits them, and says whether it did.
///
/// # Safety
/// A and B must hold m × k and k × n elements, a bias n, and `c` m rows of n, `ldc` apart, that nobody else uses meanwhile.
/// The processor must have `level`.
pub unsafe fn multiply<T: Gemm>(
    level: Level,
    [m, n, k]: [usize; 3],
    a: Mat<T>,
    b: Mat<T>,
    c: Parts<T>,
    ldc: usize,
    start: Start<T>,
) -> bool {
    let columns = n <= FEW && a.col_stride == 1;
    if k < LONG || !(columns || m <= FEW && b.row_stride == 1) {
        return false;
    }
    let (rows, cols) = (
        (a, a.row_stride, a.col_stride),
        (b, b.col_stride, b.row_stride),
    );
    let ((many, many_stride, _), (few, few_stride, along)) =
        if columns { (rows, cols) } else { (cols, rows) };
    let [lines, count] = if columns { [m, n] } else { [n, m] };
    let copied = if along == 1 { 0 } else { count * k };
    scratch::with(copied, |memory: &mut [T]| {
        for (line, out) in memory.chunks_exact_mut(k).enumerate() {
            let line = few.data[line * few_stride..].iter().step_by(along);
            out.iter_mut().zip(line).for_each(|(out, &v)| *out = v);
        }
        let dots = Dots {
            many: many.data,
            few: if along == 1 { few.data } else { memory },
            strides: [many_stride, if along == 1 { few_stride } else { k }],
            count,
            k,
            start,
            c,
            steps: if columns { [ldc, 1] } else { [1, ldc] },
            columns,
        };
        let grain = TASK_WORK.div_ceil(k * count);
        parallel::for_each_range(lines, grain, |lines| {
            // SAFETY: the caller's promises; the lines of a task are its own.
            unsafe { T::vectors(level, (&dots, lines)) }
        });
    });
    true
}

impl<T: Gemm> Body<T> for (&Dots<'_, T>, Range<usize>) {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let (dots, lines) = self;
        // SAFETY: the caller's promises.
        unsafe {
            match dots.count {
                1 => dots.all::<V, 8, 1>(lines),
                2 => dots.all::<V, 4, 2>(lines),
                3 => dots.all::<V, 4, 3>(lines),
                _ => dots.all::<V, 4, 4>(lines),
            }
        }
    }
}

impl<T: Gemm> Dots<'_, T> {
    /// The dot products of `lines` with all N of the few, L lines at a time.
    ///
    /// # Safety
    /// As [`multiply`], with V of `level`.
    #[inline(always)]
    unsafe fn all<V: Vector<Element = T>, const L: usize, const N: usize>(
        &self,
        lines: Range<usize>,
    ) {
        let whole = lines.end - lines.len() % L;
        // SAFETY: the caller's promises.
        unsafe {
            for first in (lines.start..whole).step_by(L) {
                self.some::<V, L, N>(first);
            }
            for line in whole..lines.end {
                self.some::<V, 1, N>(line);
            }
        }
    }

    /// The dot products of L lines from `first` with the N few.
    ///
    /// # Safety
    /// As [`Self::all`].
    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // With iterators the sums stay in memory.
    unsafe fn some<V: Vector<Element = T>, const L: usize, const N: usize>(&self, first: usize) {
        // SAFETY: the spans end at k; the lines are this task's.
        unsafe {
            let most = IN_TURN * V::LANES;
            if self.k <= most {
                let sums = self.span::<V, L, N>(first, 0..self.k);
                for l in 0..L {
                    for n in 0..N {
                        self.put(first + l, n, sums[l][n].sum());
                    }
                }
                return;
            }
            let mut totals = [[0.0; N]; L];
            for start in (0..self.k).step_by(most) {
                let span = start..self.k.min(start + most);
                let sums = self.span::<V, L, N>(first, span);
                for l in 0..L {
                    for n in 0..N {
                        totals[l][n] += sums[l][n].sum().to_f64();
                    }
                }
            }
            for l in 0..L {
                for n in 0..N {
                    self.put(first + l, n, T::from_f64(totals[l][n]));
                }
            }
        }
    }

    /// Writes the dot product of one of the many with one of the few.
    ///
    /// # Safety
    /// As [`multiply`]; nobody else writes what belongs to the line.
    #[inline(always)]
    unsafe fn put(&self, line: usize, few: usize, sum: T) {
        // SAFETY: it is the place of two of the lines.
        unsafe {
            let c = self.c.get().add(line * self.steps[0] + few * self.steps[1]);
            *c = match self.start {
                Start::Zero => sum,
                Start::Itself => *c + sum,
                Start::Row(row) => row[if self.columns { few } else { line }] + sum,
            };
        }
    }

    /// What the steps `span` of k give of these dot products.
    ///
    /// # Safety
    /// As [`Self::all`]; the span must not end after k.
    #[inline(always)]
    #[allow(clippy::needless_range_loop)] // With iterators the sums stay in memory.
    unsafe fn span<V: Vector<Element = T>, const L: usize, const N: usize>(
        &self,
        first: usize,
        span: Range<usize>,
    ) -> [[V; N]; L] {
        // SAFETY: whole vectors below the end of the span, and the lanes below it of the last.
        unsafe {
            let many = self.many.as_ptr().add(first * self.strides[0]);
            let few = self.few.as_ptr();
            let mut sums = [[V::zero(); N]; L];
            let rest = span.len() % V::LANES;
            let whole = span.end - rest;
            for k in (span.start..whole).step_by(V::LANES) {
                let mut line = [V::zero(); N];
                for n in 0..N {
                    line[n] = V::load(few.add(n * self.strides[1] + k));
                }
                for l in 0..L {
                    let v = V::load(many.add(l * self.strides[0] + k));
                    for n in 0..N {
                        sums[l][n] = sums[l][n].multiply_add(v, line[n]);
                    }
                }
            }
            if rest > 0 {
                let mask = V::mask(rest);
                let mut line = [V::zero(); N];
                for n in 0..N {
                    line[n] = V::load_masked(few.add(n * self.strides[1] + whole), mask);
                }
                for l in 0..L {
                    let v = V::load_masked(many.add(l * self.strides[0] + whole), mask);
                    for n in 0..N {
                        sums[l][n] = sums[l][n].multiply_add(v, line[n]);
                    }
                }
            }
            sums
        }
    }
}

//! Copies of operands in the order in which tiles read them.

use super::vector::{Body, Vector};
use super::{Gemm, Heights, Mat};
use crate::simd::level;
use std::ops::Range;

/// Packs rows `rows` and columns `cols` of B into panels of `width` columns: panel after panel, each with its rows
/// one after another, the last panel filled up with zeros.
pub fn pack_b<T: Gemm>(
    b: Mat<T>,
    rows: Range<usize>,
    cols: Range<usize>,
    width: usize,
    out: &mut [T],
) {
    if rows.is_empty() || cols.is_empty() {
        return;
    }
    b.check("B", rows.end, cols.end);
    let panels = cols.len().div_ceil(width);
    let out = &mut out[..panels * width * rows.len()];
    // SAFETY: `level` is one that the processor has; B holds what is read, `out` what is written.
    unsafe {
        T::vectors(
            level(),
            Panels {
                b,
                rows,
                cols,
                width,
                out,
            },
        );
    }
}

struct Panels<'a, T> {
    b: Mat<'a, T>,
    rows: Range<usize>,
    cols: Range<usize>,
    width: usize,
    out: &'a mut [T],
}

impl<T: Gemm> Body<T> for Panels<'_, T> {
    #[inline(always)]
    unsafe fn run<V: Vector<Element = T>>(self) {
        let Panels {
            b,
            rows,
            cols,
            width,
            out,
        } = self;
        let panels = out.chunks_exact_mut(rows.len() * width);
        for (first, out) in cols.clone().step_by(width).zip(panels) {
            let used = width.min(cols.end - first);
            let from = b.data[rows.start * b.row_stride + first * b.col_stride..].as_ptr();
            // SAFETY: `pack_b` checked that B reaches to the end of rows and columns, and a panel has its rows × width
            // elements.
            unsafe {
                // Narrower panels than a vector are those of other instructions, in tests.
                let fits = width.is_multiple_of(V::LANES);
                match (b.row_stride, b.col_stride) {
                    (stride, 1) if fits => copy_rows::<V>(from, stride, used, width, out),
                    (1, stride) if fits => {
                        for (k, out) in out.chunks_mut(V::LANES * width).enumerate() {
                            let height = out.len() / width;
                            for j in (0..width).step_by(V::LANES) {
                                let lines = used.saturating_sub(j).min(V::LANES);
                                let from = from.wrapping_add(k * V::LANES + j * stride);
                                let to = out[j..].as_mut_ptr();
                                V::transpose(from, stride, [lines, height], to, width);
                            }
                        }
                    }
                    _ => {
                        for (k, out) in out.chunks_exact_mut(width).enumerate() {
                            for (j, out) in out[..used].iter_mut().enumerate() {
                                *out = *from.add(k * b.row_stride + j * b.col_stride);
                            }
                            out[used..].fill(T::default());
                        }
                    }
                }
            }
        }
    }
}

/// Copies rows of `used` adjacent elements, `stride` apart, to rows of `width`, a multiple of the lanes, filled up with zeros.
///
/// # Safety
/// As [`Body::run`]; the rows must be readable and as many as `out` has.
#[inline(always)]
unsafe fn copy_rows<V: Vector>(
    mut from: *const V::Element,
    stride: usize,
    used: usize,
    width: usize,
    out: &mut [V::Element],
) {
    // SAFETY: the caller's promise for whole vectors; the mask leaves out what is beyond `used`.
    unsafe {
        if used == width && width == 2 * V::LANES {
            for out in out.chunks_exact_mut(2 * V::LANES) {
                let pair = [V::load(from), V::load(from.add(V::LANES))];
                pair[0].store(out.as_mut_ptr());
                pair[1].store(out.as_mut_ptr().add(V::LANES));
                from = from.wrapping_add(stride);
            }
            return;
        }
        for out in out.chunks_exact_mut(width) {
            for (i, out) in out.chunks_exact_mut(V::LANES).enumerate() {
                let v = match used.saturating_sub(i * V::LANES) {
                    0 => V::zero(),
                    n => V::load_masked(from.add(i * V::LANES), V::mask(n.min(V::LANES))),
                };
                v.store(out.as_mut_ptr());
            }
            from = from.wrapping_add(stride);
        }
    }
}

/// Packs a block of A, `rows` × `ks`, for tiles of these heights, `tile` elements apart. Where columns are adjacent, element (r, k) of
/// a tile lies at `r * stride + k`, else at `k * stride + r`, and `stride` is a multiple of the lanes.
pub fn pack_a<T: Gemm>(
    a: Mat<T>,
    rows: Range<usize>,
    ks: Range<usize>,
    heights: Heights,
    [tile, stride]: [usize; 2],
    out: &mut [T],
) {
    a.check("A", rows.end, ks.end);
    for (heights, out) in heights.iter().zip(out.chunks_mut(tile)) {
        let rows = rows.start + heights.start..rows.start + heights.end;
        if a.col_stride == 1 {
            for (r, out) in rows.zip(out.chunks_mut(stride)) {
                let start = r * a.row_stride + ks.start;
                out[..ks.len()].copy_from_slice(&a.data[start..start + ks.len()]);
            }
        } else {
            pack_b(a.transposed(), ks.clone(), rows, stride, out);
        }
    }
}

//! Copies of operands in the order in which tiles read them.

use super::Mat;

/// Packs rows `rows` and columns `cols` of B into panels of `width` columns: panel after panel, each with its rows
/// one after another, the last panel filled up with zeros.
pub fn pack_b<T: Copy + Default>(
    b: Mat<T>,
    rows: std::ops::Range<usize>,
    cols: std::ops::Range<usize>,
    width: usize,
    out: &mut [T],
) {
    let panel = rows.len() * width;
    for (first, out) in cols.clone().step_by(width).zip(out.chunks_exact_mut(panel)) {
        let used = width.min(cols.end - first);
        if b.col_stride == 1 {
            for (row, out) in rows.clone().zip(out.chunks_exact_mut(width)) {
                let start = row * b.row_stride + first;
                out[..used].copy_from_slice(&b.data[start..start + used]);
                out[used..].fill(T::default());
            }
        } else {
            for (i, out) in out[..panel].chunks_mut(4 * width).enumerate() {
                let row = rows.start + 4 * i;
                let height = out.len() / width;
                let mut j = 0;
                if b.row_stride == 1 && height == 4 {
                    while j + 4 <= used {
                        transpose_4x4(
                            &b.data[row + (first + j) * b.col_stride..],
                            b.col_stride,
                            &mut out[j..],
                            width,
                        );
                        j += 4;
                    }
                }
                for j in j..used {
                    let column = &b.data[row * b.row_stride + (first + j) * b.col_stride..];
                    for r in 0..height {
                        out[r * width + j] = column[r * b.row_stride];
                    }
                }
                for line in out.chunks_exact_mut(width) {
                    line[used..].fill(T::default());
                }
            }
        }
    }
}

/// Writes the transpose of four lines of four elements; written out so that it becomes shuffles of vectors.
#[inline(always)]
fn transpose_4x4<T: Copy>(x: &[T], stride: usize, out: &mut [T], width: usize) {
    let line = |i: usize| -> [T; 4] { std::array::from_fn(|j| x[i * stride..i * stride + 4][j]) };
    let [a, b, c, d] = [line(0), line(1), line(2), line(3)];
    let columns = [
        [a[0], b[0], c[0], d[0]],
        [a[1], b[1], c[1], d[1]],
        [a[2], b[2], c[2], d[2]],
        [a[3], b[3], c[3], d[3]],
    ];
    for (i, column) in columns.iter().enumerate() {
        out[i * width..i * width + 4].copy_from_slice(column);
    }
}

/// Packs a block of A, `rows` × `ks`, so that element (r, k) lies at `k * stride + r`; `stride` is a multiple of 8.
pub fn pack_a_columns<T: Copy>(
    a: Mat<T>,
    rows: std::ops::Range<usize>,
    ks: std::ops::Range<usize>,
    stride: usize,
    out: &mut [T],
) {
    for (k, out) in ks.zip(out.chunks_exact_mut(stride)) {
        let start = rows.start * a.row_stride + k * a.col_stride;
        if a.row_stride != 1 {
            for (r, out) in out[..rows.len()].iter_mut().enumerate() {
                *out = a.data[start + r * a.row_stride];
            }
        } else if let Some(line) = a.data.get(start..start + stride) {
            // Whole groups of 8, though the last of the elements may not be needed: a copy of fixed length is faster.
            for (out, line) in out.chunks_exact_mut(8).zip(line.chunks_exact(8)) {
                out.copy_from_slice(line);
            }
        } else {
            out[..rows.len()].copy_from_slice(&a.data[start..start + rows.len()]);
        }
    }
}

/// Packs a block of A, `rows` × `ks`, whose columns are adjacent, so that element (r, k) lies at `r * stride + k`.
pub fn pack_a_rows<T: Copy>(
    a: Mat<T>,
    rows: std::ops::Range<usize>,
    ks: std::ops::Range<usize>,
    stride: usize,
    out: &mut [T],
) {
    for (r, out) in rows.zip(out.chunks_mut(stride)) {
        let start = r * a.row_stride + ks.start;
        out[..ks.len()].copy_from_slice(&a.data[start..start + ks.len()]);
    }
}

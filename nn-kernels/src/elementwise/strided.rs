//! Copies that change the order of elements: transposes and slices with steps.

use std::ops::Range;

use super::super::parallel::{GRAIN, for_each_chunk};
use super::{elements, product};

/// Edge of the square tiles that transposes move: several cache lines for every page that is visited.
const TILE: usize = 64;

/// The elements `start, start + step, ...` of an axis, `length` of them; `step` may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AxisSlice {
    /// Index of the first element.
    pub start: usize,
    /// Distance to the next, not 0.
    pub step: isize,
    /// How many.
    pub length: usize,
}

/// `out` with the axes of `x` in a new order: axis `i` of the output is axis `axes[i]` of `x`.
pub fn permute<T: Copy + Send + Sync>(x: &[T], dims: &[usize], axes: &[usize], out: &mut [T]) {
    assert_eq!(axes.len(), dims.len());
    assert_eq!((x.len(), out.len()), (elements(dims), x.len()));
    if x.is_empty() {
        return;
    }
    let mut strides = vec![1; dims.len()];
    for i in (1..dims.len()).rev() {
        strides[i - 1] = strides[i] * dims[i];
    }
    // Output axes as (length, stride in x), without those of length 1, neighbours joined that are neighbours in x.
    let mut order: Vec<(usize, usize)> = Vec::with_capacity(axes.len());
    for &axis in axes.iter().filter(|&&axis| dims[axis] != 1) {
        match order.last_mut() {
            Some((length, stride)) if *stride == strides[axis] * dims[axis] => {
                *length *= dims[axis];
                *stride = strides[axis];
            }
            _ => order.push((dims[axis], strides[axis])),
        }
    }
    let Some((last, outer)) = order.split_last() else {
        out.copy_from_slice(x);
        return;
    };
    if last.1 == 1 {
        // Rows stay whole.
        let row = last.0;
        for_each_chunk(out, row * (GRAIN / row).max(1), |start, piece| {
            let mut at = Walk::new(outer, start / row);
            for out in piece.chunks_exact_mut(row) {
                out.copy_from_slice(&x[at.offset..at.offset + row]);
                at.step(outer);
            }
        });
        return;
    }
    // The axis that is innermost in x goes against the one that is innermost in the output.
    let width = last.0;
    let fast = outer
        .iter()
        .rposition(|axis| axis.1 == 1)
        .expect("one axis of x is innermost");
    let height = outer[fast].0;
    let between = &outer[fast + 1..];
    let rows_between: usize = between.iter().map(|axis| axis.0).product();
    let plane = height * rows_between * width;
    let above = &outer[..fast];
    // A task is a band of the height of one plane: whole tiles, cut by size only.
    let band = (GRAIN / (rows_between * width))
        .next_multiple_of(TILE)
        .min(height)
        .max(1);
    let bands = height.div_ceil(band);
    let mut tasks: Vec<&mut [T]> = out
        .chunks_exact_mut(plane)
        .flat_map(|plane| plane.chunks_mut(band * rows_between * width))
        .collect();
    for_each_chunk(&mut tasks, 1, |task, piece| {
        let first = task % bands * band;
        let base = Walk::new(above, task / bands).offset + first;
        let out = &mut *piece[0];
        let rows = out.len() / (rows_between * width);
        let mut at = Walk::new(between, 0);
        for middle in 0..rows_between {
            transpose(
                &x[base + at.offset..],
                last.1,
                &mut out[middle * width..],
                rows_between * width,
                rows,
                width,
            );
            at.step(between);
        }
    });
}

/// `out[i · out_stride + j] = x[j · x_stride + i]` for i < rows and j < columns, in square tiles.
fn transpose<T: Copy>(
    x: &[T],
    x_stride: usize,
    out: &mut [T],
    out_stride: usize,
    rows: usize,
    columns: usize,
) {
    for top in (0..rows).step_by(TILE) {
        let height = TILE.min(rows - top);
        for left in (0..columns).step_by(TILE) {
            let width = TILE.min(columns - left);
            if height.min(width) < TILE / 4 {
                for i in top..top + height {
                    let from = x[left * x_stride + i..].iter().step_by(x_stride);
                    let start = i * out_stride + left;
                    for (o, &v) in out[start..start + width].iter_mut().zip(from) {
                        *o = v;
                    }
                }
                continue;
            }
            // Whole rows of the tile first: lines a power of two apart would evict each other from the cache
            // before their next element is due.
            let mut tile = [[x[left * x_stride + top]; TILE]; TILE];
            for (j, row) in tile[..width].iter_mut().enumerate() {
                let start = (left + j) * x_stride + top;
                row[..height].copy_from_slice(&x[start..start + height]);
            }
            for i in 0..height {
                let start = (top + i) * out_stride + left;
                for (o, row) in out[start..start + width].iter_mut().zip(&tile) {
                    *o = row[i];
                }
            }
        }
    }
}

/// A position in nested axes of (length, stride), outermost first.
struct Walk {
    index: Vec<usize>,
    offset: usize,
}

impl Walk {
    fn new(axes: &[(usize, usize)], flat: usize) -> Self {
        let mut rest = flat;
        let mut walk = Walk {
            index: vec![0; axes.len()],
            offset: 0,
        };
        for (at, &(length, stride)) in walk.index.iter_mut().zip(axes).rev() {
            *at = rest % length;
            rest /= length;
            walk.offset += *at * stride;
        }
        walk
    }

    fn step(&mut self, axes: &[(usize, usize)]) {
        for (at, &(length, stride)) in self.index.iter_mut().zip(axes).rev() {
            *at += 1;
            self.offset += stride;
            if *at < length {
                return;
            }
            *at = 0;
            self.offset -= length * stride;
        }
    }
}

/// Calls `row(offset in the whole, offset in the slice)` for every innermost row of the slice with these outer
/// rows, where the last axis is left out of both.
fn slice_rows(
    dims: &[usize],
    slices: &[AxisSlice],
    rows: Range<usize>,
    mut row: impl FnMut(usize, usize),
) {
    let outer = slices.len() - 1;
    for flat in rows {
        let (mut rest, mut stride, mut offset) = (flat, dims[outer], 0);
        for axis in (0..outer).rev() {
            let AxisSlice {
                start,
                step,
                length,
            } = slices[axis];
            offset += start.wrapping_add_signed((rest % length) as isize * step) * stride;
            rest /= length;
            stride *= dims[axis];
        }
        row(offset, flat);
    }
}

/// Panics unless the slices, of as many elements as a part, lie in a whole of these dims.
pub(crate) fn check(whole: usize, dims: &[usize], slices: &[AxisSlice], part: usize) {
    assert_eq!(slices.len(), dims.len());
    assert_eq!(whole, elements(dims));
    assert_eq!(part, product(slices.iter().map(|s| s.length)));
    for (slice, &n) in slices.iter().zip(dims) {
        // In numbers that no product overflows.
        let last = slice.start as i128 + slice.step as i128 * (slice.length as i128 - 1);
        assert!(slice.step != 0, "a slice with step 0");
        assert!(
            slice.length == 0 || (slice.start < n && (0..n as i128).contains(&last)),
            "{slice:?} leaves an axis of {n}"
        );
    }
}

/// `out = x[slices]`.
pub fn strided_copy<T: Copy + Send + Sync>(
    x: &[T],
    dims: &[usize],
    slices: &[AxisSlice],
    out: &mut [T],
) {
    check(x.len(), dims, slices, out.len());
    let Some(&AxisSlice {
        start,
        step,
        length,
    }) = slices.last()
    else {
        out.copy_from_slice(x);
        return;
    };
    if out.is_empty() {
        return;
    }
    for_each_chunk(out, length * (GRAIN / length).max(1), |first, piece| {
        let first = first / length;
        slice_rows(
            dims,
            slices,
            first..first + piece.len() / length,
            |offset, row| {
                let out = &mut piece[(row - first) * length..][..length];
                let from = offset + start;
                match step {
                    1 => out.copy_from_slice(&x[from..from + length]),
                    _ => out
                        .iter_mut()
                        .enumerate()
                        .for_each(|(i, o)| *o = x[from.wrapping_add_signed(i as isize * step)]),
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::super::simd::tests::{random, same_everywhere};
    use super::*;

    fn strides(dims: &[usize]) -> Vec<usize> {
        (0..dims.len())
            .map(|i| dims[i + 1..].iter().product())
            .collect()
    }

    /// The index along each axis of element `flat`.
    fn index(flat: usize, dims: &[usize]) -> Vec<usize> {
        strides(dims)
            .iter()
            .zip(dims)
            .map(|(s, n)| flat / s % n)
            .collect()
    }

    #[test]
    fn transposes_agree_with_indexing() {
        let cases: [(&[usize], &[usize]); 16] = [
            (&[], &[]),
            (&[5], &[0]),
            (&[0, 3], &[1, 0]),
            (&[1, 7], &[1, 0]),
            (&[3, 5], &[1, 0]),
            (&[100, 70], &[1, 0]),
            (&[700, 300], &[1, 0]),
            (&[2, 3, 4], &[0, 1, 2]),
            (&[2, 3, 4], &[2, 1, 0]),
            (&[2, 3, 4], &[1, 0, 2]),
            (&[5, 33, 65], &[0, 2, 1]),
            (&[4, 5, 6, 7], &[0, 3, 1, 2]),
            (&[4, 5, 6, 7], &[3, 0, 2, 1]),
            (&[4, 5, 6, 7], &[2, 3, 1, 0]),
            (&[40, 50, 60, 7], &[0, 2, 1, 3]),
            (&[2, 1, 3, 2, 2], &[4, 1, 0, 3, 2]),
        ];
        for (dims, axes) in cases {
            let n = dims.iter().product();
            let x: Vec<usize> = (0..n).collect();
            let out_dims: Vec<usize> = axes.iter().map(|&a| dims[a]).collect();
            let from = strides(dims);
            let expected: Vec<usize> = (0..n)
                .map(|flat| {
                    index(flat, &out_dims)
                        .iter()
                        .zip(axes)
                        .map(|(i, &a)| i * from[a])
                        .sum()
                })
                .collect();
            let found = same_everywhere(|| {
                let mut out = vec![usize::MAX; n];
                permute(&x, dims, axes, &mut out);
                out
            });
            assert_eq!(found, expected, "{dims:?} {axes:?}");
        }
    }

    #[test]
    fn slices_agree_with_indexing() {
        let slice = |start, step, length| AxisSlice {
            start,
            step,
            length,
        };
        let cases: Vec<(Vec<usize>, Vec<AxisSlice>)> = vec![
            (vec![], vec![]),
            (vec![7], vec![slice(6, -2, 4)]),
            (vec![7], vec![slice(7, 1, 0)]),
            (vec![5, 6], vec![slice(1, 1, 3), slice(5, -1, 6)]),
            (vec![5, 6], vec![slice(4, -2, 3), slice(1, 2, 2)]),
            (vec![5, 6], vec![slice(0, 1, 0), slice(1, 2, 2)]),
            (vec![300, 200], vec![slice(299, -1, 300), slice(3, 1, 190)]),
            (
                vec![4, 30, 20, 9],
                vec![
                    slice(0, 3, 2),
                    slice(2, 1, 28),
                    slice(19, -3, 7),
                    slice(0, 2, 5),
                ],
            ),
        ];
        for (dims, slices) in cases {
            let x = random(dims.iter().product(), 8);
            let lengths: Vec<usize> = slices.iter().map(|s| s.length).collect();
            let sources: Vec<usize> = (0..lengths.iter().product())
                .map(|flat| {
                    index(flat, &lengths)
                        .iter()
                        .zip(&slices)
                        .zip(strides(&dims))
                        .map(|((&i, s), stride)| {
                            (s.start as isize + i as isize * s.step) as usize * stride
                        })
                        .sum()
                })
                .collect();
            let copied = same_everywhere(|| {
                let mut out = vec![f32::NAN; sources.len()];
                strided_copy(&x, &dims, &slices, &mut out);
                out
            });
            assert_eq!(
                copied,
                sources.iter().map(|&s| x[s]).collect::<Vec<_>>(),
                "{dims:?}"
            );
        }
    }

    #[test]
    #[should_panic(expected = "leaves an axis of 3")]
    fn slices_beyond_the_end_are_refused() {
        strided_copy(
            &[1, 2, 3],
            &[3],
            &[AxisSlice {
                start: 0,
                step: 2,
                length: 3,
            }],
            &mut [0; 3],
        );
    }
}

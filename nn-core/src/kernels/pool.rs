//! Pooling over windows of images `[batch, height, width, channels]`.
//!
//! What a window covers beyond the image takes no part: neither in the maximum nor in the count of the average. Tasks
//! are whole images or rows of the output, so overlapping windows add up in one order.

use std::hint::select_unpredictable as select;
use std::ops::Range;

use super::elementwise::{pieces, pieces2};
use super::math::Float;
use super::parallel::GRAIN;
use super::simd;

/// Channels that are carried through a window together.
const LANES: usize = 32;

/// Where the windows lie; pairs are (vertical, horizontal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Images.
    pub batch: usize,
    /// Height and width of the images.
    pub input: [usize; 2],
    /// Height and width of the results: the number of windows.
    pub output: [usize; 2],
    /// Numbers in every pixel.
    pub channels: usize,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Distances between windows.
    pub stride: [usize; 2],
    /// How far the first window lies above and left of the image.
    pub pad: [usize; 2],
}

/// What a window covers of the image: pixels of it, and cells of the window.
struct Cover {
    pixels: [Range<usize>; 2],
    /// The cell that lies on the first pixel.
    cell: [usize; 2],
}

impl Windows {
    fn input_image(&self) -> usize {
        self.input[0] * self.input[1] * self.channels
    }

    fn output_row(&self) -> usize {
        self.output[1] * self.channels
    }

    fn output_image(&self) -> usize {
        self.output[0] * self.output_row()
    }

    /// Panics unless the lengths agree, and says whether there is anything to do.
    fn check(&self, input: usize, output: usize) -> bool {
        assert_eq!(input, self.batch * self.input_image());
        assert_eq!(output, self.batch * self.output_image());
        output > 0 && input > 0
    }

    #[inline(always)]
    fn cover(&self, at: [usize; 2]) -> Cover {
        let along = |d: usize| {
            let start = at[d] * self.stride[d];
            let first = start.saturating_sub(self.pad[d]).min(self.input[d]);
            let end = (start + self.kernel[d])
                .saturating_sub(self.pad[d])
                .min(self.input[d]);
            (first..end.max(first), self.pad[d].saturating_sub(start))
        };
        let ((rows, top), (columns, left)) = (along(0), along(1));
        Cover {
            pixels: [rows, columns],
            cell: [top, left],
        }
    }

    /// Calls `f` with every cell of the window that lies on the image, numbered by rows, and the offset of its pixel in
    /// the image.
    #[inline(always)]
    fn cells(&self, cover: &Cover, mut f: impl FnMut(usize, usize)) {
        let [rows, columns] = &cover.pixels;
        for (i, y) in rows.clone().enumerate() {
            let cell = (cover.cell[0] + i) * self.kernel[1] + cover.cell[1];
            let pixel = (y * self.input[1] + columns.start) * self.channels;
            for j in 0..columns.len() {
                f(cell + j, pixel + j * self.channels);
            }
        }
    }
}

/// The greatest of every window and channel, and in `index` the cell of the window (y · kernel width + x) that it came
/// from: the first of equals; a NaN counts as greater than all.
pub fn max_pool<T: Float>(x: &[T], windows: &Windows, out: &mut [T], index: &mut [u32]) {
    assert_eq!(index.len(), out.len());
    if !windows.check(x.len(), out.len()) {
        return;
    }
    let (row, channels) = (windows.output_row(), windows.channels);
    let work = row * windows.kernel[0] * windows.kernel[1];
    let rows = (GRAIN / work).max(1);
    let level = simd::level();
    pieces2(
        (out, rows * row),
        (index, rows * row),
        &|task, out, index| {
            simd::run(
                level,
                #[inline(always)]
                || {
                    for (i, (out, index)) in out
                        .chunks_exact_mut(row)
                        .zip(index.chunks_exact_mut(row))
                        .enumerate()
                    {
                        let flat = task * rows + i;
                        let (image, top) = (flat / windows.output[0], flat % windows.output[0]);
                        let x = &x[image * windows.input_image()..][..windows.input_image()];
                        let pixels = out
                            .chunks_exact_mut(channels)
                            .zip(index.chunks_exact_mut(channels));
                        for (left, (out, index)) in pixels.enumerate() {
                            max_of_window(x, windows, &windows.cover([top, left]), out, index);
                        }
                    }
                },
            );
        },
    );
}

#[inline(always)]
fn max_of_window<T: Float>(
    x: &[T],
    windows: &Windows,
    cover: &Cover,
    out: &mut [T],
    index: &mut [u32],
) {
    let first = cover.cell[0] * windows.kernel[1] + cover.cell[1];
    let mut wide = out
        .chunks_exact_mut(LANES)
        .zip(index.chunks_exact_mut(LANES));
    let mut channel = 0;
    for (out, index) in &mut wide {
        let (mut best, mut from) = ([T::LOWEST; LANES], [first as u32; LANES]);
        windows.cells(cover, |cell, pixel| {
            let x = &x[pixel + channel..][..LANES];
            for i in 0..LANES {
                let better = (x[i] > best[i]) | (T::nan(x[i]) & !T::nan(best[i]));
                best[i] = select(better, x[i], best[i]);
                from[i] = select(better, cell as u32, from[i]);
            }
        });
        out.copy_from_slice(&best);
        index.copy_from_slice(&from);
        channel += LANES;
    }
    let (out, index) = (&mut out[channel..], &mut index[channel..]);
    out.fill(T::LOWEST);
    index.fill(first as u32);
    windows.cells(cover, |cell, pixel| {
        for ((best, from), &v) in out
            .iter_mut()
            .zip(index.iter_mut())
            .zip(&x[pixel + channel..])
        {
            let better = (v > *best) | (T::nan(v) & !T::nan(*best));
            *best = select(better, v, *best);
            *from = select(better, cell as u32, *from);
        }
    });
}

/// The gradient of [`max_pool`]: every `dy` goes to the pixel that `index` names; where windows overlap they add up.
pub fn max_pool_backward<T: Float>(dy: &[T], index: &[u32], windows: &Windows, dx: &mut [T]) {
    assert_eq!(index.len(), dy.len());
    scatter(dy.len(), windows, dx, |at, cell, _, dx| {
        let range = at..at + windows.channels;
        for ((dx, &dy), &from) in dx.iter_mut().zip(&dy[range.clone()]).zip(&index[range]) {
            *dx += if from == cell as u32 { dy } else { T::ZERO };
        }
    });
}

/// The mean of every window and channel over the pixels that the window covers; 0 if none.
pub fn average_pool<T: Float>(x: &[T], windows: &Windows, out: &mut [T]) {
    if !windows.check(x.len(), out.len()) {
        return;
    }
    let (row, channels) = (windows.output_row(), windows.channels);
    let rows = (GRAIN / (row * windows.kernel[0] * windows.kernel[1])).max(1);
    let level = simd::level();
    pieces(out, rows * row, &|start, piece| {
        simd::run(
            level,
            #[inline(always)]
            || {
                for (i, out) in piece.chunks_exact_mut(row).enumerate() {
                    let flat = start / row + i;
                    let (image, top) = (flat / windows.output[0], flat % windows.output[0]);
                    let x = &x[image * windows.input_image()..][..windows.input_image()];
                    for (left, out) in out.chunks_exact_mut(channels).enumerate() {
                        let cover = windows.cover([top, left]);
                        out.fill(T::ZERO);
                        windows.cells(&cover, |_, pixel| {
                            out.iter_mut().zip(&x[pixel..]).for_each(|(o, &v)| *o += v);
                        });
                        let share = share(&cover);
                        out.iter_mut().for_each(|o| *o *= share);
                    }
                }
            },
        );
    });
}

/// The gradient of [`average_pool`]: every `dy` is shared evenly among the pixels of its window.
pub fn average_pool_backward<T: Float>(dy: &[T], windows: &Windows, dx: &mut [T]) {
    scatter(dy.len(), windows, dx, |at, _, share: T, dx| {
        dx.iter_mut()
            .zip(&dy[at..at + windows.channels])
            .for_each(|(dx, &dy)| *dx += dy * share);
    });
}

/// 1 / number of pixels.
#[inline(always)]
fn share<T: Float>(cover: &Cover) -> T {
    let count = cover.pixels[0].len() * cover.pixels[1].len();
    T::ONE / T::from_f64(count.max(1) as f64)
}

/// Calls `add(offset of the window in the output, cell, share of a pixel, pixel of dx)` for all cells of all windows, image
/// by image.
#[inline(always)]
fn scatter<T: Float>(
    output: usize,
    windows: &Windows,
    dx: &mut [T],
    add: impl Fn(usize, usize, T, &mut [T]) + Sync,
) {
    let some = windows.check(dx.len(), output);
    if !some {
        return dx.fill(T::ZERO);
    }
    let level = simd::level();
    let size = windows.input_image();
    pieces(dx, size * (GRAIN / size).max(1), &|start, piece| {
        simd::run(
            level,
            #[inline(always)]
            || {
                for (i, dx) in piece.chunks_exact_mut(size).enumerate() {
                    let image = start / size + i;
                    dx.fill(T::ZERO);
                    for top in 0..windows.output[0] {
                        for left in 0..windows.output[1] {
                            let cover = windows.cover([top, left]);
                            let at = image * windows.output_image()
                                + top * windows.output_row()
                                + left * windows.channels;
                            let share = share(&cover);
                            windows.cells(&cover, |cell, pixel| {
                                add(at, cell, share, &mut dx[pixel..pixel + windows.channels]);
                            });
                        }
                    }
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::simd::tests::{bits, random, same_everywhere};
    use super::*;

    fn cases() -> Vec<Windows> {
        let case = |batch,
                    input,
                    channels,
                    kernel: [usize; 2],
                    stride: [usize; 2],
                    pad: [usize; 2],
                    output| Windows {
            batch,
            input,
            output,
            channels,
            kernel,
            stride,
            pad,
        };
        vec![
            case(0, [4, 4], 3, [2, 2], [2, 2], [0, 0], [2, 2]),
            case(1, [1, 1], 1, [1, 1], [1, 1], [0, 0], [1, 1]),
            case(3, [4, 6], 3, [2, 2], [2, 2], [0, 0], [2, 3]),
            case(9, [28, 28], 64, [2, 2], [2, 2], [0, 0], [14, 14]),
            // Overlapping, with padding before and after, as `same` gives.
            case(2, [7, 5], 33, [3, 3], [2, 2], [1, 1], [4, 3]),
            case(5, [7, 8], 70, [3, 2], [1, 3], [1, 0], [7, 3]),
            // Gaps between windows; one window over everything and more.
            case(2, [9, 9], 2, [2, 2], [4, 4], [0, 0], [2, 2]),
            case(2, [5, 4], 40, [9, 9], [1, 1], [2, 2], [1, 1]),
        ]
    }

    /// (output element, cell, input element) of every cell on the image, windows in order, cells in order.
    fn links(w: &Windows) -> Vec<(usize, usize, usize)> {
        let mut links = Vec::new();
        for image in 0..w.batch {
            for oy in 0..w.output[0] {
                for ox in 0..w.output[1] {
                    for ky in 0..w.kernel[0] {
                        for kx in 0..w.kernel[1] {
                            let y = (oy * w.stride[0] + ky) as isize - w.pad[0] as isize;
                            let x = (ox * w.stride[1] + kx) as isize - w.pad[1] as isize;
                            if y < 0
                                || x < 0
                                || y >= w.input[0] as isize
                                || x >= w.input[1] as isize
                            {
                                continue;
                            }
                            for c in 0..w.channels {
                                let o = ((image * w.output[0] + oy) * w.output[1] + ox)
                                    * w.channels
                                    + c;
                                let i = ((image * w.input[0] + y as usize) * w.input[1]
                                    + x as usize)
                                    * w.channels
                                    + c;
                                links.push((o, ky * w.kernel[1] + kx, i));
                            }
                        }
                    }
                }
            }
        }
        links
    }

    #[test]
    fn pooling_agrees_with_plain_loops() {
        for w in cases() {
            let (input, output) = (w.batch * w.input_image(), w.batch * w.output_image());
            // Few values, many ties.
            let x: Vec<f32> = random(input, 1).iter().map(|v| (v * 4.0).round()).collect();
            let dy = random(output, 2);
            let mut best: Vec<Option<(f32, usize, usize)>> = vec![None; output];
            let (mut sums, mut counts) = (vec![0.0f64; output], vec![0.0f64; output]);
            for (o, cell, i) in links(&w) {
                if best[o].is_none_or(|(v, _, _)| x[i] > v) {
                    best[o] = Some((x[i], cell, i));
                }
                sums[o] += x[i] as f64;
                counts[o] += 1.0;
            }
            let (mut max_dx, mut average_dx) = (vec![0.0f64; input], vec![0.0f64; input]);
            for (o, cell, i) in links(&w) {
                average_dx[i] += dy[o] as f64 / counts[o];
                if best[o].unwrap().1 == cell {
                    max_dx[i] += dy[o] as f64;
                }
            }
            let (max, index, average, found_max_dx, found_average_dx) = same_everywhere(|| {
                let (mut max, mut average, mut index) = (
                    vec![f32::NAN; output],
                    vec![f32::NAN; output],
                    vec![9; output],
                );
                let (mut max_dx, mut average_dx) = (vec![f32::NAN; input], vec![f32::NAN; input]);
                max_pool(&x, &w, &mut max, &mut index);
                max_pool_backward(&dy, &index, &w, &mut max_dx);
                average_pool(&x, &w, &mut average);
                average_pool_backward(&dy, &w, &mut average_dx);
                (
                    bits(&max),
                    index,
                    bits(&average),
                    bits(&max_dx),
                    bits(&average_dx),
                )
            });
            let best: Vec<_> = best.into_iter().map(Option::unwrap).collect();
            assert_eq!(
                max,
                bits(&best.iter().map(|b| b.0).collect::<Vec<_>>()),
                "{w:?}"
            );
            assert_eq!(
                index,
                best.iter().map(|b| b.1 as u32).collect::<Vec<_>>(),
                "{w:?}"
            );
            // At most 81 terms of size up to 4, and a rounded reciprocal.
            let tolerance = 81.0 * 4.0 * f32::EPSILON as f64;
            for (found, expected) in [(&found_max_dx, &max_dx), (&found_average_dx, &average_dx)] {
                for (&b, e) in found.iter().zip(expected) {
                    assert!((f32::from_bits(b) as f64 - e).abs() <= tolerance, "{w:?}");
                }
            }
            for ((&b, s), n) in average.iter().zip(&sums).zip(&counts) {
                assert!(
                    (f32::from_bits(b) as f64 - s / n).abs() <= tolerance,
                    "{w:?}"
                );
            }
        }
    }

    #[test]
    fn nan_and_infinite_windows() {
        let w = Windows {
            batch: 1,
            input: [1, 6],
            output: [1, 3],
            channels: 1,
            kernel: [1, 2],
            stride: [1, 2],
            pad: [0, 0],
        };
        let low = f32::NEG_INFINITY;
        let (mut out, mut index) = ([0.0; 3], [9; 3]);
        max_pool(
            &[1.0, f32::NAN, f32::NAN, 1.0, low, low],
            &w,
            &mut out,
            &mut index,
        );
        assert!(out[0].is_nan() && out[1].is_nan() && out[2] == low);
        assert_eq!(index, [1, 0, 0]);
        average_pool(&[1.0, f32::NAN, f32::NAN, 1.0, 1.0, 3.0], &w, &mut out);
        assert!(out[0].is_nan() && out[1].is_nan() && out[2] == 2.0);
    }
}

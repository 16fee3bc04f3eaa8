//! Convolutions of volumes, as convolutions of images.
//!
//! What a slice of the result sees of the volume lies in as many slices as the kernel is deep. They are copied together, side by side in
//! the channels of one image: a convolution of volumes is one of images with so many times the channels, some slices of the result at a
//! time. A kernel one pixel deep needs no copy, and neither do images, which are volumes one pixel deep.

use super::super::gemm::{Gemm, scratch};
use super::super::parallel;
use super::{Conv2d, FARTHEST, Sizes, forward, input_gradient, kernel_gradient, reaches_too_far};
use std::ops::Range;

/// Elements of the images that are copied together at most, if one slice has not more: 32 MiB of f32.
const COPIED: usize = 1 << 23;

/// The sizes of a convolution along the depth of volumes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Depth {
    /// Slices of a volume.
    pub input: usize,
    /// Slices of the kernel.
    pub kernel: usize,
    /// Slices of the volume from one slice of the result to the next, at least 1.
    pub stride: usize,
    /// Slices of the volume from one slice of the kernel to the next, at least 1.
    pub dilation: usize,
    /// Slices of zeros before the volume.
    pub pad_before: usize,
    /// Slices of the result.
    pub output: usize,
}

/// Sizes that were checked, of a convolution of volumes `[batch, depth, height, width, in_channels]` with a kernel
/// `[kernel depth, kernel height, kernel width, in_channels / groups, out_channels]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conv3d {
    depth: Depth,
    /// The convolution of the images that are copied together for all slices of all results.
    images: Conv2d,
    /// Channels of the volume.
    in_channels: usize,
    /// Elements of the volumes, the kernel and the results.
    lens: [usize; 3],
}

impl Conv3d {
    /// Sizes that make sense and that memory can hold: those of `sizes` across the slices of `sizes.batch` volumes, those of `depth`
    /// along them.
    ///
    /// # Errors
    /// As [`Conv2d::new`].
    pub fn new(sizes: Sizes, depth: Depth) -> Result<Conv3d, String> {
        let too_large = || {
            "convolution: volumes, kernels or results of more elements than memory can hold"
                .to_string()
        };
        if depth.stride == 0 || depth.dilation == 0 {
            return Err(format!(
                "convolution: stride {} and dilation {} in depth must be at least 1",
                depth.stride, depth.dilation
            ));
        }
        if sizes.groups == 0 || !sizes.in_channels.is_multiple_of(sizes.groups) {
            return Err(format!(
                "convolution: {} groups must divide {} channels",
                sizes.groups, sizes.in_channels
            ));
        }
        let Depth {
            input,
            kernel,
            stride,
            dilation,
            pad_before,
            output,
        } = depth;
        if reaches_too_far([output, stride], [kernel, dilation], pad_before, input) {
            return Err(format!(
                "convolution: windows of {kernel} slices, stride {stride}, dilation {dilation} and padding {pad_before} reach further than \
                 can be counted",
            ));
        }
        let slices = sizes.batch.checked_mul(output).ok_or_else(too_large)?;
        let in_channels = sizes.in_channels;
        let channels = in_channels.checked_mul(kernel).ok_or_else(too_large)?;
        let images = Conv2d::new(Sizes {
            batch: slices,
            in_channels: channels,
            ..sizes
        })?;
        let volumes = [input, sizes.height, sizes.width, in_channels];
        let volumes = volumes
            .iter()
            .try_fold(sizes.batch, |n, &d| n.checked_mul(d));
        let volumes = volumes.filter(|&n| n <= FARTHEST).ok_or_else(too_large)?;
        // A kernel without slices has no weights; with some it has those of the images' kernel.
        let [_, weights, results] = images.lens;
        Ok(Conv3d {
            depth,
            images,
            in_channels,
            lens: [volumes, weights, results],
        })
    }

    /// The convolution of the slices as images, where each slice of the result sees the one slice at its own place.
    pub fn as_images(&self) -> Option<&Conv2d> {
        let d = &self.depth;
        let own = d.kernel == 1 && d.stride == 1 && d.pad_before == 0 && d.input == d.output;
        own.then_some(&self.images)
    }

    /// As [`forward`], along three axes.
    ///
    /// # Panics
    /// When a slice does not have the length that the sizes say.
    pub fn forward<T: Gemm>(&self, x: &[T], kernel: &[T], bias: Option<&[T]>, y: &mut [T]) {
        if let Some(g) = self.as_images() {
            return forward(g, x, kernel, bias, y);
        }
        self.check(x.len(), kernel.len(), y.len());
        self.with_kernel(kernel, |kernel| {
            self.for_slices(|slices, g| {
                let y = &mut y[part(&slices, g.lens[2] / slices.len())];
                scratch::with(g.lens[0], |images: &mut [T]| {
                    self.unfold(x, &slices, images);
                    forward(g, images, kernel, bias, y);
                });
            });
        });
    }

    /// As [`input_gradient`], along three axes.
    ///
    /// # Panics
    /// When a slice does not have the length that the sizes say.
    pub fn input_gradient<T: Gemm>(&self, dy: &[T], kernel: &[T], dx: &mut [T]) {
        if let Some(g) = self.as_images() {
            return input_gradient(g, dy, kernel, dx);
        }
        self.check(dx.len(), kernel.len(), dy.len());
        dx.fill(T::default());
        self.with_kernel(kernel, |kernel| {
            self.for_slices(|slices, g| {
                let dy = &dy[part(&slices, g.lens[2] / slices.len())];
                scratch::with(g.lens[0], |images: &mut [T]| {
                    input_gradient(g, dy, kernel, images);
                    self.fold(images, &slices, dx);
                });
            });
        });
    }

    /// As [`kernel_gradient`], along three axes.
    ///
    /// # Panics
    /// When a slice does not have the length that the sizes say.
    pub fn kernel_gradient<T: Gemm>(&self, x: &[T], dy: &[T], dk: &mut [T]) {
        if let Some(g) = self.as_images() {
            return kernel_gradient(g, x, dy, dk);
        }
        self.check(x.len(), dk.len(), dy.len());
        dk.fill(T::default());
        scratch::with(dk.len(), |part_: &mut [T]| {
            self.for_slices(|slices, g| {
                let dy = &dy[part(&slices, g.lens[2] / slices.len())];
                scratch::with(g.lens[0], |images: &mut [T]| {
                    self.unfold(x, &slices, images);
                    kernel_gradient(g, images, dy, part_);
                });
                self.for_weights(|volume, image, len| {
                    let sums = &mut dk[volume..volume + len];
                    for (sum, &v) in sums.iter_mut().zip(&part_[image..image + len]) {
                        *sum += v;
                    }
                });
            });
        });
    }

    fn check(&self, x: usize, k: usize, y: usize) {
        assert!(
            [x, k, y] == self.lens,
            "convolution: expected {:?} elements of volumes, kernel and results, found {:?}",
            self.lens,
            [x, k, y]
        );
    }

    /// Calls `f` with slices of the results, and the convolution of their images, until all were there. They are cut by the sizes alone.
    fn for_slices(&self, mut f: impl FnMut(Range<usize>, &Conv2d)) {
        let g = &self.images;
        if g.lens[2] == 0 {
            return;
        }
        let each = (COPIED / (g.lens[0] / g.batch).max(1)).clamp(1, g.batch);
        for first in (0..g.batch).step_by(each) {
            let slices = first..(first + each).min(g.batch);
            let sizes = Sizes {
                batch: slices.len(),
                ..**g
            };
            f(
                slices,
                &Conv2d::new(sizes).expect("a part of what was checked"),
            );
        }
    }

    /// Calls `f(volume, image, len)` for runs of weights that lie together in the kernel of the volumes and in that of the images.
    fn for_weights(&self, mut f: impl FnMut(usize, usize, usize)) {
        let g = &self.images;
        let [height, width] = g.kernel;
        let run = self.in_channels / g.groups * g.out_channels;
        for u in 0..self.depth.kernel {
            for pixel in 0..height * width {
                let (volume, image) = (u * height * width + pixel, pixel * self.depth.kernel + u);
                f(volume * run, image * run, run);
            }
        }
    }

    /// Calls `f` with the kernel of the images.
    fn with_kernel<T: Gemm>(&self, kernel: &[T], f: impl FnOnce(&[T])) {
        scratch::with(kernel.len(), |turned: &mut [T]| {
            self.for_weights(|volume, image, len| {
                turned[image..image + len].copy_from_slice(&kernel[volume..volume + len]);
            });
            f(turned);
        });
    }

    /// The slice of a volume that slice `output` of the result sees through slice `u` of the kernel, if there is one.
    fn seen(&self, output: usize, u: usize) -> Option<usize> {
        let d = &self.depth;
        let at = (output * d.stride + u * d.dilation).checked_sub(d.pad_before)?;
        (at < d.input).then_some(at)
    }

    /// The images of slices of the results: for every pixel the groups, in each the slices that the kernel sees.
    fn unfold<T: Gemm>(&self, x: &[T], slices: &Range<usize>, images: &mut [T]) {
        let (g, deep) = (&self.images, self.depth.kernel);
        let (channels, own) = (self.in_channels, self.in_channels / g.groups);
        let (row, line) = (g.width * channels, g.width * channels * deep);
        if line == 0 {
            return;
        }
        let rows = (parallel::GRAIN / line).max(1);
        parallel::for_each_chunk(images, rows * line, |start, images| {
            for (i, line_) in images.chunks_exact_mut(line).enumerate() {
                let flat = start / line + i;
                let (slice, y) = (slices.start + flat / g.height, flat % g.height);
                let (volume, output) = (slice / self.depth.output, slice % self.depth.output);
                for u in 0..deep {
                    let from = self.seen(output, u).map(|z| {
                        let at = ((volume * self.depth.input + z) * g.height + y) * row;
                        &x[at..at + row]
                    });
                    // Which run of the line a run of the row becomes.
                    for k in 0..row / own {
                        let to = &mut line_[(k * deep + u) * own..][..own];
                        match from {
                            Some(from) => to.copy_from_slice(&from[k * own..(k + 1) * own]),
                            None => to.fill(T::default()),
                        }
                    }
                }
            }
        });
    }

    /// Adds the images of slices of the results to the slices of the volumes that they were copied from.
    fn fold<T: Gemm>(&self, images: &[T], slices: &Range<usize>, x: &mut [T]) {
        let (g, deep) = (&self.images, self.depth.kernel);
        let (channels, own) = (self.in_channels, self.in_channels / g.groups);
        let (row, line) = (g.width * channels, g.width * channels * deep);
        let (depth, output) = (self.depth.input, self.depth.output);
        if row == 0 || g.height == 0 || line == 0 {
            return;
        }
        // The volumes that these slices belong to.
        let volume = depth * g.height * row;
        let first = slices.start / output;
        let x = &mut x[first * volume..slices.end.div_ceil(output) * volume];
        let rows = (parallel::GRAIN / line).max(1);
        parallel::for_each_chunk(x, rows * row, |start, x| {
            for (i, to) in x.chunks_exact_mut(row).enumerate() {
                let flat = start / row + i;
                let (slice, y) = (flat / g.height, flat % g.height);
                let (volume, z) = (first + slice / depth, slice % depth);
                for u in 0..deep {
                    let at = (z + self.depth.pad_before).checked_sub(u * self.depth.dilation);
                    let Some(at) = at.filter(|at| at % self.depth.stride == 0) else {
                        continue;
                    };
                    let slice = volume * output + at / self.depth.stride;
                    if at / self.depth.stride >= output || !slices.contains(&slice) {
                        continue;
                    }
                    let from = &images[((slice - slices.start) * g.height + y) * line..][..line];
                    for (k, to) in to.chunks_exact_mut(own).enumerate() {
                        let from = &from[(k * deep + u) * own..][..own];
                        to.iter_mut().zip(from).for_each(|(to, &v)| *to += v);
                    }
                }
            }
        });
    }
}

/// The elements of slices of `len` elements each.
fn part(slices: &Range<usize>, len: usize) -> Range<usize> {
    slices.start * len..slices.end * len
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::tests::{bits, random, same_everywhere};

    fn volume(
        sizes: Sizes,
        [input, kernel, stride, dilation, pad_before, output]: [usize; 6],
    ) -> Conv3d {
        let depth = Depth {
            input,
            kernel,
            stride,
            dilation,
            pad_before,
            output,
        };
        Conv3d::new(sizes, depth).unwrap()
    }

    fn flat(batch: usize, image: [usize; 2], channels: [usize; 2], groups: usize) -> Sizes {
        Sizes {
            batch,
            height: image[0],
            width: image[1],
            in_channels: channels[0] * groups,
            out_channels: channels[1] * groups,
            kernel: [3, 2],
            strides: [1, 2],
            dilation: [1, 1],
            pad_before: [1, 0],
            groups,
            out_height: image[0],
            out_width: image[1] / 2,
        }
    }

    /// Every product, by the definition: element of the volume, weight, element of the result.
    fn products(g: &Conv3d, batch: usize, mut f: impl FnMut(usize, usize, usize)) {
        let (s, d, channels) = (&g.images, &g.depth, g.in_channels);
        let (ci, co) = (channels / s.groups, s.out_channels / s.groups);
        for b in 0..batch {
            for o in 0..d.output {
                for u in 0..d.kernel {
                    let z = (o * d.stride + u * d.dilation).wrapping_sub(d.pad_before);
                    if z >= d.input {
                        continue;
                    }
                    for (oy, ox) in
                        (0..s.out_height).flat_map(|y| (0..s.out_width).map(move |x| (y, x)))
                    {
                        for (ky, kx) in (0..3).flat_map(|y| (0..2).map(move |x| (y, x))) {
                            let (y, x) = ((oy + ky).wrapping_sub(1), ox * 2 + kx);
                            if y >= s.height || x >= s.width {
                                continue;
                            }
                            let pixel = ((b * d.input + z) * s.height + y) * s.width + x;
                            let to = ((b * d.output + o) * s.out_height + oy) * s.out_width + ox;
                            for (f_, c) in
                                (0..s.out_channels).flat_map(|f| (0..ci).map(move |c| (f, c)))
                            {
                                f(
                                    pixel * channels + f_ / co * ci + c,
                                    (((u * 3 + ky) * 2 + kx) * ci + c) * s.out_channels + f_,
                                    to * s.out_channels + f_,
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn agrees_with_plain_sums() {
        for (batch, sizes, depth) in [
            (2, flat(2, [4, 6], [3, 5], 1), [5, 3, 1, 1, 1, 5]),
            (3, flat(3, [2, 4], [2, 3], 2), [6, 2, 2, 2, 0, 2]),
            (1, flat(1, [3, 4], [1, 2], 3), [3, 4, 1, 1, 2, 4]),
            (0, flat(0, [3, 4], [1, 2], 1), [3, 3, 1, 1, 1, 3]),
            // One slice deep, but not every slice.
            (2, flat(2, [3, 4], [4, 4], 1), [5, 1, 2, 1, 0, 3]),
            (2, flat(2, [3, 4], [4, 4], 1), [5, 1, 1, 1, 0, 5]),
            // So large that it is cut within a volume.
            (2, flat(2, [160, 160], [16, 1], 1), [9, 3, 1, 1, 1, 9]),
        ] {
            let g = volume(sizes, depth);
            // Small whole numbers, whose sums are exact in any order.
            let whole = |n: usize, seed: u64| -> Vec<f32> {
                random(n, seed).iter().map(|v| (v * 4.0).round()).collect()
            };
            let (x, kernel) = (whole(g.lens[0], 1), whole(g.lens[1], 2));
            let (dy, bias) = (whole(g.lens[2], 3), whole(sizes.out_channels, 4));
            let mut y: Vec<f32> = (0..dy.len()).map(|i| bias[i % bias.len()]).collect();
            let (mut dx, mut dk) = (vec![0.0; x.len()], vec![0.0; kernel.len()]);
            products(&g, batch, |i, k, o| {
                y[o] += x[i] * kernel[k];
                dx[i] += dy[o] * kernel[k];
                dk[k] += dy[o] * x[i];
            });
            let found = same_everywhere(|| {
                let nan = |n: usize| vec![f32::NAN; n];
                let (mut y, mut dx, mut dk) = (nan(dy.len()), nan(x.len()), nan(kernel.len()));
                g.forward(&x, &kernel, Some(&bias), &mut y);
                g.input_gradient(&dy, &kernel, &mut dx);
                g.kernel_gradient(&x, &dy, &mut dk);
                // Which zero a sum is has nothing to do with it.
                [y, dx, dk].map(|v| bits(&v.iter().map(|v| v + 0.0).collect::<Vec<_>>()))
            });
            let expected =
                [y, dx, dk].map(|v| bits(&v.iter().map(|v| v + 0.0).collect::<Vec<_>>()));
            assert!(found == expected, "{g:?}");
        }
    }

    #[test]
    fn sizes_beyond_memory_are_refused() {
        let sizes = flat(2, [4, 6], [3, 5], 1);
        for depth in [
            [usize::MAX, 3, 1, 1, 1, 5],
            [5, usize::MAX, 1, 1, 1, 5],
            [5, 3, usize::MAX, 1, 1, 5],
            [5, 3, 1, usize::MAX, 1, 5],
            [5, 3, 1, 1, usize::MAX, 5],
            [5, 3, 1, 1, 1, usize::MAX],
            [5, 3, 0, 1, 1, 5],
            [1 << 58, 1 << 40, 1, 1, 0, 1],
        ] {
            let [input, kernel, stride, dilation, pad_before, output] = depth;
            let depth = Depth {
                input,
                kernel,
                stride,
                dilation,
                pad_before,
                output,
            };
            assert!(Conv3d::new(sizes, depth).is_err(), "{depth:?}");
        }
    }
}

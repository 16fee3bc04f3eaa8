//! Which taps of a kernel the positions along an axis see.

use super::Conv2d;
use std::ops::Range;

/// Positions in a block at least.
const LEAST_BLOCK: usize = 64;

/// Output positions of one axis that see the same taps: `first + step·j` for `j < count` sees, for each tap, the
/// input at `in_step·j + offset`.
pub struct Phase {
    pub first: usize,
    pub step: usize,
    pub count: usize,
    pub in_step: usize,
    /// Index in the kernel and offset of the taps that reach the input for any j.
    pub taps: Vec<(usize, isize)>,
}

impl Phase {
    fn new(
        first: usize,
        step: usize,
        count: usize,
        in_step: usize,
        size: usize,
        taps: impl Iterator<Item = (usize, isize)>,
    ) -> Self {
        let reaches = |offset: isize| {
            // The first j that is not above or left of the input.
            let j = (-offset).max(0) as usize;
            let j = j.div_ceil(in_step);
            j < count && (in_step * j) as isize + offset < size as isize
        };
        Self {
            first,
            step,
            count,
            in_step,
            taps: taps.filter(|&(_, offset)| reaches(offset)).collect(),
        }
    }

    /// The positions of a result along axis `d`, which all see the same taps of the input.
    pub fn forward(g: &Conv2d, d: usize) -> Self {
        let [input, output] = [[g.height, g.width], [g.out_height, g.out_width]];
        let taps =
            (0..g.kernel[d]).map(|k| (k, (k * g.dilation[d]) as isize - g.pad_before[d] as isize));
        Phase::new(0, 1, output[d], g.strides[d], input[d], taps)
    }

    /// The positions of an image along axis `d`, and the taps of the result's gradient that they see: with a stride s, positions i,
    /// i + s, i + 2s ... see the same. Where the kernel is much longer than the input, blocks of them see few of its taps each.
    pub fn gradient(g: &Conv2d, d: usize) -> Vec<Self> {
        let [input, output] = [[g.out_height, g.out_width], [g.height, g.width]];
        let (size, stride) = (output[d], g.strides[d]);
        let block = match g.kernel[d].div_ceil(stride) > 8 * input[d].max(LEAST_BLOCK) {
            true => input[d].max(LEAST_BLOCK),
            false => size,
        };
        let phases = |first: usize| {
            let count = (size - first).div_ceil(stride);
            (0..count).step_by(block).map(move |j| {
                let (first, count) = (first + j * stride, (count - j).min(block));
                let (at, dilation) = (first + g.pad_before[d], g.dilation[d]);
                // Taps further away reach none of these positions.
                let least = at.saturating_sub(stride.saturating_mul(input[d])) / dilation;
                let most = at.saturating_add(stride.saturating_mul(count)) / dilation;
                let taps = (least..g.kernel[d].min(most.saturating_add(1))).filter_map(|k| {
                    let offset = at as isize - (k * dilation) as isize;
                    (offset.rem_euclid(stride as isize) == 0)
                        .then(|| (k, offset.div_euclid(stride as isize)))
                });
                Phase::new(first, stride, count, 1, input[d], taps)
            })
        };
        (0..stride.min(size)).flat_map(phases).collect()
    }

    /// Input positions that outputs `js` see.
    pub fn span(&self, js: Range<usize>) -> Range<isize> {
        let offsets = || self.taps.iter().map(|tap| tap.1);
        let (Some(low), Some(high)) = (offsets().min(), offsets().max()) else {
            return 0..0;
        };
        (js.start * self.in_step) as isize + low..((js.end - 1) * self.in_step) as isize + high + 1
    }
}

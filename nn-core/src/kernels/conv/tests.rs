use super::*;
use crate::kernels::gemm::tests::{Float, Numbers, levels, on_threads};

/// Calls `f(input, kernel, output)` with the indices of every product.
fn for_each_product(g: &Conv2d, mut f: impl FnMut(usize, usize, usize)) {
    let (ci, co) = (g.in_channels / g.groups, g.out_channels / g.groups);
    let at = |o: usize, k: usize, d: usize, size: usize| {
        let i = (o * g.strides[d] + k * g.dilation[d]).wrapping_sub(g.pad_before[d]);
        (i < size).then_some(i)
    };
    for image in 0..g.batch {
        for (oy, ox) in (0..g.out_height).flat_map(|y| (0..g.out_width).map(move |x| (y, x))) {
            for (ky, kx) in (0..g.kernel[0]).flat_map(|y| (0..g.kernel[1]).map(move |x| (y, x))) {
                let (Some(iy), Some(ix)) = (at(oy, ky, 0, g.height), at(ox, kx, 1, g.width)) else {
                    continue;
                };
                let x = ((image * g.height + iy) * g.width + ix) * g.in_channels;
                let k = (ky * g.kernel[1] + kx) * ci * g.out_channels;
                let y = ((image * g.out_height + oy) * g.out_width + ox) * g.out_channels;
                for (group, i) in (0..g.groups).flat_map(|group| (0..ci).map(move |i| (group, i))) {
                    for o in group * co..(group + 1) * co {
                        f(x + group * ci + i, k + i * g.out_channels + o, y + o);
                    }
                }
            }
        }
    }
}

/// Sums in f64, with the sum of sizes and the number of terms for the bound of the error.
struct Sums(Vec<(f64, f64, usize)>);

impl Sums {
    fn new(n: usize) -> Self {
        Self(vec![(0.0, 0.0, 0); n])
    }

    fn add(&mut self, i: usize, product: f64) {
        let (sum, size, terms) = &mut self.0[i];
        *sum += product;
        *size += product.abs();
        *terms += 1;
    }

    fn check<T: Float>(&self, found: &[T], what: &str, level: Level, g: &Conv2d) {
        assert!(found.len() == self.0.len());
        for (i, (&(sum, size, terms), &found)) in self.0.iter().zip(found).enumerate() {
            // The usual bound of a sum of rounded products in any order (Higham, section 3.1).
            let bound = 2.0 * (terms + 2) as f64 * T::EPSILON * size;
            let error = (found.to_f64() - sum).abs();
            assert!(error <= bound, "{what} at {i} with {level:?}: {found:?}, expected {sum}, for {g:?}");
        }
    }
}

/// All three passes against the reference; returns their results.
fn check<T: Float>(level: Level, g: &Conv2d, biased: bool, seed: u64) -> [Vec<T>; 3] {
    let mut numbers = Numbers(seed);
    let (x, k): (Vec<T>, Vec<T>) = (numbers.vec(g.x_len()), numbers.vec(g.k_len()));
    let (dy, bias): (Vec<T>, Vec<T>) = (numbers.vec(g.y_len()), numbers.vec(g.out_channels));
    let mut sums = [Sums::new(dy.len()), Sums::new(x.len()), Sums::new(k.len())];
    if biased {
        (0..dy.len()).for_each(|i| sums[0].add(i, bias[i % g.out_channels].to_f64()));
    }
    let value = |v: &[T], i: usize| v[i].to_f64();
    for_each_product(g, |i, j, o| {
        sums[0].add(o, value(&x, i) * value(&k, j));
        sums[1].add(i, value(&dy, o) * value(&k, j));
        sums[2].add(j, value(&dy, o) * value(&x, i));
    });
    // What was there before must not show.
    let [mut y, mut dx, mut dk] = [dy.len(), x.len(), k.len()].map(|n| vec![T::from_f64(f64::NAN); n]);
    forward_at(level, g, &x, &k, biased.then_some(&bias[..]), &mut y);
    sums[0].check(&y, "y", level, g);
    input_gradient_at(level, g, &dy, &k, &mut dx);
    sums[1].check(&dx, "dx", level, g);
    kernel_gradient_at(level, g, &x, &dy, &mut dk);
    sums[2].check(&dk, "dk", level, g);
    [y, dx, dk]
}

/// A convolution with any padding after the image, from sizes that give an output of at least one pixel.
#[allow(clippy::too_many_arguments)]
fn sizes(
    batch: usize,
    image: [usize; 2],
    channels: [usize; 2],
    kernel: [usize; 2],
    strides: [usize; 2],
    dilation: [usize; 2],
    pad: [usize; 2],
    groups: usize,
) -> Conv2d {
    let out = |d: usize| (image[d] + 2 * pad[d]).saturating_sub((kernel[d] - 1) * dilation[d] + 1) / strides[d] + 1;
    Conv2d {
        batch,
        height: image[0],
        width: image[1],
        in_channels: channels[0] * groups,
        out_channels: channels[1] * groups,
        kernel,
        strides,
        dilation,
        pad_before: pad,
        groups,
        out_height: out(0),
        out_width: out(1),
    }
}

fn random(numbers: &mut Numbers) -> Conv2d {
    let mut pair = |low: usize, n: usize| [low + numbers.below(n), low + numbers.below(n)];
    let (image, channels, kernel, strides) = (pair(1, 12), pair(1, 20), pair(1, 5), pair(1, 3));
    let (dilation, pad) = (pair(1, 3), pair(0, 4));
    let (batch, groups) = (numbers.below(4), [1, 1, 2, 3][numbers.below(4)]);
    sizes(batch, image, channels, kernel, strides, dilation, pad, groups)
}

#[test]
fn agrees_with_sums_in_f64() {
    let mut numbers = Numbers(11);
    for level in levels() {
        for round in 0..250 {
            let g = random(&mut numbers);
            check::<f32>(level, &g, round % 2 == 0, round);
            check::<f64>(level, &g, round % 2 == 0, round);
        }
    }
}

#[test]
fn special_sizes() {
    let one = [1, 1];
    let cases = [
        sizes(2, [28, 28], [1, 32], [3, 3], one, one, one, 1),
        sizes(2, [28, 28], [3, 8], [7, 7], [2, 2], one, [3, 3], 1),
        sizes(1, [5, 5], [40, 40], one, one, one, [0, 0], 1), // a plain matrix product
        sizes(2, [6, 7], [5, 4], one, [2, 3], one, [0, 0], 1), // input pixels that nothing sees
        sizes(2, [3, 2], [4, 5], [7, 5], one, one, [3, 2], 1), // kernel larger than the image
        sizes(1, [2, 2], [3, 3], [3, 3], one, [4, 4], [4, 4], 1), // taps that only ever see padding
        sizes(2, [9, 9], [1, 1], [3, 3], one, one, one, 6),    // depthwise
        sizes(2, [9, 9], [1, 2], [3, 3], [2, 2], one, one, 5), // depthwise with a multiplier
        sizes(1, [1, 30], [4, 70], [1, 5], one, [1, 2], [0, 4], 1),
        sizes(0, [5, 5], [3, 3], [3, 3], one, one, one, 1),
        Conv2d { out_height: 0, ..sizes(2, [5, 5], [3, 3], [3, 3], one, one, one, 1) },
        sizes(2, [5, 5], [0, 3], [3, 3], one, one, one, 1),
        sizes(2, [5, 5], [3, 0], [3, 3], one, one, one, 1),
        sizes(2, [0, 5], [3, 2], [3, 3], one, one, [2, 1], 1),
    ];
    for level in levels() {
        for g in &cases {
            check::<f32>(level, g, true, 2);
            check::<f64>(level, g, false, 2);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let one = [1, 1];
    let cases = [
        sizes(5, [14, 14], [33, 65], [3, 3], one, one, one, 1),
        sizes(3, [28, 28], [2, 40], [5, 3], [2, 1], one, [2, 1], 1),
        sizes(9, [14, 14], [64, 64], one, one, one, [0, 0], 1),
    ];
    for level in levels() {
        for g in &cases {
            on_threads(|| check::<f32>(level, g, true, 3));
        }
    }
}

#[test]
#[should_panic(expected = "found [1, 9, 9]")]
fn a_wrong_length_is_refused() {
    let g = sizes(1, [3, 3], [1, 1], [3, 3], [1, 1], [1, 1], [1, 1], 1);
    forward(&g, &[0f32], &[0.0; 9], None, &mut [0.0; 9]);
}

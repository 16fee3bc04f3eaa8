use super::*;
use crate::gemm::tests::{Float, Numbers, levels, on_threads};
use crate::norm::batch_normalize;

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

    fn check<T: Float>(
        &self,
        found: &[T],
        what: &str,
        level: Level,
        g: &Conv2d,
        by_winograd: bool,
    ) {
        assert!(found.len() == self.0.len());
        let most =
            |pick: fn(&(f64, f64, usize)) -> f64| self.0.iter().map(pick).fold(0.0, f64::max);
        let (most_size, most_terms) = (most(|s| s.1), most(|s| s.2 as f64));
        for (i, (&(sum, size, terms), &found)) in self.0.iter().zip(found).enumerate() {
            // The usual bound of a sum of rounded products in any order (Higham, section 3.1). Winograd's sums are over
            // what a tile sees, and the maps along both axes enlarge their error by their norms (largest sums of a row's
            // sizes): 8.6 · 1.3 · 5.1 of Aᵀ, G and Bᵀ of whole tiles.
            let bound = T::EPSILON
                * if by_winograd {
                    57f64.powi(2) * most_terms.sqrt() * most_size
                } else {
                    2.0 * (terms + 2) as f64 * size
                };
            let error = (found.to_f64() - sum).abs();
            assert!(
                error <= bound,
                "{what} at {i} with {level:?}: {found:?}, expected {sum}, for {g:?}"
            );
        }
    }

    /// The largest error relative to the largest sum.
    fn error<T: Float>(&self, found: &[T]) -> f64 {
        let most = self.0.iter().map(|s| s.0.abs()).fold(0.0, f64::max);
        let errors = self
            .0
            .iter()
            .zip(found)
            .map(|(s, v)| (v.to_f64() - s.0).abs());
        errors.fold(0.0, |a: f64, b| if a >= b { a } else { b }) / most
    }
}

/// Operands, and the sums of all three passes in f64.
struct Case<T> {
    g: Conv2d,
    x: Vec<T>,
    kernel: Vec<T>,
    dy: Vec<T>,
    bias: Option<Vec<T>>,
    sums: [Sums; 3],
}

impl<T: Float> Case<T> {
    fn new(g: &Conv2d, biased: bool, seed: u64) -> Self {
        let mut numbers = Numbers(seed);
        let (x, kernel): (Vec<T>, Vec<T>) = (numbers.vec(g.lens[0]), numbers.vec(g.lens[1]));
        let (dy, bias): (Vec<T>, Vec<T>) = (numbers.vec(g.lens[2]), numbers.vec(g.out_channels));
        let mut sums = [
            Sums::new(dy.len()),
            Sums::new(x.len()),
            Sums::new(kernel.len()),
        ];
        if biased {
            (0..dy.len()).for_each(|i| sums[0].add(i, bias[i % g.out_channels].to_f64()));
        }
        let value = |v: &[T], i: usize| v[i].to_f64();
        for_each_product(g, |i, j, o| {
            sums[0].add(o, value(&x, i) * value(&kernel, j));
            sums[1].add(i, value(&dy, o) * value(&kernel, j));
            sums[2].add(j, value(&dy, o) * value(&x, i));
        });
        Self {
            g: *g,
            x,
            kernel,
            dy,
            bias: biased.then_some(bias),
            sums,
        }
    }

    /// The three passes, by Winograd or as it is chosen. What was in the results before must not show.
    fn run(&self, level: Level, by_winograd: bool) -> [Vec<T>; 3] {
        let Self {
            g,
            x,
            kernel,
            dy,
            bias,
            ..
        } = self;
        let [mut y, mut dx, mut dk] =
            [dy.len(), x.len(), kernel.len()].map(|n| vec![T::from_f64(f64::NAN); n]);
        if by_winograd {
            winograd::forward(level, g, x, kernel, Finish::bias(bias.as_deref()), &mut y);
            winograd::input_gradient(level, g, dy, kernel, &mut dx);
            winograd::kernel_gradient(level, g, x, dy, &mut dk);
        } else {
            forward_at(level, g, x, kernel, Finish::bias(bias.as_deref()), &mut y);
            input_gradient_at(level, g, dy, kernel, &mut dx);
            kernel_gradient_at(level, g, x, dy, &mut dk);
        }
        [y, dx, dk]
    }

    fn check(&self, level: Level, by_winograd: bool) -> [Vec<T>; 3] {
        let results = self.run(level, by_winograd);
        let by_winograd = by_winograd || winograd::pays(&self.g);
        for ((sums, result), what) in self.sums.iter().zip(&results).zip(["y", "dx", "dk"]) {
            sums.check(result, what, level, &self.g, by_winograd);
        }
        results
    }
}

/// All three passes, by whatever algorithm is chosen, against the reference.
fn check<T: Float>(level: Level, g: &Conv2d, biased: bool, seed: u64) -> [Vec<T>; 3] {
    Case::new(g, biased, seed).check(level, false)
}

/// What comes out of a convolution and a normalization at once is what comes out of one after the other, to the bit.
#[test]
fn normalized_is_what_the_two_steps_give() {
    let sizes_of = |channels, kernel, strides, groups| {
        sizes(
            2,
            [9, 10],
            channels,
            kernel,
            strides,
            [1, 1],
            [1, 1],
            groups,
        )
    };
    let mut cases = vec![
        sizes_of([16, 24], [3, 3], [1, 1], 1),
        sizes_of([3, 5], [3, 3], [1, 1], 1),
        sizes_of([4, 19], [5, 3], [2, 1], 2),
        sizes(2, [5, 6], [7, 33], [1, 1], [1, 1], [1, 1], [0, 0], 1),
        sizes(0, [5, 6], [16, 16], [3, 3], [1, 1], [1, 1], [1, 1], 1),
    ];
    let mut numbers = Numbers(3);
    cases.extend((0..20).map(|_| random(&mut numbers)));
    assert!(cases.iter().any(winograd::pays));
    for g in cases {
        let co = g.out_channels;
        let [x, kernel] = [g.lens[0], g.lens[1]].map(|n| numbers.vec::<f32>(n));
        let [bias, mean, inv_std, gamma, beta] = [0; 5].map(|_| numbers.vec::<f32>(co));
        let by = Scaling {
            mean: &mean,
            inv_std: &inv_std,
            gamma: &gamma,
            beta: &beta,
        };
        for (level, bias, rectifier) in levels().flat_map(|l| {
            [
                (l, None, Rectifier::Relu),
                (l, Some(&bias[..]), Rectifier::None),
                (l, None, Rectifier::Relu6),
            ]
        }) {
            let mut plain = vec![f32::NAN; g.lens[2]];
            let mut expected = plain.clone();
            let mut found = plain.clone();
            forward_at(level, &g, &x, &kernel, Finish::bias(bias), &mut plain);
            batch_normalize(&plain, &by, rectifier, &mut expected);
            let factors = by.factors();
            let finish = Finish::scaled(bias, &by, &factors, rectifier);
            forward_at(level, &g, &x, &kernel, finish, &mut found);
            assert!(found.iter().all(|v| !v.is_nan()));
            assert_eq!(found, expected, "{level:?} {g:?}");
        }
    }
}

#[test]
fn nan_goes_through_the_rectifier() {
    let g = sizes(1, [4, 4], [16, 16], [3, 3], [1, 1], [1, 1], [1, 1], 1);
    let (mut x, kernel) = (vec![1f32; g.lens[0]], vec![1.0; g.lens[1]]);
    x[0] = f32::NAN;
    let ones = [1f32; 16];
    let by = Scaling {
        mean: &ones,
        inv_std: &ones,
        gamma: &ones,
        beta: &ones,
    };
    for level in levels() {
        for (what, forward) in [
            (
                "winograd",
                winograd::forward as fn(_, &_, &_, &_, _, &mut _),
            ),
            ("direct", direct::forward),
        ] {
            let mut y = vec![0.0; g.lens[2]];
            let finish = Finish::scaled(None, &by, &ones, Rectifier::Relu6);
            forward(level, &g, &x[..], &kernel[..], finish, &mut y[..]);
            assert!(y[0].is_nan(), "{what} {level:?}");
        }
    }
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
    let out = |d: usize| {
        (image[d] + 2 * pad[d]).saturating_sub((kernel[d] - 1) * dilation[d] + 1) / strides[d] + 1
    };
    let sizes = Sizes {
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
    };
    Conv2d::new(sizes).unwrap()
}

fn random(numbers: &mut Numbers) -> Conv2d {
    let mut pair = |low: usize, n: usize| [low + numbers.below(n), low + numbers.below(n)];
    let (image, channels, kernel, strides) = (pair(1, 12), pair(1, 20), pair(1, 5), pair(1, 3));
    let (dilation, pad) = (pair(1, 3), pair(0, 4));
    let (batch, groups) = (numbers.below(4), [1, 1, 2, 3, 18][numbers.below(5)]);
    let channels = match groups {
        18 => [1, 1 + channels[1] / 8], // each channel by itself
        _ => channels,
    };
    sizes(
        batch, image, channels, kernel, strides, dilation, pad, groups,
    )
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
        sizes(2, [9, 9], [1, 1], [3, 3], one, one, one, 6),   // depthwise
        sizes(2, [9, 9], [1, 2], [3, 3], [2, 2], one, one, 5), // depthwise with a multiplier
        sizes(3, [11, 20], [1, 1], [3, 3], one, one, one, 37), // with pixels that are summed up together
        sizes(2, [8, 21], [1, 1], [5, 5], [1, 2], [2, 1], [3, 4], 32),
        sizes(2, [1, 40], [1, 3], [1, 4], one, [1, 3], [0, 2], 16),
        sizes(2, [5, 5], [1, 1], [2, 2], [3, 4], one, [0, 0], 18), // pixels that no tap sees
        sizes(1, [2, 2], [1, 1], [3, 3], one, [4, 4], [4, 4], 3),  // taps that only see padding
        sizes(
            1,
            [3, 2],
            [1, 1],
            [3, 3],
            [1 << 40, 1],
            [1 << 30, 1],
            [1 << 41, 1],
            17,
        ),
        sizes(1, [1, 30], [4, 70], [1, 5], one, [1, 2], [0, 4], 1),
        sizes(0, [5, 5], [3, 3], [3, 3], one, one, one, 1),
        Conv2d::new(Sizes {
            out_height: 0,
            ..*sizes(2, [5, 5], [3, 3], [3, 3], one, one, one, 1)
        })
        .unwrap(),
        // Kernels much longer than the output, of which each block of pixels sees a part.
        sizes(2, [1, 1007], [2, 3], [1, 1000], one, one, [0, 0], 1),
        sizes(1, [1, 2514], [2, 2], [1, 2500], [1, 2], one, [0, 0], 1),
        sizes(1, [1, 907], [2, 2], [1, 700], one, [1, 3], [0, 600], 2),
        sizes(1, [1, 1007], [1, 1], [1, 1000], one, one, [0, 0], 5),
        // Windows far apart, most of them on nothing.
        sizes(
            2,
            [3, 4],
            [5, 6],
            [2, 2],
            [1 << 31, 1 << 20],
            [1, 1 << 19],
            [1 << 32, 1 << 21],
            1,
        ),
        sizes(
            1,
            [7, 1],
            [2, 40],
            [3, 2],
            [1, 1 << 40],
            [1 << 30, 1],
            [1 << 30, 1 << 41],
            2,
        ),
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
        sizes(40, [8, 9], [17, 40], [3, 3], one, one, one, 1),
        sizes(7, [24, 25], [1, 1], [3, 3], one, one, one, 40),
        sizes(5, [24, 25], [1, 2], [3, 4], [2, 1], one, one, 33),
    ];
    for g in &cases {
        let case = Case::<f32>::new(g, true, 3);
        for level in levels() {
            on_threads(|| case.check(level, false));
        }
    }
}

#[test]
fn winograd_agrees_with_sums_in_f64() {
    let mut numbers = Numbers(13);
    let one = [1, 1];
    for round in 0..60 {
        let mut pair = |low: usize, n: usize| [low + numbers.below(n), low + numbers.below(n)];
        let (image, mut channels, pad) = (pair(1, 14), pair(1, 80), pair(0, 4));
        if round == 0 {
            channels[1] = 330; // many blocks of output channels
        }
        let g = sizes(1 + round % 5, image, channels, [3, 3], one, one, pad, 1);
        let (single, double) = (
            Case::<f32>::new(&g, true, 1),
            Case::<f64>::new(&g, false, 2),
        );
        for level in levels() {
            single.check(level, true);
            double.check(level, true);
        }
    }
}

#[test]
fn winograd_takes_tiles_of_all_sizes() {
    let one = [1, 1];
    for image in (1..10).flat_map(|height| (1..10).map(move |width| [height, width])) {
        // With padding the gradient of the input has tiles of the same sizes, without it has others.
        for pad in [one, [0, 0], [2, 3]] {
            let g = sizes(3, image, [18, 17], [3, 3], one, one, pad, 1);
            let (single, double) = (
                Case::<f32>::new(&g, true, 3),
                Case::<f64>::new(&g, false, 4),
            );
            for level in levels() {
                single.check(level, true);
                double.check(level, true);
            }
        }
    }
}

#[test]
fn winograd_is_chosen_where_it_pays() {
    let one = [1, 1];
    let g = |image, channels, kernel, strides| {
        sizes(64, [image, image], channels, kernel, strides, one, one, 1)
    };
    assert!(winograd::pays(&g(28, [32, 32], [3, 3], one)));
    assert!(winograd::pays(&g(7, [256, 512], [3, 3], one)));
    assert!(winograd::pays(&g(2, [64, 64], [3, 3], one)));
    assert!(!winograd::pays(&g(1, [64, 64], [3, 3], one)));
    assert!(!winograd::pays(&g(28, [1, 32], [3, 3], one)));
    assert!(!winograd::pays(&g(28, [32, 32], [3, 3], [2, 2])));
    assert!(!winograd::pays(&g(28, [32, 32], [5, 5], one)));
}

#[test]
fn error_is_stated() {
    let one = [1, 1];
    // Whole tiles, tiles of 1 to 3 pixels, and all together, some thousand pixels of each.
    for (batch, [height, width]) in [
        (2, [28, 28]),
        (1000, [1, 1]),
        (300, [2, 2]),
        (200, [3, 3]),
        (500, [1, 2]),
        (20, [7, 6]),
    ] {
        // Every output sees nine pixels.
        let image = [height + 2, width + 2];
        let g = sizes(batch, image, [64, 64], [3, 3], one, one, [0, 0], 1);
        let case = Case::<f32>::new(&g, false, 5);
        for level in levels() {
            for (sums, result) in case.sums.iter().zip(case.run(level, true)) {
                let error = sums.error(&result);
                // What the documentation of `winograd` states.
                assert!(error <= 4e-6, "{height} × {width}, {level:?}: {error:e}");
            }
        }
    }
}

#[test]
#[should_panic(expected = "found [1, 9, 9]")]
fn a_wrong_length_is_refused() {
    let g = sizes(1, [3, 3], [1, 1], [3, 3], [1, 1], [1, 1], [1, 1], 1);
    forward(&g, &[0f32], &[0.0; 9], None, &mut [0.0; 9]);
}

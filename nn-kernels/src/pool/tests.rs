use super::super::simd::tests::{bits, random, same_everywhere};
use super::*;

/// A height and width with a depth.
fn flat([height, width]: [usize; 2], depth: usize) -> [usize; 3] {
    [depth, height, width]
}

fn cases() -> Vec<Windows> {
    let case = |batch,
                input,
                channels,
                kernel: [usize; 2],
                stride: [usize; 2],
                pad: [usize; 2],
                output| Windows {
        batch,
        input: flat(input, 1),
        output: flat(output, 1),
        channels,
        kernel: flat(kernel, 1),
        stride: flat(stride, 1),
        pad: flat(pad, 0),
        adaptive: false,
    };
    let even = |batch, input: [usize; 3], output: [usize; 3], channels| Windows {
        batch,
        input,
        output,
        channels,
        kernel: [0, 1, 2].map(|d| most_pixels(input[d], output[d])),
        stride: [0; 3],
        pad: [0; 3],
        adaptive: true,
    };
    vec![
        // Windows that share the axes evenly, overlapping or not, and more windows than pixels.
        even(2, [1, 1, 7], [1, 1, 7], 3),
        even(2, [1, 7, 10], [1, 3, 4], 33),
        even(2, [5, 6, 3], [2, 3, 5], 4),
        even(1, [1, 1, 2], [1, 1, 5], 8),
        even(1, [4, 1, 300], [3, 1, 1], 1),
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
        // More cells than a byte counts; windows beside the image.
        case(1, [20, 17], 3, [18, 16], [1, 1], [0, 0], [3, 2]),
        case(2, [1, 2], 9, [1, 1], [1, 1], [2, 1], [4, 4]),
    ]
}

/// Windows of any kind, of every width of channels that is walked in another way.
fn any_windows(seed: u64) -> Windows {
    let numbers = random(13, seed);
    let below = |i: usize, n: usize| ((numbers[i] + 1.0) / 2.0 * n as f32) as usize % n;
    let input = [1 + below(10, 5), 1 + below(0, 9), 1 + below(1, 9)];
    let kernel = [1 + below(11, 3), 1 + below(2, 4), 1 + below(3, 4)];
    let stride = [1 + below(12, 3), 1 + below(4, 4), 1 + below(5, 4)];
    let fits = (0..3).all(|d| kernel[d] <= input[d]);
    let same = !fits || below(6, 2) == 0;
    let output = [0, 1, 2].map(|d| match same {
        true => input[d].div_ceil(stride[d]),
        false => (input[d] - kernel[d]) / stride[d] + 1,
    });
    let pad = [0, 1, 2].map(|d| match same {
        true => ((output[d] - 1) * stride[d] + kernel[d]).saturating_sub(input[d]) / 2,
        false => 0,
    });
    Windows {
        batch: below(7, 4),
        input,
        output,
        channels: [1, 3, 8, 10, 32, 49, 64, 75][below(8, 8)],
        kernel,
        stride,
        pad,
        adaptive: false,
    }
}

/// The pixels of window `at` along an axis, and the cell that each lies in.
fn along(w: &Windows, d: usize, at: usize) -> Vec<(usize, usize)> {
    let n = w.input[d] as isize;
    let (first, end) = match w.adaptive {
        true => {
            // ⌊at·n/m⌋ and ⌈(at + 1)·n/m⌉
            let m = w.output[d] as f64;
            let first = (at as f64 * n as f64 / m).floor() as isize;
            (first, ((at + 1) as f64 * n as f64 / m).ceil() as isize)
        }
        false => {
            let first = (at * w.stride[d]) as isize - w.pad[d] as isize;
            (first, first + w.kernel[d] as isize)
        }
    };
    let pixels = (first..end).filter(|p| (0..n).contains(p));
    pixels.map(|p| (p as usize, (p - first) as usize)).collect()
}

/// (output element, cell, input element) of every cell on the image, windows in order, cells in order.
fn links(w: &Windows) -> Vec<(usize, usize, usize)> {
    let mut links = Vec::new();
    let ([n0, n1, n2], [m0, m1, m2]) = (w.input, w.output);
    for flat in 0..w.batch * m0 * m1 * m2 {
        let place = [flat / (m1 * m2) % m0, flat / m2 % m1, flat % m2];
        let image = flat / (m0 * m1 * m2);
        let [deep, down, across] = [0, 1, 2].map(|d| along(w, d, place[d]));
        for &(z, kz) in &deep {
            for &(y, ky) in &down {
                for &(x, kx) in &across {
                    let cell = (kz * w.kernel[1] + ky) * w.kernel[2] + kx;
                    let pixel = ((image * n0 + z) * n1 + y) * n2 + x;
                    links.extend(
                        (0..w.channels)
                            .map(|c| (flat * w.channels + c, cell, pixel * w.channels + c)),
                    );
                }
            }
        }
    }
    links
}

#[test]
fn pooling_agrees_with_plain_loops() {
    cases()
        .into_iter()
        .chain((0..200).map(any_windows))
        .for_each(check);
}

fn check(w: Windows) {
    let count = |sizes: [usize; 3]| w.batch * sizes.iter().product::<usize>() * w.channels;
    let (input, output) = (count(w.input), count(w.output));
    // Few values, many ties.
    let x: Vec<f32> = random(input, 1).iter().map(|v| (v * 4.0).round()).collect();
    let dy = random(output, 2);
    let mut best = vec![(f32::NEG_INFINITY, None); output];
    let (mut sums, mut counts) = (vec![0.0f64; output], vec![0.0f64; output]);
    for (o, cell, i) in links(&w) {
        if best[o].1.is_none() || x[i] > best[o].0 {
            best[o] = (x[i], Some(cell));
        }
        sums[o] += x[i] as f64;
        counts[o] += 1.0;
    }
    let (mut max_dx, mut average_dx) = (vec![0.0f64; input], vec![0.0f64; input]);
    for (o, cell, i) in links(&w) {
        average_dx[i] += dy[o] as f64 / counts[o];
        if best[o].1 == Some(cell) {
            max_dx[i] += dy[o] as f64;
        }
    }
    let (max, index, average, found_max_dx, found_average_dx) = same_everywhere(|| {
        let nothing = vec![f32::NAN; output];
        let (mut max, mut average, mut index) = (nothing.clone(), nothing.clone(), vec![9; output]);
        let (mut max_dx, mut average_dx) = (vec![f32::NAN; input], vec![f32::NAN; input]);
        max_pool(&x, &w, &mut max, &mut index);
        max_pool_backward(&dy, &index, &w, &mut max_dx);
        average_pool(&x, &w, &mut average);
        average_pool_backward(&dy, &w, &mut average_dx);
        let mut again = nothing;
        max_pool(&x, &w, &mut again, &mut vec![(); output]);
        assert_eq!(bits(&again), bits(&max), "{w:?}");
        if w.kernel.iter().product::<usize>() <= 256 {
            let (mut small, mut again) = (vec![9_u8; output], vec![f32::NAN; input]);
            max_pool(&x, &w, &mut max, &mut small);
            assert!(small.iter().zip(&index).all(|(&s, &i)| s as i64 == i));
            max_pool_backward(&dy, &small, &w, &mut again);
            assert_eq!(bits(&again), bits(&max_dx), "{w:?}");
        }
        (
            bits(&max),
            index,
            bits(&average),
            bits(&max_dx),
            bits(&average_dx),
        )
    });
    let expected: Vec<f32> = best.iter().map(|b| b.0).collect();
    assert_eq!(max, bits(&expected), "{w:?}");
    let expected: Vec<i64> = best.iter().map(|b| b.1.unwrap_or(0) as i64).collect();
    assert_eq!(index, expected, "{w:?}");
    // As many terms of size up to 4 as a window has cells, and a rounded reciprocal and its product.
    let tolerance = (w.kernel.iter().product::<usize>() + 2) as f64 * 4.0 * f32::EPSILON as f64;
    let means = sums.iter().zip(&counts).map(|(s, n)| s / n.max(1.0));
    for (found, expected) in [
        (&found_max_dx, max_dx),
        (&found_average_dx, average_dx),
        (&average, means.collect()),
    ] {
        for (&b, e) in found.iter().zip(&expected) {
            assert!((f32::from_bits(b) as f64 - e).abs() <= tolerance, "{w:?}");
        }
    }
}

#[test]
fn nan_and_infinite_windows() {
    let low = f32::NEG_INFINITY;
    // Blocks of every size.
    for channels in [1, 3, 8, 41] {
        let w = Windows {
            batch: 1,
            input: [1, 1, 6],
            output: [1, 1, 3],
            channels,
            kernel: [1, 1, 2],
            stride: [1, 1, 2],
            pad: [0; 3],
            adaptive: false,
        };
        let wide = |x: [f32; 6]| x.map(|v| vec![v; channels]).concat();
        let (max, index, average) = same_everywhere(|| {
            let nothing = vec![9.0; 3 * channels];
            let (mut max, mut average, mut index) =
                (nothing.clone(), nothing, vec![9_u8; 3 * channels]);
            let x = wide([1.0, f32::NAN, f32::NAN, 1.0, low, low]);
            max_pool(&x, &w, &mut max, &mut index);
            let x = wide([1.0, f32::NAN, f32::NAN, 1.0, 1.0, 3.0]);
            average_pool(&x, &w, &mut average);
            // Which bits a NaN carries is left open.
            let plain = |x: Vec<f32>| {
                x.iter()
                    .map(|v| (!v.is_nan()).then_some(v.to_bits()))
                    .collect::<Vec<_>>()
            };
            (plain(max), index, plain(average))
        });
        for c in 0..channels {
            let at = [0, 1, 2].map(|window| window * channels + c);
            assert_eq!(at.map(|i| max[i]), [None, None, Some(low.to_bits())]);
            assert_eq!(at.map(|i| index[i]), [1, 0, 0]);
            assert_eq!(
                at.map(|i| average[i]),
                [None, None, Some(2.0_f32.to_bits())]
            );
        }
    }
}

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
        // More cells than a byte counts; windows beside the image.
        case(1, [20, 17], 3, [18, 16], [1, 1], [0, 0], [3, 2]),
        case(2, [1, 2], 9, [1, 1], [1, 1], [2, 1], [4, 4]),
    ]
}

/// Windows of any kind, of every width of channels that is walked in another way.
fn any_windows(seed: u64) -> Windows {
    let numbers = random(10, seed);
    let below = |i: usize, n: usize| ((numbers[i] + 1.0) / 2.0 * n as f32) as usize % n;
    let input = [1 + below(0, 9), 1 + below(1, 9)];
    let (kernel, stride) = (
        [1 + below(2, 4), 1 + below(3, 4)],
        [1 + below(4, 4), 1 + below(5, 4)],
    );
    let fits = (0..2).all(|d| kernel[d] <= input[d]);
    let same = !fits || below(6, 2) == 0;
    let output = [0, 1].map(|d| match same {
        true => input[d].div_ceil(stride[d]),
        false => (input[d] - kernel[d]) / stride[d] + 1,
    });
    let pad = [0, 1].map(|d| match same {
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
    }
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
                        if y < 0 || x < 0 || y >= w.input[0] as isize || x >= w.input[1] as isize {
                            continue;
                        }
                        for c in 0..w.channels {
                            let o =
                                ((image * w.output[0] + oy) * w.output[1] + ox) * w.channels + c;
                            let i = ((image * w.input[0] + y as usize) * w.input[1] + x as usize)
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
    cases()
        .into_iter()
        .chain((0..200).map(any_windows))
        .for_each(check);
}

fn check(w: Windows) {
    let (input, output) = (w.batch * w.input_image(), w.batch * w.output_image());
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
        if w.kernel[0] * w.kernel[1] <= 256 {
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
    let tolerance = (w.kernel[0] * w.kernel[1] + 2) as f64 * 4.0 * f32::EPSILON as f64;
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
            input: [1, 6],
            output: [1, 3],
            channels,
            kernel: [1, 2],
            stride: [1, 2],
            pad: [0, 0],
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

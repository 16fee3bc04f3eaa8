use super::super::simd::tests::{bits, random, same_everywhere};
use super::*;

/// Every shape with every set of axes.
fn cases() -> Vec<(Vec<usize>, Vec<bool>)> {
    let shapes: [&[usize]; 17] = [
        &[],
        &[1],
        &[0],
        &[15],
        &[4097],
        &[300_001],
        &[0, 3],
        &[3, 0],
        &[1000, 3],
        &[1000, 10],
        &[1000, 130],
        &[3, 70_000],
        &[100, 5000],
        &[5, 1, 7],
        &[33, 17, 65],
        &[2, 3, 4, 5],
        &[3, 2, 1, 4, 3],
    ];
    let all = |dims: &&[usize]| {
        (0..1 << dims.len())
            .map(|set| (dims.to_vec(), axes(set, dims.len())))
            .collect()
    };
    shapes
        .iter()
        .flat_map(|dims| -> Vec<_> { all(dims) })
        .collect()
}

fn axes(set: usize, rank: usize) -> Vec<bool> {
    (0..rank).map(|i| set >> i & 1 == 1).collect()
}

/// Where each element of `dims` goes when the axes are reduced, and how many results there are.
fn targets(dims: &[usize], axes: &[bool]) -> (Vec<usize>, usize) {
    let mut strides = vec![0; dims.len()];
    let mut size = 1;
    for i in (0..dims.len()).rev() {
        if !axes[i] {
            strides[i] = size;
            size *= dims[i];
        }
    }
    let target = |flat: usize| {
        let mut rest = flat;
        (0..dims.len())
            .rev()
            .map(|i| {
                let at = rest % dims[i];
                rest /= dims[i];
                at * strides[i]
            })
            .sum()
    };
    ((0..dims.iter().product()).map(target).collect(), size)
}

#[test]
fn reductions_agree_with_plain_loops() {
    for (dims, axes) in cases() {
        let (targets, size) = targets(&dims, &axes);
        // Near 1, so that products stay in range.
        let x: Vec<f32> = random(targets.len(), 1)
            .iter()
            .map(|v| 1.0 + v * 0.01)
            .collect();
        for kind in [Kind::Sum, Kind::Prod, Kind::Max, Kind::Min] {
            let (identity, combine): (f64, fn(f64, f64) -> f64) = match kind {
                Kind::Sum => (0.0, |a, b| a + b),
                Kind::Prod => (1.0, |a, b| a * b),
                Kind::Max => (f64::NEG_INFINITY, f64::max),
                Kind::Min => (f64::INFINITY, f64::min),
            };
            let mut expected = vec![identity; size];
            targets
                .iter()
                .zip(&x)
                .for_each(|(&t, &v)| expected[t] = combine(expected[t], v as f64));
            let found = same_everywhere(|| {
                let mut out = vec![f32::NAN; size];
                reduce(&x, &dims, &axes, &mut out, kind);
                bits(&out)
            });
            let n = (targets.len() / size.max(1)) as f64;
            let relative = match kind {
                // The bound stated above; the terms have one sign.
                Kind::Sum => 3.0 * f32::EPSILON as f64,
                // Each product rounds.
                Kind::Prod => n * f32::EPSILON as f64,
                Kind::Max | Kind::Min => 0.0,
            };
            for (&b, &e) in found.iter().zip(&expected) {
                let v = f32::from_bits(b) as f64;
                assert!(
                    v == e || (v - e).abs() <= relative * e.abs(),
                    "{kind:?} {dims:?} {axes:?}: {v} {e}"
                );
            }
        }
    }
}

#[test]
fn integers_and_truth_values_agree_with_plain_loops() {
    for (dims, axes) in cases() {
        let (targets, size) = targets(&dims, &axes);
        let x: Vec<i64> = random(targets.len(), 2)
            .iter()
            .map(|v| (v * 1000.0) as i64)
            .collect();
        let truths: Vec<bool> = x.iter().map(|&v| v > -990).collect();
        let (mut sums, mut anys, mut alls) = (vec![0; size], vec![false; size], vec![true; size]);
        for (i, &t) in targets.iter().enumerate() {
            sums[t] += x[i];
            anys[t] |= !truths[i];
            alls[t] &= truths[i];
        }
        let opposite: Vec<bool> = truths.iter().map(|t| !t).collect();
        let found = same_everywhere(|| {
            let (mut s, mut any_of, mut all_of) =
                (vec![1; size], vec![true; size], vec![true; size]);
            reduce(&x, &dims, &axes, &mut s, Kind::Sum);
            any(&opposite, &dims, &axes, &mut any_of);
            all(&truths, &dims, &axes, &mut all_of);
            (s, any_of, all_of)
        });
        assert_eq!(found, (sums, anys, alls), "{dims:?} {axes:?}");
    }
}

#[test]
fn nan_comes_through_wherever_it_is() {
    for at in [0, 1, 63, 64, 700, 999] {
        let mut x = random(1000, 3);
        x[at] = f32::NAN;
        for kind in [Kind::Sum, Kind::Prod, Kind::Max, Kind::Min] {
            let mut out = [0.0];
            reduce(&x, &[1000], &[true], &mut out, kind);
            assert!(out[0].is_nan(), "{kind:?} {at}");
            let mut out = [0.0; 10];
            reduce(&x, &[100, 10], &[true, false], &mut out, kind);
            assert!(
                (0..10).all(|i| out[i].is_nan() == (i == at % 10)),
                "{kind:?} {at}"
            );
        }
        let mut out = [-1];
        argmax(&x, &[1000], 0, &mut out);
        assert_eq!(out, [at as i64]);
        let mut out = [-1; 10];
        argmin(&x, &[100, 10], 0, &mut out);
        assert_eq!(out[at % 10], (at / 10) as i64);
    }
}

#[test]
fn positions_agree_with_plain_loops_and_take_the_first_of_equals() {
    for dims in [
        &[1usize][..],
        &[1000],
        &[70_000],
        &[0, 3],
        &[7, 5, 3],
        &[300, 10],
        &[64, 200, 9],
        &[3, 40_000, 2],
    ] {
        let n: usize = dims.iter().product();
        // Few values, many ties.
        let x: Vec<f32> = random(n, 4).iter().map(|v| (v * 20.0).round()).collect();
        for axis in 0..dims.len() {
            if dims[axis] == 0 {
                continue;
            }
            let inner: usize = dims[axis + 1..].iter().product();
            let size = n / dims[axis];
            let at = |o: usize, i: usize| {
                x[o / inner.max(1) * dims[axis] * inner + i * inner + o % inner.max(1)]
            };
            let best = |better: fn(f32, f32) -> bool| -> Vec<i64> {
                (0..size)
                    .map(|o| {
                        (1..dims[axis])
                            .fold(0, |b, i| if better(at(o, i), at(o, b)) { i } else { b })
                            as i64
                    })
                    .collect()
            };
            let expected = (best(|a, b| a > b), best(|a, b| a < b));
            let found = same_everywhere(|| {
                let (mut high, mut low) = (vec![-1; size], vec![-1; size]);
                argmax(&x, dims, axis, &mut high);
                argmin(&x, dims, axis, &mut low);
                (high, low)
            });
            assert_eq!(found, expected, "{dims:?} {axis}");
        }
    }
}

#[test]
fn running_sums_agree_with_plain_loops() {
    for dims in [
        &[1usize][..],
        &[1000],
        &[0, 3],
        &[7, 5, 3],
        &[300, 100],
        &[2, 30_000, 2],
    ] {
        let n: usize = dims.iter().product();
        let x: Vec<i64> = random(n, 5).iter().map(|v| (v * 1000.0) as i64).collect();
        for axis in 0..dims.len() {
            let inner: usize = dims[axis + 1..].iter().product();
            for reverse in [false, true] {
                let mut expected = x.clone();
                let order: Vec<usize> = if reverse {
                    (0..n).rev().collect()
                } else {
                    (0..n).collect()
                };
                for flat in order {
                    let i = flat / inner % dims[axis];
                    if reverse && i + 1 < dims[axis] {
                        expected[flat] += expected[flat + inner];
                    } else if !reverse && i > 0 {
                        expected[flat] += expected[flat - inner];
                    }
                }
                let found = same_everywhere(|| {
                    let mut out = vec![-1; n];
                    cumsum(&x, dims, axis, &mut out, reverse);
                    out
                });
                assert_eq!(found, expected, "{dims:?} {axis} {reverse}");
            }
        }
    }
}

#[test]
fn many_equal_numbers_add_up_without_an_error() {
    for dims in [
        [5_000_000, 1],
        [1, 5_000_000],
        [2_500_000, 2],
        [100_000, 50],
        [10_000, 500],
        [700, 7143],
    ] {
        for axes in [[true, true], [true, false], [false, true]] {
            let x = vec![0.0005_f32; dims[0] * dims[1]];
            let n: usize = dims
                .iter()
                .zip(axes)
                .filter(|(_, gone)| *gone)
                .map(|(n, _)| n)
                .product();
            let mut out = vec![f32::NAN; x.len() / n];
            reduce(&x, &dims, &axes, &mut out, Kind::Sum);
            let exact = (n as f64 * 0.0005_f32 as f64) as f32;
            assert!(
                out.iter().all(|&sum| sum == exact),
                "{dims:?} {axes:?}: {} {exact}",
                out[0]
            );
        }
    }
}

#[test]
fn whole_sums_are_accurate() {
    for n in [0, 1, 100, 65_537, 3_000_000] {
        let (x, y) = (random(n, 6), random(n, 7));
        let exact = |f: &dyn Fn(usize) -> f64| (0..n).map(f).sum::<f64>();
        let found = same_everywhere(|| {
            let sum = |y: &[f32], f: fn(f32, f32) -> f32| whole(Sum, &x, y, f);
            bits(&[
                sum(&x, |x, _| x),
                sum(&x, |x, _| x * x),
                sum(&y, |x, y| x * y),
            ])
        });
        let values = [
            exact(&|i| x[i] as f64),
            exact(&|i| (x[i] as f64).powi(2)),
            exact(&|i| x[i] as f64 * y[i] as f64),
        ];
        let magnitudes = [
            exact(&|i| x[i].abs() as f64),
            values[1],
            exact(&|i| (x[i] as f64 * y[i] as f64).abs()),
        ];
        for i in 0..3 {
            // The bound stated above, and one rounding of each product.
            let limit = 4.0 * f32::EPSILON as f64 * magnitudes[i];
            assert!(
                (f32::from_bits(found[i]) as f64 - values[i]).abs() <= limit,
                "{i} of {n}"
            );
        }
    }
}

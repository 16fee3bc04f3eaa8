use super::*;
use crate::random::bits as random_bits;
use crate::simd::tests::{levels, random, with_level};

/// All weights, `[batch, heads, queries, keys]`, by plain loops; the first without what dropout leaves out.
fn weights(a: &Attention, q: &[f64], k: &[f64], masks: &[Mask<f32>]) -> [Vec<f64>; 2] {
    let (mut plain, mut dropped) = (Vec::new(), Vec::new());
    for b in 0..a.batch {
        for h in 0..a.heads {
            for i in 0..a.queries {
                let score = |j: usize| {
                    let at = |mask: &Mask<f32>| {
                        [b, h, i, j]
                            .iter()
                            .zip(mask.strides)
                            .map(|(i, s)| i * s)
                            .sum::<usize>()
                    };
                    let mut seen = (!a.causal || j <= i) && j.abs_diff(i) < a.window;
                    let mut added = 0.0;
                    for mask in masks {
                        match mask.values {
                            MaskValues::Keep(keep) => seen &= keep[at(mask)],
                            MaskValues::Add(add) => added += f64::from(add[at(mask)]),
                        }
                    }
                    let kv = h / (a.heads / a.kv_heads);
                    let x = &q[((b * a.queries + i) * a.heads + h) * a.dim..][..a.dim];
                    let y = &k[((b * a.keys + j) * a.kv_heads + kv) * a.dim..][..a.dim];
                    let dot: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
                    if seen {
                        dot * a.scale + added
                    } else {
                        f64::NEG_INFINITY
                    }
                };
                let scores: Vec<f64> = (0..a.keys).map(score).collect();
                let greatest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let row: Vec<f64> = match greatest == f64::NEG_INFINITY {
                    true if a.mean_of_nothing => vec![1.0 / a.keys as f64; a.keys],
                    true => vec![0.0; a.keys],
                    false => {
                        let e: Vec<f64> = scores.iter().map(|s| (s - greatest).exp()).collect();
                        let sum: f64 = e.iter().sum();
                        e.iter().map(|e| e / sum).collect()
                    }
                };
                for w in row {
                    let factor = a.dropout.map_or(1.0, |d| {
                        match random_bits(d.key, plain.len() as u64) >> 11 < d.limit {
                            true => d.scale,
                            false => 0.0,
                        }
                    });
                    plain.push(w);
                    dropped.push(w * factor);
                }
            }
        }
    }
    [plain, dropped]
}

fn wide(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&v| f64::from(v)).collect()
}

fn close(found: &[f32], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (&f, &e)) in found.iter().zip(expected).enumerate() {
        // Sums of some hundred products of numbers of size 1 in single precision.
        assert!(
            (f64::from(f) - e).abs() < 2e-5 * (1.0 + e.abs()),
            "{what} {i}: {f} {e}"
        );
    }
}

/// Forward and gradient against plain loops, and the same bits on any number of threads.
fn check(a: &Attention, masks: &[Mask<f32>]) {
    let &Attention {
        batch,
        queries,
        keys,
        heads,
        kv_heads,
        dim,
        value_dim,
        ..
    } = a;
    let q = random(batch * queries * heads * dim, 1);
    let k = random(batch * keys * kv_heads * dim, 2);
    let v = random(batch * keys * kv_heads * value_dim, 3);
    let d_out = random(batch * queries * heads * value_dim, 4);
    let operands = Operands {
        query: &q,
        key: &k,
        value: &v,
        masks,
    };
    let run = || {
        let (mut out, mut log_sums) = (
            vec![f32::NAN; d_out.len()],
            vec![f32::NAN; batch * queries * heads],
        );
        forward(a, &operands, &mut out, &mut log_sums);
        let mut without = vec![f32::NAN; d_out.len()];
        forward(a, &operands, &mut without, &mut []);
        assert!(
            out.iter()
                .zip(&without)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
        let [mut dq, mut dk, mut dv] = [&q, &k, &v].map(|x| vec![f32::NAN; x.len()]);
        let to = Gradients {
            query: &mut dq,
            key: &mut dk,
            value: &mut dv,
        };
        backward(a, &operands, &log_sums, &d_out, to);
        [out, dq, dk, dv]
    };
    let [q64, k64, v64, d64] = [&q, &k, &v, &d_out].map(|x| wide(x));
    let [plain, dropped] = weights(a, &q64, &k64, masks);
    let mut out = vec![0.0; d_out.len()];
    let [mut dq, mut dk, mut dv] = [&q, &k, &v].map(|x| vec![0.0; x.len()]);
    for b in 0..batch {
        for h in 0..heads {
            let kv = h / (heads / kv_heads);
            for i in 0..queries {
                let row = ((b * heads + h) * queries + i) * keys;
                let (qi, oi) = (
                    ((b * queries + i) * heads + h) * dim,
                    ((b * queries + i) * heads + h) * value_dim,
                );
                let sees_none = plain[row..row + keys].iter().all(|&w| w == 0.0)
                    || plain[row..row + keys].windows(2).all(|w| w[0] == w[1]);
                let slope = |j: usize| {
                    let vj = ((b * keys + j) * kv_heads + kv) * value_dim;
                    let dot: f64 = (0..value_dim).map(|c| d64[oi + c] * v64[vj + c]).sum();
                    if plain[row + j] == 0.0 {
                        0.0
                    } else {
                        dot * dropped[row + j] / plain[row + j]
                    }
                };
                let dot: f64 = (0..keys).map(|j| plain[row + j] * slope(j)).sum();
                for j in 0..keys {
                    let (kj, vj) = (
                        ((b * keys + j) * kv_heads + kv) * dim,
                        ((b * keys + j) * kv_heads + kv) * value_dim,
                    );
                    for c in 0..value_dim {
                        out[oi + c] += dropped[row + j] * v64[vj + c];
                        dv[vj + c] += dropped[row + j] * d64[oi + c];
                    }
                    let ds = match sees_none && keys > 1 {
                        true => 0.0,
                        false => plain[row + j] * (slope(j) - dot) * a.scale,
                    };
                    for c in 0..dim {
                        dq[qi + c] += ds * k64[kj + c];
                        dk[kj + c] += ds * q64[qi + c];
                    }
                }
            }
        }
    }
    for level in levels() {
        let found = with_level(level, run);
        for ((found, expected), what) in found
            .iter()
            .zip([&out, &dq, &dk, &dv])
            .zip(["out", "dq", "dk", "dv"])
        {
            close(found, expected, &format!("{level:?} {what} of {a:?}"));
        }
    }
    let expected = run();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let found = pool.install(run);
        assert!(
            found
                .iter()
                .flatten()
                .zip(expected.iter().flatten())
                .all(|(a, b)| a.to_bits() == b.to_bits()),
            "{threads} threads"
        );
    }
}

fn plain([batch, queries, keys, heads, kv_heads, dim, value_dim]: [usize; 7]) -> Attention {
    Attention {
        batch,
        queries,
        keys,
        heads,
        kv_heads,
        dim,
        value_dim,
        scale: 1.0 / (dim as f64).sqrt(),
        causal: false,
        window: usize::MAX,
        mean_of_nothing: true,
        dropout: None,
    }
}

const SIZES: [[usize; 7]; 8] = [
    [1, 1, 1, 1, 1, 1, 1],
    [2, 5, 7, 3, 3, 4, 6],
    [3, 64, 64, 4, 4, 32, 32],
    [1, 70, 130, 4, 2, 8, 17],
    [2, 9, 3, 6, 1, 5, 3],
    [1, 150, 200, 2, 2, 16, 16],
    [1, 3, 300, 1, 1, 70, 5],
    [1, 33, 600, 2, 1, 64, 40],
];

#[test]
fn plain_causal_and_in_windows() {
    for sizes in SIZES {
        let a = plain(sizes);
        check(&a, &[]);
        check(&Attention { causal: true, ..a }, &[]);
        for mean_of_nothing in [false, true] {
            check(
                &Attention {
                    window: 2,
                    causal: true,
                    mean_of_nothing,
                    ..a
                },
                &[],
            );
            check(
                &Attention {
                    window: 40,
                    mean_of_nothing,
                    ..a
                },
                &[],
            );
        }
    }
}

#[test]
fn masks_of_every_kind_and_queries_that_see_nothing() {
    for sizes @ [batch, queries, keys, heads, ..] in SIZES {
        let bools = |n: usize, seed| {
            random(n, seed)
                .iter()
                .map(|v| *v > -0.3)
                .collect::<Vec<_>>()
        };
        let of_keys = bools(batch * keys, 5);
        let of_queries = bools(queries, 6);
        let whole = bools(batch * heads * queries * keys, 7);
        let added = random(heads * queries * keys, 8);
        let keep = |values, strides| Mask {
            values: MaskValues::Keep(values),
            strides,
        };
        let masks = [
            keep(&of_keys, [keys, 0, 0, 1]),
            keep(&of_queries, [0, 0, 1, 0]),
            keep(&whole, [heads * queries * keys, queries * keys, keys, 1]),
            Mask {
                values: MaskValues::Add(&added),
                strides: [0, queries * keys, keys, 1],
            },
        ];
        let none = vec![false; keys];
        for mean_of_nothing in [false, true] {
            let a = Attention {
                mean_of_nothing,
                ..plain(sizes)
            };
            for mask in masks {
                check(&a, &[mask]);
            }
            check(&Attention { causal: true, ..a }, &masks);
            check(&a, &[keep(&none, [0, 0, 0, 1])]);
        }
    }
}

#[test]
fn dropout_leaves_out_the_same_weights_on_the_way_back() {
    for sizes in SIZES {
        let dropout = Some(Dropout {
            key: 77,
            limit: (0.7 * (1_u64 << 53) as f64) as u64,
            scale: 1.0 / 0.7,
        });
        let a = Attention {
            dropout,
            ..plain(sizes)
        };
        check(&a, &[]);
        check(&Attention { causal: true, ..a }, &[]);
    }
}

#[test]
fn nothing_to_see_and_nothing_to_look_with() {
    for (sizes, value) in [
        ([2, 3, 0, 2, 2, 4, 5], Some(0.0)),
        ([0, 3, 2, 2, 2, 4, 5], None),
        ([1, 0, 2, 2, 2, 4, 5], None),
    ] {
        let a = plain(sizes);
        let [batch, queries, keys, heads, kv_heads, dim, value_dim] = sizes;
        let q = vec![1.0_f32; batch * queries * heads * dim];
        let (k, v) = (
            vec![1.0; batch * keys * kv_heads * dim],
            vec![1.0; batch * keys * kv_heads * value_dim],
        );
        let operands = Operands {
            query: &q,
            key: &k,
            value: &v,
            masks: &[],
        };
        let mut out = vec![f32::NAN; batch * queries * heads * value_dim];
        let mut log_sums = vec![f32::NAN; batch * queries * heads];
        forward(&a, &operands, &mut out, &mut log_sums);
        assert!(out.iter().all(|v| Some(*v) == value));
        let [mut dq, mut dk, mut dv] = [&q, &k, &v].map(|x| vec![f32::NAN; x.len()]);
        let to = Gradients {
            query: &mut dq,
            key: &mut dk,
            value: &mut dv,
        };
        backward(&a, &operands, &log_sums, &out, to);
        assert!([dq, dk, dv].concat().iter().all(|v| *v == 0.0));
    }
}

#[test]
#[should_panic(expected = "do not have the sizes of")]
fn slices_that_do_not_fit() {
    let operands = Operands {
        query: &[1.0_f32; 7],
        key: &[1.0; 8],
        value: &[1.0; 8],
        masks: &[],
    };
    forward(
        &plain([1, 2, 2, 1, 1, 4, 4]),
        &operands,
        &mut [0.0; 8],
        &mut [],
    );
}

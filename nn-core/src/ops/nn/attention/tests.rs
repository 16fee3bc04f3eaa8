use crate::ops::{AttentionOptions, Unseeing, attention, attention_with_scores};
use crate::random::{Stream, with_stream};
use crate::testing::{assert_close, check_gradient};
use crate::trace::trace_with;
use crate::{DType, GradientTape, Param, Tensor, UNKNOWN};

fn normal(shape: [usize; 4], seed: u64) -> Tensor {
    with_stream(Stream::new(seed), || {
        crate::random::normal(shape, 0.0, 1.0, DType::F64)
    })
}

fn keep(shape: &[usize], seed: u64) -> Tensor {
    with_stream(Stream::new(seed), || crate::random::bernoulli(shape, 0.6))
}

fn all_options() -> Vec<AttentionOptions> {
    let plain = AttentionOptions::new(0.4);
    let zeros = AttentionOptions {
        unseeing: Unseeing::Zeros,
        ..plain
    };
    vec![
        plain,
        zeros,
        AttentionOptions {
            causal: true,
            ..plain
        },
        AttentionOptions {
            window: Some(2),
            ..zeros
        },
        AttentionOptions {
            window: Some(3),
            causal: true,
            ..plain
        },
        AttentionOptions {
            dropout: 0.3,
            ..plain
        },
        AttentionOptions {
            dropout: 0.5,
            causal: true,
            ..zeros
        },
    ]
}

fn all_masks() -> Vec<Vec<Tensor>> {
    let added = normal([1, 1, 5, 7], 9);
    let none = Tensor::full([2, 1, 5, 7], false);
    vec![
        vec![],
        vec![keep(&[2, 1, 1, 7], 4)],
        vec![keep(&[5, 1], 5)],
        vec![keep(&[2, 4, 5, 7], 6), added.clone()],
        vec![keep(&[7], 7), keep(&[2, 1, 5, 1], 8), added],
        vec![none],
    ]
}

#[test]
fn the_kernel_and_plain_operations_agree_with_every_mask_and_setting() {
    for heads in [4, 2, 1] {
        let (q, k, v) = (
            normal([2, 5, 4, 3], 1),
            normal([2, 7, heads, 3], 2),
            normal([2, 7, heads, 6], 3),
        );
        for options in all_options() {
            for masks in all_masks() {
                let of = |f: &dyn Fn() -> Tensor| {
                    let tape = GradientTape::new();
                    [&q, &k, &v].iter().for_each(|x| tape.watch(x));
                    let y = with_stream(Stream::new(3), f);
                    let gradients = tape.gradient(&(&y * y.sin()).sum(), [&q, &k, &v]).unwrap();
                    [vec![y], gradients.to_vec()].concat()
                };
                let found = of(&|| attention(&q, &k, &v, &masks, options));
                let expected = of(&|| attention_with_scores(&q, &k, &v, &masks, options).0);
                for (a, b) in found.iter().zip(&expected) {
                    // Sums of a handful of numbers in double precision.
                    assert_close(a, b, 1e-12);
                }
            }
        }
    }
}

#[test]
fn a_query_that_sees_nothing() {
    let (q, v) = (normal([1, 2, 1, 3], 1), normal([1, 4, 1, 3], 2));
    let none = Tensor::full([1, 1, 2, 4], false);
    let y = |unseeing| {
        attention(
            &q,
            &v,
            &v,
            std::slice::from_ref(&none),
            AttentionOptions {
                unseeing,
                ..AttentionOptions::new(1.0)
            },
        )
    };
    let mean = v.mean_axes([1], true).broadcast_to([1, 2, 1, 3]);
    assert_close(&y(Unseeing::Mean), &mean, 1e-15);
    assert_eq!(y(Unseeing::Zeros).to_vec::<f64>().unwrap(), [0.0; 6]);
}

#[test]
fn scores_are_weights_before_dropout() {
    let x = normal([2, 5, 4, 3], 1);
    let options = AttentionOptions {
        dropout: 0.5,
        causal: true,
        ..AttentionOptions::new(0.5)
    };
    let (y, weights) = attention_with_scores(&x, &x, &x, &[], options);
    assert_close(
        &weights.sum_axis(-1),
        &Tensor::ones([2, 4, 5]).cast(DType::F64),
        1e-14,
    );
    assert!(y.error().is_none());
    assert_eq!(
        weights
            .index_axis(2, 0)
            .slice_axis(-1, 1..)
            .sum()
            .item::<f64>()
            .unwrap(),
        0.0
    );
}

#[test]
fn the_mask_of_the_queries_goes_on() {
    let mask = Tensor::from([[true, true, false]]);
    let x = Tensor::ones([1, 3, 2, 4]);
    let options = AttentionOptions::new(1.0);
    for q in [x.clone(), x.with_mask(&mask)] {
        let all = [
            attention(&q, &x, &x, &[], options),
            attention_with_scores(&q, &x, &x, &[], options).0,
        ];
        for y in all {
            assert_eq!(y.mask().map(|m| m.id()), q.mask().map(|m| m.id()));
        }
    }
    assert!(
        attention(&x, &x.with_mask(&mask), &x, &[], options)
            .mask()
            .is_none()
    );
}

#[test]
fn says_what_does_not_fit() {
    let (q, k) = (Tensor::ones([2, 5, 4, 3]), Tensor::ones([2, 7, 2, 3]));
    let options = AttentionOptions::new(1.0);
    let e = |q: &Tensor, k: &Tensor, v: &Tensor, masks: &[Tensor], options| {
        let scores = attention_with_scores(q, k, v, masks, options)
            .1
            .into_result()
            .unwrap_err()
            .to_string();
        let e = attention(q, k, v, masks, options)
            .into_result()
            .unwrap_err()
            .to_string();
        assert_eq!(e.split(" (in `").next(), scores.split(" (in `").next());
        e
    };
    let rank = e(&q.index_axis(0, 0), &k, &k, &[], options);
    assert!(
        rank.contains("[batch, time, heads, dim], found [5, 4, 3], [2, 7, 2, 3]"),
        "{rank}"
    );
    for wrong in [[2, 7, 3, 3], [2, 7, 2, 4], [1, 7, 2, 3]] {
        let found = e(&q, &Tensor::ones(wrong), &Tensor::ones(wrong), &[], options);
        assert!(
            found.contains("cannot look with queries [2, 5, 4, 3]"),
            "{found}"
        );
    }
    let mask = e(&q, &k, &k, &[Tensor::full([2, 5, 7], true)], options);
    assert!(mask.contains("mask of shape [2, 5, 7] does not broadcast to [batch, heads, queries, keys], which is [2, 4, 5, 7]"), "{mask}");
    let mask = e(&q, &k, &k, &[Tensor::full([7], 1_i64)], options);
    assert!(
        mask.contains("is bool, true where a key is seen, or f32"),
        "{mask}"
    );
    let rate = e(
        &q,
        &k,
        &k,
        &[],
        AttentionOptions {
            dropout: 1.5,
            ..options
        },
    );
    assert!(
        rate.contains("a probability from 0 to 1, found 1.5"),
        "{rate}"
    );
    let window = e(
        &q,
        &k,
        &k,
        &[],
        AttentionOptions {
            window: Some(0),
            ..options
        },
    );
    assert!(window.contains("a window of 0"), "{window}");
}

#[test]
fn open_sizes_and_replay_in_training() {
    let nothing = Param::default();
    for options in [
        AttentionOptions::new(0.5),
        AttentionOptions {
            dropout: 0.4,
            causal: true,
            ..AttentionOptions::new(0.5)
        },
    ] {
        let call = |x: Vec<Tensor>| {
            let mask = x[0]
                .index_axis(2, 0)
                .sum_axis(-1)
                .greater(0.0)
                .expand_dims(1)
                .expand_dims(1);
            vec![attention(&x[0], &x[0], &x[0], &[mask], options)]
        };
        let x = Tensor::abstract_of([UNKNOWN, 6, 2, 3], DType::F32);
        let graph = trace_with(&nothing, vec![x], true, call).unwrap();
        assert_eq!(graph.shape(graph.outputs()[0]).to_string(), "[_, 6, 2, 3]");
        let x = normal([3, 6, 2, 3], 1).cast(DType::F32);
        let again = with_stream(Stream::new(8), || graph.replay(std::slice::from_ref(&x))).unwrap();
        let expected = with_stream(Stream::new(8), || call(vec![x]));
        assert_eq!(
            again.outputs[0].to_vec::<f32>().unwrap(),
            expected[0].to_vec::<f32>().unwrap()
        );
    }
}

#[test]
fn gradient() {
    let shapes: [&[usize]; 3] = [&[1, 3, 2, 2], &[1, 4, 1, 2], &[1, 4, 1, 3]];
    for options in all_options() {
        let seen = keep(&[1, 1, 3, 4], 2);
        let f = |x: &[Tensor]| {
            with_stream(Stream::new(3), || {
                attention(&x[0], &x[1], &x[2], std::slice::from_ref(&seen), options)
            })
        };
        check_gradient(f, &shapes);
    }
    let added = |x: &[Tensor]| attention(&x[0], &x[1], &x[2], &x[3..], AttentionOptions::new(0.7));
    check_gradient(added, &[shapes[0], shapes[1], shapes[2], &[2, 1, 4]]);
}

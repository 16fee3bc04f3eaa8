//! Every pair gives the bits of its parts, over random shapes, and every registered pair is met.

use super::RULES;
use crate::ops::{
    Conv2dOptions, ConvOptions, batch_norm_inference, batch_norm_train, conv_bias, conv2d,
    conv2d_bias,
};
use crate::random::{Stream, with_stream};
use crate::{DType, GradientTape, Padding, Tensor};
use std::collections::BTreeSet;

fn normal(shape: &[usize]) -> Tensor {
    Tensor::random_normal(shape)
}

/// Sizes that vary with the round: odd ones, 1, and beyond the width of a vector.
fn size(round: usize, of: usize) -> usize {
    [1, 3, 4, 7, 8, 17, 33][(round * 5 + of * 3) % 7]
}

fn bits(tensors: &[Tensor]) -> Vec<Vec<u32>> {
    let bits = |t: &Tensor| t.data::<f32>().iter().map(|v| v.to_bits()).collect();
    tensors.iter().map(bits).collect()
}

/// The value, read before the next op sees it if `apart`: then nothing waits.
fn step(t: Tensor, apart: bool) -> Tensor {
    if apart {
        t.try_data::<f32>().unwrap();
    }
    t
}

/// Runs the pairs of one round, together or apart.
fn run(round: usize, apart: bool) -> Vec<Tensor> {
    with_stream(Stream::new(round as u64), || {
        let [n, h, w, c, o] = [0, 1, 2, 3, 4].map(|of| size(round, of));
        let channels = |k: usize| [(); 4].map(|()| normal(&[k]).abs() + 0.1);
        let mut all = Vec::new();

        // conv2d, batch_norm_inference, relu
        let (x, kernel) = (normal(&[n, h, w, c]), normal(&[3.min(h), 3.min(w), c, o]));
        let options = Conv2dOptions::new(Padding::Same);
        let [gamma, beta, mean, variance] = channels(o);
        let beta = beta - 0.4;
        let by = |y: &Tensor| batch_norm_inference(y, &gamma, &beta, &mean, &variance, 1e-3);
        all.push(step(by(&step(conv2d(&x, &kernel, options), apart)), apart));
        all.push(
            step(
                by(&step(conv2d_bias(&x, &kernel, &mean, options), apart)),
                apart,
            )
            .relu(),
        );

        all.push(step(by(&step(conv2d(&x, &kernel, options), apart)), apart).relu6());

        // conv1d or conv2d, relu or relu6
        let (sequence, taps) = (normal(&[n, h, c]), normal(&[3.min(h), c, o]));
        for rectifier in [Tensor::relu, Tensor::relu6] {
            let plain = conv2d(&x, &kernel, options);
            let biased = conv2d_bias(&x, &kernel, &mean, options);
            let pointwise = conv2d(&x, normal(&[1, 1, c, o]), options);
            let along = conv_bias(&sequence, &taps, &beta, ConvOptions::<1>::default());
            all.extend([plain, biased, pointwise, along].map(|y| rectifier(&step(y, apart))));
        }

        // batch_norm, relu or relu6, and back
        for rectifier in [Tensor::relu, Tensor::relu6] {
            let tape = GradientTape::new();
            let [gamma, beta, ..] = channels(c);
            let (gamma, beta) = (gamma * 3.0, beta - 0.4);
            [&x, &gamma, &beta].iter().for_each(|t| tape.watch(t));
            let y = rectifier(&step(batch_norm_train(&x, &gamma, &beta, 1e-3).0, apart));
            all.push(y.clone());
            all.extend(
                tape.gradient(&(&y * &y).sum(), [&x, &gamma, &beta])
                    .unwrap(),
            );
        }

        // matmul, gelu or relu
        let (a, b) = (normal(&[64 + n, 9 * c]), normal(&[9 * c, 256 + o]));
        let batches = normal(&[2, 32 + n, 9 * c]);
        let row = normal(&[256 + o]);
        for activation in [|x: &Tensor| x.gelu(false), Tensor::relu] {
            all.push(activation(&step(a.matmul(&b), apart)));
            all.push(activation(&step(batches.matmul_add(&b, &row), apart)));
        }
        all
    })
}

#[test]
fn together_and_apart_agree_to_the_bit() {
    for round in 0..24 {
        assert_eq!(
            bits(&run(round, false)),
            bits(&run(round, true)),
            "round {round}"
        );
    }
}

#[test]
fn every_pair_is_met() {
    let met: BTreeSet<(&str, &str)> = RULES.iter().map(|r| (r.first, r.second)).collect();
    let tested = BTreeSet::from([
        ("batch_norm_inference", "relu"),
        ("batch_norm_inference", "relu6"),
        ("conv1d", "relu"),
        ("conv1d", "relu6"),
        ("conv2d", "batch_norm_inference"),
        ("conv2d", "batch_norm_relu"),
        ("conv2d", "batch_norm_relu6"),
        ("conv2d", "relu"),
        ("conv2d", "relu6"),
        ("matmul", "gelu"),
        ("matmul", "relu"),
        ("relu6_gradient", "batch_norm_gradient"),
        ("relu_gradient", "batch_norm_gradient"),
    ]);
    assert_eq!(met, tested, "add a new pair to the rounds above");
}

#[test]
fn a_product_that_others_hold_is_computed_once_for_all() {
    let (a, b) = (normal(&[128, 8]), normal(&[8, 256]));
    let product = a.matmul(&b);
    let other = product.clone();
    let y = product.gelu(false);
    assert!(other.waits().is_none(), "it was computed for both");
    assert_eq!(y.dtype(), DType::F32);
}

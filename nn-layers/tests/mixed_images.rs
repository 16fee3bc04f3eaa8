//! Layers that mix images, and their labels, and layers that choose how images change: by which weights, from which ways.

use nn_core::random::{Stream, with_stream};
use nn_core::registry::SharedLayer;
use nn_core::testing::close;
use nn_core::{DType, Layer, Module, Tensor};
use nn_layers::*;
use std::sync::Arc;

/// What a layer makes of images in training.
fn train<L: Layer<Input = Tensor, Output = Tensor>>(layer: &L, x: &Tensor, seed: u64) -> Vec<f32> {
    let y = with_stream(Stream::new(seed), || layer.call(x, true));
    y.to_vec::<f32>().unwrap_or_else(|e| panic!("{e}"))
}

/// How many images a batch of these tests has whose images are told apart by their values.
const MANY: usize = 400;

/// How many numbers an image of these has.
const PIXELS: usize = 8 * 6 * 2;

/// Images of one value each, 0 to `MANY - 1`, and one-hot labels of the same.
fn numbered() -> (Tensor, Tensor) {
    let numbers = Tensor::arange(MANY);
    let images = numbers.cast(DType::F32).reshape([MANY, 1, 1, 1]);
    let labels = numbers.one_hot(MANY).cast(DType::F32);
    (images.broadcast_to([MANY, 8, 6, 2]), labels)
}

/// The weight of each image's own label and the number of the one that it is mixed with, from mixed one-hot labels.
fn mixed(labels: &[f32]) -> Vec<(f32, usize)> {
    let row = |(i, row): (usize, &[f32])| {
        let others = (0..MANY).filter(|&k| k != i && row[k] != 0.0);
        let others: Vec<usize> = others.collect();
        assert!(others.len() <= 1, "image {i} is mixed with {others:?}");
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        (row[i], others.first().copied().unwrap_or(i))
    };
    labels.chunks(MANY).enumerate().map(row).collect()
}

/// Checks mean and variance of numbers of Beta(alpha, alpha), 1/2 and 1 / (4 (2 alpha + 1)), to within five standard errors.
fn is_beta(numbers: &[f64], alpha: f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    let power = |k: i32| numbers.iter().map(|v| (v - 0.5).powi(k)).sum::<f64>() / n;
    let expected = 1.0 / (4.0 * (2.0 * alpha + 1.0));
    assert!((mean - 0.5).abs() < 5.0 * (expected / n).sqrt(), "{mean}");
    let (variance, fourth) = (power(2), power(4));
    let error = ((fourth - expected * expected).max(0.0) / n).sqrt();
    let off = (variance - expected).abs();
    assert!(off < 5.0 * error, "{variance} and not {expected}");
}

/// Checks that what has a probability was met as often, to within five standard deviations.
fn is_share(count: usize, n: usize, probability: f64) {
    let deviation = (n as f64 * probability * (1.0 - probability)).sqrt();
    let off = (count as f64 - n as f64 * probability).abs();
    assert!(off < 5.0 * deviation, "{count} of {n}");
}

#[test]
fn images_and_labels_are_mixed_by_the_same_weights() {
    let (images, labels) = numbered();
    let layer = MixUp::new().alpha(0.4);
    let mut weights = Vec::new();
    for seed in 0..5 {
        let both = || layer.call_with_labels(&images, &labels, true);
        let (x, y) = with_stream(Stream::new(seed), both);
        let x = x.to_vec::<f32>().unwrap();
        let rows = mixed(&y.to_vec::<f32>().unwrap());
        for ((i, (weight, other)), image) in rows.iter().enumerate().zip(x.chunks(PIXELS)) {
            let expected = weight * i as f32 + (1.0 - weight) * *other as f32;
            let near = |v: &f32| close(f64::from(*v), f64::from(expected), 1e-5);
            assert!(image.iter().all(near), "{i}: {image:?} and not {expected}");
        }
        // A permutation: nobody is the partner of two. An image that is mixed with itself, or wholly kept, tells nothing.
        let told = || rows.iter().enumerate().filter(|(i, row)| row.1 != *i);
        let mut partners: Vec<usize> = told().map(|(_, row)| row.1).collect();
        partners.sort_unstable();
        partners.dedup();
        assert_eq!(partners.len(), told().count());
        assert!(partners.len() > MANY * 9 / 10);
        weights.extend(told().map(|(_, row)| f64::from(row.0)));
        // Images alone are mixed in the same way.
        assert_eq!(train(&layer, &images, seed), x);
    }
    is_beta(&weights, 0.4);
}

#[test]
fn a_rectangle_of_another_image_takes_its_share_of_the_label() {
    let (images, labels) = numbered();
    let [height, width] = [8, 6];
    let layer = CutMix::new().factor_between(0.7, 0.7);
    let mut weights = Vec::new();
    for seed in 0..5 {
        let both = || layer.call_with_labels(&images, &labels, true);
        let (x, y) = with_stream(Stream::new(seed), both);
        let x = x.to_vec::<f32>().unwrap();
        let rows = mixed(&y.to_vec::<f32>().unwrap());
        for ((i, (weight, other)), image) in rows.iter().enumerate().zip(x.chunks(PIXELS)) {
            if *other == i {
                continue;
            }
            let pixels: Vec<f32> = image.chunks(2).map(|p| p[0]).collect();
            assert!(image.chunks(2).all(|p| p[0] == p[1]));
            let (own, theirs) = (i as f32, *other as f32);
            assert!(pixels.iter().all(|&v| v == own || v == theirs));
            let cut = |r: usize, c: usize| pixels[r * width + c] == theirs;
            let rows = (0..height).filter(|&r| (0..width).any(|c| cut(r, c)));
            let columns = (0..width).filter(|&c| (0..height).any(|r| cut(r, c)));
            let (rows, columns) = (rows.count(), columns.count());
            let area = pixels.iter().filter(|&&v| v == theirs).count();
            assert_eq!(area, rows * columns, "a rectangle");
            // Of the image's proportions, but that pixels are whole.
            let part = f64::from(1.0 - weight).sqrt();
            let near = |n: usize, side: usize| (n as f64 - part * side as f64).abs() < 1.001;
            match area {
                // A rectangle narrower than a pixel may lie between two.
                0 => assert!(near(0, width)),
                _ => assert!(near(rows, height) && near(columns, width)),
            }
            weights.push(f64::from(*weight));
        }
        assert_eq!(train(&layer, &images, seed), x);
    }
    is_beta(&weights, 0.7);
}

#[test]
fn small_parameters_keep_one_image_of_two() {
    let (images, labels) = numbered();
    let mix_up = MixUp::new().alpha(1e-6);
    let cut_mix = CutMix::new().factor(0.0);
    let ways: [&dyn Fn() -> (Tensor, Tensor); 2] =
        [&|| mix_up.call_with_labels(&images, &labels, true), &|| {
            cut_mix.call_with_labels(&images, &labels, true)
        }];
    for mix in ways {
        let (_, y) = with_stream(Stream::new(3), mix);
        let rows = mixed(&y.to_vec::<f32>().unwrap());
        let is_whole = |&(weight, _): &(f32, usize)| !(1e-3..=0.999).contains(&weight);
        assert!(rows.iter().all(is_whole));
        let kept = rows.iter().filter(|(weight, _)| *weight > 0.5).count();
        is_share(kept, MANY, 0.5);
    }
}

#[test]
fn labels_go_beside_images_or_are_refused() {
    let images = Tensor::random_uniform([3, 4, 4, 1]);
    let labels = Tensor::from([[1_i64, 0], [0, 1], [1, 0]]);
    let bits = |t: &Tensor| t.cast(DType::F32).to_vec::<f32>().unwrap();
    macro_rules! both {
        ($($layer:expr),+) => {$(
            let layer = $layer;
            let (x, y) = layer.call_with_labels(&images, &labels, false);
            assert_eq!((bits(&x), bits(&y)), (bits(&images), bits(&labels)));
            // One image is its own partner.
            let (one, label) = (images.index_axis(0, 0), labels.index_axis(0, 0));
            let (x, y) = layer.call_with_labels(&one, &label, true);
            assert_eq!((x.shape(), y.shape()), (one.shape(), label.shape()));
            let same = |a: &Tensor, b: &Tensor| bits(a).iter().zip(bits(b)).all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(same(&x, &one) && same(&y, &label));
            let listed = layer.call_any(vec![images.clone(), labels.clone()], true);
            let shapes: Vec<_> = listed.iter().map(Tensor::shape).collect();
            assert_eq!(shapes, [images.shape(), labels.shape()]);
            for (wrong, text) in [
                (Tensor::from([1_i64, 0, 1]), "`one_hot` makes them of numbers of classes"),
                (Tensor::ones([2, 2]), "needs a label for each image, found labels [2, 2]"),
            ] {
                let (x, y) = layer.call_with_labels(&images, &wrong, true);
                for t in [x, y] {
                    let error = t.into_result().unwrap_err().to_string();
                    assert!(error.contains(text), "{error}");
                }
            }
            let error = layer.call_any(Vec::new(), true).remove(0).into_result();
            assert!(error.unwrap_err().to_string().contains("found 0 tensors"));
        )+};
    }
    both!(MixUp::new(), CutMix::new());
}

#[test]
fn in_a_functional_model_labels_go_in_and_come_out() {
    let (x, y) = (Input::new([4, 4, 1]), Input::new([2]));
    let layer: SharedLayer = Arc::new(MixUp::new().seed(5));
    let mixed = call_symbolic(&layer, None, vec![x.clone(), y.clone()]);
    let outputs = (mixed[0].clone(), mixed[1].clone());
    let model = Functional::<(Tensor, Tensor), (Tensor, Tensor)>::new((x, y), outputs).unwrap();
    let images = Tensor::random_uniform([3, 4, 4, 1]);
    let labels = Tensor::arange(3)
        .one_hot(3)
        .cast(DType::F32)
        .slice_axis(1, 0..2);
    let bits = |(x, y): &(Tensor, Tensor)| [x, y].map(|t| t.to_vec::<f32>().unwrap());
    let expected = MixUp::new()
        .seed(5)
        .call_with_labels(&images, &labels, true);
    let copy =
        Functional::<(Tensor, Tensor), (Tensor, Tensor)>::from_config(&model.config()).unwrap();
    for model in [model, copy] {
        let found = model.call((images.clone(), labels.clone()), true);
        assert_eq!(bits(&found), bits(&expected));
    }
}

#[test]
fn a_way_is_drawn_for_the_whole_batch_from_all_of_them() {
    // Of a plain image those that move pixels or spread colours leave it.
    let x = Tensor::full([2, 6, 6, 3], 100.0_f32);
    let augment = RandAugment::new().num_ops(1).factor_between(0.5, 0.5);
    let is = |v: f32, values: &[f32]| values.iter().any(|w| (v - w).abs() < 0.02);
    // Posterization to one, two or three bits.
    let shades = [0.0, 64.0, 96.0];
    // Half of the range more, and the number itself. Solarization gives what else there is from 27.5 to 154.5.
    let (brighter, same) = ([227.5], [100.0]);
    let mut met = [0; 4];
    let n = 600;
    for seed in 0..n {
        let y = train(&augment, &x, seed);
        let which = |v: f32| {
            let kinds = [&shades[..], &brighter, &same];
            let found = kinds.iter().position(|kind| is(v, kind));
            assert!(found.is_some() || (27.4..154.6).contains(&v), "{v}");
            found.unwrap_or(3)
        };
        let first = which(y[0]);
        assert!(y.iter().all(|v| which(*v) == first), "the whole batch");
        met[first] += 1;
    }
    for (count, ways) in met.into_iter().zip([1.0, 1.0, 8.0, 1.0]) {
        is_share(count, n as usize, ways / 11.0);
    }
    // In two steps what is brighter may be brighter again or get fewer shades.
    let twice = RandAugment::new().factor_between(0.5, 0.5);
    let both = |seed: &u64| is(train(&twice, &x, *seed)[0], &[255.0, 128.0, 192.0, 224.0]);
    assert!((0..300).filter(both).count() > 0);
}

#[test]
fn copies_are_mixed_by_weights_that_add_up_to_one() {
    let x = Tensor::random_uniform([2, 5, 4, 3]) * 255.0;
    // Without changes all copies are the images.
    let y = train(&AugMix::new().num_chains(5).chain_depth(0), &x, 1);
    let same = |(a, b): (&f32, f32)| close(f64::from(*a), f64::from(b), 1e-5);
    assert!(y.iter().zip(x.to_vec::<f32>().unwrap()).all(same));
    // Of what changes no colours, two ways of seven change a plain image, and nothing is a way too.
    let plain = Tensor::full([1, 4, 4, 3], 100.0_f32);
    let mix = AugMix::new().factor_between(0.5, 0.5);
    let one = mix.clone().num_chains(1).chain_depth(1).all_ops(false);
    let values: Vec<f32> = (0..400).map(|seed| train(&one, &plain, seed)[0]).collect();
    let kept = values.iter().filter(|v| (**v - 100.0).abs() < 1e-3);
    is_share(kept.count(), values.len(), 6.0 / 8.0);
    // Solarization makes at most 154.5 of 100, and every mean is below; brightness makes more.
    assert!(values.iter().all(|v| (0.0..154.6).contains(v)));
    assert!((0..50).any(|seed| train(&mix, &plain, seed)[0] > 155.0));
}

//! What layers for images draw by chance: how it is distributed, that each image has a draw of its own, and what seeds fix.
//!
//! Numbers without a source here are those of Keras 3.15 on JAX, for the same draw.

use nn_core::random::{Stream, with_stream};
use nn_core::testing::close;
use nn_core::{Layer, Tensor};
use nn_layers::*;

/// What a layer makes of an image in training.
fn train<L: Layer<Input = Tensor, Output = Tensor>>(layer: &L, x: &Tensor, seed: u64) -> Vec<f32> {
    let y = with_stream(Stream::new(seed), || layer.call(x, true));
    y.to_vec::<f32>().unwrap_or_else(|e| panic!("{e}"))
}

/// Checks that every result is one of two, and that both are met.
fn one_of_two<L: Layer<Input = Tensor, Output = Tensor>>(layer: &L, x: &Tensor, two: [&[f32]; 2]) {
    let mut met = [0; 2];
    for seed in 0..40 {
        let y = train(layer, x, seed);
        let is = |expected: &&[f32]| {
            let same = |(a, b): (&f32, &f32)| close(f64::from(*a), f64::from(*b), 1e-4);
            y.iter().zip(expected.iter()).all(same)
        };
        let which = two.iter().position(is);
        met[which.unwrap_or_else(|| panic!("{y:?} is neither of {two:?}"))] += 1;
    }
    // Of 40 throws of a coin, fewer than 5 one way come once in 100,000 times.
    assert!(met.iter().all(|&n| n >= 5), "{met:?}");
}

#[test]
fn hues_turn_both_ways() {
    let pixels = [
        10.0_f32, 200.0, 30.0, 250.0, 5.0, 120.0, 60.0, 60.0, 60.0, 0.0, 90.0, 255.0,
    ];
    let x = Tensor::from(pixels).reshape([1, 2, 2, 3]);
    let hue = RandomHue::new(0.0).factor_between(0.4, 0.4);
    let one = [
        10.0, 142.0, 200.0, 250.0, 184.0, 5.0, 60.0, 60.0, 60.0, 216.0, 0.0, 255.0,
    ];
    let other = [
        200.0, 182.0, 10.0, 86.0, 5.0, 250.0, 60.0, 60.0, 60.0, 0.0, 255.0, 114.0,
    ];
    one_of_two(&hue, &x, [&one, &other]);
}

fn counted() -> Tensor {
    (Tensor::arange(12).cast(nn_core::DType::F32) + 1.0).reshape([1, 3, 4, 1])
}

#[test]
fn shears_go_both_ways() {
    let shear = RandomShear::new(0.0, 0.0)
        .x_factor_between(0.5, 0.5)
        .y_factor_between(0.25, 0.25)
        .fill_mode(FillMode::Nearest);
    let one = [
        1.0, 3.0, 5.0, 7.0, 5.5, 7.5, 9.5, 11.0, 10.0, 11.0, 12.0, 12.0,
    ];
    let other = [1.0, 2.0, 3.0, 4.0, 5.0, 4.5, 4.5, 4.5, 9.0, 8.0, 8.0, 8.0];
    one_of_two(&shear, &counted(), [&one, &other]);
}

#[test]
fn a_slant_takes_the_corners_where_they_were_drawn() {
    // Corner by corner: with all of them at half their distance the image is drawn at half its size.
    let x = counted();
    let slant = RandomPerspective::new().factor_between(1.0, 1.0);
    for seed in 0..20 {
        let y = train(&slant, &x, seed);
        // The first corner stays, and a pixel is between those of the image, or beyond it and 0.
        assert_eq!(y[0], 1.0);
        assert!(y.iter().all(|v| (0.0..=12.0).contains(v)), "{y:?}");
    }
    let never = RandomPerspective::new().factor_between(0.0, 0.0);
    assert_eq!(train(&never, &x, 1), x.to_vec::<f32>().unwrap());
    let whole = RandomPerspective::new().factor_between(1.0, 1.0).scale(0.0);
    assert_eq!(train(&whole, &x, 1), x.to_vec::<f32>().unwrap());
}

#[test]
fn a_warp_moves_neighbours_together_as_far_as_its_scale_says() {
    // Every pixel is the number of its column, so that the result tells how far to the right it was read.
    let columns = Tensor::arange(64).cast(nn_core::DType::F32);
    let x = columns.reshape([1, 1, 64, 1]).broadcast_to([1, 64, 64, 1]);
    let warp = RandomElasticTransform::new()
        .factor_between(1.0, 1.0)
        .scale_between(0.2, 0.2);
    let y = Tensor::from_vec(train(&warp, &x, 3), [1, 64, 64, 1]);
    // Far enough from the border that nothing is mirrored.
    let moved = (y - x).slice_axis(2, 8..56).slice_axis(1, 8..56);
    // Normal numbers of deviation sigma, blurred over three by three pixels, times alpha.
    let (alpha, sigma) = (0.1 * 0.2 * 64.0, 0.05 * 0.2 * 64.0_f64);
    let beside = (-0.5 / (sigma * sigma)).exp();
    let squares = (1.0 + 2.0 * beside * beside) / (1.0 + 2.0 * beside).powi(2);
    let expected = alpha * sigma * squares;
    let found = moved.square().mean().to_f64().unwrap().sqrt();
    assert!(
        (found / expected - 1.0).abs() < 0.06,
        "{found} instead of {expected}"
    );
    let never = RandomElasticTransform::new().factor(0.0);
    assert_eq!(
        train(&never, &counted(), 1),
        counted().to_vec::<f32>().unwrap()
    );
}

#[test]
fn every_image_gets_as_many_boxes() {
    let boxes = (Tensor::arange(24).cast(nn_core::DType::F32)).reshape([2, 3, 4]);
    let labels = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
    let (fewer, of_fewer) = MaxNumBoundingBoxes::new(2).forward((&boxes, &labels));
    assert_eq!(
        fewer.to_vec::<f32>().unwrap(),
        boxes.slice_axis(1, 0..2).to_vec::<f32>().unwrap()
    );
    assert_eq!(of_fewer.to_vec::<i64>().unwrap(), [1, 2, 4, 5]);
    let (more, of_more) = MaxNumBoundingBoxes::new(4)
        .fill_value(9)
        .forward((&boxes, &labels));
    assert_eq!(more.shape(), [2, 4, 4]);
    assert_eq!(more.index_axis(1, 3).to_vec::<f32>().unwrap(), [9.0; 8]);
    assert_eq!(of_more.to_vec::<i64>().unwrap(), [1, 2, 3, 9, 4, 5, 6, 9]);
    let (wrong, _) = MaxNumBoundingBoxes::new(4).forward((&boxes, &labels.slice_axis(1, 0..2)));
    let error = wrong.into_result().unwrap_err().to_string();
    assert!(
        error.contains(
            "expects boxes [batch, n, 4] and labels [batch, n], found [2, 3, 4] and [2, 2]"
        ),
        "{error}"
    );
}

#[test]
fn a_blur_keeps_a_plain_image_but_for_its_border() {
    let blur = RandomGaussianBlur::new()
        .factor_between(1.0, 1.0)
        .sigma_between(1.0, 1.0);
    let y = blur.call(Tensor::full([1, 5, 5, 2], 7.0_f32), true);
    assert!((y.index_axis(1, 2).index_axis(1, 2).mean().to_f64().unwrap() - 7.0).abs() < 1e-5);
    // A single point gets the weights of a normal distribution, e^(-1/2) beside it.
    let mut point = vec![0.0_f32; 25];
    point[12] = 100.0;
    let y = train(&blur, &Tensor::from_vec(point, [1, 5, 5, 1]), 1);
    let e = (-0.5_f32).exp();
    let middle = 100.0 / (1.0 + 2.0 * e).powi(2);
    for (at, expected) in [
        (12, middle),
        (11, middle * e),
        (6, middle * e * e),
        (2, 0.0),
    ] {
        assert!((y[at] - expected).abs() < 1e-3, "{at}: {}", y[at]);
    }
}

/// Of n throws with a probability, how many standard deviations the share is off.
fn off(hits: usize, n: usize, probability: f64) -> f64 {
    let deviation = (n as f64 * probability * (1.0 - probability)).sqrt();
    (hits as f64 - n as f64 * probability).abs() / deviation
}

#[test]
fn half_of_the_images_are_flipped_each_on_its_own() {
    let n = 2_000;
    let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 2, 2, 1]);
    let x = x.broadcast_to([n, 2, 2, 1]);
    for (mode, turned) in [
        (FlipMode::Horizontal, [2.0, 1.0, 4.0, 3.0]),
        (FlipMode::Vertical, [3.0, 4.0, 1.0, 2.0]),
        (FlipMode::HorizontalAndVertical, [4.0, 3.0, 2.0, 1.0]),
    ] {
        let y = train(&RandomFlip::new().mode(mode), &x, 5);
        let images = y.chunks(4);
        let flipped = images.clone().filter(|image| **image == turned).count();
        let kept = images
            .filter(|image| **image == [1.0, 2.0, 3.0, 4.0])
            .count();
        assert_eq!(flipped + kept, n);
        assert!(off(flipped, n, 0.5) < 5.0, "{flipped} of {n}");
    }
}

#[test]
fn parts_are_taken_from_every_place_alike() {
    let n = 3_000;
    let x = Tensor::arange(12)
        .reshape([1, 3, 4, 1])
        .broadcast_to([n, 3, 4, 1]);
    let y = train(&RandomCrop::new(2, 2), &x, 6);
    let mut places = [0; 12];
    for image in y.chunks(4) {
        let first = image[0];
        assert_eq!(image, [first, first + 1.0, first + 4.0, first + 5.0]);
        places[first as usize] += 1;
    }
    for (place, count) in places.into_iter().enumerate() {
        match place / 4 < 2 && place % 4 < 3 {
            true => assert!(off(count, n, 1.0 / 6.0) < 5.0, "{places:?}"),
            false => assert_eq!(count, 0, "{places:?}"),
        }
    }
}

/// Mean and extremes of what is drawn for each image, seen through a layer that adds it to a plain image.
#[test]
fn what_is_drawn_is_spread_evenly_over_its_range() {
    let n = 4_000;
    let x = Tensor::full([n, 1, 1, 1], 0.5_f32);
    let brightness = RandomBrightness::new(0.0)
        .factor_between(-0.1, 0.3)
        .value_range([0.0, 1.0]);
    let y = train(&brightness, &x, 7);
    let mean = y.iter().map(|v| f64::from(*v) - 0.5).sum::<f64>() / n as f64;
    // Five standard errors of the mean of a uniform distribution of width 0.4.
    let tolerance = 5.0 * 0.4 / 12f64.sqrt() / (n as f64).sqrt();
    assert!((mean - 0.1).abs() < tolerance, "{mean}");
    assert!(y.iter().all(|v| (0.4..=0.8).contains(v)));
    assert!(y.iter().any(|v| *v < 0.41) && y.iter().any(|v| *v > 0.79));
}

#[test]
fn a_share_of_the_images_is_changed() {
    let n = 2_000;
    let x = Tensor::from([200.0_f32, 100.0, 0.0]).reshape([1, 1, 1, 3]);
    let x = x.broadcast_to([n, 1, 1, 3]);
    let kept = |y: Vec<f32>| y.chunks(3).filter(|p| **p == [200.0, 100.0, 0.0]).count();
    let gray = RandomGrayscale::new().factor(0.3);
    assert!(off(kept(train(&gray, &x, 8)), n, 0.7) < 5.0);
    let inverted = RandomInvert::new().factor_between(0.6, 0.6);
    assert!(off(kept(train(&inverted, &x, 8)), n, 0.4) < 5.0);
    // A probability drawn from 0 to 1 is a half on average.
    let inverted = RandomInvert::new();
    assert!(off(kept(train(&inverted, &x, 9)), n, 0.5) < 5.0);
}

#[test]
fn a_rectangle_is_erased_and_nothing_else() {
    let n = 300;
    let x = Tensor::ones([n, 10, 10, 1]);
    let erase = RandomErasing::new()
        .factor_between(1.0, 1.0)
        .scale_between(0.09, 0.25)
        .fill_value(0.0);
    let y = train(&erase, &x, 10);
    let mut sum = 0.0;
    for image in y.chunks(100) {
        let is_erased = |r: usize, c: usize| image[r * 10 + c] == 0.0;
        let rows = (0..10)
            .filter(|&r| (0..10).any(|c| is_erased(r, c)))
            .count();
        let columns = (0..10)
            .filter(|&c| (0..10).any(|r| is_erased(r, c)))
            .count();
        let erased = image.iter().filter(|v| **v == 0.0).count();
        assert_eq!(erased, rows * columns, "a rectangle");
        // From the root of 0.09 to that of 0.25 of ten pixels, of which one more or less may be met.
        assert!((2..=6).contains(&rows) && (2..=6).contains(&columns));
        sum += (rows * columns) as f64;
    }
    // The mean side is the mean of a root between 0.09 and 0.25: (2/3)(0.125 - 0.027) / 0.16 of ten pixels.
    let side = 10.0 * 2.0 / 3.0 * (0.125 - 0.027) / 0.16;
    assert!(
        (sum / n as f64 - side * side).abs() < 1.5,
        "{}",
        sum / n as f64
    );
}

#[test]
fn a_seed_fixes_what_a_layer_draws_whatever_else_is_drawn() {
    let x = Tensor::random_uniform([4, 5, 6, 3]);
    let layer = || RandomTranslation::new(0.4, 0.4).seed(9);
    let (a, b) = (layer(), layer());
    let first = train(&a, &x, 1);
    assert_eq!(train(&b, &x, 2), first);
    let second = train(&a, &x, 1);
    assert_ne!(second, first, "a layer draws anew at each call");
    assert_eq!(train(&b, &x, 3), second);
    assert_ne!(
        train(&RandomTranslation::new(0.4, 0.4).seed(8), &x, 1),
        first
    );
    let unseeded = RandomTranslation::new(0.4, 0.4);
    assert_eq!(train(&unseeded, &x, 1), train(&unseeded, &x, 1));
    assert_ne!(train(&unseeded, &x, 1), train(&unseeded, &x, 2));
}

#[test]
fn one_image_is_a_batch_of_one() {
    let x = Tensor::random_uniform([5, 6, 3]) * 255.0;
    let all = x.expand_dims(0);
    macro_rules! same {
        ($($layer:expr),+ $(,)?) => {$(
            let layer = $layer;
            assert_eq!(train(&layer, &x, 3), train(&layer, &all, 3), "{layer:?}");
            let error = layer.call(Tensor::ones([3, 3]), true).into_result().unwrap_err().to_string();
            assert!(error.contains("expects rank 4"), "{error}");
        )+};
    }
    same!(
        Resizing::new(3, 4),
        CenterCrop::new(2, 3),
        RandomCrop::new(2, 3),
        RandomFlip::new(),
        RandomRotation::new(0.3),
        RandomZoom::new(0.3),
        RandomTranslation::new(0.3, 0.3),
        RandomShear::new(0.3, 0.3),
        RandomPerspective::new(),
        RandomElasticTransform::new(),
        RandomContrast::new(0.3),
        RandomBrightness::new(0.3),
        RandomHue::new(0.3),
        RandomSaturation::new(0.3),
        RandomSharpness::new(0.3),
        RandomGrayscale::new(),
        RandomInvert::new(),
        RandomPosterization::new(5),
        RandomColorDegeneration::new(0.3),
        RandomColorJitter::new().hue_factor(0.3),
        RandomErasing::new(),
        MixUp::new(),
        CutMix::new(),
        RandAugment::new(),
        AugMix::new().num_chains(2),
        RandomGaussianBlur::new(),
        Solarization::new().addition_factor(0.3),
        AutoContrast::new(),
        Equalization::new(),
    );
}

#[test]
fn factors_out_of_their_range_are_errors() {
    let x = Tensor::ones([1, 4, 4, 3]);
    macro_rules! refused {
        ($($layer:expr => $text:expr),+ $(,)?) => {$(
            let error = $layer.call(&x, false).into_result().unwrap_err().to_string();
            assert!(error.contains($text), "{error}");
        )+};
    }
    refused!(
        RandomRotation::new(1.5) => "the factor of RandomRotation is a number, or two, from -1 to 1, found 1.5",
        RandomZoom::new(0.1).height_factor_between(-1.0, 0.0) => "the height_factor of RandomZoom",
        RandomTranslation::new(0.1, f64::NAN) => "the width_factor of RandomTranslation",
        RandomContrast::new(0.1).factor_between(-0.1, 0.1) => "found -0.1 and 0.1",
        RandomBrightness::new(0.1).value_range([1.0, 0.0]) => "the value_range of RandomBrightness",
        RandomPosterization::new(9) => "from 1 to 8, found 9",
        RandomGaussianBlur::new().kernel_size(4) => "is odd, found 4 and 4",
        RandomElasticTransform::new().scale(1.5) => "the scale of RandomElasticTransform is a number, or two, from 0 to 1, found 1.5",
        ContrastLimitedAdaptiveHistogramEqualization::new().tile_grid_size([0, 8]) => "is from 1 to 65536 each way, found 0 and 8",
        MixUp::new().alpha(0.0) => "the alpha of MixUp is a positive number, found 0",
        CutMix::new().factor(1.5) => "the factor of CutMix is a number, or two, from 0 to 1, found 1.5",
        RandAugment::new().num_ops(1 << 40) => "RandAugment makes at most 100 changes",
        RandAugment::new().interpolation(Interpolation::Bicubic) => "RandAugment interpolates by Nearest or Bilinear",
        AugMix::new().num_chains(0) => "found 0 for `num_chains`",
        AugMix::new().num_chains(1 << 40).chain_depth(1 << 40) => "AugMix makes at most 100 changes",
        AugMix::new().alpha(f64::NAN) => "the alpha of AugMix",
        RandomErasing::new().fill_color(&[1.0, 2.0]) => "fills with 2 numbers the pixels of [1, 4, 4, 3]",
        RandomRotation::new(0.1).interpolation(Interpolation::Bicubic) => "interpolates by Nearest or Bilinear",
        Resizing::new(2, 2).crop_to_aspect_ratio(true).pad_to_aspect_ratio(true) => "not both",
        Equalization::new().bins(0) => "at least one part",
    );
}

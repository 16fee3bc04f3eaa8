//! Sizes that nothing can hold: whatever asks for them gives an error that says so, without a panic, an abort, or a result that is
//! quietly smaller.

use nn::prelude::*;
use nn::{
    Interpolation, UNKNOWN,
    ops::{Conv2dOptions, ConvOptions, ConvTransposeOptions, PadMode, conv2d, scatter_add},
    random,
};

/// Sizes that are no size: beyond all memory, beyond a dimension, beyond what can be counted.
const ABSURD: [usize; 8] = [
    1 << 35,
    1 << 40,
    1 << 42,
    1 << 50,
    1 << 62,
    1 << 63,
    usize::MAX - 1,
    usize::MAX,
];

fn message(name: &str, t: Tensor) -> String {
    match t.into_result() {
        Err(error) => error.to_string(),
        Ok(t) => panic!("{name}: {:?} is no error", t.shape()),
    }
}

#[test]
fn what_is_made_from_nothing() {
    for n in ABSURD {
        for (name, t) in [
            ("zeros", Tensor::zeros([n])),
            ("ones", Tensor::ones([2, n])),
            ("full", Tensor::full([n, 3], 7_i64)),
            ("full of bools", Tensor::full([n], true)),
            ("arange", Tensor::arange(n)),
            ("linspace", Tensor::linspace(0.0, 1.0, n)),
            ("eye", Tensor::eye(n)),
            ("random_uniform", Tensor::random_uniform([n])),
            ("random_normal", Tensor::random_normal([n])),
            ("bernoulli", random::bernoulli([n], 0.5)),
            (
                "build",
                Tensor::build([n], |_: &mut [f32]| panic!("filled")),
            ),
            ("from_vec", Tensor::from_vec(vec![1.0_f32], [n])),
            (
                "scatter_add",
                scatter_add([n], &Tensor::from([0_i64]), &Tensor::from([1.0_f32])),
            ),
            ("one_hot", Tensor::from([0_i64]).one_hot(n)),
        ] {
            let e = message(name, t);
            assert!(
                e.contains("a dimension of a tensor is below 2³⁴")
                    || e.contains("one_hot needs to know"),
                "{name} {n}: {e}"
            );
        }
    }
}

#[test]
fn dimensions_that_are_fine_and_a_product_that_is_not() {
    let n = 1_usize << 33;
    for (name, t) in [
        ("1 TB", Tensor::zeros([n, 32])),
        ("2⁶⁴ elements", Tensor::zeros([n, 1 << 31])),
        ("2⁶⁶ elements", Tensor::ones([n, n])),
        ("2²⁰⁰ elements", Tensor::zeros([n; 6])),
        ("the identity", Tensor::eye(1 << 20)),
        ("random numbers", Tensor::random_normal([n, 64])),
        ("repeat", Tensor::ones([1024]).repeat(n, 0)),
        ("tile", Tensor::ones([1, 1024]).tile([n, 3])),
        ("broadcast_to", Tensor::ones([1]).broadcast_to([n, 1 << 20])),
        (
            "outer",
            Tensor::ones([1 << 21]).outer(Tensor::ones([1 << 21])),
        ),
        (
            "an addition",
            Tensor::ones([1 << 21, 1]) + Tensor::ones([1, 1 << 21]),
        ),
        (
            "a product",
            Tensor::ones([1 << 21, 1]).matmul(Tensor::ones([1, 1 << 21])),
        ),
        (
            "one_hot",
            Tensor::zeros([1 << 10]).cast(DType::I64).one_hot(n),
        ),
        ("pad", Tensor::ones([1024, 4]).pad([(0, 0), (n, 0)])),
    ] {
        let e = message(name, t);
        assert!(
            e.contains("cannot be made") && e.contains("B of memory are needed")
                || e.contains("more than 18 EB")
                || e.contains("a dimension of a tensor is below"),
            "{name}: {e}"
        );
    }
    // Nothing at all fits, whatever the other dimensions are, and can be worked with.
    let nothing = Tensor::zeros([n, 0, n]);
    assert_eq!(nothing.num_elements(), 0);
    assert_eq!((&nothing + 1.0).sum().item::<f32>().unwrap(), 0.0);
    assert_eq!(nothing.transpose([2, 1, 0]).shape(), [n, 0, n]);
    assert_eq!(concatenate([&nothing, &nothing], 1).num_elements(), 0);
}

#[test]
fn operations_name_themselves() {
    let x = Tensor::ones([4]);
    let image = Tensor::ones([2, 8, 8, 4]);
    let (steps, volume) = (Tensor::ones([2, 8, 4]), Tensor::ones([2, 4, 3, 2, 4]));
    for n in ABSURD {
        for (op, t) in [
            ("pad", x.pad([(n, 0)])),
            ("pad", x.pad([(0, n)])),
            ("pad", x.pad([(n, n)])),
            ("pad", x.pad_with([(n, 1)], PadMode::Edge)),
            ("pad", x.pad_with([(1, n)], PadMode::Reflect)),
            ("", x.repeat(n, 0)),
            ("", x.tile([n])),
            ("", x.tile([n, 1])),
            ("reshape", x.reshape([n])),
            ("reshape", x.reshape([2, n])),
            ("broadcast_to", Tensor::ones([1]).broadcast_to([n])),
            ("slice", x.slice(0..n)),
            ("slice", x.slice(n..)),
            ("top_k", x.top_k(n).0),
            ("split", x.split(n, 0)[0].clone()),
            ("split", x.split_sizes([n, 5], 0)[0].clone()),
            ("take", x.take(&Tensor::from([(n >> 1) as i64]), 0)),
            (
                "max_pool2d",
                nn::ops::max_pool2d(&image, [n, n], [1, 1], Padding::Same),
            ),
            (
                "avg_pool2d",
                nn::ops::avg_pool2d(&image, [n, 2], [1, 1], Padding::Same),
            ),
            (
                "max_pool1d",
                nn::ops::max_pool(&steps, [n], [1], Padding::Causal),
            ),
            (
                "avg_pool3d",
                nn::ops::avg_pool(&volume, [1, n, n], [1, 1, 1], Padding::Same),
            ),
            (
                "adaptive_max_pool1d",
                nn::ops::adaptive_max_pool(&steps, [n]),
            ),
            (
                "adaptive_avg_pool3d",
                nn::ops::adaptive_avg_pool(&volume, [1, 1, n]),
            ),
            (
                "resize",
                nn::ops::up_sampling(&steps, [n], Interpolation::Nearest),
            ),
            (
                "resize",
                nn::ops::resize(&image, [n, n], Interpolation::Bilinear, true),
            ),
            ("conv1d", {
                let options = ConvOptions {
                    dilation: [n],
                    ..ConvOptions::<1>::new(Padding::Causal)
                };
                nn::ops::conv(&steps, Tensor::ones([3, 4, 2]), options)
            }),
            ("conv3d", {
                let options = ConvOptions {
                    dilation: [n, 1, 1],
                    ..ConvOptions::<3>::new(Padding::Same)
                };
                nn::ops::conv(&volume, Tensor::ones([3, 1, 1, 4, 2]), options)
            }),
            ("conv2d_transpose", {
                let options = ConvTransposeOptions {
                    strides: [1, n],
                    ..ConvTransposeOptions::<2>::new(Padding::Same)
                };
                nn::ops::conv_transpose(&image, Tensor::ones([3, 3, 2, 4]), options)
            }),
            ("conv2d_transpose", {
                let options = ConvTransposeOptions {
                    output_padding: Some([n, n]),
                    ..ConvTransposeOptions::<2>::new(Padding::Same)
                };
                nn::ops::conv_transpose(&image, Tensor::ones([3, 3, 2, 4]), options)
            }),
            ("conv2d", {
                let options = Conv2dOptions {
                    dilation: [n, n],
                    ..Conv2dOptions::new(Padding::Same)
                };
                conv2d(&image, Tensor::ones([3, 3, 4, 2]), options)
            }),
            ("conv2d", {
                let options = Conv2dOptions {
                    border: [[n, 0], [0, n]],
                    ..Conv2dOptions::new(Padding::Same)
                };
                conv2d(&image, Tensor::ones([3, 3, 4, 2]), options)
            }),
            ("conv2d", {
                let options = Conv2dOptions {
                    groups: n,
                    ..Conv2dOptions::new(Padding::Same)
                };
                conv2d(&image, Tensor::ones([3, 3, 4, 2]), options)
            }),
        ] {
            let e = message(op, t);
            assert!(
                e.contains(&format!("(in `{op}")) || op.is_empty(),
                "{op} {n}: {e}"
            );
            assert!(e.contains("absurd_sizes.rs"), "{op} {n}: {e}");
        }
        // A stride beyond the image is one window.
        let options = Conv2dOptions {
            strides: [n, 1],
            ..Conv2dOptions::new(Padding::Valid)
        };
        let y = conv2d(&image, Tensor::ones([3, 3, 4, 2]), options);
        assert!(y.error().is_some() || y.shape() == [2, 1, 6, 2], "{n}");
    }
}

#[test]
fn a_far_border_under_far_windows_is_read_where_the_image_is() {
    let s = u32::MAX as usize / 3;
    let options = Conv2dOptions {
        strides: [s, s],
        border: [[s, 2 * s], [s, 2 * s]],
        ..Conv2dOptions::new(Padding::Valid)
    };
    let y = conv2d(
        &Tensor::ones([1, 1, 1, 1]),
        Tensor::ones([1, 1, 1, 1]),
        options,
    );
    // Four windows each way, the second of which is on the one pixel.
    let mut expected = [0.0; 16];
    expected[5] = 1.0;
    assert_eq!(y.to_vec::<f32>().unwrap(), expected);
}

#[test]
fn more_dimensions_than_a_tensor_can_have() {
    let one = Tensor::ones([1]);
    for (name, t) in [
        ("reshape", one.reshape([1; 9])),
        ("reshape to a Vec", one.reshape(vec![1; 12])),
        ("broadcast_to", one.broadcast_to([1; 9])),
        ("zeros", Tensor::zeros([1; 9])),
        ("random", Tensor::random_uniform([2; 10])),
        ("from_vec", Tensor::from_vec(vec![1.0_f32], [1; 9])),
        ("abstract", Tensor::abstract_of([1; 9], DType::F32)),
        (
            "scatter_add",
            scatter_add([1; 9], &Tensor::from([0_i64]), &one),
        ),
        (
            "of an abstract one",
            Tensor::abstract_of([UNKNOWN, 3], DType::F32).reshape([3; 9]),
        ),
    ] {
        let e = message(name, t);
        assert!(e.contains("at most 8 dimensions"), "{name}: {e}");
    }
    let e = Dense::new(2).build([1; 9]).unwrap_err().to_string();
    assert!(e.contains("at most 8 dimensions"), "{e}");
}

/// The error of a model of a few layers on an image, which has to name the layer at fault.
fn layer_error(layer: impl Layer<Input = Tensor, Output = Tensor> + 'static) -> String {
    let built = Sequential::new()
        .add(Flatten::new())
        .add(Reshape::new([8, 8, 4]))
        .add(layer);
    let e = built
        .forward(Tensor::ones([2, 8, 8, 4]))
        .into_result()
        .unwrap_err()
        .to_string();
    assert!(!e.contains("panic"), "{e}");
    e
}

#[test]
fn layers_name_their_place() {
    for n in [1 << 33, 1 << 40, 1 << 62, 1 << 63, usize::MAX] {
        for (name, e) in [
            ("Dense", layer_error(Dense::new(n))),
            ("Conv2D", layer_error(Conv2D::new(n, 3))),
            ("Conv2D", layer_error(Conv2D::new(2, n))),
            ("Conv2D", layer_error(Conv2D::new(2, 3).dilation_rate(n))),
            (
                "Conv2D",
                layer_error(Conv2D::new(2, 3).padding(Padding::Same).dilation_rate(n)),
            ),
            ("Conv2DTranspose", layer_error(Conv2DTranspose::new(n, 3))),
            ("Conv2DTranspose", layer_error(Conv2DTranspose::new(2, n))),
            (
                "Conv2DTranspose",
                layer_error(Conv2DTranspose::new(2, 3).strides(n)),
            ),
            (
                "Conv2DTranspose",
                layer_error(Conv2DTranspose::new(2, 3).strides(2).output_padding(n)),
            ),
            (
                "DepthwiseConv2D",
                layer_error(DepthwiseConv2D::new(n).padding(Padding::Same)),
            ),
            (
                "DepthwiseConv2D",
                layer_error(DepthwiseConv2D::new(3).depth_multiplier(n)),
            ),
            (
                "SeparableConv2D",
                layer_error(SeparableConv2D::new(2, 3).depth_multiplier(n)),
            ),
            ("SeparableConv2D", layer_error(SeparableConv2D::new(n, 3))),
            (
                "AdaptiveMaxPooling2D",
                layer_error(AdaptiveMaxPooling2D::new(n)),
            ),
            (
                "AdaptiveAveragePooling2D",
                layer_error(AdaptiveAveragePooling2D::new(n)),
            ),
            ("UpSampling2D", layer_error(UpSampling2D::new(n))),
            ("ZeroPadding2D", layer_error(ZeroPadding2D::new(n))),
            (
                "ZeroPadding2D",
                layer_error(ZeroPadding2D::new(0).padding_by_side([[n, 0], [0, 0]])),
            ),
            (
                "MaxPooling2D",
                layer_error(MaxPooling2D::new(n).padding(Padding::Same).strides(1)),
            ),
            ("AveragePooling2D", layer_error(AveragePooling2D::new(n))),
            ("Embedding", layer_error(Embedding::new(n, 1 << 20))),
            ("Embedding", layer_error(Embedding::new(1 << 20, n))),
        ] {
            assert!(e.starts_with(&format!("2 ({name}): ")), "{name} {n}: {e}");
        }
        let sequence = Tensor::ones([2, 3, 4]);
        for (name, y) in [
            ("LSTM", LSTM::new(n).forward(&sequence)),
            ("GRU", GRU::new(n).forward(&sequence)),
            ("SimpleRNN", SimpleRNN::new(n).forward(&sequence)),
            ("RNN", RNN::new(LSTMCell::new(n)).forward(&sequence)),
            (
                "forward_layer (GRU)",
                Bidirectional::new(GRU::new(n)).forward(&sequence),
            ),
            (
                "layer (Dense)",
                TimeDistributed::new(Dense::new(n)).forward(&sequence),
            ),
            (
                "ConvLSTM1D",
                ConvLSTM1D::new(n, 2).forward(sequence.expand_dims(2)),
            ),
            (
                "ConvLSTM1D",
                ConvLSTM1D::new(2, n).forward(sequence.expand_dims(2)),
            ),
        ] {
            let e = message(name, y);
            assert!(e.contains(name), "{n}: {e}");
        }
    }
}

#[test]
fn settings_that_size_something() {
    let x = Tensor::random_uniform([10, 4]);
    let y = Tensor::random_uniform([10, 1]);
    let model = Sequential::new().add(Dense::new(1));
    let mut model = model.compile(Compile::new(SGD::new(0.01), MeanSquaredError::new()));
    for n in ABSURD {
        let fit = Fit::new()
            .epochs(1)
            .batch_size(n)
            .prefetch(n)
            .verbose(Verbose::Silent);
        let history = model.fit((&x, &y), fit).unwrap();
        assert_eq!(history.epochs(), 1);
        let e = random::permutation(n).unwrap_err().to_string();
        assert!(e.contains("an order of") && e.contains("memory"), "{e}");
        let mut auc = AUC::new().num_thresholds(n);
        let e = auc.update(
            &Tensor::from([0_i64, 1]),
            &Tensor::from([0.1_f32, 0.9]),
            None,
        );
        let e = e.unwrap_err().to_string();
        assert!(e.contains("takes at most 16777216"), "{e}");
    }
}

#[test]
fn inputs_that_are_too_large_are_not_taken_for_open_ones() {
    for n in [1 << 34, 1 << 40, 1 << 61] {
        let found = format!("found {n}");
        let e = Sequential::new().add(Dense::new(1)).build([n]).unwrap_err();
        assert!(e.to_string().contains(&found), "{e}");
        let images = Sequential::new().add(Conv2D::new(2, 3));
        let e = images.build([n, 8, 3]).unwrap_err();
        assert!(e.to_string().contains(&found), "{e}");
        let e = message("Input", Input::new([8, n]));
        assert!(e.contains(&found), "{e}");
    }
    let dense = Sequential::new().add(Dense::new(1));
    let e = dense.build([1, 2, 3, 4, 5, 6, 7, 8, 9]).unwrap_err();
    assert!(e.to_string().contains("at most 8 dimensions"), "{e}");
}

#[test]
fn windows_that_are_too_long_are_refused() {
    let n = 1 << 33;
    let layer = STFTSpectrogram::new(n).padding(Padding::Same).fft_length(n);
    message("STFTSpectrogram", layer.forward(Tensor::ones([2, 400, 1])));
    let kernel = Initializer::STFT {
        side: Default::default(),
        window: Some(nn::Window::Hann),
        scaling: None,
        periodic: true,
    };
    message("STFT", kernel.sample([n, 1, 1], DType::F32));
}

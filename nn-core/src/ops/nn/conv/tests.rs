use super::{
    Conv2dOptions, ConvOptions, ConvTransposeOptions, conv, conv_bias, conv_transpose, conv2d,
    conv2d_bias, conv2d_shape, depthwise_conv, separable_conv,
};
use crate::testing::{assert_close, check_gradient};
use crate::{DType, Padding, Shape, Tensor, UNKNOWN};

const VALID: Conv2dOptions = Conv2dOptions::new(Padding::Valid);
const SAME: Conv2dOptions = Conv2dOptions::new(Padding::Same);

#[test]
fn slides_the_kernel_unflipped_and_pads_after_first() {
    let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 1, 4, 1]);
    let kernel = Tensor::from([1.0_f32, 10.0]).reshape([1, 2, 1, 1]);
    assert_eq!(
        conv2d(&x, &kernel, VALID).to_vec::<f32>().unwrap(),
        [21.0, 32.0, 43.0]
    );
    assert_eq!(
        conv2d(&x, &kernel, SAME).to_vec::<f32>().unwrap(),
        [21.0, 32.0, 43.0, 4.0]
    );
    let strided = Conv2dOptions {
        strides: [1, 3],
        ..SAME
    };
    assert_eq!(
        conv2d(&x, &kernel, strided).to_vec::<f32>().unwrap(),
        [21.0, 4.0]
    );
    let dilated = Conv2dOptions {
        dilation: [1, 3],
        ..VALID
    };
    assert_eq!(
        conv2d(&x, &kernel, dilated).to_vec::<f32>().unwrap(),
        [41.0]
    );
    let explicit = Conv2dOptions {
        border: [[0, 0], [2, 0]],
        ..VALID
    };
    assert_eq!(
        conv2d(&x, &kernel, explicit).to_vec::<f32>().unwrap(),
        [0.0, 10.0, 21.0, 32.0, 43.0]
    );
    let bias = Tensor::from([0.5_f32]);
    assert_eq!(
        conv2d_bias(&x, &kernel, &bias, VALID)
            .to_vec::<f32>()
            .unwrap(),
        [21.5, 32.5, 43.5]
    );
    let grouped = Conv2dOptions { groups: 4, ..VALID };
    let y = conv2d(
        &x.reshape([1, 1, 1, 4]),
        Tensor::from([1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 1, 1, 4]),
        grouped,
    );
    assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, 4.0, 9.0, 16.0]);
}

#[test]
fn an_unknown_batch_stays_unknown() {
    let x = Tensor::abstract_of([UNKNOWN, 28, 28, 1], DType::F32);
    let y = conv2d(&x, Tensor::zeros([3, 3, 1, 32]), VALID);
    assert_eq!(y.shape().to_string(), "[_, 26, 26, 32]");
    let anywhere = Tensor::abstract_of([UNKNOWN, UNKNOWN, UNKNOWN, 3], DType::F32);
    assert_eq!(
        conv2d(&anywhere, Tensor::zeros([3, 3, 3, 8]), SAME)
            .shape()
            .to_string(),
        "[_, _, _, 8]"
    );
    assert_eq!(
        conv2d(
            &Tensor::zeros([0, 5, 5, 1]),
            Tensor::zeros([3, 3, 1, 2]),
            VALID
        )
        .shape(),
        [0, 3, 3, 2]
    );
}

#[test]
fn errors_say_what_does_not_fit() {
    let message = |x: &[usize], kernel: &[usize], options| {
        let (x, kernel) = (
            Tensor::abstract_of(x, DType::F32),
            Tensor::abstract_of(kernel, DType::F32),
        );
        // The function for the compiler refuses the same.
        assert_eq!(conv2d_shape(&x.shape(), &kernel.shape(), &options), None);
        conv2d(&x, &kernel, options)
            .into_result()
            .unwrap_err()
            .to_string()
    };
    let e = message(&[UNKNOWN, 784], &[3, 3, 1, 8], VALID);
    assert!(e.contains("conv2d expects rank 4 [batch, height, width, channels], found rank 2 [_, 784]; `Reshape` first"), "{e}");
    assert!(e.contains("conv/tests.rs"), "the caller's line: {e}");
    let e = message(&[UNKNOWN, 28, 28, 3], &[3, 3, 4, 8], VALID);
    assert!(
        e.contains("conv2d with a kernel [3, 3, 4, 8] takes 4 channels, found 3 in [_, 28, 28, 3]"),
        "{e}"
    );
    let e = message(
        &[UNKNOWN, 4, 9, 1],
        &[3, 3, 1, 8],
        Conv2dOptions {
            dilation: [2, 2],
            ..VALID
        },
    );
    assert!(
        e.contains("conv2d with a window of 5 × 5 leaves no pixel of 4 × 9 (shape [_, 4, 9, 1])"),
        "{e}"
    );
    let e = message(
        &[UNKNOWN, 4, 4, 4],
        &[3, 3, 2, 3],
        Conv2dOptions { groups: 2, ..VALID },
    );
    assert!(e.contains("cannot make 2 groups of 3 filters"), "{e}");
    let e = message(
        &[UNKNOWN, 4, 4, 1],
        &[3, 3, 1, 3],
        Conv2dOptions {
            strides: [0, 1],
            ..VALID
        },
    );
    assert!(
        e.contains("needs strides of at least 1 each way, found [0, 1]"),
        "{e}"
    );
    let e = message(&[UNKNOWN, 4, 4, 1], &[3, 3], VALID);
    assert!(e.contains("the kernel of conv2d expects rank 4 [height, width, channels / groups, filters], found rank 2 [3, 3]"), "{e}");
    let x = Tensor::zeros([1, 4, 4, 1]);
    let e = conv2d_bias(&x, Tensor::zeros([1, 1, 1, 3]), Tensor::zeros([2]), VALID)
        .into_result()
        .unwrap_err()
        .to_string();
    assert!(e.contains("takes a bias of shape [3], found [2]"), "{e}");
    let e = conv2d(&x.cast(DType::I64), Tensor::zeros([1, 1, 1, 3]), VALID)
        .into_result()
        .unwrap_err()
        .to_string();
    assert!(e.contains("conv2d needs f32 or f64, found i64"), "{e}");
}

#[test]
fn shapes_agree_with_what_is_computed() {
    for (padding, border) in [
        (Padding::Valid, [[0; 2]; 2]),
        (Padding::Same, [[0; 2]; 2]),
        (Padding::Valid, [[1, 0], [2, 3]]),
    ] {
        for (strides, dilation) in [([1, 1], [1, 1]), ([2, 3], [1, 1]), ([1, 2], [2, 1])] {
            let options = Conv2dOptions {
                strides,
                padding,
                border,
                dilation,
                groups: 1,
            };
            let (x, kernel) = (Tensor::ones([2, 6, 7, 2]), Tensor::ones([2, 3, 2, 4]));
            let y = conv2d(&x, &kernel, options);
            assert_eq!(
                conv2d_shape(&x.shape(), &kernel.shape(), &options),
                Some(y.shape())
            );
        }
    }
    assert_eq!(
        Shape::from([2, 2, 2, 4]),
        conv2d(
            &Tensor::ones([2, 3, 4, 2]),
            Tensor::ones([2, 3, 2, 4]),
            VALID
        )
        .shape()
    );
}

#[test]
fn gradient() {
    check_gradient(
        |x| conv2d(&x[0], &x[1], VALID),
        &[&[2, 3, 4, 2], &[2, 2, 2, 3]],
    );
    let strided = Conv2dOptions {
        strides: [2, 1],
        ..SAME
    };
    check_gradient(
        |x| conv2d_bias(&x[0], &x[1], &x[2], strided),
        &[&[1, 4, 3, 1], &[3, 2, 1, 2], &[2]],
    );
    let grouped = Conv2dOptions {
        groups: 2,
        dilation: [1, 2],
        border: [[1, 0], [0, 2]],
        strides: [1, 2],
        ..VALID
    };
    check_gradient(
        |x| conv2d(&x[0], &x[1], grouped),
        &[&[1, 3, 3, 2], &[2, 2, 1, 4]],
    );
}

#[test]
fn depthwise_is_every_channel_by_itself() {
    let x = numbers([2, 7, 6, 5]);
    for multiplier in [1, 2] {
        let kernel = numbers([3, 2, 5, multiplier]);
        let options = Conv2dOptions {
            strides: [2, 1],
            ..SAME
        };
        let y = depthwise_conv(&x, &kernel, options);
        let single = |c: usize| {
            let kernel = kernel.slice_axis(2, c..c + 1);
            conv2d(&x.slice_axis(-1, c..c + 1), kernel, options)
        };
        let all: Vec<Tensor> = (0..5).map(single).collect();
        assert_close(&y, &crate::concatenate(&all, -1), 1e-6);
    }
    let message = |kernel: &[usize], options| {
        let y = depthwise_conv(&x, Tensor::ones(kernel), options);
        y.into_result().unwrap_err().to_string()
    };
    let e = message(&[3, 3, 4, 1], VALID);
    assert!(
        e.contains(
            "depthwise_conv2d with a kernel [3, 3, 4, 1] takes 4 channels, found 5 in [2, 7, 6, 5]"
        ),
        "{e}"
    );
    let e = message(&[3, 3, 5], VALID);
    assert!(e.contains("the kernel of depthwise_conv2d expects rank 4 [height, width, channels, multiplier], found rank 3"), "{e}");
    let e = message(&[3, 3, 5, 1], Conv2dOptions { groups: 5, ..VALID });
    assert!(e.contains("expected `groups` 1, found 5"), "{e}");
}

#[test]
fn a_sequence_is_an_image_one_pixel_high() {
    let (x, kernel) = (numbers([3, 9, 4]), numbers([3, 2, 6]));
    let options = ConvOptions {
        strides: [2],
        border: [[1, 2]],
        groups: 2,
        ..ConvOptions::<1>::default()
    };
    let flat = Conv2dOptions {
        strides: [1, 2],
        border: [[0, 0], [1, 2]],
        groups: 2,
        ..VALID
    };
    let y = conv2d(&x.expand_dims(1), kernel.expand_dims(0), flat).squeeze(1);
    assert_close(&conv(&x, &kernel, options), &y, 0.0);
    let x = Tensor::abstract_of([UNKNOWN, UNKNOWN, 3], DType::F32);
    let y = conv(&x, Tensor::zeros([3, 3, 8]), ConvOptions::<1>::default());
    assert_eq!(y.shape().to_string(), "[_, _, 8]");
}

#[test]
fn a_volume_is_the_sum_of_its_slices() {
    let (x, kernel) = (numbers([2, 5, 6, 4, 4]), numbers([3, 2, 3, 2, 6]));
    let options = ConvOptions {
        strides: [2, 1, 2],
        dilation: [1, 2, 1],
        groups: 2,
        ..ConvOptions::<3>::new(Padding::Same)
    };
    let flat = Conv2dOptions {
        strides: [1, 2],
        dilation: [2, 1],
        groups: 2,
        ..SAME
    };
    // Same padding in depth: slices -1 to 5, windows at -1, 1 and 3.
    let padded = x.pad([(0, 0), (1, 1), (0, 0), (0, 0), (0, 0)]);
    let slice = |at: isize, u: isize| {
        let slice = padded.index_axis(1, 2 * at + u);
        conv2d(&slice, kernel.index_axis(0, u), flat)
    };
    let all: Vec<Tensor> = (0..3)
        .map(|at| slice(at, 0) + slice(at, 1) + slice(at, 2))
        .collect();
    assert_close(&conv(&x, &kernel, options), &crate::stack(&all, 1), 1e-5);
}

/// Numbers that depend on nothing but the index.
fn numbers(shape: impl Into<Shape>) -> Tensor {
    let shape = shape.into();
    let all = (Tensor::arange(shape.num_elements()).cast(DType::F64) * 1.7).sin();
    all.cast(DType::F32).reshape(shape)
}

#[test]
fn gradient_along_any_number_of_axes() {
    let causal = ConvOptions {
        dilation: [2],
        ..ConvOptions::<1>::new(Padding::Causal)
    };
    check_gradient(
        |x| conv_bias(&x[0], &x[1], &x[2], causal),
        &[&[2, 4, 2], &[2, 2, 3], &[3]],
    );
    let volume = ConvOptions {
        strides: [2, 1, 1],
        ..ConvOptions::<3>::new(Padding::Same)
    };
    check_gradient(
        |x| conv(&x[0], &x[1], volume),
        &[&[1, 3, 2, 2, 2], &[3, 2, 1, 2, 2]],
    );
    check_gradient(
        |x| depthwise_conv(&x[0], &x[1], SAME),
        &[&[1, 3, 3, 2], &[2, 3, 2, 2]],
    );
    check_gradient(
        |x| separable_conv(&x[0], &x[1], &x[2], ConvOptions::<1>::default()),
        &[&[1, 3, 2], &[2, 2, 1], &[1, 2, 2]],
    );
}

/// The first elements and a weighted sum of all, by Keras 3.15 on JAX, of `ops.conv_transpose` and its kin on `sin(1.7·i)`; the weights
/// are `cos(0.9·i)`.
#[test]
fn numbers_are_keras() {
    let check = |y: Tensor, first: [f32; 4], sum: f64| {
        let y = y.flatten().cast(DType::F64);
        let weights = (Tensor::arange(y.num_elements()).cast(DType::F64) * 0.9).cos();
        assert_close(&y.slice(0..4).cast(DType::F32), &Tensor::from(first), 1e-5);
        // Some hundred rounded terms of size 1.
        let found = (y * weights).sum().item::<f64>().unwrap();
        assert!((found - sum).abs() < 1e-4, "{found}, expected {sum}");
    };
    let (valid, same) = (Padding::Valid, Padding::Same);
    let line = |padding, stride, size: usize, more: Option<usize>, dilation| {
        let options = ConvTransposeOptions {
            strides: [stride],
            padding,
            output_padding: more.map(|more| [more]),
            dilation: [dilation],
        };
        conv_transpose(&numbers([2, 4, 2]), numbers([size, 3, 2]), options)
    };
    let first = [0.983399, -0.918098, 0.791832, -0.612985];
    let sparse = [0.983399, -0.918098, 0.791832, 0.0];
    check(line(valid, 2, 3, None, 1), first, 0.701442);
    check(line(valid, 3, 2, None, 1), first, 0.787212);
    check(line(valid, 3, 1, None, 1), sparse, 0.552955);
    check(line(valid, 2, 3, Some(1), 1), first, 0.049899);
    check(line(valid, 2, 2, Some(1), 1), first, 0.480864);
    check(line(valid, 3, 5, Some(0), 1), first, 0.002007);
    let dilated = [0.983399, -0.918098, 0.791832, -0.918098];
    check(line(valid, 1, 3, None, 2), dilated, 0.637515);
    check(line(same, 2, 3, None, 1), first, 0.325088);
    check(line(same, 3, 2, None, 1), first, 0.787212);
    check(line(same, 3, 1, None, 1), sparse, 0.552955);
    check(line(same, 2, 3, Some(1), 1), first, 0.325088);
    check(line(same, 2, 2, Some(1), 1), first, 0.049592);
    let cut = [-0.107731, 0.356066, -0.580756, -0.151216];
    check(line(same, 3, 5, Some(0), 1), cut, -0.02262);
    let cut = [0.178847, -0.472084, 0.733973, 0.138142];
    check(line(same, 1, 3, None, 2), cut, -1.422952);
    let image = ConvTransposeOptions {
        strides: [2, 3],
        ..ConvTransposeOptions::new(same)
    };
    let y = conv_transpose(&numbers([1, 3, 2, 2]), numbers([3, 4, 3, 2]), image);
    check(y, first, 2.862562);
    let volume = ConvTransposeOptions {
        strides: [2, 1, 2],
        ..ConvTransposeOptions::new(same)
    };
    let y = conv_transpose(&numbers([1, 2, 3, 2, 2]), numbers([2, 3, 1, 3, 2]), volume);
    check(y, [0.178847, -0.472084, 0.733973, 0.0], -0.692516);
    let volume = ConvOptions {
        strides: [2, 1, 1],
        ..ConvOptions::new(same)
    };
    let y = conv(&numbers([1, 3, 4, 3, 2]), numbers([2, 3, 2, 2, 3]), volume);
    check(y, [4.312025, 1.590668, -4.721923, -4.716327], 6.100936);
    let grouped = ConvOptions {
        dilation: [1, 1, 2],
        groups: 2,
        ..ConvOptions::new(valid)
    };
    let y = conv(&numbers([1, 3, 4, 3, 4]), numbers([2, 3, 2, 2, 6]), grouped);
    check(y, [-0.073746, 0.110392, 0.045299, 0.128292], 0.244014);
    let strided = Conv2dOptions {
        strides: [2, 2],
        ..SAME
    };
    let y = depthwise_conv(&numbers([1, 5, 4, 3]), numbers([3, 2, 3, 2]), strided);
    check(y, [0.955663, -1.47859, -1.462239, -0.576976], 0.118105);
}

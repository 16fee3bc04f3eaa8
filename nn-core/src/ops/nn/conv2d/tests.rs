use super::{Conv2dOptions, conv2d, conv2d_bias, conv2d_shape};
use crate::testing::check_gradient;
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
        conv2d(&x, &kernel, options).ok().unwrap_err().to_string()
    };
    let e = message(&[UNKNOWN, 784], &[3, 3, 1, 8], VALID);
    assert!(e.contains("conv2d expects rank 4 [batch, height, width, channels], found rank 2 [_, 784]; `Reshape` first"), "{e}");
    assert!(e.contains("conv2d/tests.rs"), "the caller's line: {e}");
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
        .ok()
        .unwrap_err()
        .to_string();
    assert!(e.contains("takes a bias of shape [3], found [2]"), "{e}");
    let e = conv2d(&x.cast(DType::I64), Tensor::zeros([1, 1, 1, 3]), VALID)
        .ok()
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

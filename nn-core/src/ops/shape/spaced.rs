//! Numbers at equal distances and ratios.

use crate::ops::elementwise::floats;
use crate::ops::fail::fail;
use crate::{Error, Tensor};

/// `n` numbers from `start` to `stop` at equal distances, along a new axis (counted from the end if negative); with broadcasting, for
/// tensors of starts and stops. Without `endpoint` the last one is a step before `stop`. Integers are taken as `f32`.
///
/// ```
/// use nn::ops::linspace;
/// assert_eq!(linspace(0.0_f32, 1.0_f32, 3, true, 0).to_vec::<f32>()?, [0.0, 0.5, 1.0]);
/// assert_eq!(linspace([0.0_f32, 10.0], 4.0_f32, 2, false, -1).to_vec::<f32>()?, [0.0, 2.0, 10.0, 7.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn linspace(
    start: impl Into<Tensor>,
    stop: impl Into<Tensor>,
    n: usize,
    endpoint: bool,
    axis: isize,
) -> Tensor {
    let [start, stop] = floats(start.into(), stop.into());
    if let Some(failed) = [&start, &stop].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let Some(shape) = start.raw_shape().broadcast(stop.raw_shape()) else {
        return fail(
            "linspace",
            Error::broadcast("go from", start.raw_shape(), stop.raw_shape()),
        );
    };
    let steps = if endpoint { n.max(2) - 1 } else { n.max(1) };
    let parts = Tensor::arange(n).cast(start.dtype()) / steps as f64;
    // Of both ends each is met exactly.
    let numbers = start.expand_dims(-1) * (1.0 - &parts) + stop.expand_dims(-1) * &parts;
    let rank = shape.rank() as isize + 1;
    match (-rank..rank).contains(&axis) {
        true => numbers.moveaxis([-1], [axis]),
        false => fail(
            "linspace",
            Error::shape(format!("a result of {rank} axes has no axis {axis}")),
        ),
    }
}

/// `n` numbers from `baseˢᵗᵃʳᵗ` to `baseˢᵗᵒᵖ` at equal ratios: powers of [`linspace`]. Keras's default base is 10.
///
/// ```
/// use nn::ops::logspace;
/// assert_eq!(logspace(0.0_f32, 3.0_f32, 4, true, 2.0, 0).to_vec::<f32>()?, [1.0, 2.0, 4.0, 8.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn logspace(
    start: impl Into<Tensor>,
    stop: impl Into<Tensor>,
    n: usize,
    endpoint: bool,
    base: f64,
    axis: isize,
) -> Tensor {
    let exponents = linspace(start, stop, n, endpoint, axis);
    Tensor::full_of([], base, exponents.dtype()).pow(exponents)
}

/// `n` numbers from `start` to `stop` at equal ratios, both of one sign and not 0.
///
/// ```
/// use nn::{ops::geomspace, testing::assert_close, Tensor};
/// assert_close(&geomspace(1.0_f32, 100.0_f32, 3, true, 0), &Tensor::from([1.0_f32, 10.0, 100.0]), 1e-6);
/// ```
#[track_caller]
pub fn geomspace(
    start: impl Into<Tensor>,
    stop: impl Into<Tensor>,
    n: usize,
    endpoint: bool,
    axis: isize,
) -> Tensor {
    let [start, stop] = floats(start.into(), stop.into());
    let sign = start.sign();
    let magnitudes = linspace(start.abs().log(), (stop * &sign).log(), n, endpoint, 0).exp();
    let numbers = magnitudes * sign;
    match axis {
        0 => numbers,
        axis => numbers.moveaxis([0], [axis]),
    }
}

#[cfg(test)]
mod tests {
    use super::{geomspace, linspace, logspace};
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, Tensor};

    #[test]
    fn of_none_and_of_one() {
        assert_eq!(linspace(1.0_f32, 2.0_f32, 0, true, 0).shape(), [0]);
        assert_eq!(
            linspace(1.0_f32, 2.0_f32, 1, true, 0)
                .to_vec::<f32>()
                .unwrap(),
            [1.0]
        );
        assert_eq!(linspace(1_i64, 2_i64, 2, true, 0).dtype(), DType::F32);
        assert_eq!(
            linspace([1.0_f32, 2.0], [[3.0_f32], [4.0], [5.0]], 4, true, 1).shape(),
            [3, 4, 2]
        );
        assert!(linspace(1.0_f32, 2.0_f32, 3, true, 1).error().is_some());
        assert_close(
            &geomspace(-1.0, -8.0, 4, true, 0),
            &Tensor::from([-1.0, -2.0, -4.0, -8.0]),
            1e-14,
        );
        assert_eq!(
            Tensor::arange_of(0.0, 1.0, 0.1, DType::F64).num_elements(),
            10
        );
        assert_eq!(
            Tensor::arange_of(2.0, 1.0, 1.0, DType::F64).num_elements(),
            0
        );
        assert!(
            Tensor::arange_of(0.0, 1.0, 0.0, DType::F32)
                .error()
                .is_some()
        );
        assert_eq!(
            Tensor::eye_of(2, 2, -1, DType::Bool)
                .to_vec::<bool>()
                .unwrap(),
            [false, false, true, false]
        );
        assert_eq!(
            Tensor::eye_of(2, 2, 5, DType::U8)
                .sum()
                .item::<i64>()
                .unwrap(),
            0
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| linspace(&x[0], &x[1], 3, false, 0).square(),
            &[&[2], &[2]],
        );
        check_gradient(|x| logspace(&x[0], &x[1], 3, true, 2.0, 0), &[&[2], &[]]);
    }
}

//! One dimension: a number, or not known yet.

use crate::Error;

/// A dimension that is not known yet: the batch, while a model is traced without data.
///
/// It is a very large number rather than an option, so that `x.shape()[0]` stays a `usize` and code such as
/// `x.reshape([x.shape()[0], 49])` or `depth.min(x.shape()[0])` works on traced tensors too: whatever is
/// computed from an unknown dimension is again larger than any real one, and counts as unknown. What is a multiple of the batch stays the
/// same multiple of this number, so that `[_, 49]` is not taken for `[_, 98]`. It is a prime, so that a size that somebody gave, often a
/// power of two, is not taken for a multiple of the batch.
pub const UNKNOWN: usize = (1 << 42) - 11;

/// A dimension that is not known, and no known multiple of the batch either.
pub(crate) const ANYTHING: usize = (1 << 62) + 1;

/// The last of the dimensions that a shape has room for, where more were given.
pub(super) const CROWDED: usize = ANYTHING + 1;

/// Dimensions from this size on count as unknown; no real one is as large.
pub(super) const LIMIT: usize = 1 << 34;

/// `dim + more`: `None` where both are known and the sum is too large to be a dimension.
pub(crate) const fn dim_plus(dim: usize, more: usize) -> Option<usize> {
    let sum = dim.saturating_add(more);
    match is_known(dim) && !is_known(sum) && !from_batch(more) {
        true => None,
        false => Some(sum),
    }
}

/// `dim · factor`: `None` where both are known and the product is too large to be a dimension.
pub(crate) const fn dim_times(dim: usize, factor: usize) -> Option<usize> {
    let product = dim.saturating_mul(factor);
    match is_known(dim) && !is_known(product) && !from_batch(factor) {
        true => None,
        false => Some(product),
    }
}

/// The error of a dimension that would be too large, `what` it would be made of.
pub(crate) fn too_long(what: impl std::fmt::Display) -> Error {
    Error::shape(format!(
        "a dimension of a tensor is below 2³⁴ = {LIMIT}: {what} is more"
    ))
}

/// Whether a number was computed from a batch that is not known, as far as can be seen: a multiple of it, or a little more or less.
const fn from_batch(n: usize) -> bool {
    const LITTLE: usize = 1 << 20;
    let beside = n % UNKNOWN;
    !is_known(n) && (beside < LITTLE || beside > UNKNOWN - LITTLE || n == ANYTHING)
}

/// Whether a number looks like one that was computed from an open size: a small multiple or part of it, or the inverse of one, up to the
/// `rounding` of its type, relative to itself. A larger multiple is too near to one that somebody gave.
pub(crate) fn is_made_of_open_size(number: f64, rounding: f64) -> bool {
    let number = number.abs().max(number.abs().recip());
    let near = |parts: u32| {
        let all = number * f64::from(parts);
        let times = (all / UNKNOWN as f64).round();
        let beside = (all - times * UNKNOWN as f64).abs();
        // A little more or less is counted too, as in `n - 1`.
        (1.0..=64.0).contains(&times) && beside <= 4.0 + all * rounding
    };
    number >= LIMIT as f64 && (1..=4).any(near)
}

/// How many times the batch a dimension is, if that is known.
pub(crate) const fn batches(dim: usize) -> Option<usize> {
    match is_known(dim) || !dim.is_multiple_of(UNKNOWN) {
        true => None,
        false => Some(dim / UNKNOWN),
    }
}

/// Whether a dimension is a number that is known.
pub const fn is_known(dim: usize) -> bool {
    dim < LIMIT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;

    #[test]
    fn a_number_that_somebody_gave_is_no_multiple_of_the_batch() {
        for power in 34..64 {
            for n in [1_usize << power, (1 << power) - 1, (1 << power) + 1] {
                assert!(batches(n).is_none());
                let error = Shape::from([2, n]).check().err();
                assert_eq!(error.is_some(), !is_known(n), "{n}");
            }
        }
        assert_eq!((batches(ANYTHING), batches(CROWDED)), (None, None));
        assert_eq!(batches(UNKNOWN * 49), Some(49));
    }

    #[test]
    fn numbers_that_are_made_of_the_batch_are_told_from_others() {
        let n = UNKNOWN as f64;
        let (f32s, f64s) = (f64::from(f32::EPSILON) / 2.0, f64::EPSILON);
        for made in [n, 3.0 * n, n / 2.0, n - 1.0, 1.0 / n, -1.0 / (2.0 * n)] {
            assert!(is_made_of_open_size(made, f64s), "{made}");
            let rounded = f64::from(made as f32);
            assert!(is_made_of_open_size(rounded, f32s), "{made}");
        }
        for power in 0..64 {
            let given = 2_f64.powi(power);
            assert!(!is_made_of_open_size(given, f64s), "2^{power}");
            assert!(!is_made_of_open_size(given + 1.0, f64s), "2^{power} + 1");
        }
        for given in [
            0.0,
            1.0,
            1e-12,
            1e12,
            1e13,
            1e-30,
            1e30,
            f64::INFINITY,
            f64::NAN,
        ] {
            assert!(!is_made_of_open_size(given, f32s), "{given}");
        }
    }

    #[test]
    fn dimensions_grow_within_bounds() {
        assert_eq!((dim_plus(3, 4), dim_times(3, 4)), (Some(7), Some(12)));
        assert_eq!(dim_plus(LIMIT - 1, 1), None);
        assert_eq!(dim_times(4, 1 << 62), None);
        assert_eq!(
            (dim_times(0, usize::MAX), dim_plus(1, usize::MAX)),
            (Some(0), None)
        );
        assert_eq!(dim_plus(UNKNOWN, 3), Some(UNKNOWN + 3));
        assert_eq!(dim_times(2, UNKNOWN), Some(2 * UNKNOWN));
        // As in `x.pad([(0, x.shape()[0] - 1)])` of a traced x.
        assert_eq!(dim_plus(3, UNKNOWN - 1), Some(UNKNOWN + 2));
    }
}

//! Which elements are less.

use super::compare::{Compare, Comparison};
use super::zip::{Binary, binary};
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct Less;

static LESS: Binary = Binary(&Compare(Less));

impl Comparison for Less {
    const NAME: &'static str = "less";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a < b
    }
}

impl Tensor {
    /// `x < y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less(2.0).to_vec::<bool>()?, [true, false, false]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn less(&self, other: impl Operand) -> Tensor {
        binary(LESS, self, other)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn broadcasts_mixes_types_and_knows_nan() {
        let y = Tensor::from([[1_i64], [3]]).less(Tensor::from([1.0_f32, 2.5, f32::NAN]));
        assert_eq!(y.shape(), [2, 3]);
        let pairs = [
            (1, 1.0_f32),
            (1, 2.5),
            (1, f32::NAN),
            (3, 1.0),
            (3, 2.5),
            (3, f32::NAN),
        ];
        let expected = pairs.map(|(a, b)| (a as f32) < b);
        assert_eq!(y.to_vec::<bool>().unwrap(), expected);
        let e = Tensor::zeros([2])
            .less(Tensor::zeros([3]))
            .ok()
            .unwrap_err();
        assert!(e.to_string().contains("cannot compare [2] and [3]"), "{e}");
    }
}

//! Which elements are greater or equal.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct GreaterEqual;

static GREATER_EQUAL: &dyn Op = &Compare(GreaterEqual);

impl Comparison for GreaterEqual {
    const NAME: &'static str = "greater_equal";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a >= b
    }
}

by_name!("greater_equal", by_name::alike, |_| Compare(GreaterEqual));

impl Tensor {
    /// `x >= y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater_equal(2.0).to_vec::<bool>()?, [false, true, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn greater_equal(&self, other: impl Operand) -> Tensor {
        binary(GREATER_EQUAL, self, other)
    }
}

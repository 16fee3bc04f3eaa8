//! Which elements differ.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct NotEqual;

static NOT_EQUAL: &dyn Op = &Compare(NotEqual);

impl Comparison for NotEqual {
    const NAME: &'static str = "not_equal";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a != b
    }
}

by_name!("not_equal", by_name::alike, |_| Compare(NotEqual));

impl Tensor {
    /// `x != y` for corresponding elements, with broadcasting: a `bool` tensor. True where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.not_equal(2.0).to_vec::<bool>()?, [true, false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn not_equal(&self, other: impl Operand) -> Tensor {
        binary(NOT_EQUAL, self, other)
    }
}

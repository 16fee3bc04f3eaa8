//! Which elements are less or equal.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct LessEqual;

static LESS_EQUAL: &dyn Op = &Compare(LessEqual);

impl Comparison for LessEqual {
    const NAME: &'static str = "less_equal";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a <= b
    }
}

by_name!("less_equal", by_name::alike, |_| Compare(LessEqual));

impl Tensor {
    /// `x <= y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less_equal(2.0).to_vec::<bool>()?, [true, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn less_equal(&self, other: impl Operand) -> Tensor {
        binary(LESS_EQUAL, self, other)
    }
}

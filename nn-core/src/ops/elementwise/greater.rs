//! Which elements are greater.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct Greater;

static GREATER: &dyn Op = &Compare(Greater);

impl Comparison for Greater {
    const NAME: &'static str = "greater";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a > b
    }
}

by_name!("greater", by_name::alike, |_| Compare(Greater));

impl Tensor {
    /// `x > y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.greater(2.0).to_vec::<bool>()?, [false, false, true]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn greater(&self, other: impl Operand) -> Tensor {
        binary(GREATER, self, other)
    }
}

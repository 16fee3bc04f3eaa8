//! Which elements are equal.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct Equal;

static EQUAL: &dyn Op = &Compare(Equal);

impl Comparison for Equal {
    const NAME: &'static str = "equal";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a == b
    }
}

by_name!("equal", by_name::alike, |_| Compare(Equal));

impl Tensor {
    /// `x == y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.equal(2.0).to_vec::<bool>()?, [false, true, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn equal(&self, other: impl Operand) -> Tensor {
        binary(EQUAL, self, other)
    }
}

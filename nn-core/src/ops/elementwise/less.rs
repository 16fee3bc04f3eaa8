//! Which elements are less.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::Op;
use crate::ops::elementwise::compare::{Compare, Comparison};
use crate::ops::elementwise::zip::binary;
use crate::{Operand, Tensor};

#[derive(Clone, Copy)]
struct Less;

static LESS: &dyn Op = &Compare(Less);

impl Comparison for Less {
    const NAME: &'static str = "less";

    #[inline(always)]
    fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        a < b
    }
}

by_name!("less", by_name::alike, |_| Compare(Less));

impl Tensor {
    /// `x < y` for corresponding elements, with broadcasting: a `bool` tensor. False where either is NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0]);
    /// assert_eq!(x.less(2.0).to_vec::<bool>()?, [true, false, false]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn less(&self, other: impl Operand) -> Tensor {
        binary(LESS, self, other)
    }
}

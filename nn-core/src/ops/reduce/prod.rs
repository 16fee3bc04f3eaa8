//! Products over axes.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::reduce::reduction::Reduce;
use crate::ops::reduce::reduction::{Axes, Reduction, reduce};
use crate::ops::shape::concatenate;
use nn_kernels::reduce::Kind;

static PROD: Reduction = Reduction {
    name: "prod",
    kind: Kind::Prod,
    keeps: Keeps::INPUTS,
    gradient,
};

by_name!("prod", by_name::number, |a| Reduce::of(&PROD, a)?);

fn gradient(at: &Backward<'_>, upstream: Tensor, _: Tensor) -> Tensor {
    // The product of the others, not the whole product divided by each: factors may be 0.
    let x = &at.inputs[0];
    let shape = *x.raw_shape();
    let gone = |&axis: &isize| upstream.raw_shape()[axis as usize] != shape[axis as usize];
    let (factors, kept): (Vec<isize>, Vec<isize>) = (0..shape.rank() as isize).partition(gone);
    let n = factors
        .iter()
        .fold(1_usize, |n, &axis| n.saturating_mul(shape[axis as usize]));
    let order = [factors, kept].concat();
    let ahead = x.transpose(&order);
    let products = others(&ahead.reshape([n, shape.num_elements() / std::cmp::max(n, 1)]));
    let mut back = vec![0; order.len()];
    for (to, &from) in order.iter().enumerate() {
        back[from as usize] = to as isize;
    }
    upstream * products.reshape(*ahead.raw_shape()).transpose(back)
}

/// For each row of `[n, m]`, the product of all other rows: a tree of products of pairs, `n` long at its leaves.
fn others(x: &Tensor) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    let n = x.raw_shape()[0];
    if n <= 1 {
        return x.ones_like();
    }
    let half = n / 2;
    let (a, b, odd) = (
        x.slice(0..half),
        x.slice(half..2 * half),
        x.slice(2 * half..),
    );
    let above = others(&concatenate([&a * &b, odd], 0));
    let pairs = above.slice(0..half);
    concatenate([b * &pairs, a * &pairs, above.slice(half..)], 0)
}

impl Tensor {
    /// The product of all elements, a scalar; 1 of none.
    ///
    /// The gradient of an element is the product of the others, right also where some are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([2.0_f32, 3.0]).prod().item::<f32>()?, 6.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn prod(&self) -> Tensor {
        reduce(&PROD, self, Axes::All, false)
    }

    /// The product over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn prod_axis(&self, axis: isize) -> Tensor {
        reduce(&PROD, self, Axes::of([axis]), false)
    }

    /// The product over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).prod_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn prod_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        reduce(&PROD, self, Axes::of(axes), keepdims)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::{check_gradient, check_gradient_at};

    #[test]
    fn multiplies_over_any_axes() {
        let x = Tensor::from([[1_i64, 2], [3, 4]]);
        assert_eq!(x.prod().item::<i64>().unwrap(), 24);
        assert_eq!(x.prod_axis(0).to_vec::<i64>().unwrap(), [3, 8]);
        assert_eq!(Tensor::zeros([0]).prod().item::<f32>().unwrap(), 1.0);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].prod(), &[&[5]]);
        check_gradient(|x| x[0].prod_axes([0, 2], false).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].prod_axes([1], true), &[&[2, 3, 1]]);
        for x in [
            vec![0.0, 2.0, -3.0, 0.5, 1.5],
            vec![0.0, 2.0, 0.0, 0.5, 1.5],
            vec![0.0; 5],
        ] {
            check_gradient_at(|x| x[0].prod(), &[Tensor::from(x)]);
        }
    }
}

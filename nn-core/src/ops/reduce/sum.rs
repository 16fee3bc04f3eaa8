//! Sums over axes, and back over broadcast dimensions.

use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Keeps};
use crate::ops::reduce::reduction::Reduce;
use crate::ops::reduce::reduction::{Axes, Reduction, reduce};
use crate::{MAX_RANK, Shape, Tensor};
use nn_kernels::reduce::Kind;

static SUM: Reduction = Reduction {
    name: "sum",
    kind: Kind::Sum,
    keeps: Keeps::SHAPES,
    gradient,
};

by_name!("sum", by_name::number, |a| Reduce::of(&SUM, a)?);

fn gradient(at: &Backward<'_>, upstream: Tensor, _: Tensor) -> Tensor {
    upstream.broadcast_to(*at.inputs[0].raw_shape())
}

impl Tensor {
    /// The sum of all elements, a scalar.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0]).sum().item::<f32>()?, 3.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sum(&self) -> Tensor {
        reduce(&SUM, self, Axes::All, false)
    }

    /// The sum over one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn sum_axis(&self, axis: isize) -> Tensor {
        reduce(&SUM, self, Axes::of([axis]), false)
    }

    /// The sum over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::ones([2, 3, 4]);
    /// assert_eq!(x.sum_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn sum_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        reduce(&SUM, self, Axes::of(axes), keepdims)
    }

    /// Summed over the dimensions that broadcasting `shape` to this tensor's shape would repeat: the reverse of broadcasting.
    #[track_caller]
    pub fn sum_to(&self, shape: impl Into<Shape>) -> Tensor {
        let (from, to) = (*self.raw_shape(), shape.into());
        if from == to || self.error().is_some() {
            return self.clone();
        }
        let lead = from.rank().saturating_sub(to.rank());
        let repeated = (0..from.rank())
            .filter(|&i| i < lead || (to[i - lead] == 1 && from[i] != 1))
            .map(|i| i as isize)
            .collect();
        reduce(&SUM, self, Axes::Some(repeated), true).reshape(to)
    }

    /// The sum over all axes but the last: of all rows.
    #[track_caller]
    pub(crate) fn sum_rows(&self) -> Tensor {
        const AXES: [isize; MAX_RANK] = [0, 1, 2, 3, 4, 5, 6, 7];
        let leading = &AXES[..self.raw_shape().rank().saturating_sub(1)];
        reduce(&SUM, self, Axes::Some(leading.into()), false)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn sums_over_any_axes() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        assert_eq!(x.sum().item::<i64>().unwrap(), 276);
        assert_eq!(
            x.sum_axis(1).to_vec::<i64>().unwrap(),
            [12, 15, 18, 21, 48, 51, 54, 57]
        );
        assert_eq!(
            x.sum_axes([0, 2], false).to_vec::<i64>().unwrap(),
            [60, 92, 124]
        );
        assert_eq!(
            Tensor::from([true, false, true])
                .sum()
                .item::<i64>()
                .unwrap(),
            2
        );
        assert!(
            x.sum_axis(3)
                .into_result()
                .unwrap_err()
                .to_string()
                .contains("axis 3 is out of range")
        );
        assert_eq!(
            Tensor::zeros([0, 3]).sum_axis(0).to_vec::<f32>().unwrap(),
            [0.0; 3]
        );
    }

    #[test]
    fn loses_no_digits() {
        let x = Tensor::full([5_000_000], 0.0005_f32);
        assert_eq!(x.sum().item::<f32>().unwrap(), 2500.0);
        assert_eq!(x.mean().item::<f32>().unwrap(), 0.0005);
        let columns = x.reshape([2_500_000, 2]).sum_axis(0);
        assert_eq!(columns.to_vec::<f32>().unwrap(), [1250.0; 2]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sum().square(), &[&[2, 3]]);
        check_gradient(|x| x[0].sum_axes([0, 2], false).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].sum_axes([1], true).square(), &[&[2, 3]]);
    }
}

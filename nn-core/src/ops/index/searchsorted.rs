//! Places of values in a sequence in order.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::elementwise::zip::promote;
use crate::{DType, Error, Result, Tensor, with_dtype};

/// Of a vector in ascending order and values of the same type.
struct SearchSorted {
    right: bool,
}

/// Whether `a` stands before `b`, where NaN is the greatest number.
#[allow(clippy::eq_op)]
fn less<T: PartialOrd + Copy>(a: T, b: T) -> bool {
    a < b || (b != b && a == a)
}

impl Op for SearchSorted {
    fn name(&self) -> &'static str {
        "searchsorted"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("right", &self.right)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        match inputs[0].raw_shape() {
            sequence if sequence.rank() == 1 => Ok((*inputs[1].raw_shape(), DType::I64).into()),
            found => Err(Error::rank(
                "searchsorted",
                1,
                "[n] in ascending order",
                found,
                "search row by row",
            )),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(with_dtype!(inputs[0].dtype(), T => {
            let (sequence, values) = (inputs[0].data::<T>(), inputs[1].data::<T>());
            Tensor::build(shape, |out: &mut [i64]| {
                nn_kernels::parallel::for_each_chunk(out, nn_kernels::parallel::GRAIN / 16, |start, piece| {
                    for (o, &v) in piece.iter_mut().zip(&values[start..]) {
                        *o = match self.right {
                            true => sequence.partition_point(|&s| !less(v, s)),
                            false => sequence.partition_point(|&s| less(s, v)),
                        } as i64;
                    }
                });
            })
        })))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("searchsorted", by_name::alike_of_any_type, |a| {
    SearchSorted {
        right: a.get("right")?,
    }
});

impl Tensor {
    /// Where each value would stand in this vector, which is in ascending order (`i64`, of the values' shape): before equal ones. NaN is the
    /// greatest number.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let sequence = Tensor::from([1.0_f32, 2.0, 2.0, 3.0]);
    /// assert_eq!(sequence.searchsorted(&Tensor::from([2.0_f32, 9.0])).to_vec::<i64>()?, [1, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn searchsorted(&self, values: &Tensor) -> Tensor {
        self.searchsorted_with(values, false)
    }

    /// As [`Tensor::searchsorted`], after equal ones if `right`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let sequence = Tensor::from([1.0_f32, 2.0, 2.0, 3.0]);
    /// assert_eq!(sequence.searchsorted_with(&Tensor::from([2.0_f32]), true).to_vec::<i64>()?, [3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn searchsorted_with(&self, values: &Tensor, right: bool) -> Tensor {
        apply(SearchSorted { right }, &promote(self, values))
    }

    /// The number of the bin of each element: how many of the `bins`, which are in ascending order, it is not below. 0 is before the
    /// first.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([0.0_f32, 1.0, 2.5, 9.0]);
    /// assert_eq!(x.digitize(&Tensor::from([1.0_f32, 2.0, 3.0])).to_vec::<i64>()?, [0, 1, 2, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn digitize(&self, bins: &Tensor) -> Tensor {
        bins.searchsorted_with(self, true)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn of_every_type() {
        let s = Tensor::from([1.0, 2.0, f64::INFINITY, f64::NAN]);
        let v = Tensor::from([[f64::NAN, f64::NEG_INFINITY], [f64::INFINITY, 1.5]]);
        assert_eq!(s.searchsorted(&v).to_vec::<i64>().unwrap(), [3, 0, 2, 1]);
        assert_eq!(
            s.searchsorted_with(&v, true).to_vec::<i64>().unwrap(),
            [4, 0, 3, 1]
        );
        let i = Tensor::from([i64::MAX - 1, i64::MAX]);
        assert_eq!(
            i.searchsorted(&Tensor::from([i64::MAX]))
                .to_vec::<i64>()
                .unwrap(),
            [1]
        );
        assert_eq!(
            Tensor::zeros([0])
                .searchsorted(&Tensor::ones([1]))
                .to_vec::<i64>()
                .unwrap(),
            [0]
        );
        assert_eq!(
            Tensor::from([1_i64, 3])
                .searchsorted(&Tensor::from([1.5_f32]))
                .to_vec::<i64>()
                .unwrap(),
            [1]
        );
        assert!(
            Tensor::zeros([2, 2])
                .searchsorted(&Tensor::ones([1]))
                .error()
                .is_some()
        );
    }
}

//! Different elements.

use crate::Tensor;
use crate::graph::apply::within_memory;
use crate::ops::index::sort::{ArgSort, positions};
use nn_kernels::memory;

/// What [`Tensor::unique_all`] finds.
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub struct Unique {
    /// The different elements in ascending order, NaN as one and last.
    pub values: Tensor,
    /// Where each stands first in the flattened tensor (`i64`).
    pub indices: Tensor,
    /// For every element of the tensor its place among the values (`i64`), of the tensor's shape.
    pub inverse: Tensor,
    /// How often each is there (`i64`).
    pub counts: Tensor,
}

impl Tensor {
    /// The different elements in ascending order, as a vector; NaN counts as one number and comes last. How many there are depends on
    /// the values, so it is an error while a model is traced.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([[3_i64, 1], [1, 2]]).unique().to_vec::<i64>()?, [1, 2, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn unique(&self) -> Tensor {
        self.unique_all().values
    }

    /// The different elements as [`Tensor::unique`], where they are and how often. The gradient of the values goes to where each stands
    /// first.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let found = Tensor::from([3_i64, 1, 3]).unique_all();
    /// assert_eq!(found.indices.to_vec::<i64>()?, [1, 0]);
    /// assert_eq!(found.inverse.to_vec::<i64>()?, [1, 0, 1]);
    /// assert_eq!(found.counts.to_vec::<i64>()?, [1, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn unique_all(&self) -> Unique {
        let flat = self.reshape([self.raw_shape().num_elements()]);
        let op = ArgSort {
            descending: false,
            first: None,
        };
        let order = positions(&flat, op);
        let sorted = flat.take(&order, 0);
        // Where an element begins that is another than the one before it; two NaN are no others.
        let same = sorted.slice(1..).equal(sorted.slice(..-1));
        let nan = sorted
            .slice(1..)
            .isnan()
            .logical_and(sorted.slice(..-1).isnan());
        let other = same.logical_or(nan).logical_not();
        let found = || {
            let order = order.try_data::<i64>()?;
            let others: &[bool] = match order.len() {
                0 | 1 => &[],
                _ => other.try_data()?,
            };
            let count = order.len().min(1) + others.iter().filter(|other| **other).count();
            let (mut indices, mut counts) = (memory::with_room(count), memory::with_room(count));
            let mut inverse = memory::filled(0, order.len());
            for (i, &place) in order.iter().enumerate() {
                if i == 0 || others[i - 1] {
                    indices.push(place);
                    counts.push(0_i64);
                }
                inverse[place as usize] = counts.len() as i64 - 1;
                *counts.last_mut().expect("one has begun") += 1;
            }
            let indices = Tensor::from(indices);
            Ok(Unique {
                values: flat.take(&indices, 0),
                indices,
                inverse: Tensor::from_vec(inverse, *self.raw_shape()),
                counts: Tensor::from(counts),
            })
        };
        within_memory(found).unwrap_or_else(|error| {
            let failed = self.fail("unique", error);
            Unique {
                values: failed.clone(),
                indices: failed.clone(),
                inverse: failed.clone(),
                counts: failed,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    #[test]
    fn of_odd_values() {
        let x = Tensor::from([f64::NAN, 1.0, f64::NAN, -0.0, 0.0, f64::NEG_INFINITY]);
        let found = x.unique_all();
        assert_eq!(
            found.values.data::<f64>()[..3],
            [f64::NEG_INFINITY, 0.0, 1.0]
        );
        assert!(found.values.num_elements() == 4 && found.values.data::<f64>()[3].is_nan());
        assert_eq!(found.counts.to_vec::<i64>().unwrap(), [1, 2, 1, 2]);
        assert_eq!(found.inverse.to_vec::<i64>().unwrap(), [3, 2, 3, 1, 1, 0]);
        assert_eq!(Tensor::zeros([0, 3]).unique().shape(), [0]);
        assert_eq!(
            Tensor::from([true, false, true])
                .unique()
                .to_vec::<bool>()
                .unwrap(),
            [false, true]
        );
        assert!(
            Tensor::abstract_of([3], DType::F32)
                .unique()
                .error()
                .is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].unique().square(), &[&[2, 2]]);
    }
}

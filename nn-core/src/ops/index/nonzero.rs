//! Where the elements are that are not 0.

use crate::graph::apply::within_memory;
use crate::{MAX_RANK, Tensor};
use nn_kernels::memory;

impl Tensor {
    /// Where the elements are that are not 0, in row-major order: for every axis their indices (`i64`, `[count]`). How many there are
    /// depends on the values, so it is an error while a model is traced.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let places = Tensor::from([[0.0_f32, 5.0], [7.0, 0.0]]).nonzero();
    /// assert_eq!(places[0].to_vec::<i64>()?, [0, 1]);
    /// assert_eq!(places[1].to_vec::<i64>()?, [1, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    #[doc(alias = "argwhere")]
    pub fn nonzero(&self) -> Vec<Tensor> {
        let shape = *self.raw_shape();
        let axes = || {
            let hits = self.not_equal(0);
            let hits = hits.try_data::<bool>()?;
            let mut flat = memory::with_room(hits.iter().filter(|hit| **hit).count());
            flat.extend((0..hits.len()).filter(|&i| hits[i]));
            let axes = (0..shape.rank()).map(|axis| {
                let inner: usize = shape[axis + 1..].iter().product();
                let indices = flat.iter().map(|i| (i / inner % shape[axis]) as i64);
                Tensor::from(memory::collected(indices))
            });
            Ok(axes.collect())
        };
        match within_memory(axes) {
            Ok(axes) => axes,
            // How many axes a failed tensor would have is not known.
            Err(error) => {
                let count = self.error().map_or(shape.rank().max(1), |_| MAX_RANK);
                vec![self.fail("nonzero", error); count]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor};

    #[test]
    fn of_odd_shapes() {
        assert_eq!(Tensor::zeros([2, 0, 3]).nonzero().len(), 3);
        assert_eq!(
            Tensor::from([f32::NAN, -0.0]).nonzero()[0]
                .to_vec::<i64>()
                .unwrap(),
            [0]
        );
        assert!(Tensor::from(1.0_f32).nonzero().is_empty());
        let e = Tensor::abstract_of([3], DType::F32)
            .nonzero()
            .remove(0)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("has no value while the model is traced"), "{e}");
    }
}

//! Flat places as indices of axes.

use crate::ops::elementwise::where_;
use crate::ops::index::indices::as_indices;
use crate::{Error, Shape, Tensor};

impl Tensor {
    /// For flat places (`i64`) in a tensor of `shape` the index along each of its axes. A negative place counts from the end; one outside
    /// is taken as the first or the last, as in Keras on JAX.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let indices = Tensor::from([5_i64]).unravel_index([2, 3]);
    /// assert_eq!((indices[0].to_vec::<i64>()?, indices[1].to_vec::<i64>()?), (vec![1], vec![2]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn unravel_index(&self, shape: impl Into<Shape>) -> Vec<Tensor> {
        let shape = shape.into();
        let places = as_indices("unravel_index", self);
        let places = match places.and_then(|places| shape.check().map(|()| places)) {
            Ok(places) if !shape.is_empty() => places,
            Ok(_) => {
                let message = format!("a tensor of shape {shape} has no places");
                return vec![self.fail("unravel_index", Error::value(message)); shape.rank()];
            }
            Err(error) => return vec![self.fail("unravel_index", error); shape.rank().max(1)],
        };
        let size = shape.num_elements();
        let places = where_(places.less(0), &places + size, &places);
        let mut rest = places.maximum(0).minimum(size - 1);
        let mut indices = Vec::new();
        for &dim in shape.iter().rev() {
            indices.push(rest.remainder(dim));
            rest = rest.floor_divide(dim);
        }
        indices.reverse();
        indices
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn places_outside_are_the_ends() {
        let found = Tensor::from([-1_i64, 99, -99, 4]).unravel_index([2, 3]);
        assert_eq!(found[0].to_vec::<i64>().unwrap(), [1, 1, 0, 1]);
        assert_eq!(found[1].to_vec::<i64>().unwrap(), [2, 2, 0, 1]);
        assert!(
            Tensor::from([1.5_f32]).unravel_index([2])[0]
                .error()
                .is_some()
        );
        assert!(
            Tensor::from([0_i64]).unravel_index([2, 0])[0]
                .error()
                .is_some()
        );
    }
}

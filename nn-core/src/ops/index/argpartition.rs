//! The least elements first, in some order.

use crate::{Error, Tensor, is_known};

impl Tensor {
    /// Positions (`i64`) along the last axis that put the element which is at place `kth` in order there, with none greater before and none
    /// less after it. Here all are in order, which is one of the ways.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([7.0_f32, 1.0, 3.0]);
    /// assert_eq!(x.argpartition(0).to_vec::<i64>()?[0], 1);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argpartition(&self, kth: isize) -> Tensor {
        self.argpartition_axis(kth, -1)
    }

    /// As [`Tensor::argpartition`] along an axis (counted from the end if negative).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[7.0_f32], [1.0]]);
    /// assert_eq!(x.argpartition_axis(0, 0).to_vec::<i64>()?, [1, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn argpartition_axis(&self, kth: isize, axis: isize) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        let n = match self.raw_shape().axis(axis) {
            Ok(axis) => self.raw_shape()[axis],
            Err(error) => return self.fail("argpartition", error),
        };
        match is_known(n) && !(-(n as isize)..n as isize).contains(&kth) {
            true => self.fail(
                "argpartition",
                Error::value(format!("axis {axis} of {n} elements has no place {kth}")),
            ),
            false => self.argsort_axis(axis),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn places_outside_are_refused() {
        let x = Tensor::from([[3_i64, 1], [2, 5]]);
        assert_eq!(
            x.argpartition_axis(-1, 0).to_vec::<i64>().unwrap(),
            [1, 0, 0, 1]
        );
        assert!(
            x.argpartition_axis(2, 1).error().is_some()
                && x.argpartition_axis(0, 2).error().is_some()
        );
    }
}

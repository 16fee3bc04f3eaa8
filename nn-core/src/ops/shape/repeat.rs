//! Every element of an axis several times.

use crate::{Shape, Tensor, dim_times, too_long};

impl Tensor {
    /// Every slice of an axis (counted from the end if negative) `n` times, one behind the other: `[…, k, …]` to `[…, k·n, …]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).repeat(2, 0).to_vec::<i64>()?, [1, 1, 2, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "repeat_interleave")]
    #[track_caller]
    pub fn repeat(&self, n: usize, axis: isize) -> Tensor {
        match self.raw_shape().axis(axis) {
            Ok(axis) => repeated(self, n, axis + 1, axis),
            Err(error) => self.fail("repeat", error),
        }
    }
}

/// The tensor from axis `block` on `n` times, one behind the other, which makes `axis` `n` times as long.
#[track_caller]
pub(crate) fn repeated(x: &Tensor, n: usize, block: usize, axis: usize) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    let shape = *x.raw_shape();
    let (outer, inner) = (
        Shape::new(&shape[..block]).num_elements(),
        Shape::new(&shape[block..]).num_elements(),
    );
    let repeated = x.reshape([outer, 1, inner]).broadcast_to([outer, n, inner]);
    match dim_times(shape[axis], n) {
        Some(size) => repeated.reshape(shape.with(axis, size)),
        None => {
            let error = too_long(format_args!("{n} times {} of {shape}", shape[axis]));
            x.fail("repeat", error)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn repeats_along_any_axis() {
        let x = Tensor::arange(4).reshape([2, 2]);
        assert_eq!(
            x.repeat(2, 0).to_vec::<i64>().unwrap(),
            [0, 1, 0, 1, 2, 3, 2, 3]
        );
        assert_eq!(
            x.repeat(2, -1).to_vec::<i64>().unwrap(),
            [0, 0, 1, 1, 2, 2, 3, 3]
        );
        assert_eq!(x.repeat(0, 0).shape(), [0, 2]);
        let x = Tensor::abstract_of([UNKNOWN, 3, 2], DType::F32);
        assert_eq!(x.repeat(4, 1).shape().to_string(), "[_, 12, 2]");
        assert_eq!(x.repeat(4, 0).shape().to_string(), "[_, 3, 2]");
        assert!(
            x.repeat(4, 3)
                .into_result()
                .unwrap_err()
                .to_string()
                .contains("axis 3 is out of range")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].repeat(3, 1).square(), &[&[2, 3, 2]]);
    }
}

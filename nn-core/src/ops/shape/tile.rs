//! Copies of a whole tensor side by side.

use crate::ops::shape::repeat::repeated;
use crate::{ANYTHING, Error, MAX_RANK, Shape, Tensor, dim_times};

/// The shape of copies side by side, at most as many axes of them as a tensor can have.
pub(crate) const fn output_shape(x: &Shape, repeats: &[usize]) -> Shape {
    let (n, rank) = (repeats.len(), x.rank());
    let all = if n > rank { n } else { rank };
    let (mut dims, mut i) = ([1; MAX_RANK], 0);
    while i < all {
        if i + rank >= all {
            dims[i] = x.dims()[i + rank - all];
        }
        if i + n >= all {
            dims[i] = match dim_times(dims[i], repeats[i + n - all]) {
                Some(size) => size,
                None => ANYTHING,
            };
        }
        i += 1;
    }
    Shape::new(dims.split_at(all).0)
}

impl Tensor {
    /// Copies of the tensor side by side, `repeats[i]` along axis `i`: `[a, b]` to `[a·r₀, b·r₁]`. As NumPy's `tile`.
    ///
    /// More repeats than axes add axes in front; fewer count for the last ones.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).tile([2, 2]).to_vec::<i64>()?, [1, 2, 1, 2, 1, 2, 1, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tile(&self, repeats: impl AsRef<[usize]>) -> Tensor {
        let repeats = repeats.as_ref();
        if self.error().is_some() {
            return self.clone();
        }
        if repeats.len() > crate::MAX_RANK {
            return self.fail(
                "tile",
                Error::shape(format!("tile repeats 8 axes at most, found {repeats:?}")),
            );
        }
        let mut tiled = self.clone();
        while tiled.raw_shape().rank() < repeats.len() {
            tiled = tiled.expand_dims(0);
        }
        let first = tiled.raw_shape().rank() - repeats.len();
        for (i, &n) in repeats.iter().enumerate().filter(|(_, n)| **n != 1) {
            tiled = repeated(&tiled, n, first + i, first + i);
        }
        tiled
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn tiles_every_axis() {
        let x = Tensor::arange(4).reshape([2, 2]);
        assert_eq!(
            x.tile([2, 2]).to_vec::<i64>().unwrap(),
            [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3]
        );
        assert_eq!(x.tile([3]).shape(), [2, 6]);
        assert_eq!(x.tile([3, 1, 0]).shape(), [3, 2, 0]);
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.tile([1, 4]).shape().to_string(), "[_, 12]");
        assert_eq!(x.tile([2, 1]).shape().to_string(), "[_, 3]");
        assert!(x.tile([1; 9]).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].tile([2, 3]).square(), &[&[2, 3]]);
    }
}

//! Coordinates of a grid.

use crate::{Tensor, TensorList};

/// The coordinates of all points of a grid: of vectors of `n₀, n₁, …` elements as many tensors `[n₀, n₁, …]`, the `i`-th of which varies
/// along axis `i`, with the first two axes exchanged, `[n₁, n₀, …]`, as pictures have it (Keras's `indexing="xy"`). Tensors of other
/// ranks are flattened.
///
/// ```
/// use nn::{Tensor, ops::meshgrid};
/// let grid = meshgrid([Tensor::from([1_i64, 2]), Tensor::from([3_i64, 4, 5])]);
/// assert_eq!(grid[0].to_vec::<i64>()?, [1, 2, 1, 2, 1, 2]);
/// assert_eq!(grid[1].to_vec::<i64>()?, [3, 3, 4, 4, 5, 5]);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
#[track_caller]
pub fn meshgrid(tensors: impl TensorList) -> Vec<Tensor> {
    meshgrid_with(tensors, true)
}

/// As [`meshgrid`], unless `xy` without the exchange: Keras's `indexing="ij"`.
///
/// ```
/// use nn::{Tensor, ops::meshgrid_with};
/// let grid = meshgrid_with([Tensor::from([1_i64, 2]), Tensor::from([3_i64, 4, 5])], false);
/// assert_eq!(grid[0].to_vec::<i64>()?, [1, 1, 1, 2, 2, 2]);
/// # Ok::<(), nn::Error>(())
/// ```
#[must_use]
#[track_caller]
pub fn meshgrid_with(tensors: impl TensorList, xy: bool) -> Vec<Tensor> {
    let tensors = tensors.into_list();
    if let Some(failed) = tensors.iter().find(|t| t.error().is_some()) {
        return vec![failed.clone(); tensors.len()];
    }
    let sizes: Vec<usize> = tensors
        .iter()
        .map(|t| t.raw_shape().num_elements())
        .collect();
    let grids = tensors.iter().enumerate().map(|(axis, t)| {
        let mut shape = vec![1; sizes.len()];
        shape[axis] = sizes[axis];
        let grid = t.reshape(shape).broadcast_to(sizes.clone());
        match xy && sizes.len() > 1 {
            true => grid.swapaxes(0, 1),
            false => grid,
        }
    });
    grids.collect()
}

#[cfg(test)]
mod tests {
    use super::{meshgrid, meshgrid_with};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn of_one_and_of_three() {
        assert_eq!(meshgrid([Tensor::arange(3)])[0].shape(), [3]);
        let three = meshgrid([Tensor::arange(2), Tensor::arange(3), Tensor::arange(4)]);
        assert!(three.iter().all(|t| t.shape() == [3, 2, 4]));
        assert!(meshgrid_with([] as [Tensor; 0], false).is_empty());
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| meshgrid_with(x, false)[0].square() * &meshgrid_with(x, false)[1],
            &[&[2], &[3]],
        );
    }
}

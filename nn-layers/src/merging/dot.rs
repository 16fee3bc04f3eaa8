//! Sums of products of two tensors along an axis.

use crate::ShapeError;
use crate::core::axes::{Axes, Ints};
use crate::core::unit::unit;
use nn_core::agree;
use nn_core::{MAX_RANK, Result, Shape, Tensor, axis_of, is_known};
use nn_derive::{Layer, model};

/// The products of two tensors, sample by sample, summed along one axis of each; with [`Dot::normalize`] the cosine between them.
///
/// Shapes: `[batch, a.., n, ..]` and `[batch, b.., n, ..]` with `n` along the axes → `[batch, a.., b..]`, or `[batch, 1]` for two vectors.
///
/// Source: Keras's `Dot`.
///
/// ```
/// use nn::{Dot, Layer, Tensor};
/// let (a, b) = (Tensor::from([[1.0_f32, 2.0]]), Tensor::from([[3.0_f32, 4.0]]));
/// assert_eq!(Dot::new(1).forward([&a, &b]).to_vec::<f32>()?, [11.0]);
/// let (queries, keys) = (Tensor::ones([2, 5, 8]), Tensor::ones([2, 7, 8]));
/// assert_eq!(Dot::new(-1).forward([&queries, &keys]).shape(), [2, 5, 7]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Dot {
    #[config]
    axes: Axes,
    /// Divides both by their length along the axis first.
    #[config(default = false)]
    normalize: bool,
}

#[model(crate = nn_core)]
impl Dot {
    /// Along the same axis of both, counted from the end if negative; not the batch, 0.
    pub const fn new(axis: isize) -> Dot {
        Dot::with_defaults(Axes(Ints::new([axis])))
    }

    /// Along an axis of the first and one of the second.
    pub const fn axes(mut self, axes: [isize; 2]) -> Dot {
        self.axes = Axes(Ints::new(axes));
        self
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there are not two inputs, their batches or the sizes along the axes differ, or an axis is the batch.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs.len() != 2 {
            let error = ShapeError::new("Dot takes two tensors, found ").number(inputs.len());
            return Err(error.text("; call it with `[&a, &b]`"));
        }
        let [a, b] = match self.both(&inputs[0], &inputs[1]) {
            Ok(axes) => axes,
            Err(error) => return Err(error),
        };
        let (x, y) = (inputs[0].dims(), inputs[1].dims());
        if a == 0 || b == 0 || !agree(x[0], y[0]) || !agree(x[a], y[b]) {
            let error = ShapeError::new("Dot cannot sum along axes ")
                .number(a)
                .text(" of ");
            let error = error.shape(&inputs[0]).text(" and ").number(b).text(" of ");
            return Err(error
                .shape(&inputs[1])
                .text(": batches and the sizes along the axes must agree, and the batch is not summed over"));
        }
        let (mut dims, mut rank) = ([1; MAX_RANK], 0);
        if x.len() + y.len() - 3 > MAX_RANK {
            return Err(ShapeError::new(
                "Dot: the result has more than 8 dimensions, the most a tensor can have",
            ));
        }
        let mut i = 0;
        while i < x.len() + y.len() {
            let (dim, stays) = match i < x.len() {
                true => (x[i], i != a),
                false => (y[i - x.len()], i != x.len() && i - x.len() != b),
            };
            if stays {
                dims[rank] = match i == 0 && !is_known(dim) {
                    true => y[0],
                    false => dim,
                };
                rank += 1;
            }
            i += 1;
        }
        let rank = if rank < 2 { 2 } else { rank };
        Ok(Shape::new(dims.split_at(rank).0))
    }

    /// The axis of each.
    const fn both(&self, x: &Shape, y: &Shape) -> Result<[usize; 2], ShapeError> {
        let (first, second) = match self.axes.0.as_slice() {
            [axis] => (*axis, *axis),
            [first, second] => (*first, *second),
            axes => {
                let error =
                    ShapeError::new("Dot sums along one axis of each of two tensors, found axes ");
                return Err(error.list(axes));
            }
        };
        match (axis_of("Dot", first, x), axis_of("Dot", second, y)) {
            (Ok(a), Ok(b)) => Ok([a, b]),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        let shapes: Vec<Shape> = inputs.iter().map(Tensor::shape).collect();
        let output = self.output_shape(&shapes);
        let (x, y) = (&inputs[0], &inputs[1]);
        let (output, [a, b]) = match (output, self.both(&shapes[0], &shapes[1])) {
            (Ok(output), Ok(axes)) => (output, axes),
            (Err(error), _) | (_, Err(error)) => return Tensor::failed(error.into()),
        };
        let (x, y) = match self.normalize {
            true => (unit(x, &[a as isize], 1e-7), unit(y, &[b as isize], 1e-7)),
            false => (x.clone(), y.clone()),
        };
        // Each as [batch, others, n], with the axis at the end.
        let rows = |x: Tensor, axis: usize| {
            let mut order: Vec<isize> = (0..x.rank() as isize).collect();
            let axis = order.remove(axis);
            order.push(axis);
            let shape = x.shape();
            let others = shape.without(axis as usize).without(0).num_elements();
            x.transpose(order)
                .reshape([shape[0], others, shape[axis as usize]])
        };
        rows(x, a)
            .matmul_transposed(rows(y, b))
            .reshape(output)
            .without_mask()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn what_does_not_fit_is_an_error() {
        let error = |dot: Dot, a: &[usize], b: &[usize]| {
            let y = dot.forward([Tensor::ones(a), Tensor::ones(b)]);
            y.into_result().unwrap_err().to_string()
        };
        assert!(
            error(Dot::new(1), &[2, 3], &[2, 4]).contains("along axes 1 of [2, 3] and 1 of [2, 4]")
        );
        assert!(error(Dot::new(1), &[2, 3], &[4, 3]).contains("batches and the sizes"));
        assert!(error(Dot::new(0), &[2, 3], &[2, 3]).contains("the batch is not summed over"));
        assert!(error(Dot::new(2), &[2, 3], &[2, 3]).contains("axis 2 is out of range for [2, 3]"));
        let x = Tensor::ones([2, 3]);
        let e = Dot::new(1)
            .forward([&x])
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("takes two tensors, found 1"), "{e}");
        let open = [Shape::from([UNKNOWN, UNKNOWN, 3]), Shape::from([4, 5, 3])];
        assert_eq!(
            Dot::new(-1).output_shape(&open).unwrap().to_string(),
            "[4, _, 5]"
        );
    }
}

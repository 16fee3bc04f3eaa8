//! Several tensors one after the other.

use crate::ShapeError;
use crate::merging::merge;
use nn_core::axis_of;
use nn_core::ops::concatenate;
use nn_core::statics::better;
use nn_core::{DType, Result, Shape, Tensor, agree};
use nn_derive::{Layer, model};

/// Several tensors one after the other along an axis.
///
/// Shapes: a list of tensors whose other dimensions agree.
///
/// Source: Keras's `Concatenate`.
///
/// ```
/// use nn::{Concatenate, Layer, Tensor};
/// let (a, b) = (Tensor::ones([2, 3]), Tensor::ones([2, 5]));
/// assert_eq!(Concatenate::new().forward([&a, &b]).shape(), [2, 8]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Concatenate {
    /// The axis along which they are joined, counted from the end if negative.
    #[config(default = -1)]
    axis: isize,
}

#[model(crate = nn_core)]
impl Concatenate {
    /// Along the last axis.
    pub const fn new() -> Concatenate {
        Concatenate::with_defaults()
    }

    /// The shape of the output.
    ///
    /// # Errors
    /// When there are no inputs, or they differ in rank or beside the axis.
    pub const fn output_shape(&self, inputs: &[Shape]) -> Result<Shape, ShapeError> {
        if inputs.is_empty() {
            return Err(ShapeError::new(
                "Concatenate joins tensors, found none; call it with `[&a, &b]`",
            ));
        }
        let mut output = inputs[0];
        let axis = match axis_of("Concatenate", self.axis, &output) {
            Ok(axis) => axis,
            Err(error) => return Err(error),
        };
        let mut i = 1;
        while i < inputs.len() {
            let (so_far, next) = (output.dims(), inputs[i].dims());
            let mut fits = so_far.len() == next.len();
            let mut joined = output;
            let mut k = 0;
            while fits && k < next.len() {
                if k == axis {
                    joined = joined.with(k, so_far[k].saturating_add(next[k]));
                } else {
                    fits = agree(so_far[k], next[k]);
                    joined = joined.with(k, better(so_far[k], next[k]));
                }
                k += 1;
            }
            if !fits {
                let error = ShapeError::new("Concatenate cannot join ")
                    .shape(&inputs[0])
                    .text(" and ")
                    .shape(&inputs[i]);
                return Err(error
                    .text(": only axis ")
                    .signed(self.axis)
                    .text(" may differ"));
            }
            output = joined;
            i += 1;
        }
        Ok(output)
    }

    fn call(&self, inputs: Vec<Tensor>) -> Tensor {
        let output = concatenate(&inputs, self.axis);
        if inputs.iter().all(|x| x.mask().is_none()) {
            return output;
        }
        // As in Keras: without a mask everything counts, and a position counts where anything along the last axis does.
        let counts = |x: &Tensor| match merge::counts(x) {
            Some(counts) => counts,
            None => Tensor::full_of(x.shape(), 1.0, DType::Bool),
        };
        let counts: Vec<Tensor> = inputs.iter().map(counts).collect();
        output.with_mask(concatenate(&counts, self.axis).any_axis(-1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, UNKNOWN};

    #[test]
    fn masks_are_joined_along_the_axis_too() {
        let a = Tensor::ones([1, 2, 3]).with_mask(Tensor::from([[true, false]]));
        let mask = |axis: isize, b: &Tensor| {
            let y = Concatenate::new().axis(axis).forward([&a, b]);
            y.mask().map(|mask| mask.to_vec::<bool>().unwrap())
        };
        let b = Tensor::ones([1, 2, 3]).with_mask(Tensor::from([[false, false]]));
        assert_eq!(mask(1, &b).unwrap(), [true, false, false, false]);
        assert_eq!(
            mask(1, &b.without_mask()).unwrap(),
            [true, false, true, true]
        );
        assert_eq!(mask(-1, &b).unwrap(), [true, false]);
        assert_eq!(mask(-1, &b.without_mask()).unwrap(), [true, true]);
    }

    #[test]
    fn only_the_axis_may_differ() {
        let run = |a: &[usize], b: &[usize]| {
            Concatenate::new()
                .axis(1)
                .forward([Tensor::ones(a), Tensor::ones(b)])
                .into_result()
        };
        assert_eq!(run(&[2, 3, 4], &[2, 1, 4]).unwrap().shape(), [2, 4, 4]);
        for (a, b) in [
            (&[2, 3, 4][..], &[2, 3, 5][..]),
            (&[2, 3, 4], &[3, 3, 4]),
            (&[2, 3], &[2, 3, 4]),
        ] {
            let error = run(a, b).unwrap_err().to_string();
            assert!(
                error.contains("Concatenate cannot join")
                    && error.contains("only axis 1 may differ"),
                "{error}"
            );
        }
        assert!(
            run(&[2], &[2])
                .unwrap_err()
                .to_string()
                .contains("axis 1 is out of range")
        );
        let unknown = [Shape::from([UNKNOWN, 3]), Shape::from([4, UNKNOWN])];
        assert_eq!(
            Concatenate::new()
                .output_shape(&unknown)
                .unwrap()
                .to_string(),
            "[4, _]"
        );
    }
}

//! The forms in which categories come out.

use crate::ShapeError;
use nn_core::{DType, Error, MAX_RANK, Shape, Tensor, with_float};
use serde::{Deserialize, Serialize};

/// The form in which the index of a category comes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OutputMode {
    /// The index itself, `i64`.
    Int,
    /// A row of zeros with a one at the index, for each index: `[.., n]` to `[.., n, depth]`; a last axis of size 1 makes room.
    OneHot,
    /// One row for all indices of a sample, with a one at each of them: `[batch, n]` to `[batch, depth]`.
    #[serde(alias = "binary")]
    MultiHot,
    /// As `MultiHot`, with the number of times that each index is there.
    Count,
    /// As `Count`, times the inverse document frequency of each index.
    #[serde(alias = "tf-idf")]
    TfIdf,
}

impl OutputMode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            OutputMode::Int => "int",
            OutputMode::OneHot => "one_hot",
            OutputMode::MultiHot => "multi_hot",
            OutputMode::Count => "count",
            OutputMode::TfIdf => "tf_idf",
        }
    }

    /// The shape of what [`OutputMode::encode`] gives.
    pub(crate) const fn output_shape(
        self,
        layer: &str,
        input: &Shape,
        depth: usize,
    ) -> Result<Shape, ShapeError> {
        let rank = input.rank();
        if !matches!(self, OutputMode::Int) && !nn_core::is_known(depth) {
            let error = ShapeError::new(layer).text(" makes rows of ").number(depth);
            return Err(error.text(" numbers, more than a dimension can have (below 2³⁴)"));
        }
        let whole = match self {
            OutputMode::Int => return Ok(*input),
            OutputMode::OneHot if rank > 1 && !nn_core::is_known(input.dims()[rank - 1]) => {
                let error = ShapeError::new(layer)
                    .text(" with `one_hot` needs a last axis of known size, found ");
                return Err(error
                    .shape(input)
                    .text(": one of a single column is dropped, any other stays"));
            }
            OutputMode::OneHot if rank > 1 && input.dims()[rank - 1] == 1 => {
                return Ok(input.with(rank - 1, depth));
            }
            OutputMode::OneHot => *input,
            // All indices of a sample share a row.
            _ if rank > 1 => input.without(1),
            _ => Shape::SCALAR,
        };
        if whole.rank() >= MAX_RANK {
            let error = ShapeError::new(layer)
                .text(" adds a dimension to ")
                .shape(input);
            return Err(error.text(", which has as many as a tensor can have"));
        }
        let mut dims = [depth; MAX_RANK];
        let mut i = 0;
        while i < whole.rank() {
            dims[i] = whole.dims()[i];
            i += 1;
        }
        Ok(Shape::new(dims.split_at(whole.rank() + 1).0))
    }

    /// Indices from 0 to `depth - 1` in this form, others as zeros; `weights` are what each counts.
    pub(crate) fn encode(self, indices: Tensor, depth: usize, weights: Option<&Tensor>) -> Tensor {
        let Ok(shape) = indices.try_shape() else {
            return indices;
        };
        let rank = shape.rank();
        let axis = if rank > 1 { 1 } else { 0 };
        let at_least_one = |t: Tensor| if rank == 0 { t.expand_dims(0) } else { t };
        match self {
            // What is masked is no matter of categories, as in Keras.
            OutputMode::Int => indices.without_mask(),
            OutputMode::OneHot if rank > 1 && shape[rank - 1] == 1 => {
                indices.squeeze(-1).one_hot(depth)
            }
            OutputMode::OneHot => indices.one_hot(depth),
            OutputMode::MultiHot => at_least_one(indices).one_hot(depth).max_axis(axis),
            OutputMode::Count | OutputMode::TfIdf => {
                let each = at_least_one(indices).one_hot(depth);
                let each = match weights {
                    Some(weights) => {
                        each * at_least_one(weights.cast(nn_core::floatx())).expand_dims(-1)
                    }
                    None => each,
                };
                each.sum_axis(axis)
            }
        }
    }
}

/// Checks how many bins a layer has: at least one, and no more than `i64` counts.
pub(crate) const fn check_bins(layer: &str, num_bins: usize) -> Result<(), ShapeError> {
    let error = ShapeError::new(layer);
    match num_bins {
        0 => Err(error.text(" expects at least one bin, found 0 for `num_bins`")),
        _ if num_bins as u64 > i64::MAX as u64 => {
            let error = error.text(" numbers its bins by i64, so that there are at most ");
            let error = error.number(i64::MAX as usize).text(", found ");
            Err(error.number(num_bins).text(" for `num_bins`"))
        }
        _ => Ok(()),
    }
}

/// Whole numbers of any type as `i64`. Numbers that are not whole are an error where there are values.
pub(crate) fn whole_numbers(layer: &str, x: &Tensor) -> Tensor {
    if x.dtype().is_float() && x.is_concrete() {
        let fraction = with_float!(x.dtype(), T => {
            let all = x.try_data::<T>().unwrap_or(&[]);
            // Of NaN and infinities the fraction is NaN.
            let place = all.iter().position(|v| v.fract() != 0.0);
            place.map(|i| (i, all[i].to_string()))
        });
        if let Some((i, found)) = fraction {
            return Tensor::failed(Error::value(format!(
                "{layer} takes whole numbers, found {found} at place {i} of shape {}",
                x.shape()
            )));
        }
    }
    x.cast(DType::I64)
}

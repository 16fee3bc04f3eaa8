//! A tensor cut into pieces along an axis.

use crate::graph::apply::apply_all;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{
    Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec, open_size,
};
use crate::ops::concatenate;
use crate::ops::shape::slice::part;
use crate::{ANYTHING, Error, Result, Shape, ShapeError, Tensor, agree, is_known, named_quotient};

/// Pieces that a tensor is cut into at most. Each is a tensor of its own: more are a mistake.
pub(super) const MOST: usize = 1 << 24;

/// What is said of more pieces than [`MOST`].
pub(super) fn too_many(n: usize) -> Error {
    Error::value(format!(
        "a tensor is cut into at most {MOST} pieces, found {n}"
    ))
}

/// How an axis is cut.
#[derive(Clone)]
enum Parts {
    /// Into so many of one size.
    Equal(usize),
    /// Into these sizes.
    Sizes(Vec<usize>),
}

/// A tensor in pieces along an axis; one output each, of which there is at least one.
struct Split {
    axis: isize,
    parts: Parts,
}

impl Split {
    /// The sizes of the pieces of `x`.
    fn sizes(&self, x: &Shape) -> Result<Vec<usize>> {
        let axis = x.axis(self.axis)?;
        match &self.parts {
            Parts::Equal(n) => Ok(vec![piece(x, *n, axis)?[axis]; *n]),
            Parts::Sizes(sizes) => {
                fits(x, sizes, axis)?;
                Ok(sizes.clone())
            }
        }
    }
}

impl Op for Split {
    fn name(&self) -> &'static str {
        "split"
    }

    fn attributes(&self) -> Attributes {
        let axis = Attributes::new().with("axis", &self.axis);
        match &self.parts {
            Parts::Equal(n) => axis.with("pieces", n),
            Parts::Sizes(sizes) => axis.with("sizes", sizes),
        }
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, dtype) = (inputs[0].raw_shape(), inputs[0].dtype());
        let axis = x.axis(self.axis)?;
        let piece = |size: usize| {
            let mut dims = x.to_vec();
            dims[axis] = size;
            Spec {
                shape: Shape::new(&dims),
                dtype,
            }
        };
        let specs = self.sizes(x)?.into_iter().map(piece);
        Ok(specs.collect::<Vec<_>>().into())
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let x = &inputs[0];
        let axis = x.raw_shape().axis(self.axis)?;
        let mut start = 0_usize;
        let mut pieces = Vec::new();
        for size in self.sizes(x.raw_shape())? {
            let end = start.saturating_add(size);
            pieces.push(part(x, axis, start..end)?);
            start = end;
        }
        Ok(pieces.into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let pieces = (0..at.outputs.len()).map(|i| at.upstream_or_zeros(i));
        Ok(vec![Some(concatenate(pieces, self.axis))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        match &self.parts {
            Parts::Equal(n) => *n,
            Parts::Sizes(sizes) => sizes.len(),
        }
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        let parts = match &self.parts {
            Parts::Equal(_) => return Ok(None),
            Parts::Sizes(sizes) => {
                let sizes: Option<Vec<usize>> = sizes.iter().map(|&n| binding.dim(n)).collect();
                Parts::Sizes(sizes.ok_or_else(open_size)?)
            }
        };
        let axis = self.axis;
        Ok(Some(OpHandle::new(Split { axis, parts })))
    }
}

fn made_of(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::axis(a, inputs)?;
    let x = inputs[0].raw_shape();
    let size = x[x.axis(a.get("axis")?)?];
    let pieces: usize = match a.find("sizes") {
        Some(_) => a.get::<Vec<usize>>("sizes")?.len(),
        None => a.get("pieces")?,
    };
    // An axis whose size is not known has no say in it.
    let most = if is_known(size) { MOST } else { 1 << 10 };
    match (1..=most).contains(&pieces) {
        true => Ok(()),
        false => Err(Error::value(format!("cannot cut {x} into {pieces} pieces"))),
    }
}

by_name!("split", made_of, |a| Split {
    axis: a.get("axis")?,
    parts: match a.find("sizes") {
        Some(_) => Parts::Sizes(a.get("sizes")?),
        None => Parts::Equal(a.get("pieces")?),
    }
});

/// The shape of one of `n` equal pieces.
pub(crate) const fn piece(shape: &Shape, n: usize, axis: usize) -> Result<Shape, ShapeError> {
    match shape.dims()[axis] {
        size if !is_known(size) => {
            let piece = named_quotient(size, n);
            Ok(shape.with(
                axis,
                if let Some(piece) = piece {
                    piece
                } else {
                    ANYTHING
                },
            ))
        }
        size if n > 0 && size.is_multiple_of(n) => Ok(shape.with(axis, size / n)),
        size => Err(cut(shape, size, axis)
            .number(n)
            .text(" equal pieces; `split_sizes` takes sizes")),
    }
}

/// Whether sizes add up to the axis.
pub(crate) const fn fits(shape: &Shape, sizes: &[usize], axis: usize) -> Result<(), ShapeError> {
    let size = shape.dims()[axis];
    let (mut total, mut i) = (0_usize, 0);
    while i < sizes.len() {
        total = total.saturating_add(sizes[i]);
        i += 1;
    }
    if agree(size, total) {
        return Ok(());
    }
    let mut error = cut(shape, size, axis).text("[");
    i = 0;
    while i < sizes.len() {
        error = error.text(if i == 0 { "" } else { ", " }).dim(sizes[i]);
        i += 1;
    }
    Err(error.text("], which add up to ").number(total))
}

const fn cut(shape: &Shape, size: usize, axis: usize) -> ShapeError {
    ShapeError::new("axis ")
        .number(axis)
        .text(" of ")
        .shape(shape)
        .text(" has size ")
        .number(size)
        .text(" and cannot be split into ")
}

impl Tensor {
    /// `n` equal pieces along an axis (counted from the end if negative): `[…, n·k, …]` to `n` of `[…, k, …]`.
    ///
    /// A size that `n` does not divide is an error; then, as for a failed tensor, there are `n` failed pieces (one if `n` is 0).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let gates = Tensor::zeros([8, 12]).split(3, -1);
    /// assert_eq!((gates.len(), gates[0].shape().to_vec()), (3, vec![8, 4]));
    /// ```
    #[doc(alias = "chunk")]
    #[must_use]
    #[track_caller]
    pub fn split(&self, n: usize, axis: isize) -> Vec<Tensor> {
        if n == 0 || n > MOST {
            let error = match n {
                0 => Error::shape(format!(
                    "{} cannot be split into 0 equal pieces",
                    self.raw_shape()
                )),
                _ => too_many(n),
            };
            return vec![self.fail("split", error)];
        }
        let parts = Parts::Equal(n);
        apply_all(Split { axis, parts }, std::slice::from_ref(self)).into_vec()
    }

    /// Pieces of the given sizes along an axis (counted from the end if negative).
    ///
    /// Sizes that do not add up to the axis are an error; then, as for a failed tensor, every piece is a failed tensor.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let pieces = Tensor::arange(5).split_sizes([2, 3], 0);
    /// assert_eq!(pieces[1].to_vec::<i64>()?, [2, 3, 4]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn split_sizes(&self, sizes: impl AsRef<[usize]>, axis: isize) -> Vec<Tensor> {
        let sizes = sizes.as_ref().to_vec();
        if sizes.is_empty() {
            let error = Error::shape(format!(
                "{} cannot be split into no pieces",
                self.raw_shape()
            ));
            return vec![self.fail("split", error)];
        }
        let parts = Parts::Sizes(sizes);
        apply_all(Split { axis, parts }, std::slice::from_ref(self)).into_vec()
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::concatenate;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn pieces_join_to_the_whole() {
        let x = Tensor::arange(24).reshape([2, 6, 2]);
        for pieces in [x.split(3, 1), x.split_sizes([1, 0, 5], -2)] {
            assert_eq!(pieces.len(), 3);
            assert_eq!(
                concatenate(&pieces, 1).to_vec::<i64>().unwrap(),
                x.to_vec::<i64>().unwrap()
            );
        }
        assert!(x.split(2, 0)[1].shares_memory(&x));
    }

    #[test]
    fn unknown_batches_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 6], DType::F32);
        assert_eq!(x.split(2, 1)[1].shape().to_string(), "[_, 3]");
        assert_eq!(x.split(500, 0)[1].shape().to_string(), "[_, 6]");
        let message = |t: Vec<Tensor>| {
            t.last()
                .unwrap()
                .clone()
                .into_result()
                .unwrap_err()
                .to_string()
        };
        assert!(
            message(x.split(4, 1)).contains("has size 6 and cannot be split into 4 equal pieces")
        );
        assert!(message(x.split_sizes([4, 4], 1)).contains("into [4, 4], which add up to 8"));
        assert_eq!(x.split(4, 1).len(), 4);
        assert!(message(x.split(0, 1)).contains("into 0 equal pieces"));
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| &x[0].split(2, 1)[1] * &x[0].split_sizes([2, 2], 1)[0],
            &[&[3, 4]],
        );
        check_gradient(
            |x| {
                let pieces = x[0].split_sizes([1, 2, 0, 1, 3, 1], 1);
                concatenate([&pieces[4], &pieces[0], &pieces[5]], 1).square()
            },
            &[&[2, 8]],
        );
    }
}

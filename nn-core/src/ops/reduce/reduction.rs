//! What reductions over axes have in common.

use crate::graph::apply::apply;
use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::{DType, Error, MAX_RANK, Result, Shape, ShapeError, Tensor, axes_of, with_number};
use nn_kernels::reduce::{self as kernel, Kind};
use std::borrow::Cow;
use std::ops::Deref;

/// A set of axes.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Axes {
    /// All of them.
    All,
    /// These, possibly counted from the end.
    Some(Cow<'static, [isize]>),
}

impl Axes {
    pub(crate) fn of(axes: impl AsRef<[isize]>) -> Axes {
        Axes::Some(axes.as_ref().to_vec().into())
    }

    /// Which axes of a shape are meant.
    pub(crate) fn mask(&self, shape: &Shape) -> Result<Mask> {
        Ok(Mask {
            axes: match self {
                Axes::All => [true; MAX_RANK],
                Axes::Some(axes) => marked(shape, axes)?,
            },
            rank: shape.rank(),
        })
    }
}

/// For every axis of a shape whether it is in a list, which may name each once.
pub(crate) const fn marked(
    shape: &Shape,
    axes: &[isize],
) -> std::result::Result<[bool; MAX_RANK], ShapeError> {
    let indices = match axes_of(axes, shape) {
        Ok(indices) => indices,
        Err(error) => return Err(error),
    };
    let (mut marked, mut i) = ([false; MAX_RANK], 0);
    while i < axes.len() {
        marked[indices[i]] = true;
        i += 1;
    }
    Ok(marked)
}

impl Setting for Axes {
    fn to_attribute(&self) -> Attribute {
        match self {
            Axes::All => Attribute::None,
            Axes::Some(axes) => axes.to_vec().to_attribute(),
        }
    }

    fn from_attribute(attribute: &Attribute) -> Option<Axes> {
        match attribute {
            Attribute::None => Some(Axes::All),
            axes => Vec::from_attribute(axes).map(|axes| Axes::Some(axes.into())),
        }
    }
}

/// For every axis of a shape whether it is meant.
pub(crate) struct Mask {
    axes: [bool; MAX_RANK],
    rank: usize,
}

impl Deref for Mask {
    type Target = [bool];
    fn deref(&self) -> &[bool] {
        &self.axes[..self.rank]
    }
}

/// A way of making one number of many.
pub(crate) struct Reduction {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) keeps: Keeps,
    /// The gradient with respect to the input; the upstream gradient and the output have the reduced axes with size 1.
    pub(crate) gradient: fn(at: &Backward<'_>, upstream: Tensor, output: Tensor) -> Tensor,
}

pub(crate) struct Reduce {
    axes: Axes,
    keepdims: bool,
    reduction: &'static Reduction,
}

/// A shape with some axes reduced: dropped, or with size 1.
pub(crate) const fn reduced(shape: &Shape, mask: &[bool], keepdims: bool) -> Shape {
    let (mut dims, mut rank, mut i) = ([0; MAX_RANK], 0, 0);
    while i < shape.rank() {
        if !mask[i] || keepdims {
            dims[rank] = if mask[i] { 1 } else { shape.dims()[i] };
            rank += 1;
        }
        i += 1;
    }
    Shape::new(dims.split_at(rank).0)
}

impl Reduce {
    /// It with the settings that were written down.
    pub(crate) fn of(reduction: &'static Reduction, a: &Attributes) -> Result<Reduce> {
        Ok(Reduce {
            axes: a.get("axes")?,
            keepdims: a.get("keepdims")?,
            reduction,
        })
    }
}

impl Op for Reduce {
    fn name(&self) -> &'static str {
        self.reduction.name
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("axes", &self.axes)
            .with("keepdims", &self.keepdims)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        let mask = self.axes.mask(shape)?;
        let empty = shape
            .iter()
            .zip(mask.iter())
            .any(|(&d, &gone)| gone && d == 0);
        if empty && matches!(self.reduction.kind, Kind::Max | Kind::Min) {
            return Err(Error::value(format!(
                "the {} of no elements was asked for: shape {shape} has none along these axes",
                self.reduction.name
            )));
        }
        Ok((reduced(shape, &mask, self.keepdims), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        let dims = x.raw_shape();
        let mask = self.axes.mask(dims)?;
        let kind = self.reduction.kind;
        Ok(Outputs::One(
            with_number!(dtype, T => Tensor::build(shape, |out| {
                kernel::reduce::<T>(x.data(), dims, &mask, out, kind)
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let shape = at.inputs[0].raw_shape();
        let kept = reduced(shape, &self.axes.mask(shape)?, true);
        let output = match self.reduction.keeps.output(0) {
            true => at.output().reshape(kept),
            false => at.output().clone(),
        };
        Ok(vec![Some((self.reduction.gradient)(
            at,
            at.upstream().reshape(kept),
            output,
        ))])
    }

    fn keeps(&self) -> Keeps {
        self.reduction.keeps
    }
}

/// Reduces a tensor; bytes and truth values as `i64`.
#[track_caller]
pub(crate) fn reduce(
    reduction: &'static Reduction,
    x: &Tensor,
    axes: Axes,
    keepdims: bool,
) -> Tensor {
    let op = Reduce {
        axes,
        keepdims,
        reduction,
    };
    apply(op, &[x.cast(summable(x.dtype()))])
}

/// The type that sums are taken in: at least `i64`, so that counting `true`s works.
pub(crate) fn summable(dtype: DType) -> DType {
    match dtype {
        DType::Bool | DType::U8 => DType::I64,
        DType::F32 | DType::F64 | DType::I64 => dtype,
    }
}

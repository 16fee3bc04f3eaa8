//! Elements added around a tensor.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{
    Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec, open_size,
};
use crate::ops::Slice;
use crate::ops::fail::fail;
use crate::tensor::create::check_in_range;
use crate::{
    DType, Element, Error, Result, Shape, ShapeError, Tensor, UNKNOWN, dim_plus, is_known,
    too_long, with_dtype,
};
use nn_kernels::copy::paste;
use nn_kernels::elementwise::AxisSlice;
use std::fmt;
use std::str::FromStr;

/// What [`Tensor::pad_with`] adds.
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum PadMode {
    /// A number.
    Constant(f64),
    /// The element at the border: `a a | a b c | c c`.
    Edge,
    /// The mirror image, border included: `b a | a b c | c b`.
    Symmetric,
    /// The mirror image, border excluded: `c b | a b c | b a`.
    Reflect,
}

impl fmt::Display for PadMode {
    /// In Keras's words; a number other than 0 stands behind its word, `constant(1.5)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PadMode::Constant(value) if *value == 0.0 => f.pad("constant"),
            PadMode::Constant(value) => f.pad(&format!("constant({value})")),
            PadMode::Edge => f.pad("edge"),
            PadMode::Symmetric => f.pad("symmetric"),
            PadMode::Reflect => f.pad("reflect"),
        }
    }
}

impl FromStr for PadMode {
    type Err = Error;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<PadMode> {
        let number = text.strip_prefix("constant(");
        let number = number.and_then(|rest| rest.strip_suffix(')')?.parse().ok());
        match (text, number) {
            (_, Some(value)) => Ok(PadMode::Constant(value)),
            ("constant", None) => Ok(PadMode::Constant(0.0)),
            ("edge", None) => Ok(PadMode::Edge),
            ("symmetric", None) => Ok(PadMode::Symmetric),
            ("reflect", None) => Ok(PadMode::Reflect),
            _ => Err(Error::value(format!(
                "`{text}` is no PadMode: expected `constant`, `constant(1.5)` with a number, `edge`, `symmetric` or `reflect`"
            ))),
        }
    }
}

/// With a number.
struct Pad {
    paddings: Vec<(usize, usize)>,
    value: f64,
}

impl Op for Pad {
    fn name(&self) -> &'static str {
        "pad"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("paddings", &self.paddings)
            .with("value", &self.value)
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        let sides = |&(before, after)| Some((binding.dim(before)?, binding.dim(after)?));
        let paddings: Option<Vec<_>> = self.paddings.iter().map(sides).collect();
        Ok(Some(OpHandle::new(Pad {
            paddings: paddings.ok_or_else(open_size)?,
            value: self.value,
        })))
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let dims = inputs[0].raw_shape().iter().zip(&self.paddings);
        let dims: Result<Vec<usize>> = dims
            .map(|(&d, &(before, after))| padded_size(d, before, after))
            .collect();
        Ok((Shape::new(&dims?), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        let place = |(&length, &(start, _)): (&usize, &(usize, usize))| AxisSlice {
            start,
            step: 1,
            length,
        };
        let place: Vec<AxisSlice> = x
            .raw_shape()
            .iter()
            .zip(&self.paddings)
            .map(place)
            .collect();
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                paste(x.data(), T::from_f64(self.value), out, &shape, &place);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let dims = at.inputs[0].raw_shape().iter().zip(&self.paddings);
        let inside: Vec<Slice> = dims
            .map(|(&d, &(before, _))| Slice::from(before..before + d))
            .collect();
        Ok(vec![Some(at.upstream().slice_axes(inside))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::one(a, inputs)?;
    let (paddings, x): (Vec<(usize, usize)>, _) = (a.get("paddings")?, inputs[0].raw_shape());
    match paddings.len() == x.rank() {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "{x} needs paddings for each axis, found {paddings:?}"
        ))),
    }
}

by_name!("pad", fits, |a| Pad {
    paddings: a.get("paddings")?,
    value: a.get("value")?
});

/// Whether there is a pair of paddings for each axis.
pub(crate) const fn check_pairs(x: &Shape, pairs: usize) -> Result<(), ShapeError> {
    if pairs == x.rank() {
        return Ok(());
    }
    let error = ShapeError::new("rank ").number(x.rank()).text(" ").shape(x);
    Err(error.text(" needs as many (before, after) pairs"))
}

/// The size of an axis of `n` elements with so many added; `None` where it is too large to be one.
pub(crate) const fn padded(n: usize, before: usize, after: usize) -> Option<usize> {
    match dim_plus(n, before) {
        Some(n) => dim_plus(n, after),
        None => None,
    }
}

/// The size of an axis of `n` elements with so many added.
fn padded_size(n: usize, before: usize, after: usize) -> Result<usize> {
    padded(n, before, after)
        .ok_or_else(|| too_long(format_args!("{n} with {before} before and {after} after")))
}

impl PadMode {
    /// The index in an axis of `n` elements that is repeated at position `at`, which may lie outside.
    fn source(self, at: isize, n: isize) -> isize {
        match self {
            PadMode::Constant(_) => unreachable!("constants repeat nothing"),
            PadMode::Edge => at.clamp(0, n - 1),
            PadMode::Symmetric => {
                let at = at.rem_euclid(2 * n);
                at.min(2 * n - 1 - at)
            }
            PadMode::Reflect => {
                let period = (2 * (n - 1)).max(1);
                let at = at.rem_euclid(period);
                at.min(period - at)
            }
        }
    }
}

impl Tensor {
    /// Zeros added before and after each axis, one pair an axis: `[a, b]` to `[before + a + after, …]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::ones([1, 2]).pad([(0, 0), (1, 2)]);
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 1.0, 1.0, 0.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn pad(&self, paddings: impl AsRef<[(usize, usize)]>) -> Tensor {
        self.pad_with(paddings, PadMode::Constant(0.0))
    }

    /// Elements added before and after each axis, one pair an axis, as Keras's `ops.pad`: a number, or some of the tensor's own.
    ///
    /// A number of pairs other than the rank is an error, and so are repeating elements of an axis that has none and a number that the
    /// tensor's integers do not have.
    ///
    /// ```
    /// # use nn::{Tensor, ops::PadMode};
    /// let x = Tensor::from([1_i64, 2, 3]);
    /// assert_eq!(x.pad_with([(2, 1)], PadMode::Reflect).to_vec::<i64>()?, [3, 2, 1, 2, 3, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn pad_with(&self, paddings: impl AsRef<[(usize, usize)]>, mode: PadMode) -> Tensor {
        let (shape, paddings) = (*self.raw_shape(), paddings.as_ref());
        if self.error().is_some() {
            return self.clone();
        }
        if let Err(error) = check_pairs(&shape, paddings.len()) {
            let error = format!("{}, found {paddings:?}", error.message());
            return fail("pad", Error::shape(error));
        }
        if let PadMode::Constant(value) = mode {
            if let Err(error) = check_in_range("pad", value, self.dtype()) {
                return fail("pad", error);
            }
            return apply(
                Pad {
                    paddings: paddings.to_vec(),
                    value,
                },
                std::slice::from_ref(self),
            );
        }
        let mut padded = self.clone();
        for (axis, &(before, after)) in paddings
            .iter()
            .enumerate()
            .filter(|(_, pair)| **pair != (0, 0))
        {
            let n = shape[axis];
            if n == 0 {
                return fail(
                    "pad",
                    Error::value(format!(
                        "axis {axis} of {shape} has no elements that {mode:?} could repeat"
                    )),
                );
            }
            let sources = match is_known(n) {
                false => Tensor::abstract_of([UNKNOWN], DType::I64),
                true => match padded_size(n, before, after) {
                    Err(error) => return fail("pad", error),
                    Ok(size) if !is_known(size) => {
                        return fail("pad", too_long(format_args!("{size} of a padded axis")));
                    }
                    Ok(size) => Tensor::build([size], |out: &mut [i64]| {
                        let position = |i: usize| i as isize - before as isize;
                        out.iter_mut()
                            .enumerate()
                            .for_each(|(i, o)| *o = mode.source(position(i), n as isize) as i64);
                    }),
                },
            };
            padded = padded.take(&sources, axis as isize);
        }
        padded
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::PadMode;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn modes_are_numpys() {
        // numpy.pad([1, 2, 3], (4, 5), mode)
        let x = Tensor::from([1_i64, 2, 3]);
        let padded = |mode| x.pad_with([(4, 5)], mode).to_vec::<i64>().unwrap();
        assert_eq!(
            padded(PadMode::Constant(7.0)),
            [7, 7, 7, 7, 1, 2, 3, 7, 7, 7, 7, 7]
        );
        assert_eq!(padded(PadMode::Edge), [1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3, 3]);
        assert_eq!(
            padded(PadMode::Symmetric),
            [3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2]
        );
        assert_eq!(
            padded(PadMode::Reflect),
            [1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2]
        );
        assert_eq!(
            x.slice(..1)
                .pad_with([(1, 2)], PadMode::Reflect)
                .to_vec::<i64>()
                .unwrap(),
            [1; 4]
        );
        assert_eq!(
            Tensor::from([[true]])
                .pad([(0, 1), (1, 0)])
                .to_vec::<bool>()
                .unwrap(),
            [false, true, false, false]
        );
    }

    #[test]
    fn an_unknown_batch_and_errors() {
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.pad([(0, 0), (1, 1)]).shape().to_string(), "[_, 5]");
        assert_eq!(
            x.pad_with([(1, 0), (1, 1)], PadMode::Edge)
                .shape()
                .to_string(),
            "[_, 5]"
        );
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        assert!(
            message(x.pad([(0, 0)]))
                .contains("rank 2 [_, 3] needs as many (before, after) pairs, found [(0, 0)]")
        );
        assert!(
            message(Tensor::zeros([0]).pad_with([(1, 0)], PadMode::Edge))
                .contains("axis 0 of [0] has no elements")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].pad([(1, 0), (2, 1)]).square(), &[&[2, 3]]);
        check_gradient(
            |x| x[0].pad_with([(2, 0), (0, 1)], PadMode::Reflect).square(),
            &[&[2, 3]],
        );
    }
}

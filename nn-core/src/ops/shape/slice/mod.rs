//! Parts of a tensor.

mod range;

pub use range::Slice;

use crate::graph::apply::apply;
use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{
    Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec, open_size,
};
use crate::{Error, MAX_RANK, Result, Shape, ShapeError, Tensor, is_known, with_dtype};
use nn_kernels::copy::paste;
use nn_kernels::elementwise::{AxisSlice, strided_copy};
use std::ops::{Deref, Range};
use std::sync::Arc;

/// `x[slices]`, one slice for each leading axis.
struct SliceAxes(Arc<[Slice]>);

/// Zeros of a shape but for `[slices]`, which is the input: the gradient of [`SliceAxes`].
struct SliceGradient {
    shape: Shape,
    slices: Arc<[Slice]>,
}

/// The elements meant on every axis of a tensor, without memory of its own.
struct Parts {
    all: [AxisSlice; MAX_RANK],
    rank: usize,
}

impl Parts {
    /// Axes without a slice are whole.
    fn resolve(slices: &[Slice], shape: &Shape, exact: bool) -> Result<Parts> {
        let nothing = AxisSlice {
            start: 0,
            step: 1,
            length: 0,
        };
        let mut all = [nothing; MAX_RANK];
        for (axis, part) in all.iter_mut().enumerate().take(shape.rank()) {
            let slice = slices.get(axis).unwrap_or(&Slice::ALL);
            *part = slice.resolve(shape, axis, exact)?;
        }
        Ok(Parts {
            all,
            rank: shape.rank(),
        })
    }

    /// How many on each axis.
    fn shape(&self) -> Shape {
        let lengths = self.all.map(|part| part.length);
        Shape::new(&lengths[..self.rank])
    }
}

impl Deref for Parts {
    type Target = [AxisSlice];
    fn deref(&self) -> &[AxisSlice] {
        &self.all[..self.rank]
    }
}

/// Where a part starts, if it has elements and they lie one behind the other in memory.
fn contiguous(shape: &Shape, parts: &[AxisSlice]) -> Option<usize> {
    if parts.iter().any(|part| part.length == 0) {
        return None;
    }
    let (mut offset, mut stride, mut whole) = (0, 1, true);
    for (&n, part) in shape.iter().zip(parts).rev() {
        // Outside of an axis that is not whole, only single elements keep the part together.
        if part.length != 1 && (!whole || part.step != 1) {
            return None;
        }
        whole &= part.length == n && (part.step == 1 || n == 1);
        offset += part.start * stride;
        stride *= n;
    }
    Some(offset)
}

/// The elements meant, where they are if they lie one behind the other, or else copied.
fn cut(x: &Tensor, parts: &Parts) -> Tensor {
    let shape = parts.shape();
    match contiguous(x.raw_shape(), parts) {
        Some(offset) => x.sharing(shape, offset),
        None => with_dtype!(x.dtype(), T => Tensor::build(shape, |out: &mut [T]| {
            strided_copy(x.data(), x.raw_shape(), parts, out);
        })),
    }
}

/// A range of one axis of a concrete tensor.
pub(crate) fn part(x: &Tensor, axis: usize, range: Range<usize>) -> Result<Tensor> {
    let mut slices = [Slice::ALL; MAX_RANK];
    slices[axis] = Slice::from(range);
    Ok(cut(x, &Parts::resolve(&slices, x.raw_shape(), true)?))
}

impl SliceAxes {
    fn from_attributes(a: &Attributes) -> Result<SliceAxes> {
        let (start, stop): (Vec<Option<isize>>, Vec<Option<isize>>) =
            (a.get("start")?, a.get("stop")?);
        let step: Vec<isize> = a.get("step")?;
        let ends = start.into_iter().zip(stop).zip(step);
        let slices = ends.map(|((start, stop), step)| Slice::new(start, stop).step(step));
        Ok(SliceAxes(slices.collect()))
    }
}

impl Op for SliceAxes {
    fn name(&self) -> &'static str {
        "slice"
    }

    fn attributes(&self) -> Attributes {
        let list = |of: fn(&Slice) -> Attribute| Attribute::List(self.0.iter().map(of).collect());
        Attributes::new()
            .with("start", &list(|slice| slice.start().to_attribute()))
            .with("stop", &list(|slice| slice.stop().to_attribute()))
            .with("step", &list(|slice| slice.step_size().to_attribute()))
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        let slices: Option<Vec<Slice>> = self.0.iter().map(|slice| slice.bound(binding)).collect();
        let slices = slices.ok_or_else(open_size)?;
        Ok(Some(OpHandle::new(SliceAxes(slices.into()))))
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (x, shape) = (&inputs[0], inputs[0].raw_shape());
        if self.0.len() > shape.rank() {
            return Err(Error::shape(format!(
                "{} slices were given for rank {} {shape}; one for each axis at most",
                self.0.len(),
                shape.rank()
            )));
        }
        let parts = Parts::resolve(&self.0, shape, x.is_concrete())?;
        Ok((parts.shape(), x.dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let x = &inputs[0];
        let parts = Parts::resolve(&self.0, x.raw_shape(), true)?;
        Ok(cut(x, &parts).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let op = SliceGradient {
            shape: *at.inputs[0].raw_shape(),
            slices: self.0.clone(),
        };
        Ok(vec![Some(apply(op, std::slice::from_ref(at.upstream())))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("slice", by_name::one, |a| SliceAxes::from_attributes(a)?);

impl Op for SliceGradient {
    fn name(&self) -> &'static str {
        "slice_gradient"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((self.shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let parts = Parts::resolve(&self.slices, &shape, true)?;
        Ok(Outputs::One(
            with_dtype!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                paste(inputs[0].data(), T::default(), out, &shape, &parts);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(apply(
            SliceAxes(self.slices.clone()),
            std::slice::from_ref(at.upstream()),
        ))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// The shape without an axis of which there is an element `index`.
pub(crate) const fn indexed(shape: &Shape, axis: usize, index: isize) -> Result<Shape, ShapeError> {
    let size = shape.dims()[axis];
    if is_known(size) && (index < -(size as isize) || index >= size as isize) {
        return Err(ShapeError::new("index ")
            .signed(index)
            .text(" is out of range for axis ")
            .number(axis)
            .text(" of size ")
            .number(size)
            .text(" (shape ")
            .shape(shape)
            .text(")"));
    }
    Ok(shape.without(axis))
}

impl Tensor {
    /// A part of the first axis: `[n, …] → [k, …]`. Without a step it shares the tensor's memory.
    ///
    /// Negative ends count from the end of the axis. A range that reaches beyond the axis is an error; it is not clamped.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::arange(6).reshape([3, 2]);
    /// assert_eq!(x.slice(0..2).to_vec::<i64>()?, [0, 1, 2, 3]);
    /// assert_eq!(x.slice(-1..).to_vec::<i64>()?, [4, 5]);
    /// assert!(x.slice(0..4).error().is_some());
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn slice(&self, range: impl Into<Slice>) -> Tensor {
        self.slice_axes([range.into()])
    }

    /// A part of the last axis, the columns of a matrix: `[…, n] → […, k]`. Ranges as in [`Tensor::slice`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::arange(6).reshape([2, 3]);
    /// assert_eq!(x.columns(1..3).to_vec::<i64>()?, [1, 2, 4, 5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn columns(&self, range: impl Into<Slice>) -> Tensor {
        self.slice_axis(-1, range)
    }

    /// A part of the given axis (counted from the end if negative). Ranges as in [`Tensor::slice`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([2, 5, 3]);
    /// assert_eq!(x.slice_axis(1, ..-1).shape(), [2, 4, 3]);
    /// ```
    #[track_caller]
    pub fn slice_axis(&self, axis: isize, range: impl Into<Slice>) -> Tensor {
        match self.raw_shape().axis(axis) {
            Ok(axis) => {
                let mut slices = [Slice::ALL; MAX_RANK];
                slices[axis] = range.into();
                self.slice_axes(&slices[..=axis])
            }
            Err(error) => self.fail("slice", error),
        }
    }

    /// Every `step`-th element of a range of an axis, backwards from the range's last element if `step` is negative.
    ///
    /// A step of 0 is an error. Ranges as in [`Tensor::slice`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::arange(7);
    /// assert_eq!(x.slice_step(0, 1.., 2).to_vec::<i64>()?, [1, 3, 5]);
    /// assert_eq!(x.slice_step(0, 1..6, -2).to_vec::<i64>()?, [5, 3, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn slice_step(&self, axis: isize, range: impl Into<Slice>, step: isize) -> Tensor {
        self.slice_axis(axis, range.into().step(step))
    }

    /// Parts of several axes, the first slice for the first axis; axes without a slice stay whole.
    ///
    /// ```
    /// # use nn::{Tensor, ops::Slice};
    /// let x = Tensor::arange(12).reshape([3, 4]);
    /// let y = x.slice_axes([Slice::from(1..), Slice::from(..).step(3)]);
    /// assert_eq!(y.to_vec::<i64>()?, [4, 7, 8, 11]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn slice_axes(&self, slices: impl AsRef<[Slice]>) -> Tensor {
        apply(
            SliceAxes(slices.as_ref().into()),
            std::slice::from_ref(self),
        )
    }

    /// The elements at one index (counted from the end if negative) of an axis, which is dropped.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::arange(6).reshape([2, 3]);
    /// assert_eq!(x.index_axis(1, -1).to_vec::<i64>()?, [2, 5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn index_axis(&self, axis: isize, index: isize) -> Tensor {
        let shape = *self.raw_shape();
        match shape.axis(axis) {
            Err(error) => self.fail("index_axis", error),
            Ok(i) => {
                if let Err(error) = indexed(&shape, i, index) {
                    return self.fail("index_axis", Error::value(error.message()));
                }
                let stop = (index != -1).then(|| index.saturating_add(1));
                let part = self.slice_axis(axis, Slice::new(Some(index), stop));
                match part.error() {
                    None => part.reshape(part.raw_shape().without(i)),
                    Some(_) => part,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::Slice;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn takes_every_form_of_range() {
        let x = Tensor::arange(5);
        let values = |t: Tensor| t.to_vec::<i64>().unwrap();
        assert_eq!(values(x.slice(1..3)), [1, 2]);
        assert_eq!(values(x.slice(1..=3)), [1, 2, 3]);
        assert_eq!(values(x.slice(..2_usize)), [0, 1]);
        assert_eq!(values(x.slice(..=-2)), [0, 1, 2, 3]);
        assert_eq!(values(x.slice(..=-1)), [0, 1, 2, 3, 4]);
        assert_eq!(values(x.slice(-2_isize..)), [3, 4]);
        assert_eq!(values(x.slice(..)), [0, 1, 2, 3, 4]);
        assert_eq!(values(x.slice(5..)), [0_i64; 0]);
        assert_eq!(values(x.slice_step(0, .., -1)), [4, 3, 2, 1, 0]);
        assert_eq!(values(x.slice_step(0, ..4, -2)), [3, 1]);
        assert_eq!(values(x.slice_step(0, 2..2, -1)), [0_i64; 0]);
    }

    #[test]
    fn shares_memory_where_the_elements_lie_together() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        assert!(x.slice(1..).shares_memory(&x));
        assert!(
            x.slice_axes([Slice::from(1..2), Slice::from(0..2)])
                .shares_memory(&x)
        );
        assert!(
            x.index_axis(0, 1)
                .index_axis(0, 2)
                .columns(1..3)
                .shares_memory(&x)
        );
        assert_eq!(
            x.index_axis(0, 1)
                .index_axis(0, 2)
                .columns(1..3)
                .to_vec::<i64>()
                .unwrap(),
            [21, 22]
        );
        assert!(!x.columns(1..3).shares_memory(&x));
        assert_eq!(
            x.columns(1..2).to_vec::<i64>().unwrap(),
            [1, 5, 9, 13, 17, 21]
        );
        assert_eq!(x.slice_step(1, .., -2).shape(), [2, 2, 4]);
        assert_eq!(
            x.index_axis(-1, -1).to_vec::<i64>().unwrap(),
            [3, 7, 11, 15, 19, 23]
        );
    }

    #[test]
    fn errors_name_axis_range_and_size() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([3, 5]);
        let e = message(x.columns(3..11));
        assert!(
            e.contains("range 3..11 is out of range for axis 1 of size 5 (shape [3, 5])"),
            "{e}"
        );
        assert!(e.contains("slice/mod.rs"), "the caller's line: {e}");
        assert!(message(x.slice(-4..)).contains("range -4.. is out of range for axis 0 of size 3"));
        let (from, to) = (2, 1);
        assert!(
            message(x.slice(from..to))
                .contains("range 2..1 of axis 0 (shape [3, 5]) ends before it starts")
        );
        assert!(message(x.slice_step(0, .., 0)).contains("step 0"));
        assert!(
            message(x.index_axis(1, 5)).contains("index 5 is out of range for axis 1 of size 5")
        );
        assert!(message(x.slice_axis(2, ..)).contains("axis 2 is out of range"));
        assert!(
            message(x.slice_axes([Slice::ALL; 3]))
                .contains("3 slices were given for rank 2 [3, 5]")
        );
        assert!(
            message(Tensor::from(1.0_f32).slice(0..1))
                .contains("1 slices were given for rank 0 []")
        );
    }

    #[test]
    fn an_unknown_batch_keeps_what_can_be_known() {
        let x = Tensor::abstract_of([UNKNOWN, 5], DType::F32);
        let shape = |t: Tensor| t.shape().to_string();
        assert_eq!(shape(x.slice(0..4)), "[4, 5]");
        assert_eq!(shape(x.slice(-3..)), "[3, 5]");
        assert_eq!(shape(x.slice(1..)), "[_, 5]");
        assert_eq!(shape(x.slice(..-1)), "[_, 5]");
        assert_eq!(shape(x.slice(..x.shape()[0] / 2)), "[_, 5]");
        assert_eq!(shape(x.columns(0..3)), "[_, 3]");
        assert_eq!(shape(x.index_axis(1, 0)), "[_]");
        assert_eq!(shape(x.index_axis(0, -1)), "[5]");
        assert!(x.columns(3..6).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].slice(1..3).square(), &[&[4, 2]]);
        check_gradient(|x| x[0].columns(..2).square(), &[&[2, 3]]);
        check_gradient(|x| x[0].slice_step(1, .., -2).square(), &[&[2, 4, 2]]);
        check_gradient(|x| x[0].index_axis(1, 1).square(), &[&[2, 3]]);
    }
}

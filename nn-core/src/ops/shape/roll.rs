//! An axis shifted around.

use crate::ops::shape::along::along;
use crate::ops::shape::concatenate;
use crate::{Shape, ShapeError, Tensor, axis_of, is_known};

/// Whether so many shifts move these axes of a shape.
pub(crate) const fn fits(shape: &Shape, shifts: usize, axes: &[isize]) -> Result<(), ShapeError> {
    if shifts != axes.len() {
        return Err(ShapeError::new("roll needs a shift for each axis, found ")
            .number(shifts)
            .text(" shifts for ")
            .number(axes.len())
            .text(" axes"));
    }
    let mut i = 0;
    while i < axes.len() {
        if let Err(error) = axis_of("", axes[i], shape) {
            return Err(error);
        }
        i += 1;
    }
    Ok(())
}

impl Tensor {
    /// The elements of an axis (counted from the end if negative) moved `shift` places on, or back if negative; what leaves at one end
    /// comes in at the other. Without an axis, `None`, all elements move one after the other, and the shape stays.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).roll(1, 0).to_vec::<i64>()?, [3, 1, 2]);
    /// assert_eq!(Tensor::from([[1_i64, 2], [3, 4]]).roll(1, None).to_vec::<i64>()?, [4, 1, 2, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn roll(&self, shift: isize, axis: impl Into<Option<isize>>) -> Tensor {
        let axis = axis.into();
        let (x, along) = along(self, axis);
        let rolled = roll(&x, shift, along);
        match axis {
            Some(_) => rolled,
            None => rolled.reshape(*self.raw_shape()),
        }
    }

    /// As [`Tensor::roll`], several axes, each by a shift of its own; an axis that is given twice is moved twice.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[1_i64, 2], [3, 4]]).roll_axes([1, 1], [0, 1]);
    /// assert_eq!(x.to_vec::<i64>()?, [4, 3, 2, 1]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn roll_axes(&self, shifts: impl AsRef<[isize]>, axes: impl AsRef<[isize]>) -> Tensor {
        let (shifts, axes) = (shifts.as_ref(), axes.as_ref());
        if let Err(error) = fits(self.raw_shape(), shifts.len(), axes) {
            return self.fail("roll", error.into());
        }
        let moves = shifts.iter().zip(axes);
        let rolled = moves.fold(self.clone(), |x, (&shift, &axis)| roll(&x, shift, axis));
        rolled.named("roll", &[self])
    }
}

#[track_caller]
fn roll(x: &Tensor, shift: isize, axis: isize) -> Tensor {
    let shape = *x.raw_shape();
    let n = match shape.axis(axis) {
        Ok(i) => shape[i],
        Err(error) => return x.fail("roll", error),
    };
    // A size that is not known yet is taken for one of more than the shift; a graph that runs with another refuses it.
    let shift = match is_known(n) {
        true => shift.rem_euclid((n as isize).max(1)),
        false => shift,
    };
    match shift {
        0 => x.clone(),
        shift => concatenate(
            [x.slice_axis(axis, -shift..), x.slice_axis(axis, ..-shift)],
            axis,
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn rolls_around() {
        let x = Tensor::arange(6).reshape([2, 3]);
        assert_eq!(x.roll(-1, 1).to_vec::<i64>().unwrap(), [1, 2, 0, 4, 5, 3]);
        assert_eq!(x.roll(7, -1).to_vec::<i64>().unwrap(), [2, 0, 1, 5, 3, 4]);
        assert_eq!(x.roll(2, None).to_vec::<i64>().unwrap(), [4, 5, 0, 1, 2, 3]);
        assert_eq!(x.roll(2, None).shape(), [2, 3]);
        let twice = x.roll_axes([1, -1], [0, 1]);
        assert_eq!(twice.to_vec::<i64>().unwrap(), [4, 5, 3, 1, 2, 0]);
        let e = x.roll_axes([1], [0, 1]).into_result().unwrap_err();
        assert!(e.to_string().contains("found 1 shifts for 2 axes"), "{e}");
        assert_eq!(Tensor::zeros([0]).roll(3, 0).shape(), [0]);
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(x.roll(100, 0).shape().to_string(), "[_, 3]");
        assert_eq!(x.roll(-2, 0).shape().to_string(), "[_, 3]");
        assert!(x.roll(1, 2).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].roll(2, 1) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].roll_axes([1, 2], [0, 1]) * &x[0], &[&[2, 3]]);
    }
}

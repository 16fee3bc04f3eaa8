//! Axes moved to other places.

use crate::{Error, MAX_RANK, Shape, ShapeError, Tensor, axes_of};

/// One axis, or several in a list; counted from the end if negative.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an axis nor a list of axes",
    label = "expected an axis, `-1`, or several, `[0, -1]`"
)]
pub trait AxisList {
    /// The axes, in order.
    fn into_axes(self) -> Vec<isize>;
}

macro_rules! axis_lists {
    ($(($($generics:tt)*) $list:ty: $axes:ident => $made:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> AxisList for $list {
            fn into_axes(self) -> Vec<isize> {
                let $axes = self;
                $made
            }
        }
    )*};
}

axis_lists! {
    () isize: axis => vec![axis];
    (const N: usize) [isize; N]: axes => axes.to_vec();
    (const N: usize) &[isize; N]: axes => axes.to_vec();
    () &[isize]: axes => axes.to_vec();
    () Vec<isize>: axes => axes;
    () &Vec<isize>: axes => axes.clone();
}

/// The axes of a shape in their new order: `source` at the places `destination`, the others as they stand.
pub(crate) const fn order(
    shape: &Shape,
    source: &[isize],
    destination: &[isize],
) -> Result<[isize; MAX_RANK], ShapeError> {
    let (from, to) = match (axes_of(source, shape), axes_of(destination, shape)) {
        (Ok(from), Ok(to)) => (from, to),
        (Err(error), _) | (_, Err(error)) => return Err(error),
    };
    if source.len() != destination.len() {
        return Err(
            ShapeError::new("moveaxis needs as many places as axes, found ")
                .number(source.len())
                .text(" axes and ")
                .number(destination.len())
                .text(" places"),
        );
    }
    let mut order = [-1; MAX_RANK];
    let (mut moved, mut i) = ([false; MAX_RANK], 0);
    while i < source.len() {
        order[to[i]] = from[i] as isize;
        moved[from[i]] = true;
        i += 1;
    }
    let (mut place, mut rest) = (0, 0);
    while place < shape.rank() {
        if order[place] < 0 {
            while moved[rest] {
                rest += 1;
            }
            order[place] = rest as isize;
            rest += 1;
        }
        place += 1;
    }
    Ok(order)
}

impl Tensor {
    /// The axes `source` (counted from the end if negative) at the places `destination`, one or several; the others stay in their order. Two lists of
    /// different lengths and an axis that is named twice are errors.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([2, 3, 4]);
    /// assert_eq!(x.moveaxis(0, -1).shape(), [3, 4, 2]);
    /// assert_eq!(x.moveaxis([0, 1], [-1, -2]).shape(), [4, 3, 2]);
    /// ```
    #[track_caller]
    pub fn moveaxis(&self, source: impl AxisList, destination: impl AxisList) -> Tensor {
        let shape = self.raw_shape();
        match order(shape, &source.into_axes(), &destination.into_axes()) {
            _ if self.error().is_some() => self.clone(),
            Ok(order) => self.transpose(&order[..shape.rank()]),
            Err(error) => self.fail("moveaxis", Error::from(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn moves_several_at_once() {
        let x = Tensor::zeros([2, 3, 4, 5]);
        assert_eq!(x.moveaxis([0, 1], [-1, -2]).shape(), [4, 5, 3, 2]);
        assert_eq!(x.moveaxis([-1], [0]).shape(), [5, 2, 3, 4]);
        assert_eq!(x.moveaxis([], []).shape(), [2, 3, 4, 5]);
        assert_eq!(x.moveaxis(1, -1).shape(), [2, 4, 5, 3]);
        let axes = vec![3, 0];
        assert_eq!(x.moveaxis(&axes, &[0, 1][..]).shape(), [5, 2, 3, 4]);
        assert_eq!(x.moveaxis(axes, [0, 1]).shape(), [5, 2, 3, 4]);
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.moveaxis([0], [1]).shape().to_string(), "[3, _]");
    }

    #[test]
    fn errors() {
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let x = Tensor::zeros([2, 3]);
        assert!(
            message(x.moveaxis([0, -2], [0, 1]))
                .contains("axis -2 of [2, 3] is given twice in [0, -2]")
        );
        assert!(message(x.moveaxis([0, 1], [0])).contains("found 2 axes and 1 places"));
        assert!(x.moveaxis(2, 0).error().is_some());
        assert!(x.moveaxis([0; 9], [0; 9]).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].moveaxis([0], [2]).square(), &[&[2, 3, 2]]);
    }
}

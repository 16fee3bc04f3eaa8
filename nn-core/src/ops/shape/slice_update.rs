//! A tensor with a part of it exchanged.

use crate::ops::shape::concatenate;
use crate::tensor::create::cast_in_range;
use crate::{Error, Tensor, is_known};

impl Tensor {
    /// The tensor with the elements from `start` on (one index an axis, counted from the end if negative) exchanged for `updates`, which
    /// has as many axes and fits in. The result has the tensor's type, and a number that this type does
    /// not have is an error.
    ///
    /// The gradient goes to the updates where they are, and to the tensor elsewhere.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::zeros([2, 3]).slice_update([1, 1], Tensor::from([[5.0_f32, 6.0]]));
    /// assert_eq!(x.to_vec::<f32>()?, [0.0, 0.0, 0.0, 0.0, 5.0, 6.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn slice_update(&self, start: impl AsRef<[isize]>, updates: impl Into<Tensor>) -> Tensor {
        let (start, updates) = (start.as_ref(), updates.into());
        if let Some(failed) = [self, &updates].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (shape, part) = (*self.raw_shape(), *updates.raw_shape());
        if start.len() != shape.rank() || part.rank() != shape.rank() {
            return self.fail(
                "slice_update",
                Error::shape(format!(
                    "slice_update of {shape} needs a start and a size for each axis, found {start:?} and updates of shape {part}"
                )),
            );
        }
        let mut places = Vec::new();
        for (axis, (&n, &size)) in shape.iter().zip(part.iter()).enumerate() {
            // An axis that is exchanged as a whole may be open.
            let at = match start[axis] {
                0 if !is_known(n) && size == n => (0, n, true),
                at if is_known(n) && is_known(size) => {
                    let first = if at < 0 { at + n as isize } else { at };
                    if first < 0 || first as usize + size > n {
                        return self.fail(
                            "slice_update",
                            Error::shape(format!(
                                "{size} elements from {at} on do not fit into axis {axis} of {shape}"
                            )),
                        );
                    }
                    (first as usize, size, size == n)
                }
                _ => {
                    return self.fail(
                        "slice_update",
                        Error::shape(format!(
                            "slice_update of {shape} by {part} needs sizes that are known along axis {axis}, or the whole axis"
                        )),
                    );
                }
            };
            places.push(at);
        }
        match cast_in_range("slice_update", &updates, self.dtype()) {
            Ok(updates) => exchanged(self, &updates, &places, 0),
            Err(error) => self.fail("slice_update", error),
        }
    }
}

/// The tensor with a part exchanged, whose first element, size and whether that is all are given for each axis from `axis` on.
#[track_caller]
fn exchanged(x: &Tensor, updates: &Tensor, places: &[(usize, usize, bool)], axis: usize) -> Tensor {
    let Some(&(first, size, whole)) = places.get(axis) else {
        return updates.clone();
    };
    if whole {
        return exchanged(x, updates, places, axis + 1);
    }
    let along = axis as isize;
    let inside = exchanged(
        &x.slice_axis(along, first..first + size),
        updates,
        places,
        axis + 1,
    );
    let (before, after) = (
        x.slice_axis(along, 0..first),
        x.slice_axis(along, first + size..),
    );
    concatenate([before, inside, after], along)
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn exchanges_any_part() {
        let x = Tensor::arange(12).reshape([3, 4]);
        let y = x.slice_update([1, -2], Tensor::from([[-1_i64, -2], [-3, -4]]));
        assert_eq!(
            y.to_vec::<i64>().unwrap(),
            [0, 1, 2, 3, 4, 5, -1, -2, 8, 9, -3, -4]
        );
        assert_eq!(
            x.slice_update([0, 0], &x + 1).to_vec::<i64>().unwrap(),
            (x.clone() + 1).to_vec::<i64>().unwrap()
        );
        assert_eq!(
            x.slice_update([3, 0], Tensor::zeros([0, 4]))
                .to_vec::<i64>()
                .unwrap(),
            x.to_vec::<i64>().unwrap()
        );
        assert_eq!(
            Tensor::from(1.0_f32)
                .slice_update([], 2.0_f32)
                .item::<f32>()
                .unwrap(),
            2.0
        );
        for beyond in [-1_i64, 256] {
            let bytes = Tensor::from([1_u8, 2]).slice_update([0], Tensor::from([beyond]));
            let error = bytes.into_result().unwrap_err().to_string();
            assert!(
                error.contains("slice_update needs a number that u8 has"),
                "{error}"
            );
        }
        // NaN that is exchanged is gone.
        let nan = Tensor::from([f32::NAN, 1.0]).slice_update([0], Tensor::from([0.0_f32]));
        assert_eq!(nan.data::<f32>(), [0.0, 1.0]);
    }

    #[test]
    fn errors() {
        let x = Tensor::zeros([3, 4]);
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        assert!(
            message(x.slice_update([2, 0], Tensor::zeros([2, 4])))
                .contains("2 elements from 2 on do not fit into axis 0")
        );
        assert!(
            message(x.slice_update([0], Tensor::zeros([2, 4])))
                .contains("a start and a size for each axis")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(
            |x| x[0].slice_update([1, 0], &x[1]).square(),
            &[&[3, 2], &[1, 2]],
        );
    }
}

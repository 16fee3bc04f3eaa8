//! Every element of an axis several times.

use crate::ops::shape::along::along;
use crate::{Shape, ShapeError, Tensor, dim_times, too_long};

impl Tensor {
    /// Every slice of an axis (counted from the end if negative) `n` times, one behind the other: `[…, k, …]` to `[…, k·n, …]`.
    /// Without an axis, `None`, every element, one after the other.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2]).repeat(2, 0).to_vec::<i64>()?, [1, 1, 2, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "repeat_interleave")]
    #[track_caller]
    pub fn repeat(&self, n: usize, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        match x.raw_shape().axis(axis) {
            Ok(axis) => repeated(&x, n, axis + 1, axis),
            Err(error) => x.fail("repeat", error),
        }
    }

    /// Every slice of an axis (counted from the end if negative) so many times as is said for it, one behind the other: `[…, k, …]` with
    /// `k` counts to `[…, Σ counts, …]`. Without an axis, `None`, every element.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1_i64, 2, 3]).repeat_each([2, 0, 1], 0).to_vec::<i64>()?, [1, 1, 3]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn repeat_each(
        &self,
        counts: impl AsRef<[usize]>,
        axis: impl Into<Option<isize>>,
    ) -> Tensor {
        repeat_each(self, counts.as_ref(), axis.into())
    }
}

/// What is said where there are not as many counts as places.
pub(crate) const fn needs_counts(
    shape: &Shape,
    axis: isize,
    size: usize,
    found: usize,
) -> ShapeError {
    ShapeError::new("repeat_each needs a count for each place of axis ")
        .signed(axis)
        .text(" of ")
        .shape(shape)
        .text(", which has ")
        .dim(size)
        .text(", found ")
        .number(found)
}

#[track_caller]
fn repeat_each(x: &Tensor, counts: &[usize], axis: Option<isize>) -> Tensor {
    let (x, axis) = along(x, axis);
    let size = match x.raw_shape().dim(axis) {
        Ok(size) => size,
        Err(error) => return x.fail("repeat_each", error),
    };
    if size != counts.len() {
        let error = needs_counts(x.raw_shape(), axis, size, counts.len());
        return x.fail("repeat_each", error.into());
    }
    let total = counts
        .iter()
        .try_fold(0_usize, |sum, &n| sum.checked_add(n));
    let Some(total) = total else {
        let error = too_long(format_args!("axis {axis} of {} repeated", x.raw_shape()));
        return x.fail("repeat_each", error);
    };
    let places = Tensor::build([total], |out: &mut [i64]| {
        let repeated = (0..).zip(counts);
        let repeated = repeated.flat_map(|(place, &n)| std::iter::repeat_n(place, n));
        out.iter_mut()
            .zip(repeated)
            .for_each(|(o, place)| *o = place);
    });
    x.take(&places, axis).named("repeat_each", &[&x])
}

/// The tensor from axis `block` on `n` times, one behind the other, which makes `axis` `n` times as long.
#[track_caller]
pub(crate) fn repeated(x: &Tensor, n: usize, block: usize, axis: usize) -> Tensor {
    if x.error().is_some() {
        return x.clone();
    }
    let shape = *x.raw_shape();
    let (outer, inner) = (
        Shape::new(&shape[..block]).num_elements(),
        Shape::new(&shape[block..]).num_elements(),
    );
    let repeated = x.reshape([outer, 1, inner]).broadcast_to([outer, n, inner]);
    match dim_times(shape[axis], n) {
        Some(size) => repeated.reshape(shape.with(axis, size)),
        None => {
            let error = too_long(format_args!("{n} times {} of {shape}", shape[axis]));
            x.fail("repeat", error)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn repeats_along_any_axis() {
        let x = Tensor::arange(4).reshape([2, 2]);
        assert_eq!(
            x.repeat(2, 0).to_vec::<i64>().unwrap(),
            [0, 1, 0, 1, 2, 3, 2, 3]
        );
        assert_eq!(
            x.repeat(2, -1).to_vec::<i64>().unwrap(),
            [0, 0, 1, 1, 2, 2, 3, 3]
        );
        assert_eq!(
            x.repeat(2, None).to_vec::<i64>().unwrap(),
            [0, 0, 1, 1, 2, 2, 3, 3]
        );
        assert_eq!(
            x.repeat_each([1, 2], 0).to_vec::<i64>().unwrap(),
            [0, 1, 2, 3, 2, 3]
        );
        assert_eq!(
            x.repeat_each(vec![0, 1, 2, 0], None)
                .to_vec::<i64>()
                .unwrap(),
            [1, 2, 2]
        );
        for (counts, what) in [
            (&[1][..], "which has 2, found 1"),
            (&[usize::MAX, 2], "in `repeat_each`"),
            (&[1 << 33, 1 << 33], "in `repeat_each`"),
        ] {
            let e = x.repeat_each(counts, 1).into_result().unwrap_err();
            assert!(e.to_string().contains(what), "{e}");
        }
        assert_eq!(x.repeat(0, 0).shape(), [0, 2]);
        let x = Tensor::abstract_of([UNKNOWN, 3, 2], DType::F32);
        assert_eq!(x.repeat(4, 1).shape().to_string(), "[_, 12, 2]");
        assert_eq!(x.repeat(4, 0).shape().to_string(), "[_, 3, 2]");
        assert!(
            x.repeat(4, 3)
                .into_result()
                .unwrap_err()
                .to_string()
                .contains("axis 3 is out of range")
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].repeat(3, 1).square(), &[&[2, 3, 2]]);
        check_gradient(|x| x[0].repeat_each([2, 0, 1], 1).square(), &[&[2, 3]]);
    }
}

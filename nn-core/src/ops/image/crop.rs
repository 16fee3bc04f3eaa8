//! Images cut and padded.

use crate::ops::fail::fail;
use crate::ops::image::batched;
use crate::{Error, Result, Tensor, is_known};

/// What is left out before and after, of three that add up to the size: before, after, and the target, two of which are given.
fn parts(
    what: &str,
    size: usize,
    before: Option<usize>,
    after: Option<usize>,
    target: Option<usize>,
) -> Result<[usize; 2]> {
    let wrong = || {
        Error::value(format!(
            "{what}: of {size} elements two of before, after and target are to be given and to fit, found {before:?}, {after:?} and {target:?}"
        ))
    };
    let rest = |a: usize, b: usize| size.checked_sub(a).and_then(|rest| rest.checked_sub(b));
    match (before, after, target) {
        (Some(before), Some(after), None) => rest(before, after).map(|_| [before, after]),
        (Some(before), None, Some(target)) => rest(before, target).map(|after| [before, after]),
        (None, Some(after), Some(target)) => rest(after, target).map(|before| [before, after]),
        _ => None,
    }
    .ok_or_else(wrong)
}

/// Height and width of images.
fn sides(op: &str, images: &Tensor) -> Result<[usize; 2]> {
    match images.raw_shape()[..] {
        [_, h, w, _] if is_known(h) && is_known(w) => Ok([h, w]),
        _ => Err(Error::shape(format!(
            "{op} needs images of a known size, found {}",
            images.raw_shape()
        ))),
    }
}

/// Images `[.., height, width, channels]` without rows at the top and bottom and columns at the left and right; of the two and the target
/// size that is left two are given each: `rows` and `columns` are before, after and target.
///
/// ```
/// use nn::{Tensor, ops::image::crop_images};
/// let images = Tensor::zeros([2, 6, 8, 3]);
/// let y = crop_images(&images, [Some(1), None, Some(4)], [Some(2), Some(3), None]);
/// assert_eq!(y.shape(), [2, 4, 3, 3]);
/// ```
#[track_caller]
pub fn crop_images(
    images: &Tensor,
    rows: [Option<usize>; 3],
    columns: [Option<usize>; 3],
) -> Tensor {
    batched("crop_images", images, |images| {
        let found = sides("crop_images", images).and_then(|[h, w]| {
            let [rows, columns] = [
                parts("crop_images, rows", h, rows[0], rows[1], rows[2])?,
                parts(
                    "crop_images, columns",
                    w,
                    columns[0],
                    columns[1],
                    columns[2],
                )?,
            ];
            Ok((h, w, rows, columns))
        });
        match found {
            Ok((h, w, rows, columns)) => {
                let kept = images.slice_axis(1, rows[0]..h - rows[1]);
                kept.slice_axis(2, columns[0]..w - columns[1])
            }
            Err(error) => fail("crop_images", error),
        }
    })
}

/// Images `[.., height, width, channels]` with rows of zeros at the top and bottom and columns at the left and right; of the two and the
/// target size that comes out two are given each: `rows` and `columns` are before, after and target.
///
/// ```
/// use nn::{Tensor, ops::image::pad_images};
/// let images = Tensor::ones([2, 6, 8, 3]);
/// let y = pad_images(&images, [Some(1), None, Some(10)], [Some(2), Some(3), None]);
/// assert_eq!(y.shape(), [2, 10, 13, 3]);
/// ```
#[track_caller]
pub fn pad_images(
    images: &Tensor,
    rows: [Option<usize>; 3],
    columns: [Option<usize>; 3],
) -> Tensor {
    batched("pad_images", images, |images| {
        let around = |what: &str, size: usize, [before, after, target]: [Option<usize>; 3]| match (
            before, after, target,
        ) {
            (Some(before), Some(after), None) => Ok((before, after)),
            (before, after, Some(target)) => {
                parts(what, target, before, after, Some(size)).map(|[a, b]| (a, b))
            }
            _ => parts(what, size, before, after, target).map(|[a, b]| (a, b)),
        };
        let found = sides("pad_images", images).and_then(|[h, w]| {
            Ok([
                around("pad_images, rows", h, rows)?,
                around("pad_images, columns", w, columns)?,
            ])
        });
        match found {
            Ok([rows, columns]) => images.pad([(0, 0), rows, columns, (0, 0)]),
            Err(error) => fail("pad_images", error),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{crop_images, pad_images};
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn what_does_not_fit_is_refused() {
        let image = Tensor::ones([3, 4, 1]);
        let all = [Some(0), Some(0), None];
        assert_eq!(
            crop_images(&image, [None, Some(1), Some(1)], all).shape(),
            [1, 4, 1]
        );
        for rows in [
            [Some(2), Some(2), None],
            [Some(1), None, None],
            [Some(0), Some(0), Some(3)],
            [None, Some(1), Some(3)],
        ] {
            assert!(crop_images(&image, rows, all).error().is_some(), "{rows:?}");
        }
        assert_eq!(
            pad_images(&image, [None, Some(1), Some(6)], all).shape(),
            [6, 4, 1]
        );
        for rows in [
            [Some(2), None, Some(4)],
            [None, None, Some(9)],
            [Some(1), Some(1), Some(5)],
        ] {
            assert!(pad_images(&image, rows, all).error().is_some(), "{rows:?}");
        }
        assert!(pad_images(&Tensor::ones([3]), all, all).error().is_some());
    }

    #[test]
    fn gradient() {
        let (rows, columns) = ([Some(1), Some(0), None], [Some(0), Some(1), None]);
        check_gradient(
            |x| crop_images(&x[0], rows, columns).square(),
            &[&[2, 3, 1]],
        );
        check_gradient(|x| pad_images(&x[0], rows, columns).square(), &[&[2, 3, 1]]);
    }
}

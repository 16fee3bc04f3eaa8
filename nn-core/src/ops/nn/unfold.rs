//! Windows of images as columns, and columns put back together.

use crate::ops::index::scatter_add;
use crate::{Error, Result, Tensor, is_known};

/// How windows lie on an image: sizes of height and width each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Height and width of a window.
    pub size: [usize; 2],
    /// From one element of a window to the next.
    pub dilation: [usize; 2],
    /// Zeros around the image on either side.
    pub padding: [usize; 2],
    /// From one window to the next.
    pub strides: [usize; 2],
}

impl Windows {
    /// Windows of a size at every place, without gaps and padding.
    pub fn new(size: [usize; 2]) -> Windows {
        Windows {
            size,
            dilation: [1, 1],
            padding: [0, 0],
            strides: [1, 1],
        }
    }

    /// How many windows fit into padded sides.
    fn counts(&self, op: &str, sides: [usize; 2]) -> Result<[usize; 2]> {
        let mut counts = [0; 2];
        for axis in 0..2 {
            let (size, dilation, stride) =
                (self.size[axis], self.dilation[axis], self.strides[axis]);
            if size == 0 || dilation == 0 || stride == 0 {
                return Err(Error::value(format!(
                    "{op} needs sizes, dilations and strides from 1 on, found {self:?}"
                )));
            }
            let reach = dilation.saturating_mul(size - 1).saturating_add(1);
            counts[axis] = sides[axis]
                .checked_sub(reach)
                .map(|rest| rest / stride + 1)
                .ok_or_else(|| {
                    Error::shape(format!(
                        "{op}: windows that reach over {reach} do not fit into {} elements",
                        sides[axis]
                    ))
                })?;
        }
        Ok(counts)
    }

    /// The places that windows see in a flattened plane of the given width: `[elements of a window, windows]`.
    fn places(&self, counts: [usize; 2], width: usize) -> Tensor {
        // [elements of a window, windows] along one axis.
        let along = |axis: usize| {
            let elements = Tensor::arange(self.size[axis]) * self.dilation[axis];
            elements.expand_dims(-1) + Tensor::arange(counts[axis]) * self.strides[axis]
        };
        let rows = (along(0) * width).expand_dims(1).expand_dims(3);
        let places = rows + along(1).expand_dims(1);
        let all = |sizes: [usize; 2]| sizes[0].saturating_mul(sizes[1]);
        places.reshape([all(self.size), all(counts)])
    }
}

/// A side with padding at both ends.
fn widened(side: usize, padding: usize) -> usize {
    side.saturating_add(padding.saturating_mul(2))
}

impl Tensor {
    /// The windows of images `[batch, channels, height, width]` as columns `[batch, channels · size, windows]`: PyTorch's and Keras's
    /// `unfold`, or "im2col".
    ///
    /// ```
    /// # use nn::{Tensor, ops::Windows};
    /// let x = Tensor::arange(9).reshape([1, 1, 3, 3]);
    /// let y = x.unfold(Windows::new([2, 2]));
    /// assert_eq!(y.to_vec::<i64>()?, [0, 1, 3, 4, 1, 2, 4, 5, 3, 4, 6, 7, 4, 5, 7, 8]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "im2col")]
    #[track_caller]
    pub fn unfold(&self, windows: Windows) -> Tensor {
        let [n, c, h, w] = match self.raw_shape()[..] {
            _ if self.error().is_some() => return self.clone(),
            [n, c, h, w] if is_known(c) && is_known(h) && is_known(w) => [n, c, h, w],
            _ => {
                let layout = "[batch, channels, height, width], known but for the batch";
                return self.fail(
                    "unfold",
                    Error::rank(
                        "unfold",
                        4,
                        layout,
                        self.raw_shape(),
                        "`transpose` moves the channels",
                    ),
                );
            }
        };
        let [py, px] = windows.padding;
        let sides = [widened(h, py), widened(w, px)];
        let counts = match windows.counts("unfold", sides) {
            Ok(counts) => counts,
            Err(error) => return self.fail("unfold", error),
        };
        let padded = self.pad([(0, 0), (0, 0), (py, py), (px, px)]);
        if padded.error().is_some() {
            return padded;
        }
        let plane = padded.reshape([n, c, sides[0] * sides[1]]);
        let seen = plane.take(&windows.places(counts, sides[1]), 2);
        seen.reshape([
            n,
            c * windows.size[0] * windows.size[1],
            counts[0] * counts[1],
        ])
    }

    /// The sum of windows that lie on images of the given height and width: columns `[batch, channels · size, windows]` to
    /// `[batch, channels, height, width]`. What [`Tensor::unfold`] took apart, where windows overlap added up.
    ///
    /// ```
    /// # use nn::{Tensor, ops::Windows};
    /// let y = Tensor::ones([1, 4, 4]).fold([3, 3], Windows::new([2, 2]));
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0, 1.0, 2.0, 4.0, 2.0, 1.0, 2.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "col2im")]
    #[track_caller]
    pub fn fold(&self, output_size: [usize; 2], windows: Windows) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        let [h, w] = output_size;
        let [py, px] = windows.padding;
        let sides = [widened(h, py), widened(w, px)];
        let counts = match windows.counts("fold", sides) {
            Ok(counts) => counts,
            Err(error) => return self.fail("fold", error),
        };
        let product = |[a, b]: [usize; 2]| a.saturating_mul(b);
        let (each, all) = (product(windows.size), product(counts));
        let [n, c] = match self.raw_shape()[..] {
            [n, k, l] if is_known(k) && k % each == 0 && l == all => [n, k / each],
            _ => {
                let message = format!(
                    "fold to {output_size:?} needs [batch, channels · {each}, {all}], found {}",
                    self.raw_shape()
                );
                return self.fail("fold", Error::shape(message));
            }
        };
        let columns = self.reshape([n, c, each, all]).transpose([2, 3, 0, 1]);
        let columns = columns.cast(crate::ops::reduce::reduction::summable(self.dtype()));
        let places = windows.places(counts, sides[1]);
        // Rows of [place, batch · channels], as the batch may be open.
        let rows = columns.reshape([each, all, crate::Shape::new(&[n, c]).num_elements()]);
        let plane = scatter_add(
            [
                product(sides),
                rows.raw_shape().last().copied().unwrap_or(0),
            ],
            &places,
            &rows,
        );
        let images = plane.swapaxes(0, 1).reshape([n, c, sides[0], sides[1]]);
        images.slice_axis(2, py..py + h).slice_axis(3, px..px + w)
    }
}

#[cfg(test)]
mod tests {
    use super::Windows;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn strides_dilations_and_errors() {
        let windows = Windows {
            dilation: [2, 1],
            padding: [1, 0],
            strides: [2, 3],
            ..Windows::new([2, 2])
        };
        let x = Tensor::arange(40).reshape([1, 2, 4, 5]);
        let y = x.unfold(windows);
        assert_eq!(y.shape(), [1, 8, 4]);
        assert_eq!(y.to_vec::<i64>().unwrap()[..8], [0, 0, 5, 8, 0, 0, 6, 9]);
        assert_eq!(y.fold([4, 5], windows).shape(), [1, 2, 4, 5]);
        assert!(x.unfold(Windows::new([5, 1])).error().is_some());
        assert!(x.unfold(Windows::new([0, 1])).error().is_some());
        assert!(y.fold([5, 9], windows).error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 2, 4, 5], DType::F32);
        assert_eq!(open.unfold(windows).shape().to_string(), "[_, 8, 4]");
        assert_eq!(
            open.unfold(windows)
                .fold([4, 5], windows)
                .shape()
                .to_string(),
            "[_, 2, 4, 5]"
        );
    }

    #[test]
    fn gradient() {
        let windows = Windows {
            padding: [1, 0],
            ..Windows::new([2, 2])
        };
        check_gradient(|x| x[0].unfold(windows).square(), &[&[1, 2, 2, 3]]);
        check_gradient(|x| x[0].fold([2, 3], windows).square(), &[&[1, 4, 6]]);
    }
}

//! How windows (the kernel of a convolution, the pool of a pooling) lie on an image.

use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::{ANYTHING, Error, Result, Shape, batches, dim_plus, is_known, too_long};

/// What windows may cover beyond the image.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
    /// Nothing: every window lies on the image. `⌊(size − reach) / stride⌋ + 1` windows, where a dilated window reaches over
    /// `(window − 1) · dilation + 1` pixels.
    #[default]
    Valid,
    /// As much as `⌈size / stride⌉` windows need, as many as the image has pixels if the stride is 1. What cannot be halved
    /// has its odd pixel below and to the right, as in TensorFlow.
    Same,
}

impl Padding {
    /// How many windows of `window` pixels, `dilation` apart, fit on an axis of `size` pixels: not known if the size is not,
    /// `None` if there is not one, a number is 0, or a window reaches over more pixels than an axis can have.
    ///
    /// ```
    /// use nn_core::Padding;
    /// assert_eq!(Padding::Valid.windows(28, 3, 2, 1), Some(13));
    /// assert_eq!(Padding::Same.windows(28, 3, 2, 1), Some(14));
    /// assert_eq!(Padding::Valid.windows(2, 3, 1, 1), None);
    /// ```
    pub const fn windows(
        self,
        size: usize,
        window: usize,
        stride: usize,
        dilation: usize,
    ) -> Option<usize> {
        if window == 0 || stride == 0 || dilation == 0 || size == 0 {
            return None;
        }
        if !is_known(size) || !is_known(window) {
            return Some(ANYTHING);
        }
        let reach = (window - 1).saturating_mul(dilation).saturating_add(1);
        if !is_known(reach) {
            return None;
        }
        match self {
            Padding::Same => Some(size.div_ceil(stride)),
            Padding::Valid if size < reach => None,
            Padding::Valid => Some((size - reach) / stride + 1),
        }
    }

    /// Pixels before the image that the first window covers; the size is known and has windows.
    pub(crate) const fn before(
        self,
        size: usize,
        window: usize,
        stride: usize,
        dilation: usize,
    ) -> usize {
        match self {
            Padding::Valid => 0,
            Padding::Same => {
                // The last window begins within the image, and windows that reach further than can be counted are refused before.
                let reach = (window - 1).saturating_mul(dilation).saturating_add(1);
                let covered = ((size.div_ceil(stride) - 1) * stride).saturating_add(reach);
                covered.saturating_sub(size) / 2
            }
        }
    }
}

impl Setting for Padding {
    fn to_attribute(&self) -> Attribute {
        Attribute::Text(match self {
            Padding::Valid => "valid".to_string(),
            Padding::Same => "same".to_string(),
        })
    }

    fn from_attribute(attribute: &Attribute) -> Option<Padding> {
        match attribute {
            Attribute::Text(text) if text == "valid" => Some(Padding::Valid),
            Attribute::Text(text) if text == "same" => Some(Padding::Same),
            _ => None,
        }
    }
}

/// Windows on an image, pairs being (vertical, horizontal).
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Windows {
    pub size: [usize; 2],
    pub strides: [usize; 2],
    pub dilation: [usize; 2],
    /// Pixels added before and after the image, ahead of the padding.
    pub border: [[usize; 2]; 2],
    pub padding: Padding,
}

impl Windows {
    /// Its settings, by name and value; the border only where there is one.
    pub fn attributes(&self) -> Attributes {
        let all = Attributes::new()
            .with("size", &self.size)
            .with("strides", &self.strides)
            .with("dilation", &self.dilation)
            .with("padding", &self.padding);
        match self.border {
            [[0, 0], [0, 0]] => all,
            border => all.with("border", &border),
        }
    }

    /// The size of an image of `[height, width]` with its border; `None` if that is more than an axis can have.
    const fn bordered(&self, image: [usize; 2], d: usize) -> Option<usize> {
        match dim_plus(image[d], self.border[d][0]) {
            Some(size) => dim_plus(size, self.border[d][1]),
            None => None,
        }
    }

    /// How many there are on an image of `[height, width]`, `None` if there is not one.
    pub const fn count(&self, image: [usize; 2]) -> Option<[usize; 2]> {
        let mut count = [0; 2];
        let mut d = 0;
        while d < 2 {
            let Some(size) = self.bordered(image, d) else {
                return None;
            };
            count[d] =
                match self
                    .padding
                    .windows(size, self.size[d], self.strides[d], self.dilation[d])
                {
                    Some(n) => n,
                    None => return None,
                };
            d += 1;
        }
        Some(count)
    }

    /// Pixels above and left of the image that windows cover; they were counted on it before.
    pub fn before(&self, image: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|d| {
            let size = self
                .bordered(image, d)
                .expect("checked when windows were counted");
            self.border[d][0]
                + self
                    .padding
                    .before(size, self.size[d], self.strides[d], self.dilation[d])
        })
    }

    /// As [`Windows::count`] for a shape `[batch, height, width, channels]`, with an error if there is none.
    pub fn checked_count(&self, op: &str, x: &Shape) -> Result<[usize; 2]> {
        for (name, pair) in [
            ("window", self.size),
            ("strides", self.strides),
            ("dilation", self.dilation),
        ] {
            if pair.contains(&0) {
                return Err(Error::value(format!(
                    "{op} needs {name} of at least 1 each way, found {pair:?}"
                )));
            }
        }
        let reach = [0, 1].map(|d| {
            let between = (self.size[d] - 1).saturating_mul(self.dilation[d]);
            between.saturating_add(1)
        });
        for d in 0..2 {
            // A size that comes from a batch which is not known is another matter.
            let absurd = |n: usize| !is_known(n) && batches(n).is_none() && n != ANYTHING;
            if is_known(self.size[d]) && !is_known(reach[d]) || absurd(self.size[d]) {
                return Err(too_long(format_args!(
                    "a window of {} pixels, {} apart,",
                    self.size[d], self.dilation[d]
                )));
            }
            if self.bordered([x[1], x[2]], d).is_none() {
                let [before, after] = self.border[d];
                return Err(too_long(format_args!(
                    "{} of {x} with a border of {before} and {after}",
                    x[d + 1]
                )));
            }
        }
        if let [Some(height), Some(width)] = reach.map(|n| is_known(n).then_some(n))
            && !is_known(height.saturating_mul(width))
        {
            return Err(Error::value(format!(
                "{op} with a window of {height} × {width}: more pixels than can be counted"
            )));
        }
        self.count([x[1], x[2]]).ok_or_else(|| {
            let [height, width] = reach;
            Error::shape(format!(
                "{op} with a window of {height} × {width} leaves no pixel of {} × {} (shape {x}); use `Padding::Same`, a smaller window, or smaller strides before",
                x[1], x[2]
            ))
        })
    }
}

/// An error unless a shape is `[batch, height, width, channels]`.
pub(crate) fn check_image(op: &str, shape: &Shape) -> Result<()> {
    match shape.rank() {
        4 => Ok(()),
        _ => Err(Error::rank(
            op,
            4,
            "[batch, height, width, channels]",
            shape,
            "`Reshape` first",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_puts_the_odd_pixel_after() {
        // TensorFlow: max((⌈size / stride⌉ − 1) · stride + reach − size, 0) pixels, half of them, rounded down, before.
        let before =
            |size, window, stride, dilation| Padding::Same.before(size, window, stride, dilation);
        assert_eq!(before(28, 3, 1, 1), 1);
        assert_eq!(before(28, 3, 2, 1), 0); // one pixel in all, which comes after
        assert_eq!(before(5, 3, 2, 1), 1);
        assert_eq!(before(6, 2, 1, 1), 0);
        assert_eq!(before(7, 3, 1, 3), 3);
        assert_eq!(before(7, 1, 3, 1), 0);
    }

    #[test]
    fn names_in_configurations_are_keras_names() {
        assert_eq!(serde_json::to_string(&Padding::Same).unwrap(), "\"same\"");
        assert_eq!(
            serde_json::from_str::<Padding>("\"valid\"").unwrap(),
            Padding::Valid
        );
    }

    #[test]
    fn counts_are_known_to_the_compiler() {
        const COUNT: Option<usize> = Padding::Valid.windows(13, 3, 2, 2);
        assert_eq!(COUNT, Some(5));
        const OPEN: Option<usize> = Padding::Valid.windows(crate::UNKNOWN, 3, 1, 1);
        assert!(OPEN.is_some_and(|windows| !is_known(windows)));
        assert_eq!(Padding::Same.windows(0, 3, 1, 1), None);
        assert_eq!(Padding::Valid.windows(5, 3, 0, 1), None);
    }
}

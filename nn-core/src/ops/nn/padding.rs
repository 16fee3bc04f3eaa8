//! How windows (the kernel of a convolution, the pool of a pooling) lie on an image.

use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::{
    ANYTHING, Error, Result, Shape, batches, dim_plus, is_known, is_named, named_quotient, too_long,
};

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
    /// As many windows as with `Same`, all that is missing being before the first pixel: a window sees no pixel after its own, as
    /// forecasts must. For sequences.
    Causal,
}

crate::spelled!(Padding);

impl Padding {
    /// How many windows of `window` pixels, `dilation` apart, fit on an axis of `size` pixels: not known if the size is not,
    /// `None` if there is not one, a number is 0, or a window reaches over more pixels than an axis can have.
    ///
    /// ```
    /// use nn::Padding;
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
        let reach = (window - 1).saturating_mul(dilation).saturating_add(1);
        if is_known(reach) && is_named(size) {
            return match self {
                Padding::Same | Padding::Causal => named_quotient(size, stride),
                Padding::Valid => match named_quotient(size - reach, stride) {
                    Some(steps) => Some(steps + 1),
                    None => Some(ANYTHING),
                },
            };
        }
        if !is_known(size) || !is_known(window) {
            return Some(ANYTHING);
        }
        if !is_known(reach) {
            return None;
        }
        match self {
            Padding::Same | Padding::Causal => Some(size.div_ceil(stride)),
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
        // Windows that reach further than can be counted are refused before.
        let reach = (window - 1).saturating_mul(dilation).saturating_add(1);
        match self {
            Padding::Valid => 0,
            Padding::Causal => reach - 1,
            Padding::Same => {
                // The last window begins within the image.
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
            Padding::Causal => "causal".to_string(),
        })
    }

    fn from_attribute(attribute: &Attribute) -> Option<Padding> {
        match attribute {
            Attribute::Text(text) if text == "valid" => Some(Padding::Valid),
            Attribute::Text(text) if text == "same" => Some(Padding::Same),
            Attribute::Text(text) if text == "causal" => Some(Padding::Causal),
            _ => None,
        }
    }
}

/// Windows on a sequence, an image or a volume of `N` axes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Windows<const N: usize> {
    pub size: [usize; N],
    pub strides: [usize; N],
    pub dilation: [usize; N],
    /// Pixels added before and after each axis, ahead of the padding.
    pub border: [[usize; 2]; N],
    pub padding: Padding,
}

impl<const N: usize> Windows<N> {
    /// Its settings, by name and value; the border only where there is one.
    pub fn attributes(&self) -> Attributes {
        let all = Attributes::new()
            .with("size", &self.size)
            .with("strides", &self.strides)
            .with("dilation", &self.dilation)
            .with("padding", &self.padding);
        match self.border == [[0, 0]; N] {
            true => all,
            false => all.with("border", &self.border),
        }
    }

    /// The size of an image with its border along axis `d`; `None` if that is more than an axis can have.
    const fn bordered(&self, image: [usize; N], d: usize) -> Option<usize> {
        match dim_plus(image[d], self.border[d][0]) {
            Some(size) => dim_plus(size, self.border[d][1]),
            None => None,
        }
    }

    /// How many there are along each axis of an image, `None` if there is not one.
    pub const fn count(&self, image: [usize; N]) -> Option<[usize; N]> {
        let mut count = [0; N];
        let mut d = 0;
        while d < N {
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

    /// Pixels before the first ones of the image that windows cover; they were counted on it before.
    pub fn before(&self, image: [usize; N]) -> [usize; N] {
        std::array::from_fn(|d| {
            let size = self
                .bordered(image, d)
                .expect("checked when windows were counted");
            self.border[d][0]
                + self
                    .padding
                    .before(size, self.size[d], self.strides[d], self.dilation[d])
        })
    }

    /// As [`Windows::count`] for a shape `[batch, …, channels]`, with an error if there is none.
    pub fn checked_count(&self, op: &str, x: &Shape) -> Result<[usize; N]> {
        let image = pixels(x);
        for (name, sizes) in [
            ("window", self.size),
            ("strides", self.strides),
            ("dilation", self.dilation),
        ] {
            if sizes.contains(&0) {
                return Err(Error::value(format!(
                    "{op} needs {name} of at least 1 each way, found {sizes:?}"
                )));
            }
        }
        if N > 1 && self.padding == Padding::Causal {
            return Err(Error::value(format!(
                "{op} has no order of time; `Padding::Causal` is for sequences, use `Padding::Same`"
            )));
        }
        let reach: [usize; N] = std::array::from_fn(|d| {
            let between = (self.size[d] - 1).saturating_mul(self.dilation[d]);
            between.saturating_add(1)
        });
        for d in 0..N {
            // A size that comes from a batch which is not known is another matter.
            let absurd = |n: usize| !is_known(n) && batches(n).is_none() && n != ANYTHING;
            if is_known(self.size[d]) && !is_known(reach[d]) || absurd(self.size[d]) {
                return Err(too_long(format_args!(
                    "a window of {} pixels, {} apart,",
                    self.size[d], self.dilation[d]
                )));
            }
            if self.bordered(image, d).is_none() {
                let [before, after] = self.border[d];
                return Err(too_long(format_args!(
                    "{} of {x} with a border of {before} and {after}",
                    x[d + 1]
                )));
            }
        }
        let pixels = reach.iter().try_fold(1_usize, |n, &reach| {
            is_known(reach).then_some(n.saturating_mul(reach))
        });
        if pixels.is_some_and(|pixels| !is_known(pixels)) {
            return Err(Error::value(format!(
                "{op} with a window of {}: more pixels than can be counted",
                by(reach)
            )));
        }
        self.count(image).ok_or_else(|| {
            Error::shape(format!(
                "{op} with a window of {} leaves no pixel of {} (shape {x}); use `Padding::Same`, a smaller window, or smaller strides before",
                by(reach),
                by(image)
            ))
        })
    }
}

/// Sizes as text, `3 × 3`.
fn by<const N: usize>(sizes: [usize; N]) -> String {
    sizes.map(|size| size.to_string()).join(" × ")
}

/// The sizes of `[batch, …, channels]` between the first and the last.
pub(crate) fn pixels<const N: usize>(shape: &Shape) -> [usize; N] {
    std::array::from_fn(|d| shape[d + 1])
}

/// `[batch, …, channels]`.
pub(crate) const fn image_shape<const N: usize>(
    batch: usize,
    pixels: [usize; N],
    channels: usize,
) -> Shape {
    let mut dims = [batch; crate::MAX_RANK];
    let mut d = 0;
    while d < N {
        dims[d + 1] = pixels[d];
        d += 1;
    }
    dims[N + 1] = channels;
    Shape::new(dims.split_at(N + 2).0)
}

/// An error unless a shape has `N` axes between batch and channels.
pub(crate) fn check_image<const N: usize>(op: &str, shape: &Shape) -> Result<()> {
    if shape.rank() == N + 2 {
        return Ok(());
    }
    let layout = match N {
        1 => "[batch, time, channels]",
        2 => "[batch, height, width, channels]",
        _ => "[batch, depth, height, width, channels]",
    };
    Err(Error::rank(op, N + 2, layout, shape, "`Reshape` first"))
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
        // Causal windows have all of it before, whatever the strides.
        assert_eq!(Padding::Causal.before(7, 3, 2, 2), 4);
        assert_eq!(Padding::Causal.windows(7, 3, 2, 2), Some(4));
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

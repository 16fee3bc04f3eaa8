//! Channels as pixels and pixels as channels.

use crate::{Error, Tensor};

impl Tensor {
    /// Blocks of channels as blocks of pixels: `[batch, height, width, block² · channels]` to
    /// `[batch, block · height, block · width, channels]`. The first channels are those of the upper left pixel.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([1, 2, 3, 8]).depth_to_space(2).shape(), [1, 4, 6, 2]);
    /// ```
    #[doc(alias = "pixel_shuffle")]
    #[track_caller]
    pub fn depth_to_space(&self, block: usize) -> Tensor {
        if let Some(failed) = refused(self, "depth_to_space") {
            return failed;
        }
        let [n, h, w, c] = [0, 1, 2, 3].map(|axis| self.raw_shape()[axis]);
        let square = block.saturating_mul(block);
        // No channels are a multiple of every block.
        let fits = |side: usize| side.saturating_mul(block) < usize::MAX;
        if block == 0 || c % square != 0 || !fits(h) || !fits(w) {
            return self.fail(
                "depth_to_space",
                Error::shape(format!(
                    "blocks of {block} × {block} pixels need a multiple of {square} channels, found {c}"
                )),
            );
        }
        let split = self.reshape([n, h, w, block, block, c / square]);
        split
            .transpose([0, 1, 3, 2, 4, 5])
            .reshape([n, h * block, w * block, c / square])
    }

    /// Blocks of pixels as channels: `[batch, height, width, channels]` to
    /// `[batch, height / block, width / block, block² · channels]`. What [`Tensor::depth_to_space`] turns back.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([1, 4, 6, 2]).space_to_depth(2).shape(), [1, 2, 3, 8]);
    /// ```
    #[doc(alias = "pixel_unshuffle")]
    #[track_caller]
    pub fn space_to_depth(&self, block: usize) -> Tensor {
        if let Some(failed) = refused(self, "space_to_depth") {
            return failed;
        }
        let [n, h, w, c] = [0, 1, 2, 3].map(|axis| self.raw_shape()[axis]);
        let fits = block.checked_mul(block).and_then(|b| b.checked_mul(c));
        if block == 0 || h % block != 0 || w % block != 0 || fits.is_none() {
            return self.fail(
                "space_to_depth",
                Error::shape(format!(
                    "blocks of {block} × {block} pixels need a height and a width that are multiples of {block}, found {h} and {w}"
                )),
            );
        }
        let split = self.reshape([n, h / block, block, w / block, block, c]);
        split
            .transpose([0, 1, 3, 2, 4, 5])
            .reshape([n, h / block, w / block, block * block * c])
    }
}

/// What is no batch of images of a known size.
#[track_caller]
fn refused(x: &Tensor, name: &'static str) -> Option<Tensor> {
    let shape = x.raw_shape();
    match x.error() {
        Some(_) => Some(x.clone()),
        None if shape.rank() != 4 => Some(x.fail(
            name,
            Error::rank(
                name,
                4,
                "[batch, height, width, channels]",
                shape,
                "`expand_dims` adds an axis",
            ),
        )),
        None if !shape[1..].iter().all(|&d| crate::is_known(d)) => Some(x.fail(
            name,
            Error::shape(format!(
                "{name} needs images of a known size, found {shape}"
            )),
        )),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn there_and_back() {
        let x = Tensor::arange(16).reshape([1, 2, 2, 4]);
        let y = x.depth_to_space(2);
        assert_eq!(
            y.to_vec::<i64>().unwrap(),
            [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15]
        );
        assert_eq!(
            y.space_to_depth(2).to_vec::<i64>().unwrap(),
            x.to_vec::<i64>().unwrap()
        );
        assert!(x.depth_to_space(3).error().is_some() && x.space_to_depth(0).error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 2, 2, 4], DType::F32);
        assert_eq!(open.depth_to_space(2).shape().to_string(), "[_, 4, 4, 1]");
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].depth_to_space(2).square(), &[&[1, 1, 2, 4]]);
    }
}

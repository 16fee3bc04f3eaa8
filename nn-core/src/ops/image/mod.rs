//! Images: colours, cutting, moving, filtering.

pub(crate) mod affine_transform;
pub(crate) mod color;
pub(crate) mod crop;
pub(crate) mod extract_patches;
pub(crate) mod filter;
pub(crate) mod map_coordinates;
pub(crate) mod scale_and_translate;
pub(crate) mod similarity;

pub use crate::ops::nn::FillMode;
pub use affine_transform::{
    affine_transform, elastic_transform, elastic_transform_by, perspective_transform,
};
pub use color::{hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv};
pub use crop::{crop_images, pad_images};
pub use extract_patches::{extract_patches, extract_patches_3d};
pub use filter::{gaussian_blur, sobel_edges};
pub use map_coordinates::map_coordinates;
pub use scale_and_translate::{Resampling, scale_and_translate};
pub use similarity::{SsimOptions, psnr, ssim};

use crate::ops::fail::fail;
use crate::{Error, Tensor};

/// Runs `f` on a batch of images `[batch, height, width, channels]`; a single image `[height, width, channels]` is a batch of one and comes
/// out without it.
#[track_caller]
pub(crate) fn batched(
    op: &'static str,
    images: &Tensor,
    f: impl FnOnce(&Tensor) -> Tensor,
) -> Tensor {
    match images.raw_shape().rank() {
        _ if images.error().is_some() => images.clone(),
        4 => f(images).named(op, &[images]),
        3 => {
            let result = f(&images.expand_dims(0)).squeeze(0);
            result.named(op, &[images])
        }
        _ => fail(
            op,
            Error::rank(
                op,
                4,
                "[batch, height, width, channels]",
                images.raw_shape(),
                "a single image has three axes",
            ),
        ),
    }
}

//! Images turned, shifted, sheared, zoomed, or seen at a slant.

use crate::graph::apply::apply;
use crate::graph::attributes::{Attribute, Attributes, Setting};
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::fail::fail;
use crate::ops::nn::resize::Interpolation;
use crate::{Element, Error, Result, Tensor, is_known, with_float};
use nn_kernels::warp::{Beyond, Warp};

/// What stands beyond the border of an image, by the names that Keras has for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FillMode {
    /// One number: `k k | a b c | k k`.
    Constant,
    /// The pixel at the border: `a a | a b c | c c`.
    Nearest,
    /// The image again: `b c | a b c | a b`.
    Wrap,
    /// Its mirror image, border included: `b a | a b c | c b`.
    Reflect,
    /// Its mirror image, border excluded: `c b | a b c | b a`.
    Mirror,
}

crate::spelled!(FillMode);

impl FillMode {
    const ALL: [(FillMode, &'static str, Beyond); 5] = [
        (FillMode::Constant, "constant", Beyond::Constant),
        (FillMode::Nearest, "nearest", Beyond::Nearest),
        (FillMode::Wrap, "wrap", Beyond::Wrap),
        (FillMode::Reflect, "reflect", Beyond::Reflect),
        (FillMode::Mirror, "mirror", Beyond::Mirror),
    ];

    fn row(self) -> (FillMode, &'static str, Beyond) {
        let found = FillMode::ALL.into_iter().find(|(mode, ..)| *mode == self);
        found.expect("all of them are listed")
    }
}

impl Setting for FillMode {
    fn to_attribute(&self) -> Attribute {
        Attribute::Text(self.row().1.to_string())
    }

    fn from_attribute(attribute: &Attribute) -> Option<FillMode> {
        let Attribute::Text(text) = attribute else {
            return None;
        };
        let found = FillMode::ALL.iter().find(|(_, name, _)| name == text);
        found.map(|(mode, ..)| *mode)
    }
}

/// Inputs: images, and eight numbers for each. Linear in the images.
#[derive(Clone, Copy)]
struct Transform {
    interpolation: Interpolation,
    fill_mode: FillMode,
    fill_value: f64,
}

/// What every pixel of the result gives back to the images. Inputs: an upstream gradient, and the eight numbers.
struct TransformGradient(Transform);

impl Transform {
    fn warp(&self, images: &Tensor) -> Warp {
        let dims = images.raw_shape();
        Warp {
            height: dims[1],
            width: dims[2],
            channels: dims[3],
            bilinear: self.interpolation == Interpolation::Bilinear,
            beyond: self.fill_mode.row().2,
        }
    }

    fn settings(&self) -> Attributes {
        Attributes::new()
            .with("interpolation", &self.interpolation)
            .with("fill_mode", &self.fill_mode)
            .with("fill_value", &self.fill_value)
    }
}

/// Shape and type of the images, if the eight numbers fit.
fn checked(inputs: &[Tensor]) -> Result<Outputs<Spec>> {
    let dtype = common_float("affine_transform", inputs)?;
    let (images, by) = (inputs[0].raw_shape(), inputs[1].raw_shape());
    if images.rank() != 4 {
        let layout = "[batch, height, width, channels]";
        return Err(Error::rank(
            "affine_transform",
            4,
            layout,
            images,
            "add a batch dimension with `expand_dims(0)`",
        ));
    }
    let same = by.rank() == 2
        && by[1] == 8
        && (by[0] == images[0] || !is_known(by[0]) || !is_known(images[0]));
    match same {
        true => Ok((*images, dtype).into()),
        false => Err(Error::shape(format!(
            "affine_transform needs eight numbers for each image, [{}, 8] for {images}, found {by}",
            images[0]
        ))),
    }
}

impl Op for Transform {
    fn name(&self) -> &'static str {
        "affine_transform"
    }

    fn attributes(&self) -> Attributes {
        self.settings()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        checked(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (images, by) = (&inputs[0], &inputs[1]);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                let fill = Element::from_f64(self.fill_value);
                self.warp(images).forward(images.data(), by.data(), fill, out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let by = at.inputs[1].clone();
        let dx = at.when(0, || {
            apply(TransformGradient(*self), &[at.upstream().clone(), by])
        });
        Ok(vec![dx, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, 2)?;
    check_interpolation(a.get("interpolation")?)
}

by_name!("affine_transform", fits, |a| Transform {
    interpolation: a.get("interpolation")?,
    fill_mode: a.get("fill_mode")?,
    fill_value: a.get("fill_value")?
});

fn check_interpolation(interpolation: Interpolation) -> Result<()> {
    match interpolation {
        Interpolation::Nearest | Interpolation::Bilinear => Ok(()),
        _ => Err(Error::value(format!(
            "affine_transform interpolates by Nearest or Bilinear, found {interpolation:?}"
        ))),
    }
}

impl Op for TransformGradient {
    fn name(&self) -> &'static str {
        "affine_transform_gradient"
    }

    fn attributes(&self) -> Attributes {
        self.0.settings()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        checked(inputs)
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (upstream, by) = (&inputs[0], &inputs[1]);
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                self.0.warp(upstream).backward(upstream.data(), by.data(), out);
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        // What was filled in does not depend on the images.
        let op = Transform {
            fill_value: 0.0,
            ..self.0
        };
        let by = at.inputs[1].clone();
        let dx = at.when(0, || apply(op, &[at.upstream().clone(), by]));
        Ok(vec![dx, None])
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b10,
            outputs: 0,
        }
    }
}

/// Images turned, shifted, sheared or zoomed, each by eight numbers `a0 a1 a2 b0 b1 b2 c0 c1` of its own: the pixel in column `x` and row `y`
/// of the result is read at column `(a0 x + a1 y + a2) / k` and row `(b0 x + b1 y + b2) / k` of the image, where `k = c0 x + c1 y + 1`.
/// As Keras's `ops.image.affine_transform`, and with `c0` and `c1` other than 0 its `perspective_transform`.
///
/// Shapes: `[batch, height, width, channels]` and `[batch, 8]`, both floats, to that of the images. `interpolation` is
/// [`Interpolation::Nearest`] or [`Interpolation::Bilinear`]; `fill_value` is for [`FillMode::Constant`]. The gradient is that of the
/// images alone.
///
/// ```
/// use nn::{Tensor, ops::{FillMode, Interpolation, affine_transform}};
/// let x = Tensor::from([1.0_f32, 2.0, 4.0]).reshape([1, 1, 3, 1]);
/// // Half a pixel to the left.
/// let by = Tensor::from([[1.0_f32, 0.0, 0.5, 0.0, 1.0, 0.0, 0.0, 0.0]]);
/// let y = affine_transform(&x, &by, Interpolation::Bilinear, FillMode::Nearest, 0.0);
/// assert_eq!(y.to_vec::<f32>()?, [1.5, 3.0, 4.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn affine_transform(
    images: &Tensor,
    transforms: &Tensor,
    interpolation: Interpolation,
    fill_mode: FillMode,
    fill_value: f64,
) -> Tensor {
    if let Some(failed) = [images, transforms]
        .into_iter()
        .find(|t| t.error().is_some())
    {
        return failed.clone();
    }
    if let Err(error) = check_interpolation(interpolation) {
        return fail("affine_transform", error);
    }
    let op = Transform {
        interpolation,
        fill_mode,
        fill_value,
    };
    apply(op, &[images.clone(), transforms.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_gradient;
    use crate::{DType, UNKNOWN};

    const MODES: [FillMode; 5] = [
        FillMode::Constant,
        FillMode::Nearest,
        FillMode::Wrap,
        FillMode::Reflect,
        FillMode::Mirror,
    ];

    #[test]
    fn gradient() {
        let by = Tensor::from([
            [0.9, -0.3, 1.2, 0.4, 1.1, -0.7, 0.0, 0.0],
            [1.3, 0.2, -2.1, -0.1, 0.8, 0.6, 0.03, -0.02],
        ]);
        for mode in MODES {
            for interpolation in [Interpolation::Nearest, Interpolation::Bilinear] {
                let transformed = |x: &[Tensor]| {
                    let y = affine_transform(&x[0], &by, interpolation, mode, 0.5);
                    y * &x[0]
                };
                check_gradient(transformed, &[&[2, 3, 4, 2]]);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let run = |x: Tensor, by: Tensor| {
            affine_transform(&x, &by, Interpolation::Nearest, FillMode::Wrap, 0.0)
        };
        let open = |dims: &[usize]| Tensor::abstract_of(dims, DType::F32);
        let y = run(open(&[UNKNOWN, 3, 4, 1]), open(&[UNKNOWN, 8]));
        assert_eq!(y.shape().to_string(), "[_, 3, 4, 1]");
        for (x, by) in [
            (Tensor::ones([2, 3, 4]), Tensor::ones([2, 8])),
            (Tensor::ones([2, 3, 4, 1]), Tensor::ones([1, 8])),
            (Tensor::ones([2, 3, 4, 1]), Tensor::ones([2, 6])),
            (
                Tensor::ones([2, 3, 4, 1]),
                Tensor::ones([2, 8]).cast(DType::F64),
            ),
        ] {
            assert!(run(x, by).error().is_some());
        }
        assert_eq!(
            run(Tensor::ones([0, 3, 4, 1]), Tensor::ones([0, 8])).shape(),
            [0, 3, 4, 1]
        );
        let x = Tensor::ones([1, 2, 2, 1]);
        let by = Tensor::ones([1, 8]);
        let cubic = affine_transform(&x, &by, Interpolation::Bicubic, FillMode::Wrap, 0.0);
        assert!(cubic.error().is_some());
        // Numbers that lead nowhere read nothing that is not there.
        for wild in [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN, 1e18] {
            for mode in MODES {
                let by = Tensor::full([1, 8], wild);
                let y = affine_transform(&x, &by, Interpolation::Bilinear, mode, 0.0);
                assert_eq!(y.to_vec::<f32>().unwrap().len(), 4);
            }
        }
    }
}

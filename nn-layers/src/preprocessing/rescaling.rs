//! Numbers brought to another range.

use crate::ShapeError;
use crate::preprocessing::numbers::Numbers;
use nn_core::config::check_floats;
use nn_core::{Result, Shape, Tensor, floatx, is_known};
use nn_derive::{Layer, model};

/// `y = x · scale + offset`: pixels from 0 to 255 to numbers from 0 to 1 with a scale of `1.0 / 255.0`, to -1 to 1 with `1.0 / 127.5` and
/// an offset of -1. In training and in inference alike.
///
/// Shapes: any. Whole numbers become floats.
///
/// Source: Keras's `Rescaling`.
///
/// ```
/// use nn::{Layer, Rescaling, Tensor};
/// let pixels = Tensor::from([[0_u8, 255]]);
/// assert_eq!(Rescaling::new(1.0 / 255.0).forward(&pixels).to_vec::<f32>()?, [0.0, 1.0]);
/// assert_eq!(Rescaling::new(1.0 / 127.5).offset(-1.0).forward(&pixels).to_vec::<f32>()?, [-1.0, 1.0]);
/// let by_channel = Rescaling::by_channel(&[1.0, 2.0], &[0.0, 1.0]);
/// assert_eq!(by_channel.forward(&pixels).to_vec::<f32>()?, [0.0, 511.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Rescaling {
    #[config]
    scale: Numbers,
    #[config(default = Numbers::One(0.0), no_builder)]
    offset: Numbers,
}

#[model(crate = nn_core)]
impl Rescaling {
    /// By one factor, without an offset.
    pub const fn new(scale: f64) -> Rescaling {
        Rescaling::with_defaults(Numbers::One(scale))
    }

    /// By a factor and an offset for each channel, the last axis.
    pub fn by_channel(scale: &[f64], offset: &[f64]) -> Rescaling {
        Rescaling {
            scale: Numbers::list(scale),
            offset: Numbers::list(offset),
        }
    }

    /// What is added after the multiplication.
    pub const fn offset(mut self, offset: f64) -> Rescaling {
        // `const` code cannot drop a list, and there is none where one number was given before.
        core::mem::forget(core::mem::replace(&mut self.offset, Numbers::One(offset)));
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When there is a list of numbers that are not as many as channels.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        let lists = [&self.scale, &self.offset];
        let mut i = 0;
        while i < 2 {
            if let Numbers::Each(items) = lists[i] {
                let channels = match input.rank() {
                    0 => 0,
                    rank => input.dims()[rank - 1],
                };
                if is_known(channels) && channels != items.len() {
                    let error = ShapeError::new("Rescaling has a list of ")
                        .number(items.len())
                        .text(" numbers for the channels of ")
                        .shape(input);
                    return Err(error.text("; give one for each channel, or one for all"));
                }
            }
            i += 1;
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        check_floats("Rescaling", "scale", &self.scale)?;
        check_floats("Rescaling", "offset", &self.offset)?;
        self.scale.check_finite("Rescaling", "scale")?;
        self.offset.check_finite("Rescaling", "offset")?;
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor) -> Tensor {
        let dtype = floatx();
        x.cast(dtype) * self.scale.tensor(dtype) + self.offset.tensor(dtype)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Module};

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        let x = Tensor::from([0.0_f32, 1.0]);
        for (layer, name) in [
            (Rescaling::new(f64::INFINITY), "scale"),
            (Rescaling::new(1e39), "scale"),
            (Rescaling::new(1.0).offset(f64::NEG_INFINITY), "offset"),
            (
                Rescaling::by_channel(&[1.0, f64::INFINITY], &[0.0; 2]),
                "scale",
            ),
        ] {
            let e = layer.forward(&x).into_result().unwrap_err().to_string();
            let words = format!("the `{name}` of Rescaling is of finite numbers");
            assert!(e.contains(&words), "{e}");
        }
    }

    #[test]
    fn lists_need_a_number_for_each_channel() {
        let layer = Rescaling::by_channel(&[1.0, 2.0, 3.0], &[0.0; 3]);
        let error = layer
            .forward(Tensor::ones([2, 4]))
            .into_result()
            .unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("3 numbers for the channels of [2, 4]"),
            "{error}"
        );
        assert_eq!(
            layer.config()["config"]["scale"].to_string(),
            "[1.0,2.0,3.0]"
        );
    }
}

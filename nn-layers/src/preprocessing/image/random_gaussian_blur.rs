//! Images blurred by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::images;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};
use serde::{Deserialize, Deserializer, Serialize};

/// In training mixes every pixel with those around it by the weights of a normal distribution, whose deviations, across and down, are drawn for each image from 0 to
/// `sigma`; with a probability that is drawn from 0 to `factor`. Beyond the border there is 0. What is beyond the range of values is cut off.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, channels]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `RandomGaussianBlur`.
///
/// ```
/// use nn::{Layer, RandomGaussianBlur, Tensor};
/// let blur = RandomGaussianBlur::new().kernel_size(5).sigma(0.8);
/// assert_eq!(blur.call(Tensor::ones([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct RandomGaussianBlur {
    #[config(default = Factor::UpTo(1.0), no_builder)]
    factor: Factor,
    #[config(default = KernelSize([3; 2]), no_builder)]
    kernel_size: KernelSize,
    #[config(default = Factor::UpTo(1.0), no_builder)]
    sigma: Factor,
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl RandomGaussianBlur {
    /// With a probability from 0 to 1, over three by three pixels, deviations of up to 1.
    pub const fn new() -> RandomGaussianBlur {
        RandomGaussianBlur::with_defaults()
    }

    /// With a probability of up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> RandomGaussianBlur {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// With a probability from `least` to `most`.
    pub const fn factor_between(mut self, least: f64, most: f64) -> RandomGaussianBlur {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Over so many pixels, an odd number, across and down.
    pub const fn kernel_size(mut self, kernel_size: usize) -> RandomGaussianBlur {
        self.kernel_size = KernelSize([kernel_size; 2]);
        self
    }

    /// Over so many pixels across, and so many down.
    pub const fn kernel_size_by_side(mut self, kernel_size: [usize; 2]) -> RandomGaussianBlur {
        self.kernel_size = KernelSize(kernel_size);
        self
    }

    /// Deviations of up to `sigma` pixels, from 0 to 1.
    pub const fn sigma(mut self, sigma: f64) -> RandomGaussianBlur {
        self.sigma = Factor::UpTo(sigma);
        self
    }

    /// Deviations from `least` to `most` pixels, each from 0 to 1.
    pub const fn sigma_between(mut self, least: f64, most: f64) -> RandomGaussianBlur {
        self.sigma = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> RandomGaussianBlur {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = images::check("RandomGaussianBlur", input) {
            return Err(error);
        }
        if let Err(error) = self.factor.check("RandomGaussianBlur", "factor", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = self.sigma.check("RandomGaussianBlur", "sigma", 0.0, 1.0) {
            return Err(error);
        }
        if let Err(error) = images::check_values("RandomGaussianBlur", self.value_range) {
            return Err(error);
        }
        let KernelSize([across, down]) = self.kernel_size;
        // Each of its pixels is a pass over the image.
        const MOST: usize = 1 << 12;
        if across > MOST || down > MOST {
            let error =
                ShapeError::new("the kernel_size of RandomGaussianBlur is below 4096, found ");
            return Err(error.shape(&Shape::new(&[across, down])));
        }
        if across % 2 == 0 || down % 2 == 0 {
            let error = ShapeError::new("the kernel_size of RandomGaussianBlur is odd, found ");
            return Err(error.number(across).text(" and ").number(down));
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(&x)),
            false => x,
        })
    }

    fn change(&self, x: &Tensor) -> Tensor {
        if let Err(error) = images::pixels("RandomGaussianBlur", x) {
            return Tensor::failed(error);
        }
        let chosen = images::chosen(x, self.factor.range(0.0));
        let KernelSize([across, down]) = self.kernel_size;
        let blur = |x: &Tensor, axis: isize, size: usize| {
            let n = x.shape()[axis as usize];
            let sigma = images::each(x, self.sigma.range(0.0)) + 1e-6;
            let mut paddings = [(0, 0); 4];
            paddings[axis as usize] = (size / 2, size / 2);
            let padded = x.pad(paddings);
            let weight = |i: usize| {
                let distance = i as f64 - (size / 2) as f64;
                ((distance / &sigma).square() * -0.5).exp()
            };
            let (mut sum, mut total) = (x.zeros_like(), sigma.zeros_like());
            for i in 0..size {
                let weight = weight(i);
                sum += padded.slice_axis(axis, i..i + n) * &weight;
                total += weight;
            }
            sum / total
        };
        let blurred = blur(&blur(x, 2, across), 1, down);
        let [least, most] = self.value_range;
        chosen.where_(blurred, x).clip(least, most)
    }
}

/// Pixels across and down; one number is read as both.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
struct KernelSize([usize; 2]);

impl<'de> Deserialize<'de> for KernelSize {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<KernelSize, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a whole number or two of them")]
        enum OneOrTwo {
            One(usize),
            Two([usize; 2]),
        }
        Ok(KernelSize(match OneOrTwo::deserialize(deserializer)? {
            OneOrTwo::One(size) => [size; 2],
            OneOrTwo::Two(sizes) => sizes,
        }))
    }
}

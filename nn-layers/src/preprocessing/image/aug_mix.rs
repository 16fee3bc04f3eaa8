//! Images mixed with several changed copies of themselves by chance.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::preprocessing::image::augmentations::Augmentations;
use crate::preprocessing::image::factor::Factor;
use crate::preprocessing::image::{images, mixing};
use nn_core::ops::Interpolation;
use nn_core::{Result, Shape, Tensor, random};
use nn_derive::{Layer, model};

/// In training mixes images with `num_chains` changed copies of them: `w · x + (1 - w) · Σ vᵢ · xᵢ`, clipped to the range of values. The weight `w` is
/// drawn from Beta(alpha, alpha) and the weights `vᵢ`, whose sum is 1, from the Dirichlet distribution of `alpha`, for the whole batch.
///
/// A copy is changed `chain_depth` times. Each change is drawn for the whole batch from what `RandomShear`, `RandomTranslation`, `RandomRotation`,
/// `RandomPosterization`, `Solarization`, `AutoContrast` and `Equalization` do, with `all_ops` `RandomBrightness`, `RandomColorDegeneration`,
/// `RandomContrast` and `RandomSharpness` too, and nothing; how far is drawn for each image, with `factor` as their factor. Posterization leaves up to `8 ·
/// factor` bits, and at least one.
///
/// The images are in red, green and blue. All changes are computed each time and one is kept, so this is a layer for a pipeline of data more than for
/// the step of a training.
///
/// In inference it does nothing. What is drawn for each image follows from the seed, not from how many threads compute it.
///
/// Shapes: `[batch, height, width, 3]`, or one image of rank 3, to the same. Whole numbers become floats.
///
/// Source: Keras's `AugMix`; Hendrycks et al. 2020, *AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty*.
///
/// ```
/// use nn::{AugMix, Layer, Tensor};
/// let mix = AugMix::new().num_chains(2).chain_depth(1).value_range([0.0, 1.0]);
/// assert_eq!(mix.call(Tensor::random_uniform([2, 8, 8, 3]), true).shape(), [2, 8, 8, 3]);
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug, absent(data_format = "channels_last"))]
#[must_use]
pub struct AugMix {
    /// The least and the greatest value of a pixel.
    #[config(default = [0.0, 255.0])]
    value_range: [f64; 2],
    /// How many changed copies there are, at least one.
    #[config(default = 3)]
    num_chains: usize,
    /// How many changes of a copy follow each other; those of all copies are at most 100.
    #[config(default = 3)]
    chain_depth: usize,
    #[config(default = Factor::UpTo(0.3), no_builder)]
    factor: Factor,
    /// The parameter of the distributions of the weights, positive: the smaller it is, the more one of the images prevails.
    #[config(default = 1.0)]
    alpha: f64,
    /// Whether brightness, colours, contrast and sharpness change too.
    #[config(default = true)]
    all_ops: bool,
    /// How the numbers between pixels are found: `Nearest` or `Bilinear`.
    #[config(default = Interpolation::Bilinear)]
    interpolation: Interpolation,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl AugMix {
    /// Three copies, each with up to three changes by a factor of 0.3.
    pub const fn new() -> AugMix {
        AugMix::with_defaults()
    }

    /// Changes by up to `factor`, from 0 to 1.
    pub const fn factor(mut self, factor: f64) -> AugMix {
        self.factor = Factor::UpTo(factor);
        self
    }

    /// Changes by from `least` to `most`, each from 0 to 1.
    pub const fn factor_between(mut self, least: f64, most: f64) -> AugMix {
        self.factor = Factor::Between([least, most]);
        self
    }

    /// Draws from a stream of the layer's own, which begins with this seed.
    pub const fn seed(mut self, seed: i64) -> AugMix {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input is no image of three channels, or a setting is out of its range.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if self.num_chains == 0 {
            return Err(ShapeError::new(
                "AugMix mixes at least one chain of changes, found 0 for `num_chains`",
            ));
        }
        // A chain without a change is a copy, which costs something too.
        let depth = if self.chain_depth > 0 {
            self.chain_depth
        } else {
            1
        };
        let changes = self.num_chains.checked_mul(depth);
        if let Err(error) = self.augmentations().check("AugMix", input, changes) {
            return Err(error);
        }
        if let Err(error) = mixing::check_alpha("AugMix", self.alpha) {
            return Err(error);
        }
        Ok(*input)
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    const fn augmentations(&self) -> Augmentations {
        Augmentations {
            value_range: self.value_range,
            factor: self.factor,
            interpolation: self.interpolation,
        }
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        images::batch(&x, |x| match training {
            true => self.seed.run(|| self.change(&x)),
            false => x,
        })
    }

    fn change(&self, x: &Tensor) -> Tensor {
        let count = match self.all_ops {
            true => Augmentations::ALL,
            false => Augmentations::WITHOUT_COLORS,
        };
        let chain = || {
            (0..self.chain_depth).fold(x.clone(), |x, _| {
                self.augmentations().one_of(&x, count, true)
            })
        };
        let mut weights = self.weights(x).into_iter();
        let first = weights.next().expect("a chain at least") * chain();
        let mixed = weights.fold(first, |sum, weight| sum + weight * chain());
        let kept = self.beta(x, 1);
        let y = &kept * x + (1.0 - &kept) * mixed;
        y.clip(self.value_range[0], self.value_range[1])
    }

    /// The weight of each chain, together 1: of what the chains before leave, the next takes a part from Beta(alpha, alpha · chains after it).
    fn weights(&self, x: &Tensor) -> Vec<Tensor> {
        let mut rest = Tensor::full_of([1; 4], 1.0, x.dtype());
        let mut weights = Vec::new();
        for after in (1..self.num_chains).rev() {
            let part = self.beta(x, after);
            weights.push(&rest * &part);
            rest *= 1.0 - part;
        }
        weights.push(rest);
        weights
    }

    /// A number of Beta(alpha, alpha · `times`).
    fn beta(&self, x: &Tensor, times: usize) -> Tensor {
        random::beta([1; 4], self.alpha, self.alpha * times as f64, x.dtype())
    }
}

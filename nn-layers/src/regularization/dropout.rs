//! Dropout.

use crate::ShapeError;
use crate::core::seed::Seed;
use crate::core::sizes::Sizes;
use crate::regularization::rate;
use nn_core::ops::dropout_together;
use nn_core::{Result, Shape, Tensor};
use nn_derive::{Layer, model};

/// In training sets each number to 0 with probability `rate` and scales the others by `1 / (1 - rate)`, so that the expected sum
/// stays the same; in inference does nothing.
///
/// Shapes: any. What is dropped follows from the thread's seed ([`nn_core::random::set_seed`]) or from the layer's own, not from how many
/// threads compute it.
///
/// Source: Srivastava et al. 2014; Keras's `Dropout`.
///
/// ```
/// use nn::{Dropout, Layer, Tensor};
/// let dropout = Dropout::new(0.5);
/// let x = Tensor::ones([64, 8]);
/// assert_eq!(dropout.forward(&x).to_vec::<f32>()?, [1.0; 512]);
/// assert!(dropout.call(&x, true).to_vec::<f32>()?.iter().all(|v| *v == 0.0 || *v == 2.0));
/// // The same for all steps of a sequence:
/// let steps = Dropout::new(0.5).noise_shape([None, Some(1), None]).call(Tensor::ones([1, 2, 1]), true).to_vec::<f32>()?;
/// assert_eq!(steps[0], steps[1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Dropout {
    #[config]
    rate: f64,
    #[config(default = None, no_builder)]
    noise_shape: Option<Sizes>,
    #[config(default = Seed::NONE, no_builder)]
    seed: Seed,
}

#[model(crate = nn_core)]
impl Dropout {
    /// Drops with the given probability, from 0 to 1 (an error, when it runs, otherwise).
    pub const fn new(rate: f64) -> Dropout {
        Dropout::with_defaults(rate)
    }

    /// The shape of the draws: 1 for a dimension along which all are dropped together, `None` for one as in the input.
    pub const fn noise_shape<const N: usize>(mut self, noise_shape: [Option<usize>; N]) -> Dropout {
        self.noise_shape = Some(Sizes::new(noise_shape));
        self
    }

    /// A seed of the layer's own, so that what it drops depends on nothing else that is drawn.
    pub const fn seed(mut self, seed: i64) -> Dropout {
        self.seed.set(seed);
        self
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the rate is no probability, or the `noise_shape` does not fit.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        if let Err(error) = rate::check("Dropout", self.rate) {
            return Err(error);
        }
        match rate::noise_shape("Dropout", &self.noise_shape, input, true) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    fn build(&self, input: &Shape) -> Result<()> {
        self.output_shape(input)?;
        Ok(())
    }

    fn call(&self, x: Tensor, training: bool) -> Tensor {
        if !training || self.rate == 0.0 {
            return x;
        }
        match rate::noise_shape("Dropout", &self.noise_shape, &x.shape(), false) {
            Ok(noise) => self.seed.run(|| dropout_together(&x, self.rate, noise)),
            Err(error) => Tensor::failed(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{GradientTape, Layer, random};

    #[test]
    fn drops_the_asked_share_and_keeps_the_mean() {
        random::set_seed(4);
        for rate in [0.1, 0.5, 0.9] {
            let n = 40_000;
            let y = Dropout::new(rate)
                .call(Tensor::ones([n]), true)
                .to_vec::<f32>()
                .unwrap();
            let dropped = y.iter().filter(|v| **v == 0.0).count() as f64 / n as f64;
            // Five standard errors of a share of n draws.
            let tolerance = 5.0 * (rate * (1.0 - rate) / n as f64).sqrt();
            assert!((dropped - rate).abs() <= tolerance, "{rate}: {dropped}");
            let scale = (1.0 / (1.0 - rate)) as f32;
            assert!(y.iter().all(|v| *v == 0.0 || *v == scale));
        }
    }

    #[test]
    fn the_gradient_passes_where_the_value_did() {
        random::set_seed(1);
        let x = Tensor::ones([100]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = Dropout::new(0.5).call(&x, true);
        let gradient = tape.gradient(&y.sum(), &x).unwrap();
        assert_eq!(
            gradient.to_vec::<f32>().unwrap(),
            y.to_vec::<f32>().unwrap()
        );
    }

    #[test]
    fn the_ends_of_the_range_and_what_is_beyond() {
        let x = Tensor::ones([8]);
        assert_eq!(
            Dropout::new(0.0).call(&x, true).to_vec::<f32>().unwrap(),
            [1.0; 8]
        );
        assert_eq!(
            Dropout::new(1.0).call(&x, true).to_vec::<f32>().unwrap(),
            [0.0; 8]
        );
        for rate in [-0.1, 1.5, f64::NAN, f64::INFINITY] {
            let error = Dropout::new(rate)
                .call(&x, false)
                .into_result()
                .unwrap_err();
            assert!(
                error.to_string().contains("a probability from 0 to 1"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_seed_fixes_what_is_dropped() {
        let draw = || {
            random::set_seed(3);
            Dropout::new(0.5)
                .call(Tensor::ones([50]), true)
                .to_vec::<f32>()
                .unwrap()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn a_seed_of_its_own_depends_on_nothing_else() {
        let x = Tensor::ones([50]);
        let draw = |dropout: &Dropout| dropout.call(&x, true).to_vec::<f32>().unwrap();
        random::set_seed(1);
        let (a, b) = (Dropout::new(0.5).seed(7), Dropout::new(0.5).seed(7));
        let first = draw(&a);
        random::set_seed(2);
        assert_eq!(draw(&b), first);
        assert_ne!(draw(&a), first, "the next draw");
        assert_eq!(draw(&a.clone()), first, "a copy begins anew");
        assert_ne!(draw(&Dropout::new(0.5).seed(8)), first);
        let undisturbed = random::next_key();
        random::set_seed(2);
        assert_eq!(undisturbed, random::next_key());
    }

    #[test]
    fn a_noise_shape_drops_together() {
        random::set_seed(2);
        let dropout = Dropout::new(0.5).noise_shape([None, Some(1), None]);
        let y = dropout.call(Tensor::ones([4, 6, 5]), true);
        let first = y.slice_axis(1, ..1).broadcast_to([4, 6, 5]);
        assert_eq!(y.to_vec::<f32>().unwrap(), first.to_vec::<f32>().unwrap());
        assert!(y.to_vec::<f32>().unwrap().contains(&0.0));
        let e = dropout
            .forward(Tensor::ones([4, 6]))
            .into_result()
            .unwrap_err();
        assert!(
            e.to_string()
                .contains("a size for each dimension of [4, 6]"),
            "{e}"
        );
    }
}

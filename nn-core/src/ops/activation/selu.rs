//! The scaled exponential linear unit.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::ops::elementwise::where_;
use nn_kernels::math::Float;

const ALPHA: f64 = 1.673_263_242_354_377_2;
const SCALE: f64 = 1.050_700_987_355_480_5;

#[derive(Clone, Copy)]
struct Selu;

impl Function for Selu {
    const NAME: &'static str = "selu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        let alpha = T::from_f64(ALPHA);
        T::from_f64(SCALE) * if x > T::ZERO { x } else { alpha * x.expm1() }
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("selu", by_name::float, |_| Map(Selu));

impl Derivative for Selu {
    const NAME: &'static str = "selu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let alpha = T::from_f64(ALPHA);
        T::from_f64(SCALE) * if x > T::ZERO { T::ONE } else { alpha * x.exp() }
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let below = x.minimum(0.0).exp() * (SCALE * ALPHA);
        Some(where_(x.greater(0.0), 0.0, below))
    }
}

impl Tensor {
    /// `1.0507 x` above 0, `1.0507 · 1.6733 (eˣ - 1)` elsewhere: the constants that keep mean 0 and variance 1 from layer to
    /// layer (Klambauer et al. 2017). The gradient at 0 is that from below.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).selu().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn selu(&self) -> Tensor {
        map(Selu, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -1.7258986281898945, 0.032200712657482145),
            (-1.0, -1.1113307378125625, 0.646768603034814),
            (-0.25, -0.3888901974781189, 1.3692091433692577),
            (0.0, 0.0, 1.7580993408473766),
            (0.5, 0.5253504936777402, 1.0507009873554805),
            (3.5, 3.677453455744182, 1.0507009873554805),
            (7.0, 7.354906911488364, 1.0507009873554805),
        ];
        check_table(|x| x.selu(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].selu(), &[&[2, 3]]);
    }
}

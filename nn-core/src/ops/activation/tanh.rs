//! The hyperbolic tangent.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Tanh;

impl Function for Tanh {
    const NAME: &'static str = "tanh";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.tanh()
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, y)
    }
}

by_name!("tanh", by_name::float, |_| Map(Tanh));

impl Derivative for Tanh {
    const NAME: &'static str = "tanh_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, y: T) -> T {
        T::ONE - y * y
    }

    fn second_derivative(self, y: &Tensor) -> Option<Tensor> {
        Some(y * -2.0)
    }
}

impl Tensor {
    /// The hyperbolic tangent `(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)` of every element, in (-1, 1).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).tanh().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        map(Tanh, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_the_c_library() {
        // XLA's own tanh is 1e-7 off at -4; these are the C library's.
        let rows = [
            (-4.0, -0.999329299739067, 0.001340950683025897),
            (-1.0, -0.7615941559557649, 0.4199743416140261),
            (-0.25, -0.24491866240370913, 0.940014848806378),
            (0.0, 0.0, 1.0),
            (0.5, 0.46211715726000974, 0.7864477329659275),
            (3.5, 0.9981778976111987, 0.0036408847204873066),
            (7.0, 0.9999983369439447, 3.326109344901086e-06),
        ];
        check_table(|x| x.tanh(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].tanh(), &[&[2, 3]]);
    }
}

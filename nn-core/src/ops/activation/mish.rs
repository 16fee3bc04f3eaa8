//! A smooth, self-gated unit.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Mish;

impl Function for Mish {
    const NAME: &'static str = "mish";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x * x.softplus().tanh()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("mish", by_name::float, |_| Map(Mish));

impl Derivative for Mish {
    const NAME: &'static str = "mish_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let (s, t) = (x.sigmoid(), x.softplus().tanh());
        t + x * s * (T::ONE - t * t)
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        // With s = sigmoid(x) and t = tanh(softplus(x)): (1 - t²) s (2 + x (1 - s - 2ts)).
        let (s, t) = (x.sigmoid(), x.softplus().tanh());
        let bend = 1.0 - &s - &t * &s * 2.0;
        Some((1.0 - t.square()) * s * (2.0 + x * bend))
    }
}

impl Tensor {
    /// `x · tanh(ln(1 + eˣ))` of every element (Misra 2019).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).mish().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn mish(&self) -> Tensor {
        map(Mish, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.07259174079202536, -0.05377320979348034),
            (-1.0, -0.30340146137410895, 0.059216755877395),
            (-0.25, -0.12992696367914106, 0.43981560172180534),
            (0.0, 0.0, 0.6000000000000001),
            (0.5, 0.375245211304895, 0.8864243753577272),
            (3.5, 3.493990715117519, 1.0099393249951334),
            (7.0, 6.999988379809741, 1.000021559160889),
        ];
        check_table(|x| x.mish(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].mish(), &[&[2, 3]]);
    }
}

//! A smooth maximum of a number and 0.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Softplus;

impl Function for Softplus {
    const NAME: &'static str = "softplus";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.softplus()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("softplus", by_name::float, |_| Map(Softplus));

impl Derivative for Softplus {
    const NAME: &'static str = "softplus_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        x.sigmoid()
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let s = x.sigmoid();
        Some(&s * (1.0 - &s))
    }
}

impl Tensor {
    /// `ln(1 + eˣ)` of every element, without overflow.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([100.0_f32]).softplus().to_vec::<f32>()?, [100.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        map(Softplus, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, 0.01814992791780974, 0.017986209962091562),
            (-1.0, 0.3132616875182228, 0.2689414213699951),
            (-0.25, 0.5759394198788437, 0.4378234991142018),
            (0.0, std::f64::consts::LN_2, 0.5),
            (0.5, 0.9740769841801067, 0.6224593312018546),
            (3.5, 3.5297504182726205, 0.9706877692486438),
            (7.0, 7.000911466453775, 0.999088948805599),
        ];
        check_table(|x| x.softplus(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].softplus(), &[&[2, 3]]);
    }
}

//! The sigmoid linear unit, or swish.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Silu;

impl Function for Silu {
    const NAME: &'static str = "silu";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x * x.sigmoid()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("silu", by_name::float, |_| Map(Silu));

impl Derivative for Silu {
    const NAME: &'static str = "silu_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let s = x.sigmoid();
        s * (T::ONE + x * (T::ONE - s))
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        // With s = sigmoid(x): s (1 - s) (2 + x (1 - 2s)).
        let s = x.sigmoid();
        Some(&s * (1.0 - &s) * (2.0 + x * (1.0 - &s * 2.0)))
    }
}

impl Tensor {
    /// `x / (1 + e⁻ˣ)` of every element (Hendrycks and Gimpel 2016; Ramachandran et al. 2017).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).silu().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        map(Silu, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.07194483984836623, -0.05266461489107291),
            (-1.0, -0.2689414213699951, 0.07232948812851325),
            (-0.25, -0.10945587477855048, 0.37628997842980233),
            (0.0, 0.0, 0.5),
            (0.5, 0.3112296656009273, 0.7399611873026518),
            (3.5, 3.397407192370253, 1.0702733528277182),
            (7.0, 6.993622641639195, 1.0054604970664518),
        ];
        check_table(|x| x.silu(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].silu(), &[&[2, 3]]);
    }
}

//! The exponential near 0.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Expm1;

impl Function for Expm1 {
    const NAME: &'static str = "expm1";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.expm1()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("expm1", by_name::float, |_| Map(Expm1));

impl Derivative for Expm1 {
    const NAME: &'static str = "expm1_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        x.exp()
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        Some(x.exp())
    }
}

impl Tensor {
    /// `eˣ - 1` of every element, accurate near 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).expm1().to_vec::<f32>()?, [0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn expm1(&self) -> Tensor {
        map(Expm1, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -0.9816843611112658, 0.018315638888734182),
            (-1.0, -0.6321205588285577, 0.3678794411714423),
            (-0.25, -0.22119921692859512, 0.7788007830714049),
            (0.0, 0.0, 1.0),
            (0.5, 0.6487212707001282, 1.6487212707001282),
            (3.5, 32.11545195869231, 33.11545195869231),
            (7.0, 1095.6331584284585, 1096.6331584284585),
        ];
        check_table(|x| x.expm1(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].expm1(), &[&[2, 3]]);
    }
}

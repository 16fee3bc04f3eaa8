//! The logarithm of the logistic function.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct LogSigmoid;

impl Function for LogSigmoid {
    const NAME: &'static str = "log_sigmoid";
    const KEEPS: Keeps = Keeps::INPUTS;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        -(-x).softplus()
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }
}

by_name!("log_sigmoid", by_name::float, |_| Map(LogSigmoid));

impl Derivative for LogSigmoid {
    const NAME: &'static str = "log_sigmoid_gradient";

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        (-x).sigmoid()
    }

    fn second_derivative(self, x: &Tensor) -> Option<Tensor> {
        let s = x.sigmoid();
        Some(&s * (s.clone() - 1.0))
    }
}

impl Tensor {
    /// `ln(1 / (1 + e⁻ˣ))` of every element, without underflow.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([-100.0_f32]).log_sigmoid().to_vec::<f32>()?, [-100.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn log_sigmoid(&self) -> Tensor {
        map(LogSigmoid, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, -4.0181499279178094, 0.9820137900379087),
            (-1.0, -1.3132616875182228, 0.731058578630005),
            (-0.25, -0.8259394198788437, 0.5621765008857981),
            (0.0, -std::f64::consts::LN_2, 0.5),
            (0.5, -0.4740769841801067, 0.3775406687981454),
            (3.5, -0.029750418272620566, 0.029312230751356323),
            (7.0, -0.0009114664537742447, 0.0009110511944006451),
        ];
        check_table(|x| x.log_sigmoid(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].log_sigmoid(), &[&[2, 3]]);
    }
}

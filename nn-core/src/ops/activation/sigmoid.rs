//! The logistic function.

use crate::Tensor;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Sigmoid;

impl Function for Sigmoid {
    const NAME: &'static str = "sigmoid";
    const KEEPS: Keeps = Keeps::OUTPUT;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        x.sigmoid()
    }

    fn gradient(self, _: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, y)
    }
}

by_name!("sigmoid", by_name::float, |_| Map(Sigmoid));

impl Derivative for Sigmoid {
    const NAME: &'static str = "sigmoid_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, y: T) -> T {
        y * (T::ONE - y)
    }

    fn second_derivative(self, y: &Tensor) -> Option<Tensor> {
        Some(1.0 - y * 2.0)
    }
}

impl Tensor {
    /// `1 / (1 + e⁻ˣ)` of every element, in (0, 1).
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0.0_f32]).sigmoid().to_vec::<f32>()?, [0.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        map(Sigmoid, self)
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::elementwise::map::check_table;
    use crate::testing::check_gradient;

    #[test]
    fn agrees_with_keras() {
        let rows = [
            (-4.0, 0.01798620996209156, 0.017662706213291118),
            (-1.0, 0.2689414213699951, 0.19661193324148185),
            (-0.25, 0.43782349911420193, 0.24613408273759835),
            (0.0, 0.5, 0.25),
            (0.5, 0.6224593312018546, 0.2350037122015945),
            (3.5, 0.9706877692486436, 0.028453023879735598),
            (7.0, 0.9990889488055994, 0.000910221180121784),
        ];
        check_table(|x| x.sigmoid(), &rows);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].sigmoid(), &[&[2, 3]]);
    }
}

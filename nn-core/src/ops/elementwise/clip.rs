//! Limiting numbers to an interval.

use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::{Error, Tensor};
use nn_kernels::math::Float;

#[derive(Clone, Copy)]
struct Clip {
    min: f64,
    max: f64,
}

impl Function for Clip {
    const NAME: &'static str = "clip";
    const KEEPS: Keeps = Keeps::INPUTS;
    const WIDE: bool = false;

    #[inline(always)]
    fn f<T: Float>(self, x: T) -> T {
        T::minimum(T::maximum(x, T::from_f64(self.min)), T::from_f64(self.max))
    }

    fn gradient(self, x: &Tensor, _: &Tensor, upstream: &Tensor) -> Tensor {
        scale(self, upstream, x)
    }

    fn attributes(self) -> Attributes {
        Attributes::new()
            .with("min", &self.min)
            .with("max", &self.max)
    }
}

by_name!("clip", by_name::float, |a| Map(Clip {
    min: a.get("min")?,
    max: a.get("max")?
}));

impl Derivative for Clip {
    const NAME: &'static str = "clip_gradient";
    const WIDE: bool = false;

    #[inline(always)]
    fn derivative<T: Float>(self, x: T) -> T {
        let (min, max) = (T::from_f64(self.min), T::from_f64(self.max));
        let share = |inside: bool, edge: bool| match (inside, edge) {
            (true, _) => T::ONE,
            (_, true) => T::from_f64(0.5),
            _ => T::ZERO,
        };
        share(x > min, x == min) * share(x < max, x == max)
    }

    fn second_derivative(self, _: &Tensor) -> Option<Tensor> {
        None
    }
}

impl Tensor {
    /// Every element limited to `[min, max]`: `minimum(maximum(x, min), max)`. NaN stays NaN.
    ///
    /// Its gradient is 1 inside, 0 outside and ½ at either limit, as Keras has it on JAX. Integers stay integers: the
    /// limits are rounded inwards.
    ///
    /// Limits that are NaN or in the wrong order are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([-2.0_f32, 0.5, 3.0]);
    /// assert_eq!(x.clip(-1.0, 1.0).to_vec::<f32>()?, [-1.0, 0.5, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "clamp")]
    #[track_caller]
    pub fn clip(&self, min: f64, max: f64) -> Tensor {
        let ordered = min <= max;
        if !ordered {
            let message =
                format!("clip needs its lower limit first, found min = {min} and max = {max}");
            return self.fail("clip", Error::value(message));
        }
        match self.dtype().is_float() {
            true => map(Clip { min, max }, self),
            false => self.maximum(min.ceil() as i64).minimum(max.floor() as i64),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn limits_floats_and_integers() {
        let x = Tensor::from([-5_i64, 1, 5]).clip(-1.5, 2.5);
        assert_eq!(x.to_vec::<i64>().unwrap(), [-1, 1, 2]);
        assert!(Tensor::from([f32::NAN]).clip(0.0, 1.0).data::<f32>()[0].is_nan());
        let e = x.clip(1.0, 0.0).into_result().unwrap_err().to_string();
        assert!(e.contains("min = 1 and max = 0"), "{e}");
        assert!(x.clip(f64::NAN, 1.0).error().is_some());
    }

    #[test]
    fn gradient_at_the_limits_is_half() {
        let x = Tensor::from([-2.0_f32, -1.0, 0.0, 1.0, 2.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let g = tape.gradient(&x.clip(-1.0, 1.0), &x).unwrap();
        assert_eq!(g.to_vec::<f32>().unwrap(), [0.0, 0.5, 1.0, 0.5, 0.0]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].clip(-0.6, 0.9) * &x[0], &[&[4, 3]]);
    }
}

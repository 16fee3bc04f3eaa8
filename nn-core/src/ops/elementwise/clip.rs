//! Limiting numbers to an interval.

use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::Keeps;
use crate::ops::elementwise::derivative::{Derivative, scale};
use crate::ops::elementwise::map::Map;
use crate::ops::elementwise::map::{Function, map};
use crate::{DType, Error, Operand, Tensor};
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
    /// Every element limited to `[min, max]`: `minimum(maximum(x, min), max)`. NaN stays NaN. The limits are numbers, or tensors that
    /// broadcast with this one.
    ///
    /// Its gradient is 1 inside, 0 outside and ½ at either limit, as Keras has it on JAX; tensors as limits get the rest. Integers stay
    /// integers: limits that are numbers are rounded inwards, and tensors of floats make floats of both. Floats keep their type.
    ///
    /// Numbers that are NaN or in the wrong order are an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([-2.0_f32, 0.5, 3.0]);
    /// assert_eq!(x.clip(-1.0, 1.0).to_vec::<f32>()?, [-1.0, 0.5, 1.0]);
    /// assert_eq!(x.clip(0.0, Tensor::from([1.0_f32, 1.0, 2.0])).to_vec::<f32>()?, [0.0, 0.5, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "clamp")]
    #[track_caller]
    pub fn clip(&self, min: impl Operand, max: impl Operand) -> Tensor {
        clip(self, Limit::of(min), Limit::of(max))
    }
}

/// What elements are limited by.
enum Limit {
    Number(f64),
    Tensor(Tensor),
}

impl Limit {
    fn of(limit: impl Operand) -> Limit {
        match limit.own_dtype() {
            Some(dtype) => Limit::Tensor(limit.operand(dtype)),
            None => {
                let number = limit.operand(DType::F64).item::<f64>();
                Limit::Number(number.expect("a number is an f64 beside one"))
            }
        }
    }

    /// Beside elements of a type, a number rounded by `round` beside integers.
    fn beside(self, dtype: DType, round: fn(f64) -> f64) -> Tensor {
        match self {
            Limit::Number(number) if dtype.is_float() => number.operand(dtype),
            Limit::Number(number) => (round(number) as i64).operand(dtype),
            Limit::Tensor(limit) if dtype.is_float() => limit.cast(dtype),
            Limit::Tensor(limit) => limit,
        }
    }
}

#[track_caller]
fn clip(x: &Tensor, min: Limit, max: Limit) -> Tensor {
    let dtype = x.dtype();
    if let (&Limit::Number(min), &Limit::Number(max)) = (&min, &max) {
        let ordered = min <= max;
        if !ordered {
            let message =
                format!("clip needs its lower limit first, found min = {min} and max = {max}");
            return x.fail("clip", Error::value(message));
        }
        if dtype.is_float() {
            return map(Clip { min, max }, x);
        }
    }
    for limit in [&min, &max] {
        if let Limit::Number(number) = limit
            && number.is_nan()
        {
            return x.fail("clip", Error::value("clip takes no limit that is NaN"));
        }
    }
    let (min, max) = (min.beside(dtype, f64::ceil), max.beside(dtype, f64::floor));
    let clipped = x.maximum(&min).minimum(&max);
    clipped.named("clip", &[x, &min, &max])
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
    fn limits_may_be_tensors() {
        let x = Tensor::from([[-5.0_f32, 1.0], [3.0, 9.0]]);
        let columns = Tensor::from([0.0_f64, 2.0]);
        let y = x.clip(&columns, 4);
        assert_eq!(y.to_vec::<f32>().unwrap(), [0.0, 2.0, 3.0, 4.0]);
        let whole = Tensor::from([1_i64, 5, 9]);
        let y = whole.clip(1.5, Tensor::from([7_i64]));
        assert_eq!(y.to_vec::<i64>().unwrap(), [2, 5, 7]);
        let y = whole.clip(Tensor::from(1.5_f32), 7);
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.5, 5.0, 7.0]);
        let message = |t: Tensor| t.into_result().unwrap_err().to_string();
        let e = message(x.clip(Tensor::zeros([3]), 1.0));
        assert!(
            e.contains("[2, 2] and [3]") && e.contains("in `clip`"),
            "{e}"
        );
        assert!(message(x.clip(&columns, f64::NAN)).contains("NaN"));
        assert_eq!(whole.clip(2, 6).to_vec::<i64>().unwrap(), [2, 5, 6]);
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
        let limited = |x: &[Tensor]| x[0].clip(&x[1], x[1].square() + 1.0) * &x[0];
        check_gradient(limited, &[&[4, 3], &[3]]);
    }
}

//! What the functions of one tensor, element by element, have in common.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::ops::elementwise::float;
use crate::{Element, Error, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise::{self, Each, MapLoop};
use nn_kernels::math::Float;

/// A function of one number, with its derivative.
pub(crate) trait Function: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    /// What [`Function::gradient`] reads beside the upstream gradient.
    const KEEPS: Keeps;
    /// Whether loops over it are compiled for vectors of every width: not where it is so cheap that memory is the limit.
    const WIDE: bool = true;
    fn f<T: Float>(self, x: T) -> T;
    /// Its settings, by name and value.
    fn attributes(self) -> Attributes {
        Attributes::new()
    }
    /// `upstream · f'(x)`, from the input, the result, or both.
    fn gradient(self, x: &Tensor, y: &Tensor, upstream: &Tensor) -> Tensor;
}

pub(crate) struct Map<F>(pub(crate) F);

/// A tensor of a function of every element. Compiled once for all functions.
pub(crate) fn mapped<A: Element, B: Element>(
    x: &Tensor,
    shape: Shape,
    f: &dyn MapLoop<A, B>,
) -> Tensor {
    Tensor::build(shape, |out| elementwise::map(x.data(), out, f))
}

impl<F: Function> Op for Map<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let dtype = inputs[0].dtype();
        if !dtype.is_float() {
            return Err(Error::needs_float(F::NAME, dtype));
        }
        Ok((*inputs[0].raw_shape(), dtype).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (x, f) = (&inputs[0], self.0);
        Ok(Outputs::One(
            with_float!(dtype, T => match const { F::WIDE } {
                true => mapped(x, shape, &Each::<_, true>(#[inline(always)] move |x: T| f.f(x))),
                false => mapped(x, shape, &Each::<_, false>(#[inline(always)] move |x: T| f.f(x))),
            }),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(self.0.gradient(
            &at.inputs[0],
            at.output(),
            at.upstream(),
        ))])
    }

    fn keeps(&self) -> Keeps {
        F::KEEPS
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

/// Applies a function to every element; integers are taken as `f32`, as in Keras.
#[track_caller]
pub(crate) fn map<F: Function>(f: F, x: &Tensor) -> Tensor {
    match x.dtype().is_float() {
        true => apply(Map(f), std::slice::from_ref(x)),
        false => apply(Map(f), &[float(x)]),
    }
}

/// Checks a function and its derivative against rows of `(x, f(x), f'(x))` from Keras on JAX in `f64`.
#[cfg(test)]
#[track_caller]
pub(crate) fn check_table(f: impl Fn(&Tensor) -> Tensor, rows: &[(f64, f64, f64)]) {
    let column =
        |get: fn(&(f64, f64, f64)) -> f64| Tensor::from(rows.iter().map(get).collect::<Vec<_>>());
    let x = column(|row| row.0);
    let tape = crate::GradientTape::new();
    tape.watch(&x);
    let y = f(&x);
    let slopes = tape.gradient(&y, &x).unwrap();
    // Both sides round to f64 a few times, no term is above 2000.
    crate::testing::assert_close(&y, &column(|row| row.1), 1e-13);
    crate::testing::assert_close(&slopes, &column(|row| row.2), 1e-13);
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor};

    type Unary = fn(&Tensor) -> Tensor;

    /// Functions of one tensor, each by its name.
    macro_rules! named {
        ($($name:ident)*) => {
            [$((stringify!($name), Tensor::$name as Unary)),*]
        };
    }

    #[test]
    fn integers_are_taken_as_floats_as_in_keras() {
        let functions = named! {
            arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh deg2rad erf erfc erfinv exp exp2 expm1 floor
            hard_sigmoid hard_silu i0 log log10 log1p log2 log_sigmoid mean mish rad2deg reciprocal relu6 rsqrt selu sigmoid
            silu sin sinc sinh softplus softsign sqrt std tan tanh var
        };
        for dtype in [DType::I64, DType::U8, DType::Bool] {
            let whole = Tensor::from([[1_i64, 0], [1, 1]]).cast(dtype);
            for (name, f) in functions {
                let (found, expected) = (f(&whole), f(&whole.cast(DType::F32)));
                assert_eq!(found.dtype(), DType::F32, "{name} of {dtype}");
                let bits = |t: &Tensor| -> Vec<u32> {
                    t.data::<f32>().iter().map(|v| v.to_bits()).collect()
                };
                assert_eq!(bits(&found), bits(&expected), "{name} of {dtype}");
            }
            let settings: [(&str, Unary); 4] = [
                ("elu", |x| x.elu()),
                ("celu", |x| x.celu()),
                ("gelu", |x| x.gelu(true)),
                ("leaky_relu", |x| x.leaky_relu()),
            ];
            for (name, f) in settings {
                let (found, expected) = (f(&whole), f(&whole.cast(DType::F32)));
                assert_eq!(
                    found.to_vec::<f32>().unwrap(),
                    expected.to_vec::<f32>().unwrap(),
                    "{name} of {dtype}"
                );
            }
        }
        let abstract_one = Tensor::abstract_of([crate::UNKNOWN, 3], DType::I64).sin();
        assert_eq!(
            (abstract_one.dtype(), abstract_one.shape()[1]),
            (DType::F32, 3)
        );
    }

    #[test]
    fn integers_stay_integers_where_the_result_is_one() {
        let x = Tensor::from([-3_i64, 0, 2]);
        let functions: [(Unary, [i64; 3]); 8] = [
            (Tensor::abs, [3, 0, 2]),
            (Tensor::square, [9, 0, 4]),
            (Tensor::sign, [-1, 0, 1]),
            (Tensor::round, [-3, 0, 2]),
            (Tensor::trunc, [-3, 0, 2]),
            (Tensor::relu, [0, 0, 2]),
            (|x| -x, [3, 0, -2]),
            (|x| x.powi(3), [-27, 0, 8]),
        ];
        for (f, expected) in functions {
            assert_eq!(f(&x).to_vec::<i64>().unwrap(), expected);
        }
        assert_eq!(
            Tensor::from([5_u8, 0]).sign().to_vec::<u8>().unwrap(),
            [1, 0]
        );
        assert_eq!(
            Tensor::from([20_u8]).square().to_vec::<i64>().unwrap(),
            [400]
        );
    }
}

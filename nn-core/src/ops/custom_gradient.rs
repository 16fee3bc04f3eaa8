//! A function with a gradient of the user's own.

use crate::graph::apply::apply;
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::{Error, Result, Tensor, no_gradient};

struct CustomGradient<B, const N: usize> {
    output: Tensor,
    backward: B,
}

impl<B, const N: usize> Op for CustomGradient<B, N>
where
    B: Fn(&Tensor) -> [Tensor; N] + Send + Sync + 'static,
{
    fn name(&self) -> &'static str {
        "custom_gradient"
    }

    fn infer(&self, _: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok(Spec::of(&self.output).into())
    }

    fn forward(&self, _: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(self.output.sharing(shape, 0)))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let gradients = (self.backward)(at.upstream());
        for (i, (gradient, input)) in gradients.iter().zip(at.inputs).enumerate() {
            let (found, expected) = (gradient.clone().into_result()?, input.raw_shape());
            if found.raw_shape() != expected || found.dtype() != input.dtype() {
                return Err(Error::gradient(format!(
                    "the function given returned {} {} for input {i}, which is {} {expected}",
                    found.dtype(),
                    found.raw_shape(),
                    input.dtype()
                )));
            }
        }
        Ok(gradients.map(Some).into())
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// A function of tensors whose gradient is given instead of derived, as TensorFlow's `custom_gradient`.
///
/// `f` gets the inputs and returns its result and a function from the upstream gradient (of the result's shape) to the gradient for each
/// input (of that input's shape). What `f` computes is not recorded; parameters that it uses beside its inputs get no
/// gradient from it. The gradient can be differentiated again as far as the second function computes it from the inputs
/// and the upstream gradient: what it takes from `f`'s intermediate results is constant there.
///
/// ```
/// use nn::{GradientTape, Tensor, ops::custom_gradient};
/// // ln(1 + eˣ): the derived gradient eˣ / (1 + eˣ) is NaN from x = 89 on, this one is not.
/// let softplus = |x: &Tensor| {
///     custom_gradient([x], |[x]| {
///         let x = x.clone();
///         ((1.0 + x.exp()).log(), move |up: &Tensor| [up * (1.0 - 1.0 / (1.0 + x.exp()))])
///     })
/// };
/// let x = Tensor::from(100.0_f32);
/// let tape = GradientTape::new();
/// tape.watch(&x);
/// assert_eq!(tape.gradient(&softplus(&x), &x)?.item::<f32>()?, 1.0);
/// # Ok::<(), nn::Error>(())
/// ```
#[track_caller]
pub fn custom_gradient<const N: usize, B>(
    inputs: [&Tensor; N],
    f: impl FnOnce([&Tensor; N]) -> (Tensor, B),
) -> Tensor
where
    B: Fn(&Tensor) -> [Tensor; N] + Send + Sync + 'static,
{
    if N == 0 {
        return fail(
            "custom_gradient",
            Error::gradient("custom_gradient needs at least one input"),
        );
    }
    let (output, backward) = no_gradient(|| f(inputs));
    match output.error() {
        Some(_) => output,
        None => apply(
            CustomGradient::<B, N> { output, backward },
            &inputs.map(Tensor::clone),
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::custom_gradient;
    use crate::testing::check_gradient;
    use crate::{DType, GradientTape, Tensor, UNKNOWN};

    /// `a · b²` with its gradients by hand.
    fn by_hand(a: &Tensor, b: &Tensor) -> Tensor {
        custom_gradient([a, b], |[a, b]| {
            let y = a * b.square();
            let (a, b) = (a.clone(), b.clone());
            (y, move |up: &Tensor| [up * b.square(), up * &a * &b * 2.0])
        })
    }

    #[test]
    fn the_given_gradient_is_used() {
        let x = Tensor::from([1.0_f32, -2.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        // A straight-through estimator.
        let y = custom_gradient([&x], |[x]| (x.sign(), |up: &Tensor| [up * 10.0]));
        assert_eq!(y.to_vec::<f32>().unwrap(), [1.0, -1.0]);
        assert_eq!(
            tape.gradient(&y, &x).unwrap().to_vec::<f32>().unwrap(),
            [10.0, 10.0]
        );
        let x = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(by_hand(&x, &x).shape().to_string(), "[_, 3]");
    }

    #[test]
    fn gradients_of_the_wrong_shape_are_named() {
        let x = Tensor::from([1.0_f32, -2.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = custom_gradient([&x], |[x]| (x.sum(), |up: &Tensor| [up.clone()]));
        let e = tape.gradient(&y, &x).unwrap_err().to_string();
        assert!(
            e.contains("returned f32 [] for input 0, which is f32 [2]"),
            "{e}"
        );
        let failed = custom_gradient([&x], |[x]| {
            (x + Tensor::ones([3]), |up: &Tensor| [up.clone()])
        });
        assert!(failed.error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| by_hand(&x[0], &x[1]), &[&[2, 3], &[2, 3]]);
    }
}

//! Conversion between element types.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::{DType, Element, Result, Tensor, with_dtype};

struct Cast(DType);

impl Op for Cast {
    fn name(&self) -> &'static str {
        "cast"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("dtype", &self.0)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[0].raw_shape(), self.0).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let x = &inputs[0];
        Ok(Outputs::One(
            with_dtype!(x.dtype(), A => with_dtype!(dtype, B => {
                Tensor::build(shape, |out: &mut [B]| convert::<A, B>(x.data(), out))
            })),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(at.upstream().cast(at.inputs[0].dtype()))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

by_name!("cast", by_name::one, |a| Cast(a.get("dtype")?));

/// Whether both types are integers, and not all of the first are of the second too.
const fn is_between_integers(from: DType, to: DType) -> bool {
    match (from, to) {
        (DType::I64, DType::U8) => true,
        (
            DType::F32 | DType::F64 | DType::I64 | DType::U8 | DType::Bool,
            DType::F32 | DType::F64 | DType::I64 | DType::U8 | DType::Bool,
        ) => false,
    }
}

fn convert<A: Element, B: Element>(x: &[A], out: &mut [B]) {
    // Between integers not by way of f64, which holds 53 bits only.
    let exact = const { is_between_integers(A::DTYPE, B::DTYPE) };
    nn_kernels::parallel::for_each_chunk(out, nn_kernels::parallel::GRAIN, |start, piece| {
        for (o, v) in piece.iter_mut().zip(&x[start..]) {
            *o = match exact {
                true => B::from_f64(v.to_i64().clamp(0, 255) as f64),
                false => B::from_f64(v.to_f64()),
            };
        }
    });
}

impl Tensor {
    /// The same values in another element type, as Rust's `as` converts them (floats to integers towards zero, saturating); non-zero
    /// becomes `true`. Of the type already, it is the same tensor.
    ///
    /// ```
    /// # use nn::{DType, Tensor};
    /// assert_eq!(Tensor::from([1.9_f32, -0.5]).cast(DType::I64).to_vec::<i64>()?, [1, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "astype")]
    #[doc(alias = "to")]
    #[doc(alias = "type_as")]
    #[track_caller]
    pub fn cast(&self, dtype: DType) -> Tensor {
        match self.dtype() == dtype || self.error().is_some() {
            true => self.clone(),
            false => apply(Cast(dtype), std::slice::from_ref(self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, GradientTape, Tensor};

    #[test]
    fn gradients_come_back_in_the_inputs_type() {
        let x = Tensor::from([1.5_f32]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = x.cast(DType::F64).square();
        let g = tape.gradient(&y, &x).unwrap();
        assert_eq!(
            (g.dtype(), g.to_vec::<f32>().unwrap()),
            (DType::F32, vec![3.0])
        );
    }
}

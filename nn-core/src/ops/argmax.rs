//! Where the greatest element along an axis is.

use super::sum::summable;
use crate::kernels::reduce::argmax;
use crate::op::{Backward, Keeps, Op, apply};
use crate::{DType, Error, Result, Shape, Tensor};

struct ArgMax(isize);

impl Op for ArgMax {
    fn name(&self) -> &'static str {
        "argmax"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let shape = inputs[0].raw_shape();
        let axis = shape.axis(self.0)?;
        if shape[axis] == 0 {
            return Err(Error::value(format!(
                "the argmax of no elements was asked for: axis {axis} of {shape} has none"
            )));
        }
        Ok((shape.without(axis), DType::I64))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, _: DType) -> Result<Tensor> {
        let x = &inputs[0];
        let dims = x.raw_shape();
        let axis = dims.axis(self.0)?;
        Ok(Tensor::build(shape, |out| match x.dtype() {
            DType::F32 => argmax::<f32>(x.data(), dims, axis, out),
            DType::F64 => argmax::<f64>(x.data(), dims, axis, out),
            _ => argmax::<i64>(x.data(), dims, axis, out),
        }))
    }

    fn gradient(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

impl Tensor {
    /// The index (`i64`) of the greatest element along an axis (counted from the end if negative), which is dropped: the first
    /// of equals, and of the first NaN if there is one, as in NumPy. Along an empty axis it is an error.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let scores = Tensor::from([[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]]);
    /// assert_eq!(scores.argmax(-1).to_vec::<i64>()?, [1, 0]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn argmax(&self, axis: isize) -> Tensor {
        apply(ArgMax(axis), &[self.cast(summable(self.dtype()))])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axis_of_any_type() {
        let x = Tensor::from([[3_u8, 9], [7, 9], [7, 1]]);
        assert_eq!(x.argmax(0).to_vec::<i64>().unwrap(), [1, 0]);
        assert_eq!(x.argmax(1).to_vec::<i64>().unwrap(), [1, 1, 0]);
        let nan = Tensor::from([1.0, f32::NAN, 9.0, f32::NAN, 0.0]);
        assert_eq!(nan.argmax(0).item::<i64>().unwrap(), 1);
        let e = Tensor::zeros([2, 0])
            .argmax(1)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the argmax of no elements"), "{e}");
        assert!(x.argmax(2).error().is_some());
    }
}

//! Where the least element along an axis is.

use super::sum::summable;
use crate::kernels::reduce::argmin;
use crate::op::{Backward, Keeps, Op, apply};
use crate::{DType, Error, Result, Shape, Tensor};

struct ArgMin(isize);

impl Op for ArgMin {
    fn name(&self) -> &'static str {
        "argmin"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let shape = inputs[0].raw_shape();
        let axis = shape.axis(self.0)?;
        if shape[axis] == 0 {
            return Err(Error::value(format!(
                "the argmin of no elements was asked for: axis {axis} of {shape} has none"
            )));
        }
        Ok((shape.without(axis), DType::I64))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, _: DType) -> Result<Tensor> {
        let x = &inputs[0];
        let dims = x.raw_shape();
        let axis = dims.axis(self.0)?;
        Ok(Tensor::build(shape, |out| match x.dtype() {
            DType::F32 => argmin::<f32>(x.data(), dims, axis, out),
            DType::F64 => argmin::<f64>(x.data(), dims, axis, out),
            _ => argmin::<i64>(x.data(), dims, axis, out),
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
    /// The index (`i64`) of the least element along an axis (counted from the end if negative), which is dropped: the first
    /// of equals, and of the first NaN if there is one, as in NumPy. Along an empty axis it is an error.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// let scores = Tensor::from([[0.1_f32, 0.7, 0.2], [0.6, 0.3, 0.1]]);
    /// assert_eq!(scores.argmin(-1).to_vec::<i64>()?, [0, 2]);
    /// # Ok::<(), nn_core::Error>(())
    /// ```
    #[track_caller]
    pub fn argmin(&self, axis: isize) -> Tensor {
        apply(ArgMin(axis), &[self.cast(summable(self.dtype()))])
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn along_any_axis_of_any_type() {
        let x = Tensor::from([[3_u8, 9], [7, 9], [7, 1]]);
        assert_eq!(x.argmin(0).to_vec::<i64>().unwrap(), [0, 2]);
        assert_eq!(x.argmin(1).to_vec::<i64>().unwrap(), [0, 0, 1]);
        let nan = Tensor::from([1.0, f32::NAN, 9.0, f32::NAN, 0.0]);
        assert_eq!(nan.argmin(0).item::<i64>().unwrap(), 1);
        let e = Tensor::zeros([2, 0])
            .argmin(1)
            .ok()
            .unwrap_err()
            .to_string();
        assert!(e.contains("the argmin of no elements"), "{e}");
        assert!(x.argmin(2).error().is_some());
    }
}

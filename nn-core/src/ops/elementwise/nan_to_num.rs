//! Numbers in place of NaN and infinities.

use crate::ops::elementwise::where_;
use crate::{DType, Tensor};

impl Tensor {
    /// The tensor with 0 in place of NaN, the greatest number of the type in place of ∞ and the least in place of -∞. Integers stay as they
    /// are.
    ///
    /// Where an element was replaced its gradient is 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0]);
    /// assert_eq!(x.nan_to_num().to_vec::<f32>()?, [0.0, f32::MAX, f32::MIN, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nan_to_num(&self) -> Tensor {
        self.nan_to_num_with(0.0, None, None)
    }

    /// As [`Tensor::nan_to_num`] with `nan` in place of NaN, `posinf` in place of ∞ and `neginf` in place of -∞; `None` is the greatest or the
    /// least number of the type.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0]);
    /// assert_eq!(x.nan_to_num_with(0.0, None, Some(-9.0)).to_vec::<f32>()?, [0.0, f32::MAX, -9.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nan_to_num_with(&self, nan: f64, posinf: Option<f64>, neginf: Option<f64>) -> Tensor {
        let greatest = match self.dtype() {
            DType::F32 => f64::from(f32::MAX),
            DType::F64 => f64::MAX,
            DType::I64 | DType::U8 | DType::Bool => return self.clone(),
        };
        let x = where_(self.isnan(), nan, self);
        let x = where_(self.isposinf(), posinf.unwrap_or(greatest), x);
        where_(self.isneginf(), neginf.unwrap_or(-greatest), x)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn replaces_and_stops_the_gradient() {
        let x = Tensor::from([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.0]);
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = x.nan_to_num_with(f64::INFINITY, Some(2.0), None);
        // What was put in is not replaced in turn.
        assert_eq!(
            y.to_vec::<f64>().unwrap(),
            [f64::INFINITY, 2.0, -f64::MAX, 1.0]
        );
        let g = tape.gradient(&y, &x).unwrap();
        assert_eq!(g.to_vec::<f64>().unwrap(), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(
            Tensor::from([3_u8]).nan_to_num().to_vec::<u8>().unwrap(),
            [3]
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].nan_to_num().square(), &[&[3]]);
    }
}

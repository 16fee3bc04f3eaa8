//! Division with 0 where the divisor is 0.

use crate::Operand;
use crate::Tensor;
use crate::ops::elementwise::where_;
use crate::ops::elementwise::zip::promote;

impl Tensor {
    /// `x / y` of corresponding elements, with broadcasting, and 0 where `y` is 0, whatever `x` is. Integers are divided as `f32`.
    ///
    /// Where `y` is 0 both gradients are 0.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([1.0_f32, 3.0]).divide_no_nan(Tensor::from([0.0_f32, 2.0]));
    /// assert_eq!(y.to_vec::<f32>()?, [0.0, 1.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn divide_no_nan(&self, other: impl Operand) -> Tensor {
        let [x, y] = promote(self, other);
        let zero = y.equal(0);
        where_(&zero, 0, &x / where_(&zero, 1, &y)).named("divide_no_nan", &[&x, &y])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn nothing_flows_where_the_divisor_is_zero() {
        let (x, y) = (
            Tensor::from([1.0_f32, 0.0, f32::NAN, 3.0]),
            Tensor::from([0.0_f32, 0.0, 0.0, 2.0]),
        );
        let tape = GradientTape::new();
        tape.watch(&x);
        tape.watch(&y);
        let q = x.divide_no_nan(&y);
        assert_eq!(q.to_vec::<f32>().unwrap(), [0.0, 0.0, 0.0, 1.5]);
        let [dx, dy] = tape.gradient(&q, [&x, &y]).unwrap();
        assert_eq!(dx.to_vec::<f32>().unwrap(), [0.0, 0.0, 0.0, 0.5]);
        assert_eq!(dy.to_vec::<f32>().unwrap(), [0.0, 0.0, 0.0, -0.75]);
        let i = Tensor::from([1_i64, 2]).divide_no_nan(Tensor::from([0_i64, 4]));
        assert_eq!(i.to_vec::<f32>().unwrap(), [0.0, 0.5]);
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].divide_no_nan(&x[1]), &[&[3, 2], &[2]]);
    }
}

//! Systems of linear equations, and inverses.

use super::solve_triangular::{fits, system};
use crate::graph::apply::apply;
use crate::graph::by_name::by_name;
use crate::graph::op::{Backward, Expected, Op, Outputs, Spec};
use crate::ops::elementwise::float;
use crate::ops::linalg::decompose::transposed;
use crate::{DType, Operand, Result, Tensor, agree};
use nn_kernels::{linalg, memory};

/// Of matrices `[.., n, n]` and right sides `[.., n, k]` of the same batch.
struct Solve;

impl Op for Solve {
    fn name(&self) -> &'static str {
        "solve"
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[1].raw_shape(), inputs[1].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (n, k) = (shape.dim(-2)?, shape.dim(-1)?);
        let [a, b] = [0, 1].map(|i| inputs[i].cast(DType::F64).to_vec::<f64>());
        let (a, b) = (a?, b?);
        let mut x = memory::with_room(shape.num_elements());
        if n * k > 0 {
            for (a, b) in a.chunks_exact(n * n).zip(b.chunks_exact(n * k)) {
                x.extend(linalg::solve(a, b, n, k));
            }
        }
        Ok(Tensor::from_vec(x, shape).cast(dtype).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let b_gradient = apply(Solve, &[transposed(&at.inputs[0]), at.upstream().clone()]);
        let a_gradient = at.when(0, || -b_gradient.matmul_transposed(at.output()));
        Ok(vec![a_gradient, Some(b_gradient)])
    }
}

by_name!("solve", fits, |_| Solve);

impl Tensor {
    /// The `x` with `A x = b`, where `A` are these matrices `[.., n, n]`. Right sides are `[.., n, k]`, or vectors `[.., n]` with one axis
    /// less than the matrices; batches broadcast. Of a singular matrix the result is infinite or NaN.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[2.0_f32, 1.0], [1.0, 1.0]]).solve(Tensor::from([5.0_f32, 3.0]));
    /// assert_eq!(x.to_vec::<f32>()?, [2.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn solve(&self, b: impl Operand) -> Tensor {
        match system("solve", self, b) {
            Ok((a, b, vector)) => {
                let x = apply(Solve, &[a, b]);
                if vector { x.squeeze(-1) } else { x }
            }
            Err(error) => self.fail("solve", error),
        }
    }

    /// The inverses of square matrices in the last two axes; infinite or NaN of singular ones. [`Tensor::solve`] is more exact and faster
    /// where the inverse is only multiplied by.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let inverse = Tensor::from([[2.0_f32, 0.0], [0.0, 4.0]]).inv();
    /// assert_eq!(inverse.to_vec::<f32>()?, [0.5, 0.0, 0.0, 0.25]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn inv(&self) -> Tensor {
        let inverse = match self.raw_shape()[..] {
            [.., m, n] if agree(m, n) => {
                let eye = Tensor::eye_of(n, n, 0, float(self).dtype());
                self.solve(eye.broadcast_to(*self.raw_shape()))
            }
            // There is no identity of its size, and it is refused before one is looked at.
            _ => self.solve(Tensor::zeros([0])),
        };
        inverse.named("inv", &[self])
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{definite, numbers};
    use crate::testing::{assert_close, check_gradient_at};
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn batches_and_errors() {
        let a = numbers(&[2, 3, 3]) + Tensor::eye_of(3, 3, 0, DType::F64) * 2.0;
        assert_close(
            &a.matmul(a.solve(numbers(&[1, 3, 2]))),
            &numbers(&[3, 2]).broadcast_to([2, 3, 2]),
            1e-14,
        );
        assert_close(
            &a.matmul(a.inv()),
            &Tensor::eye_of(3, 3, 0, DType::F64).broadcast_to([2, 3, 3]),
            1e-14,
        );
        assert!(!Tensor::zeros([2, 2]).inv().is_finite_everywhere());
        assert_eq!(
            Tensor::from([[2_i64]]).inv().to_vec::<f32>().unwrap(),
            [0.5]
        );
        let open = Tensor::abstract_of([UNKNOWN, 3, 3], DType::F32);
        assert_eq!(open.inv().shape().to_string(), "[_, 3, 3]");
        assert!(
            Tensor::ones([2, 3]).inv().error().is_some()
                && Tensor::from(1.0_f32).inv().error().is_some()
        );
    }

    #[test]
    fn gradient() {
        check_gradient_at(|x| x[0].solve(&x[1]), &[definite(3), numbers(&[3])]);
        check_gradient_at(|x| x[0].inv(), &[definite(2)]);
    }
}

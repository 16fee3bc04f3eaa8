//! Systems of equations with a triangular matrix.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Op, Outputs, Spec};
use crate::ops::elementwise::floats;
use crate::ops::linalg::decompose::transposed;
use crate::{DType, Error, Operand, Result, Shape, Tensor, is_known};
use nn_kernels::linalg;

/// Of matrices `[.., n, n]`, of which one triangle is read, and right sides `[.., n, k]` of the same batch.
struct SolveTriangular {
    lower: bool,
}

impl Op for SolveTriangular {
    fn name(&self) -> &'static str {
        "solve_triangular"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("lower", &self.lower)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((*inputs[1].raw_shape(), inputs[1].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let (n, k) = (shape.dim(-2)?, shape.dim(-1)?);
        let a = inputs[0].cast(DType::F64).to_vec::<f64>()?;
        let mut x = inputs[1].cast(DType::F64).to_vec::<f64>()?;
        if n * k > 0 {
            for (a, x) in a.chunks_exact(n * n).zip(x.chunks_exact_mut(n * k)) {
                linalg::substitute(a, x, n, k, self.lower, false);
            }
        }
        Ok(Tensor::from_vec(x, shape).cast(dtype).into())
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let b_gradient =
            transposed(&at.inputs[0]).solve_triangular_with(at.upstream(), !self.lower);
        let a_gradient = at.when(0, || {
            let whole = -b_gradient.matmul_transposed(at.output());
            if self.lower {
                whole.tril()
            } else {
                whole.triu()
            }
        });
        Ok(vec![a_gradient, Some(b_gradient)])
    }
}

/// Refuses what [`system`] would not hand over: matrices `[.., n, n]` and right sides `[.., n, k]` of the same batch, floats of one type.
pub(super) fn fits(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::same_floats(inputs, 2)?;
    let (a, b) = (inputs[0].raw_shape(), inputs[1].raw_shape());
    let fit = match (&a[..], &b[..]) {
        ([batch @ .., n, m], [others @ .., rows, k]) => {
            let sizes = [*n, *m, *rows, *k];
            batch == others && n == m && m == rows && sizes.into_iter().all(is_known)
        }
        _ => false,
    };
    match fit {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "expected matrices [.., n, n] and right sides [.., n, k] of one batch, found {a} and {b}"
        ))),
    }
}

by_name!("solve_triangular", fits, |a| SolveTriangular {
    lower: a.get("lower")?
});

/// Matrices and right sides of one batch and type, and whether the right sides were vectors.
pub(super) fn system(
    op: &'static str,
    a: &Tensor,
    b: impl Operand,
) -> Result<(Tensor, Tensor, bool)> {
    let b = b.operand(a.dtype());
    let [a, b] = floats(a, b);
    let (a, b) = (a.into_result()?, b.into_result()?);
    let shape = *a.raw_shape();
    let n = match shape[..] {
        [.., n, m] if n == m && is_known(n) => n,
        _ => {
            return Err(Error::shape(format!(
                "{op} needs square matrices of a known size, found {shape}"
            )));
        }
    };
    let vector = b.raw_shape().rank() + 1 == shape.rank();
    let b = if vector { b.expand_dims(-1) } else { b };
    let sides = *b.raw_shape();
    let k = match sides[..] {
        [.., rows, k] if rows == n && is_known(k) => k,
        _ => {
            let found = if vector {
                sides.without(sides.rank() - 1)
            } else {
                sides
            };
            return Err(Error::shape(format!(
                "{op} of {shape} needs right sides [.., {n}] or [.., {n}, k], found {found}"
            )));
        }
    };
    let batch = |s: &Shape| Shape::new(&s[..s.rank() - 2]);
    let both = batch(&shape)
        .broadcast(&batch(&sides))
        .ok_or_else(|| Error::broadcast("solve", &shape, &sides))?;
    let with = |tail: [usize; 2]| Shape::try_new(&[&both[..], &tail].concat());
    Ok((
        a.broadcast_to(with([n, n])?).into_result()?,
        b.broadcast_to(with([n, k])?).into_result()?,
        vector,
    ))
}

impl Tensor {
    /// The `x` with `T x = b`, where `T` are the upper triangles of these matrices `[.., n, n]`: the other triangle is not read. Right sides
    /// are `[.., n, k]`, or vectors `[.., n]` with one axis less than the matrices; batches broadcast.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[2.0_f32, 1.0], [0.0, 4.0]]).solve_triangular(Tensor::from([4.0_f32, 8.0]));
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn solve_triangular(&self, b: impl Operand) -> Tensor {
        self.solve_triangular_with(b, false)
    }

    /// As [`Tensor::solve_triangular`], of the lower triangles if `lower`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([[2.0_f32, 0.0], [1.0, 4.0]]).solve_triangular_with(Tensor::from([2.0_f32, 9.0]), true);
    /// assert_eq!(x.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn solve_triangular_with(&self, b: impl Operand, lower: bool) -> Tensor {
        match system("solve_triangular", self, b) {
            Ok((a, b, vector)) => {
                let x = apply(SolveTriangular { lower }, &[a, b]);
                if vector { x.squeeze(-1) } else { x }
            }
            Err(error) => self.fail("solve_triangular", error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{definite, numbers};
    use crate::Tensor;
    use crate::testing::{assert_close, check_gradient_at};

    #[test]
    fn batches_and_errors() {
        let a = definite(3);
        let x = a.solve_triangular(numbers(&[2, 3, 1]));
        assert_close(&a.triu().matmul(&x), &numbers(&[2, 3, 1]), 1e-14);
        assert!(
            a.solve_triangular_with(numbers(&[2]), true)
                .error()
                .is_some()
        );
        assert!(
            numbers(&[2, 3])
                .solve_triangular_with(numbers(&[2]), true)
                .error()
                .is_some()
        );
        assert_eq!(
            Tensor::zeros([0, 0])
                .solve_triangular_with(Tensor::zeros([0, 2]), true)
                .shape(),
            [0, 2]
        );
    }

    #[test]
    fn gradient() {
        for lower in [false, true] {
            check_gradient_at(
                |x| x[0].solve_triangular_with(&x[1], lower),
                &[definite(3), numbers(&[3, 2])],
            );
        }
    }
}

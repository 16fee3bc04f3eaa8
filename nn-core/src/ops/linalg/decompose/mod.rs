//! Decompositions of matrices and what is solved by them.

pub(crate) mod cholesky;
pub(crate) mod det;
pub(crate) mod eigh;
pub(crate) mod lu_factor;
pub(crate) mod matrix_norm;
pub(crate) mod pinv;
pub(crate) mod qr;
pub(crate) mod solve;
pub(crate) mod solve_triangular;
pub(crate) mod svd;

pub use matrix_norm::MatrixNorm;

use crate::graph::apply::apply_all;
use crate::graph::attributes::Attributes;
use crate::graph::op::{Backward, Expected, Op, Outputs, Spec};
use crate::{DType, Error, Result, Shape, Tensor, agree, is_known};
use nn_kernels::memory;

/// What is made of every matrix in the last two axes.
pub(crate) trait Decomposition: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    /// How many results there are.
    const COUNT: usize;
    /// Whether the matrices have as many rows as columns.
    const SQUARE: bool;
    /// Its settings, by name and value.
    fn attributes(self) -> Attributes {
        Attributes::new()
    }
    /// The shapes of the results for one matrix `[n, m]`.
    fn shapes(self, n: usize, m: usize) -> Vec<Vec<usize>>;
    /// The results for one matrix `[n, m]`.
    ///
    /// # Errors
    /// When the matrix has no such results.
    fn of(self, a: &[f64], n: usize, m: usize) -> Result<Vec<Vec<f64>>>;
    /// The gradient with respect to the matrices.
    ///
    /// # Errors
    /// When there is none.
    fn gradient(self, at: &Backward<'_>) -> Result<Tensor>;
}

struct Decompose<D>(D);

/// Batch axes, rows and columns.
fn parts(op: &str, shape: &Shape) -> Result<(Vec<usize>, usize, usize)> {
    match shape[..] {
        [ref batch @ .., n, m] if is_known(n) && is_known(m) => Ok((batch.to_vec(), n, m)),
        _ => Err(Error::shape(format!(
            "{op} needs matrices [.., rows, columns] of known sizes, found {shape}"
        ))),
    }
}

impl<D: Decomposition> Op for Decompose<D> {
    fn name(&self) -> &'static str {
        D::NAME
    }

    fn attributes(&self) -> Attributes {
        self.0.attributes()
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (batch, n, m) = parts(D::NAME, inputs[0].raw_shape())?;
        if D::SQUARE && n != m {
            return Err(Error::shape(format!(
                "{} needs square matrices, found {}",
                D::NAME,
                inputs[0].raw_shape()
            )));
        }
        let dtype = inputs[0].dtype();
        let shapes = self.0.shapes(n, m).into_iter();
        let specs = shapes.map(|own| {
            Ok(Spec {
                shape: Shape::try_new(&[&batch[..], &own].concat())?,
                dtype,
            })
        });
        Ok(Outputs::Many(specs.collect::<Result<Vec<Spec>>>()?))
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (batch, n, m) = parts(D::NAME, inputs[0].raw_shape())?;
        let a = inputs[0].cast(DType::F64).to_vec::<f64>()?;
        let sizes = expected.iter().map(|spec| spec.shape.num_elements());
        let mut all: Vec<Vec<f64>> = sizes.map(memory::with_room).collect();
        for i in 0..batch.iter().product() {
            let results = self.0.of(&a[i * n * m..(i + 1) * n * m], n, m)?;
            all.iter_mut()
                .zip(results)
                .for_each(|(all, own)| all.extend(own));
        }
        let results = all.into_iter().zip(expected.iter());
        Ok(Outputs::Many(
            results
                .map(|(values, spec)| Tensor::from_vec(values, spec.shape).cast(spec.dtype))
                .collect(),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(self.0.gradient(at)?)])
    }

    fn output_count(&self, _: &[Tensor]) -> usize {
        D::COUNT
    }
}

/// Makes a decomposition known by its name.
macro_rules! decomposition_by_name {
    ($name:literal, |$attributes:pat_param| $decomposition:expr) => {
        $crate::graph::by_name::by_name!($name, $crate::graph::by_name::float, |$attributes| {
            $crate::ops::linalg::decompose::Decompose($decomposition)
        });
    };
}
use decomposition_by_name;

/// Decomposes the matrices in the last two axes; whole numbers as `f32`.
#[track_caller]
pub(crate) fn decompose<D: Decomposition, const N: usize>(d: D, a: &Tensor) -> [Tensor; N] {
    apply_all(Decompose(d), &[crate::ops::elementwise::float(a)]).into_array()
}

/// The matrices in the last two axes transposed.
#[track_caller]
pub(crate) fn transposed(a: &Tensor) -> Tensor {
    a.swapaxes(-1, -2)
}

/// The mean of the matrices and their transposes, as floats. Matrices that are not square stay as they are, for the decomposition to refuse.
#[track_caller]
pub(crate) fn symmetric(a: &Tensor) -> Tensor {
    let a = crate::ops::elementwise::float(a);
    match a.raw_shape()[..] {
        [.., n, m] if agree(n, m) => (&a + transposed(&a)) * 0.5,
        _ => a,
    }
}

/// The main diagonals.
#[track_caller]
pub(crate) fn diagonal(a: &Tensor) -> Tensor {
    a.diagonal_with(0, -2, -1)
}

/// Matrices with these diagonals and zeros elsewhere.
#[track_caller]
pub(crate) fn diagonal_matrix(d: &Tensor) -> Tensor {
    let n = d.raw_shape().last().copied().unwrap_or(0);
    d.expand_dims(-1) * Tensor::eye_of(n, n, 0, d.dtype())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{diagonal, diagonal_matrix, symmetric};
    use crate::testing::check_gradient;
    use crate::{DType, Tensor};

    /// A matrix that is far from singular, and for a symmetric one positive definite.
    pub(crate) fn numbers(shape: &[usize]) -> Tensor {
        let n: usize = shape.iter().product();
        // Not at equal steps, as three samples of a sine at such are linearly dependent.
        let k = Tensor::arange(n).cast(DType::F64);
        ((k.square() * 0.7 + k * 1.3 + 0.4).sin() * 0.8).reshape(shape)
    }

    pub(crate) fn definite(n: usize) -> Tensor {
        let a = numbers(&[n, n]);
        a.matmul_transposed(&a) + Tensor::eye_of(n, n, 0, DType::F64)
    }

    #[test]
    fn gradient_of_what_they_are_made_with() {
        check_gradient(
            |x| symmetric(&x[0]).square() + diagonal_matrix(&diagonal(&x[0])),
            &[&[2, 3, 3]],
        );
    }
}

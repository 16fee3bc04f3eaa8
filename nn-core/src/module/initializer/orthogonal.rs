//! Orthogonal matrices.

use crate::tensor::random;
use crate::{DType, Error, Result, Shape, Tensor, concatenate};

/// So many rows are made orthogonal one after the other, and more by halves, of which matrix products take the first out of the second.
const ORTHOGONAL_BLOCK: usize = 16;

/// An orthonormal basis of the rows of a matrix, no more than columns, by Gram and Schmidt. The rows lose as much of their angles as the
/// matrix loses of its digits; from rows that are nearly orthonormal the second time makes such that are.
fn orthonormal(matrix: &Tensor) -> Result<Tensor> {
    orthonormalized(&orthonormalized(matrix)?)
}

fn orthonormalized(matrix: &Tensor) -> Result<Tensor> {
    let [count, size] = *matrix.try_shape()? else {
        unreachable!("the caller has made a matrix")
    };
    if count > ORTHOGONAL_BLOCK {
        let half = (count / 2).next_multiple_of(ORTHOGONAL_BLOCK);
        let first = orthonormalized(&matrix.slice(..half))?;
        let second = matrix.slice(half..);
        let along = second.matmul(first.transpose([1, 0])).matmul(&first);
        let second = orthonormalized(&(second - along))?;
        return concatenate(&[first, second], 0).into_result();
    }
    let mut block = matrix.clone();
    let rows = block.data_mut::<f64>()?;
    for i in 0..count {
        let (before, row) = rows.split_at_mut(i * size);
        let row = &mut row[..size];
        for other in before.chunks_exact(size) {
            let shared = dot(row, other);
            row.iter_mut()
                .zip(other)
                .for_each(|(a, b)| *a -= shared * b);
        }
        let norm = dot(row, row).sqrt();
        row.iter_mut().for_each(|a| *a /= norm);
    }
    Ok(block)
}

/// Σ a b, eight at a time: one after the other each addition would wait for the last one.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for i in 0..8 {
            sums[i] += a[i] * b[i];
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    sums.into_iter().chain(rest).sum()
}

/// The orthogonal factor of a normal matrix.
pub(super) fn orthogonal(shape: Shape, gain: f64, dtype: DType) -> Tensor {
    if shape.rank() < 2 {
        return Tensor::failed(Error::shape(format!(
            "the Orthogonal initializer needs at least 2 dimensions, found shape {shape}"
        )));
    }
    let columns = shape[shape.rank() - 1];
    let rows = shape.num_elements() / columns.max(1);
    let (count, size) = (rows.min(columns), rows.max(columns));
    match orthonormal(&random::normal([count, size], 0.0, 1.0, DType::F64)) {
        Ok(basis) if rows >= columns => (gain * basis.transpose([1, 0])).reshape(shape).cast(dtype),
        Ok(basis) => (gain * basis).reshape(shape).cast(dtype),
        Err(error) => Tensor::failed(error),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Initializer, random};

    #[test]
    fn orthogonal_columns_are_orthonormal_times_the_gain() {
        random::set_seed(2);
        for (shape, gain) in [
            ([6, 4], 1.0_f64),
            ([4, 6], 2.0),
            ([5, 5], 0.5),
            ([90, 150], 1.0),
            ([300, 300], 1.0),
        ] {
            let q = Initializer::Orthogonal { gain }.sample(shape, DType::F64);
            let q = q
                .to_ndarray::<f64>()
                .unwrap()
                .into_dimensionality::<ndarray::Ix2>()
                .unwrap();
            let gram = if shape[0] >= shape[1] {
                q.t().dot(&q)
            } else {
                q.dot(&q.t())
            };
            for ((i, j), v) in gram.indexed_iter() {
                let expected = if i == j { gain * gain } else { 0.0 };
                // Rounding of f64 over sums of 300 products.
                assert!((v - expected).abs() <= 1e-13, "{shape:?} {i} {j}: {v}");
            }
        }
    }
}

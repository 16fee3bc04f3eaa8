//! Matrix products, with batch dimensions that broadcast.

use crate::check::two;
use crate::graph::apply::apply_static;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, common_float};
use crate::ops::elementwise::zip::promote;
use crate::{
    DType, Error, MAX_RANK, Operand, Result, Shape, ShapeError, Tensor, agree, with_float,
};
use nn_kernels::Element as _;
use nn_kernels::gemm::{Gemm, Mat};
use nn_kernels::reduce::Greatest;

/// `op(A) · op(B)` on the last two dimensions, where `op` transposes if asked: no transposed copy is ever made. A third
/// input is a row that is added to every row of the product.
#[derive(Clone, Copy)]
pub(crate) struct MatMul {
    transpose_a: bool,
    transpose_b: bool,
    /// Whether the greatest magnitude of the result is found on the way. An optimizer asks for that of a weight's gradient, and finding it in
    /// another pass takes a tenth of a small model's step.
    measured: bool,
}

/// Each of the products that there are, by the bits of their settings, so that a step of training keeps none of its own.
static ALL: [MatMul; 8] = {
    const fn of(bits: usize) -> MatMul {
        MatMul {
            transpose_a: bits & 1 > 0,
            transpose_b: bits & 2 > 0,
            measured: bits & 4 > 0,
        }
    }
    [of(0), of(1), of(2), of(3), of(4), of(5), of(6), of(7)]
};

/// The shape of a product of matrices, with batches that broadcast.
const fn matrices(
    a: &Shape,
    b: &Shape,
    transpose_a: bool,
    transpose_b: bool,
) -> Result<Shape, ShapeError> {
    let ((m, k), (k_b, n)) = (sides(a, transpose_a), sides(b, transpose_b));
    if !agree(k, k_b) {
        return Err(two("multiply", a, " by ", b)
            .text(": the inner dimensions ")
            .dim(k)
            .text(" and ")
            .dim(k_b)
            .text(" must agree"));
    }
    if a.rank() == 2 && b.rank() == 2 {
        return Ok(Shape::new(&[m, n]));
    }
    let Some(leading) = batch(a).broadcast(&batch(b)) else {
        return Err(two("multiply", a, " by ", b)
            .text(": the batch dimensions ")
            .shape(&batch(a))
            .text(" and ")
            .shape(&batch(b))
            .text(" do not broadcast"));
    };
    let mut dims = [1; MAX_RANK];
    let mut i = 0;
    while i < leading.rank() {
        dims[i] = leading.dims()[i];
        i += 1;
    }
    (dims[i], dims[i + 1]) = (m, n);
    Ok(Shape::new(dims.split_at(i + 2).0))
}

/// The shape of [`Tensor::matmul`]: a vector on the left is a row, on the right a column.
pub(crate) const fn output_shape(a: &Shape, b: &Shape) -> Result<Shape, ShapeError> {
    let (left, right) = (a.dims(), b.dims());
    if left.is_empty() || right.is_empty() {
        return Err(two("multiply", a, " by ", b)
            .text(" as matrices: a single number has no rows; use `*`"));
    }
    let row = Shape::new(&[1, left[0]]);
    let column = Shape::new(&[right[0], 1]);
    let product = match matrices(
        if left.len() == 1 { &row } else { a },
        if right.len() == 1 { &column } else { b },
        false,
        false,
    ) {
        Ok(product) => product,
        Err(error) => return Err(error),
    };
    let rank = product.rank();
    Ok(match (left.len() == 1, right.len() == 1) {
        (false, false) => product,
        (true, false) => product.without(rank - 2),
        (false, true) => product.without(rank - 1),
        (true, true) => Shape::SCALAR,
    })
}

/// The shape of [`Tensor::matmul_transposed`].
pub(crate) const fn transposed_output_shape(a: &Shape, b: &Shape) -> Result<Shape, ShapeError> {
    let found = if a.rank() < 2 { a } else { b };
    match found.rank() {
        0 | 1 => {
            Err(ShapeError::new("a transposed product takes matrices, found shape ").shape(found))
        }
        _ => matrices(a, b, false, true),
    }
}

/// Rows and columns of a matrix as it enters the product.
const fn sides(shape: &Shape, transposed: bool) -> (usize, usize) {
    let rank = shape.rank();
    let (rows, columns) = (shape.dims()[rank - 2], shape.dims()[rank - 1]);
    match transposed {
        true => (columns, rows),
        false => (rows, columns),
    }
}

const fn batch(shape: &Shape) -> Shape {
    Shape::new(shape.dims().split_at(shape.rank() - 2).0)
}

impl Op for MatMul {
    fn name(&self) -> &'static str {
        "matmul"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new()
            .with("transpose_a", &self.transpose_a)
            .with("transpose_b", &self.transpose_b)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let (a, b) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let whole = inputs.iter().all(|x| x.dtype() == DType::I64);
        let dtype = match whole {
            true => DType::I64,
            false => common_float("matmul", inputs)?,
        };
        let shape = matrices(a, b, self.transpose_a, self.transpose_b)?;
        let columns = shape[shape.rank() - 1];
        match inputs.get(2).map(Tensor::raw_shape) {
            Some(row) if *row != [columns] => Err(Error::shape(format!(
                "the product of {a} and {b} has rows of {columns}, found a bias of shape {row}; it needs [{columns}]"
            ))),
            _ => Ok((shape, dtype).into()),
        }
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        if !dtype.is_float() {
            return Ok(Outputs::One(self.whole_product(inputs, shape)));
        }
        Ok(Outputs::One(with_float!(dtype, T => match self.measured {
            false => self.product::<T>(inputs, shape, None),
            true => {
                let greatest = Greatest::default();
                let product = self.product::<T>(inputs, shape, Some(&|x| greatest.look_at(x)));
                product.with_greatest_magnitude(greatest.value::<T>().to_f64())
            }
        })))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let (a, b, up) = (&at.inputs[0], &at.inputs[1], at.upstream());
        let (ta, tb) = (self.transpose_a, self.transpose_b);
        let da = at.when(0, || match ta {
            false => product(up, b, [false, !tb], false),
            true => product(b, up, [tb, true], false),
        });
        let db = at.when(1, || {
            // All rows belong to one product, as in `forward`.
            let (a, up) = match rows_of_all(a.raw_shape(), b.raw_shape(), ta) {
                Some(_) => (rows(a), rows(up)),
                None => (a.clone(), up.clone()),
            };
            match tb {
                false => product(&a, &up, [!ta, false], true),
                true => product(&up, &a, [true, ta], true),
            }
        });
        let mut all = Vec::with_capacity(3);
        all.extend([da, db]);
        if at.inputs.len() == 3 {
            all.push(at.when(2, || up.sum_rows()));
        }
        Ok(all)
    }

    fn keeps(&self) -> Keeps {
        Keeps {
            inputs: 0b11,
            outputs: 0,
        }
    }

    /// A mask over the rows of the left side; of a single matrix it would be over the batch alone.
    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        match (i, inputs[0].raw_shape().rank()) {
            (0, rank @ 3..) if !self.transpose_a => rank - 1,
            _ => 0,
        }
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    match inputs.len() {
        3 => by_name::several::<3>(a, inputs),
        _ => by_name::several::<2>(a, inputs),
    }
}

by_name!("matmul", fits, |a| MatMul {
    transpose_a: a.get("transpose_a")?,
    transpose_b: a.get("transpose_b")?,
    measured: false,
});

/// What becomes of the elements of a product before they are stored.
type After<'a, T> = &'a (dyn Fn(&mut [T]) + Sync);

impl MatMul {
    /// The product with these settings, which takes no memory.
    fn kept(transpose_a: bool, transpose_b: bool, measured: bool) -> &'static MatMul {
        let [a, b, measured] = [transpose_a, transpose_b, measured].map(usize::from);
        &ALL[a + 2 * b + 4 * measured]
    }

    /// The product of `shape`, and `after` of its elements while they are in a cache.
    pub(crate) fn product<T: Gemm + crate::Element>(
        &self,
        inputs: &[Tensor],
        shape: Shape,
        after: Option<After<'_, T>>,
    ) -> Tensor {
        let (a, b, row) = (&inputs[0], &inputs[1], inputs.get(2).map(Tensor::data));
        let (a_shape, b_shape) = (a.raw_shape(), b.raw_shape());
        let ((m, k), (_, n)) = (
            sides(a_shape, self.transpose_a),
            sides(b_shape, self.transpose_b),
        );
        let one = |m: usize, a: &[T], b: &[T], c: &mut [T]| {
            let a = matrix(a, m, k, self.transpose_a);
            let b = matrix(b, k, n, self.transpose_b);
            match (row, after) {
                (_, Some(after)) => T::gemm_then([m, n, k], a, b, row, c, after),
                (None, None) => T::gemm(m, n, k, a, b, c, n, false),
                (Some(row), None) => T::gemm_bias(m, n, k, a, b, row, c, n),
            }
        };
        let all_rows = match shape.rank() {
            2 => Some(m),
            _ => rows_of_all(a_shape, b_shape, self.transpose_a),
        };
        if let Some(m) = all_rows {
            return Tensor::build(shape, |out: &mut [T]| one(m, a.data(), b.data(), out));
        }
        let leading = batch(&shape);
        let (a_batch, b_batch) = (
            offsets(&batch(a_shape), &leading),
            offsets(&batch(b_shape), &leading),
        );
        Tensor::build(shape, |out: &mut [T]| {
            if out.is_empty() {
                return;
            }
            for (c, (&i_a, &i_b)) in out.chunks_mut(m * n).zip(a_batch.iter().zip(&b_batch)) {
                one(
                    m,
                    &a.data::<T>()[i_a * m * k..(i_a + 1) * m * k],
                    &b.data::<T>()[i_b * k * n..(i_b + 1) * k * n],
                    c,
                );
            }
        })
    }

    /// The product of whole numbers, which wraps around as their arithmetic does.
    fn whole_product(&self, inputs: &[Tensor], shape: Shape) -> Tensor {
        let (a, b) = (inputs[0].raw_shape(), inputs[1].raw_shape());
        let ((m, k), (_, n)) = (sides(a, self.transpose_a), sides(b, self.transpose_b));
        let leading = batch(&shape);
        let (a_batch, b_batch) = (offsets(&batch(a), &leading), offsets(&batch(b), &leading));
        let row = inputs.get(2).map(Tensor::data::<i64>);
        Tensor::build(shape, |out: &mut [i64]| {
            if out.is_empty() {
                return;
            }
            let (a, b) = (inputs[0].data::<i64>(), inputs[1].data::<i64>());
            for (c, (&i_a, &i_b)) in out.chunks_mut(m * n).zip(a_batch.iter().zip(&b_batch)) {
                let a = matrix(&a[i_a * m * k..], m, k, self.transpose_a);
                let b = matrix(&b[i_b * k * n..], k, n, self.transpose_b);
                for (i, line) in c.chunks_exact_mut(n).enumerate() {
                    match row {
                        Some(row) => line.copy_from_slice(row),
                        None => line.fill(0),
                    }
                    for l in 0..k {
                        let factor = a.data[i * a.row_stride + l * a.col_stride];
                        for (j, sum) in line.iter_mut().enumerate() {
                            let other = b.data[l * b.row_stride + j * b.col_stride];
                            *sum = sum.wrapping_add(factor.wrapping_mul(other));
                        }
                    }
                }
            }
        })
    }
}

/// How many rows a batch of matrices has in all, where they meet a single matrix and so are one product instead of many small ones.
fn rows_of_all(a: &Shape, b: &Shape, transpose_a: bool) -> Option<usize> {
    let (_, lead) = a.dims().split_last()?;
    (lead.len() > 1 && b.rank() == 2 && !transpose_a).then(|| Shape::new(lead).num_elements())
}

/// A batch of matrices as one of all their rows.
#[track_caller]
fn rows(x: &Tensor) -> Tensor {
    let shape = *x.raw_shape();
    let last = shape.rank() - 1;
    x.reshape([shape.without(last).num_elements(), shape[last]])
}

/// A stored matrix as one of `rows × columns`.
fn matrix<T: Copy>(data: &[T], rows: usize, columns: usize, transposed: bool) -> Mat<'_, T> {
    let (row_stride, col_stride) = match transposed {
        true => (1, rows),
        false => (columns, 1),
    };
    Mat {
        data,
        row_stride,
        col_stride,
    }
}

/// For each matrix of the broadcast batch, the index of the one it comes from.
fn offsets(from: &Shape, to: &Shape) -> Vec<usize> {
    let lead = to.rank() - from.rank();
    let mut indices = vec![0];
    for (axis, &n) in to.iter().enumerate() {
        let own = if axis < lead { 1 } else { from[axis - lead] };
        indices = indices
            .iter()
            .flat_map(|&i| (0..n).map(move |j| i * own + if own == 1 { 0 } else { j }))
            .collect();
    }
    indices
}

#[track_caller]
fn product(
    a: &Tensor,
    b: &Tensor,
    [transpose_a, transpose_b]: [bool; 2],
    measured: bool,
) -> Tensor {
    let op = MatMul::kept(transpose_a, transpose_b, measured);
    apply_static(op, &[a.clone(), b.clone()])
}

impl Tensor {
    /// The matrix product `C = A·B` over the last two dimensions; leading ones are batches and broadcast.
    ///
    /// Shapes: `[.., m, k] · [.., k, n] → [.., m, n]`. A vector on the left is a row, on the right a column, and its
    /// dimension is dropped from the result, as in NumPy. Two types become the one that their sum would have, and whole numbers stay whole,
    /// `i64`, as in Keras.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let a = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(Tensor::from([1.0_f32, 1.0])).to_vec::<f32>()?, [3.0, 7.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[doc(alias = "mm")]
    #[doc(alias = "bmm")]
    #[track_caller]
    pub fn matmul(&self, other: impl Operand) -> Tensor {
        let [this, other] = promote(self, other);
        if let Some(failed) = [&this, &other].into_iter().find(|t| t.error().is_some()) {
            return failed.clone();
        }
        let (a, b) = (*this.raw_shape(), *other.raw_shape());
        match (a.dims(), b.dims()) {
            ([], _) | (_, []) => self.fail(
                "matmul",
                Error::shape(format!(
                    "cannot multiply {a} by {b} as matrices: a single number has no rows; use `*`"
                )),
            ),
            ([k], _) => {
                let row = this.reshape([1, *k]).matmul(&other);
                squeeze(row, if b.rank() == 1 { 1 } else { 2 })
            }
            (_, [k]) => squeeze(
                product(&this, &other.reshape([*k, 1]), [false; 2], false),
                1,
            ),
            _ => product(&this, &other, [false; 2], false),
        }
    }

    /// `A·B + row`, the row added to every row of the product: a fully connected layer in one operation.
    ///
    /// Shapes: `[.., m, k] · [k, n] + [n] → [.., m, n]`; other ranks are errors.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let a = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let y = a.matmul_add(Tensor::ones([2, 1]), Tensor::from([0.5_f32]));
    /// assert_eq!(y.to_vec::<f32>()?, [3.5, 7.5]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn matmul_add(&self, other: impl Operand, row: impl Operand) -> Tensor {
        let (other, row) = (other.operand(self.dtype()), row.operand(self.dtype()));
        if let Some(failed) = [self, &other, &row]
            .into_iter()
            .find(|t| t.error().is_some())
        {
            return failed.clone();
        }
        let (a, b) = (self.raw_shape(), other.raw_shape());
        if a.rank() < 2 || b.rank() != 2 {
            let error = Error::shape(format!(
                "`matmul_add` takes rows [.., k] and a matrix [k, n], found {a} and {b}"
            ));
            return self.fail("matmul", error);
        }
        let op = MatMul::kept(false, false, false);
        apply_static(op, &[self.clone(), other, row])
    }

    /// The matrix product with the second operand transposed: `[.., m, k] · [.., n, k]ᵀ → [.., m, n]`.
    #[track_caller]
    pub fn matmul_transposed(&self, other: impl Operand) -> Tensor {
        let [this, other] = promote(self, other);
        match [&this, &other]
            .into_iter()
            .find(|t| t.error().is_some() || t.raw_shape().rank() < 2)
        {
            Some(t) if t.error().is_some() => t.clone(),
            Some(_) => self.fail(
                "matmul",
                transposed_output_shape(self.raw_shape(), other.raw_shape())
                    .err()
                    .map_or_else(
                        || Error::shape("a transposed product takes matrices"),
                        Error::from,
                    ),
            ),
            None => product(&this, &other, [false, true], false),
        }
    }
}

/// Drops the dimension of size 1 that is `from_end` from the end.
#[track_caller]
fn squeeze(x: Tensor, from_end: usize) -> Tensor {
    if x.error().is_some() {
        return x;
    }
    let shape = *x.raw_shape();
    x.reshape(shape.without(shape.rank() - from_end))
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{DType, GradientTape, Tensor};

    #[test]
    fn the_greatest_magnitude_of_a_weights_gradient_is_found_on_the_way() {
        for (a, b) in [
            (vec![32, 784], vec![784, 16]),
            (vec![1, 5], vec![5, 3]),
            (vec![7, 3], vec![3, 1]),
            (vec![2, 40, 64], vec![64, 700]),
            (vec![3, 2, 4], vec![3, 4, 5]),
            (vec![0, 3], vec![3, 2]),
        ] {
            let (x, w) = (Tensor::random_uniform(a), Tensor::random_uniform(b));
            let tape = GradientTape::new();
            tape.watch(&w);
            let target = x.matmul(&w).square().sum();
            let mut gradient = tape.gradient(&target, &w).unwrap();
            let all = gradient.to_vec::<f32>().unwrap();
            let greatest = all.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
            assert_eq!(gradient.greatest_magnitude(), f64::from(greatest));
            gradient.data_mut::<f32>().unwrap()[0] = f32::NAN;
            assert!(gradient.greatest_magnitude().is_nan());
        }
    }

    #[test]
    fn batches_broadcast_and_vectors_lose_their_dimension() {
        let a = Tensor::arange(12).cast(DType::F32).reshape([2, 1, 2, 3]);
        let b = Tensor::ones([4, 3, 5]);
        assert_eq!(a.matmul(&b).shape(), [2, 4, 2, 5]);
        let v = Tensor::from([1.0_f32, 2.0, 3.0]);
        assert_eq!(v.matmul(&v).item::<f32>().unwrap(), 14.0);
        assert_eq!(v.matmul(Tensor::ones([3, 2])).shape(), [2]);
        assert_eq!(b.matmul(Tensor::ones([5])).shape(), [4, 3]);
        assert_eq!(
            Tensor::zeros([0, 3]).matmul(Tensor::ones([3, 2])).shape(),
            [0, 2]
        );
        assert_eq!(
            Tensor::zeros([2, 0])
                .matmul(Tensor::ones([0, 2]))
                .to_vec::<f32>()
                .unwrap(),
            [0.0; 4]
        );
    }

    #[test]
    fn of_whole_numbers_and_of_two_types_as_in_keras() {
        let a = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
        let b = Tensor::from([[1_u8, 0], [2, 1], [0, 3]]);
        // numpy.matmul of the same numbers.
        assert_eq!(a.matmul(&b).to_vec::<i64>().unwrap(), [5, 11, 14, 23]);
        assert_eq!(
            a.matmul_transposed(&a).to_vec::<i64>().unwrap(),
            [14, 32, 32, 77]
        );
        assert_eq!(a.dot(&b).to_vec::<i64>().unwrap(), [5, 11, 14, 23]);
        let v = Tensor::from([1_i64, 0, -1]);
        assert_eq!(v.matmul(&v).item::<i64>().unwrap(), 2);
        assert_eq!(v.inner(&a).to_vec::<i64>().unwrap(), [-2, -2]);
        let bits = Tensor::from([[true, false], [true, true]]);
        assert_eq!(bits.matmul(&bits).to_vec::<i64>().unwrap(), [1, 0, 2, 1]);
        let batch = Tensor::arange(12).reshape([2, 1, 2, 3]);
        let found = batch.matmul(Tensor::arange(12).reshape([2, 3, 2]));
        let floats = |t: &Tensor| t.cast(DType::F64);
        let expected = floats(&batch).matmul(floats(&Tensor::arange(12).reshape([2, 3, 2])));
        assert_eq!(found.shape(), [2, 2, 2, 2]);
        assert_eq!(
            floats(&found).to_vec::<f64>().unwrap(),
            expected.to_vec::<f64>().unwrap()
        );
        let nothing = Tensor::arange(0).reshape([2, 0]);
        let none = nothing.matmul(nothing.reshape([0, 2]));
        assert_eq!(none.to_vec::<i64>().unwrap(), [0; 4]);
        let mixed = a.matmul(Tensor::ones([3, 1]));
        assert_eq!(mixed.to_vec::<f32>().unwrap(), [6.0, 15.0]);
        let wide = Tensor::ones([1, 3]).matmul(Tensor::from([1.0_f64, 2.0, 0.5]));
        assert_eq!(wide.to_vec::<f64>().unwrap(), [3.5]);
    }

    #[test]
    fn says_which_dimensions_disagree() {
        let e = Tensor::ones([2, 3])
            .matmul(Tensor::ones([4, 5]))
            .into_result()
            .unwrap_err();
        assert!(
            e.to_string()
                .contains("cannot multiply [2, 3] by [4, 5]: the inner dimensions 3 and 4"),
            "{e}"
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].matmul(&x[1]), &[&[2, 3], &[3, 4]]);
        check_gradient(|x| x[0].matmul(&x[1]), &[&[2, 1, 2, 3], &[2, 3, 1]]);
        check_gradient(|x| x[0].matmul(&x[1]), &[&[2, 2, 3], &[3, 2]]);
        check_gradient(|x| x[0].matmul(&x[1]), &[&[3], &[3, 2]]);
        check_gradient(|x| x[0].matmul_transposed(&x[1]), &[&[2, 3], &[4, 3]]);
        let three = |x: &[Tensor]| x[0].matmul_add(&x[1], &x[2]);
        check_gradient(three, &[&[2, 3], &[3, 4], &[4]]);
        check_gradient(three, &[&[2, 2, 3], &[3, 1], &[1]]);
    }

    #[test]
    fn a_row_that_does_not_fit() {
        let add = |a: &[usize], row: &[usize]| {
            let y = Tensor::ones(a).matmul_add(Tensor::ones([3, 4]), Tensor::ones(row));
            y.into_result().unwrap_err().to_string()
        };
        for row in [&[3][..], &[1], &[], &[2, 4]] {
            let e = add(&[2, 3], row);
            assert!(e.contains("has rows of 4, found a bias of shape"), "{e}");
        }
        assert!(add(&[3], &[4]).contains("found [3] and [3, 4]"));
    }
}

//! Another shape of as many elements.

use crate::check::two;
use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{
    Backward, Binding, Expected, Keeps, Op, OpHandle, Outputs, Spec, open_size,
};
use crate::ops::shape::expand_dims::inserted;
use crate::{
    ANYTHING, MAX_RANK, Result, Shape, ShapeError, Tensor, as_many, batches, is_known,
    left_of_names,
};

struct Reshape(Shape);

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("shape", &self.0)
    }

    fn bind(&self, binding: &Binding<'_>) -> Result<Option<OpHandle>> {
        let mut dims = Vec::with_capacity(self.0.rank());
        let mut open = None;
        for (axis, &dim) in self.0.iter().enumerate() {
            match (binding.dim(dim), open) {
                (Some(dim), _) => dims.push(dim),
                // One size may be what is left.
                (None, None) => {
                    open = Some(axis);
                    dims.push(1);
                }
                (None, Some(_)) => return Err(open_size()),
            }
        }
        if let Some(axis) = open {
            let others: usize = dims.iter().product();
            dims[axis] = binding.inputs[0].raw_shape().num_elements() / others.max(1);
        }
        Ok(Some(OpHandle::new(Reshape(Shape::try_new(&dims)?))))
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = output_shape(inputs[0].raw_shape(), &self.0)?;
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, _) = expected.only();
        Ok(Outputs::One(inputs[0].sharing(shape, 0)))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(at.upstream().reshape(*at.inputs[0].raw_shape()))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

by_name!("reshape", by_name::one, |a| Reshape(a.get("shape")?));

/// `to`, if as many elements as `from` has may be arranged so.
pub(crate) const fn output_shape(from: &Shape, to: &Shape) -> Result<Shape, ShapeError> {
    let ((a, a_open, a_times), (b, b_open, b_times)) = (known(from), known(to));
    let by_names = as_many(from.dims(), to.dims());
    let fits = match (a_open, b_open) {
        (0, 0) => a == b,
        _ if by_names.is_some() => matches!(by_names, Some(true)),
        // With an unknown dimension on one side, the known ones need to divide what there is.
        (0, _) => b != 0 && a.is_multiple_of(b),
        // Nothing, however often, is nothing.
        (_, 0) if a == 0 => b == 0,
        (_, 0) => b.is_multiple_of(a),
        // So many times the batch on both sides: [_, 3, 4] as rows is [3·_, 4].
        (1, 1) if a_times > 0 && b_times > 0 => {
            a.saturating_mul(a_times) == b.saturating_mul(b_times)
        }
        _ => true,
    };
    if fits {
        return Ok(*to);
    }
    let error = two("reshape", from, " to ", to).text(": ");
    if by_names.is_some() {
        let error = factors(error, from).text(" elements cannot become ");
        return Err(factors(error, to));
    }
    let error = count(error, a, a_open).text(" elements cannot become ");
    Err(count(error, b, b_open))
}

/// The dimensions from `axis` on as one; one of size 1 after the last if there are none.
pub(crate) const fn flattened(shape: &Shape, axis: usize) -> Result<Shape, ShapeError> {
    let axis = if axis < shape.rank() {
        axis
    } else {
        shape.rank()
    };
    let size = Shape::new(shape.dims().split_at(axis).1).num_elements();
    if axis == MAX_RANK {
        return inserted(shape, axis as isize, size);
    }
    let mut dims = [size; MAX_RANK];
    let mut i = 0;
    while i < axis {
        dims[i] = shape.dims()[i];
        i += 1;
    }
    Ok(Shape::new(dims.split_at(axis + 1).0))
}

/// The product of the known dimensions, how many are not, and how many times the batch the last of these is (0 if that is not known).
const fn known(shape: &Shape) -> (usize, usize, usize) {
    let (mut product, mut open, mut times, mut i) = (1_usize, 0, 0, 0);
    while i < shape.rank() {
        let dim = shape.dims()[i];
        if is_known(dim) {
            product = product.saturating_mul(dim);
        } else {
            open += 1;
            times = match batches(dim) {
                Some(times) => times,
                None => 0,
            };
        }
        i += 1;
    }
    (product, open, times)
}

/// A message continued with a number of elements as the product of names and a number: `batch × seq × 64`.
const fn factors(mut error: ShapeError, shape: &Shape) -> ShapeError {
    let (mut known, mut i) = (1_usize, 0);
    while i < shape.rank() {
        let dim = shape.dims()[i];
        match is_known(dim) {
            true => known = known.saturating_mul(dim),
            false => error = error.dim(dim).text(" × "),
        }
        i += 1;
    }
    error.number(known)
}

/// A message continued with a number of elements, of the known dimensions where one is not known.
const fn count(error: ShapeError, product: usize, open: usize) -> ShapeError {
    if open > 0 {
        error.text("_ × ").number(product)
    } else {
        error.number(product)
    }
}

/// The shape that a tensor gets by [`Tensor::reshape`]: all its dimensions, or all but one, `-1`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a shape to reshape to",
    label = "expected `[2, 3]`, `[2, -1]`, a `Shape`, or the size of a vector",
    note = "the sizes are one argument, in brackets: `x.reshape([2, -1])`"
)]
pub trait NewShape {
    /// The shape, for a tensor of the shape `from`.
    ///
    /// # Errors
    /// When what is left is no whole number, or a dimension is negative.
    fn new_shape(self, from: &Shape) -> Result<Shape>;
}

#[diagnostic::do_not_recommend]
impl<S: Into<Shape>> NewShape for S {
    fn new_shape(self, _: &Shape) -> Result<Shape> {
        Ok(self.into())
    }
}

// Not for `[$T; 0]`: it would leave the compiler the choice of what `[]` holds.
macro_rules! signed {
    ($($T:ty),*) => {$(
        signed!(@array $T: 1 2 3 4 5 6 7 8);

        /// Of a vector: `-1` is all elements in a row.
        impl NewShape for $T {
            fn new_shape(self, from: &Shape) -> Result<Shape> {
                filled(from, [self as isize].into_iter())
            }
        }

        impl NewShape for Vec<$T> {
            fn new_shape(self, from: &Shape) -> Result<Shape> {
                filled(from, self.iter().map(|dim| *dim as isize))
            }
        }

        impl NewShape for &[$T] {
            fn new_shape(self, from: &Shape) -> Result<Shape> {
                filled(from, self.iter().map(|dim| *dim as isize))
            }
        }
    )*};
    (@array $T:ty: $($N:literal)*) => {$(
        impl NewShape for [$T; $N] {
            fn new_shape(self, from: &Shape) -> Result<Shape> {
                filled(from, self.iter().map(|dim| *dim as isize))
            }
        }

        impl NewShape for &[$T; $N] {
            fn new_shape(self, from: &Shape) -> Result<Shape> {
                filled(from, self.iter().map(|dim| *dim as isize))
            }
        }
    )*};
}
signed!(i32, i64, isize);

/// Dimensions with the one that is `-1` filled in.
fn filled(from: &Shape, given: impl ExactSizeIterator<Item = isize>) -> Result<Shape> {
    let rank = given.len();
    if rank > MAX_RANK {
        return Shape::try_new(&vec![1; rank]);
    }
    let mut sizes = [1; MAX_RANK];
    for (size, dim) in sizes.iter_mut().zip(given) {
        *size = dim;
    }
    Ok(completed(from, &sizes[..rank])?)
}

/// The shape that at most 8 sizes are for a tensor of the shape `from`: `-1` is whatever is left. Where that depends on a size that is not
/// known, so that it may be a whole number, it is not known either.
pub(crate) const fn completed(from: &Shape, given: &[isize]) -> Result<Shape, ShapeError> {
    let (mut others, mut axis, mut i) = ([1; MAX_RANK], None, 0);
    while i < given.len() {
        match (given[i], axis) {
            (0.., _) => others[i] = given[i] as usize,
            (-1, None) => axis = Some(i),
            (-1, Some(_)) => {
                return Err(cannot(from, given).text(": only one dimension can be -1"));
            }
            (size, _) => {
                return Err(cannot(from, given)
                    .text(": -1 is whatever is left, ")
                    .signed(size)
                    .text(" is no size"));
            }
        }
        i += 1;
    }
    let others = Shape::new(others.split_at(given.len()).0);
    let Some(axis) = axis else {
        return Ok(others);
    };
    match left(from, &others) {
        Ok(size) => Ok(others.with(axis, size)),
        Err(TooMany) => Err(cannot(from, given).text(": no tensor has as many elements")),
        Err(OfNone) if !is_known(from.num_elements()) => {
            Err(cannot(from, given).text(": -1 is whatever is left of 0"))
        }
        Err(OfNone | LeftOver) => {
            let error = cannot(from, given).text(": ").shape(from).text(" has ");
            let error = factors(error, from).text(" elements, not a multiple of ");
            Err(factors(error, &others))
        }
    }
}

/// The sizes of a shape, of which `-1` is one that is not known; none if another one is negative.
pub(crate) const fn open(given: &[isize]) -> Option<Shape> {
    let (mut dims, mut i) = ([ANYTHING; MAX_RANK], 0);
    while i < given.len() {
        match given[i] {
            -1 => {}
            0.. => dims[i] = given[i] as usize,
            _ => return None,
        }
        i += 1;
    }
    Some(Shape::new(dims.split_at(i).0))
}

/// Why nothing is left.
enum Nothing {
    /// The other sizes do not divide what there is.
    LeftOver,
    /// One of them is 0.
    OfNone,
    /// They are more than a tensor can have.
    TooMany,
}
use Nothing::{LeftOver, OfNone, TooMany};

/// What is left of the elements of `from` beside other sizes.
const fn left(from: &Shape, others: &Shape) -> Result<usize, Nothing> {
    let (_, open, _) = known(others);
    let (all, by) = (from.num_elements(), others.num_elements());
    if open == 0 && !is_known(by) {
        return Err(TooMany);
    }
    if by == 0 {
        return Err(OfNone);
    }
    match left_of_names(from.dims(), others.dims()) {
        Ok(Some(left)) => return Ok(left),
        Ok(None) => {}
        Err(()) => return Err(LeftOver),
    }
    let is_exact = is_known(all) || batches(all).is_some();
    match (batches(all), batches(by)) {
        _ if is_exact && all.is_multiple_of(by) => Ok(all / by),
        _ if is_known(all) && is_known(by) => Err(LeftOver),
        // So many times the batch on both sides, of which no batch makes a whole number.
        (Some(_), Some(_)) => Err(LeftOver),
        // Whether so many times the batch can be divided depends on the batch.
        _ => Ok(ANYTHING),
    }
}

/// `cannot reshape [2, 6] to [5, -1]`
const fn cannot(from: &Shape, given: &[isize]) -> ShapeError {
    let mut error = ShapeError::new("cannot reshape ").shape(from).text(" to [");
    let mut i = 0;
    while i < given.len() {
        let next = error.text(if i > 0 { ", " } else { "" });
        error = match given[i] {
            0.. => next.dim(given[i] as usize),
            _ => next.signed(given[i]),
        };
        i += 1;
    }
    error.text("]")
}
impl Tensor {
    /// The same elements, in row-major order, under another shape; no copy is made.
    ///
    /// One dimension may be `-1`, in an array or `Vec` of `i32`, `i64` or `isize`: whatever is left. One number is the size of a vector. A
    /// number of elements other than the tensor's is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 6]).reshape([3, 4]).shape(), [3, 4]);
    /// assert_eq!(Tensor::zeros([2, 6]).reshape([4, -1]).shape(), [4, 3]);
    /// assert_eq!(Tensor::zeros([2, 6]).reshape(-1).shape(), [12]);
    /// ```
    #[doc(alias = "view")]
    #[track_caller]
    pub fn reshape(&self, shape: impl NewShape) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        match shape.new_shape(self.raw_shape()) {
            Ok(shape) => apply(Reshape(shape), std::slice::from_ref(self)),
            Err(error) => self.fail("reshape", error),
        }
    }

    /// All elements in one dimension, `[n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 6]).flatten().shape(), [12]);
    /// ```
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        self.flatten_from(0)
    }

    /// The dimensions from `axis` on flattened into one: `flatten_from(1)` leaves the batch, `[batch, …] → [batch, n]`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten_from(1).shape(), [2, 12]);
    /// ```
    #[track_caller]
    pub fn flatten_from(&self, axis: usize) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        match flattened(self.raw_shape(), axis) {
            Ok(shape) => self.reshape(shape),
            Err(error) => self.fail("flatten_from", error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::completed;
    use crate::testing::check_gradient;
    use crate::{ANYTHING, DType, Shape, Tensor, UNKNOWN};

    #[test]
    fn shares_memory_and_checks_the_count() {
        let x = Tensor::arange(6);
        assert!(x.reshape([2, 3]).shares_memory(&x));
        let e = x.reshape([4]).into_result().unwrap_err();
        assert!(
            e.to_string()
                .contains("cannot reshape [6] to [4]: 6 elements cannot become 4"),
            "{e}"
        );
    }

    #[test]
    fn what_is_left_of_a_batch_may_be_a_part_of_it() {
        let x = Tensor::abstract_of([UNKNOWN, 16], DType::F32);
        assert_eq!(x.reshape([2, -1, 16]).shape().to_string(), "[2, _, 16]");
        assert_eq!(x.reshape([-1, 32]).shape().to_string(), "[_, 32]");
        assert_eq!(x.reshape([-1, 8]).shape(), [2 * UNKNOWN, 8]);
        assert!(x.reshape([-1, 0]).error().is_some());
    }

    #[test]
    fn what_is_left_of_more_elements_than_there_can_be_is_an_error() {
        let x = Tensor::abstract_of([UNKNOWN, 4, 3], DType::F32);
        let e = x.reshape([-1_i64, 1 << 33, 1 << 33]).into_result();
        let e = e.unwrap_err().to_string();
        assert!(e.contains("no tensor has as many elements"), "{e}");
    }

    #[test]
    fn what_is_left_is_known_where_no_size_that_is_open_decides_it() {
        let of = |from: &[usize], to: &[isize]| match completed(&Shape::new(from), to) {
            Ok(shape) => shape.to_string(),
            Err(error) => error.message().to_string(),
        };
        let batch = UNKNOWN as isize;
        assert_eq!(of(&[4, 6], &[-1, 8]), "[3, 8]");
        assert_eq!(of(&[UNKNOWN, 16], &[-1, 8]), "[_, 8]");
        assert_eq!(of(&[UNKNOWN, 16], &[batch, -1]), "[_, 16]");
        assert_eq!(of(&[UNKNOWN, 16], &[batch, 2, -1]), "[_, 2, 8]");
        // A batch of two or four makes these fit.
        assert_eq!(of(&[UNKNOWN, 16], &[-1, 32]), "[_, 32]");
        assert_eq!(of(&[UNKNOWN, 16], &[2, -1, 16]), "[2, _, 16]");
        assert_eq!(of(&[UNKNOWN, ANYTHING, 3], &[-1, 7]), "[_, 7]");
        let part = "[4, 6] has 24 elements, not a multiple of 5";
        assert_eq!(
            of(&[4, 6], &[5, -1]),
            format!("cannot reshape [4, 6] to [5, -1]: {part}")
        );
        let part = "[_, 16] has _ × 16 elements, not a multiple of _ × 5";
        assert!(of(&[UNKNOWN, 16], &[batch, 5, -1]).ends_with(part));
        assert!(of(&[UNKNOWN, 16], &[0, -1]).ends_with("-1 is whatever is left of 0"));
        assert!(of(&[4, 6], &[-1, -1]).ends_with("only one dimension can be -1"));
        assert!(of(&[4, 6], &[-2, 4]).ends_with("-2 is no size"));
    }

    #[test]
    fn an_unknown_batch_is_left_alone_but_the_rest_is_checked() {
        let x = Tensor::abstract_of([UNKNOWN, 28, 28], DType::F32);
        assert_eq!(
            x.reshape([x.shape()[0], 784]).shape().to_string(),
            "[_, 784]"
        );
        let e = x.reshape([x.shape()[0], 100]).into_result().unwrap_err();
        assert!(
            e.to_string()
                .contains("_ × 784 elements cannot become _ × 100"),
            "{e}"
        );
        assert_eq!(x.flatten_from(1).shape().to_string(), "[_, 784]");
        assert_eq!(
            x.matmul(Tensor::zeros([28, 5])).shape().to_string(),
            "[_, 28, 5]"
        );
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].reshape([3, 2]).square(), &[&[2, 3]]);
    }
}

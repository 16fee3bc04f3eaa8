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
    ANYTHING, Error, MAX_RANK, Result, Shape, ShapeError, Tensor, as_many, batches, is_known,
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
        (_, 0) => a != 0 && b.is_multiple_of(a),
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
    label = "expected `[2, 3]`, `[2, -1]` or a `Shape`",
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
    )*};
}
signed!(i32, i64, isize);

/// Dimensions with the one that is `-1` filled in.
fn filled(from: &Shape, given: impl ExactSizeIterator<Item = isize> + Clone) -> Result<Shape> {
    let mut dims = [1; MAX_RANK];
    let rank = given.len();
    let shown = || {
        let dims: Vec<String> = given.clone().map(|dim| dim.to_string()).collect();
        format!("cannot reshape {from} to [{}]", dims.join(", "))
    };
    if rank > MAX_RANK {
        return Shape::try_new(&vec![1; rank]);
    }
    let mut open = None;
    for (i, dim) in given.clone().enumerate() {
        match (usize::try_from(dim), open) {
            (Ok(dim), _) => dims[i] = dim,
            (Err(_), None) if dim == -1 => open = Some(i),
            (Err(_), Some(_)) if dim == -1 => {
                let message = format!("{}: only one dimension can be -1", shown());
                return Err(Error::shape(message));
            }
            (Err(_), _) => {
                let message = format!("{}: -1 is whatever is left, {dim} is no size", shown());
                return Err(Error::shape(message));
            }
        }
    }
    let Some(open) = open else {
        return Ok(Shape::new(&dims[..rank]));
    };
    let given = Shape::new(&dims[..rank]);
    let (all, others) = (from.num_elements(), given.num_elements());
    if given.is_known() && !is_known(others) {
        let message = format!("{}: no tensor has as many elements", shown());
        return Err(Error::shape(message));
    }
    let exact = is_known(all) || batches(all).is_some();
    dims[open] = match others {
        0 if is_known(all) => {
            let message = format!(
                "{}: {from} has {all} elements, not a multiple of 0",
                shown()
            );
            return Err(Error::shape(message));
        }
        0 => {
            return Err(Error::shape(format!(
                "{}: -1 is whatever is left of 0",
                shown()
            )));
        }
        _ if exact && all.is_multiple_of(others) => all / others,
        _ if is_known(all) && is_known(others) => {
            let message = format!(
                "{}: {from} has {all} elements, not a multiple of {others}",
                shown()
            );
            return Err(Error::shape(message));
        }
        // Whether so many times the batch can be divided depends on the batch.
        _ => ANYTHING,
    };
    Ok(Shape::new(&dims[..rank]))
}

impl Tensor {
    /// The same elements, in row-major order, under another shape; no copy is made.
    ///
    /// One dimension may be `-1`, in an array or `Vec` of `i32`, `i64` or `isize`: whatever is left. A number of elements other than the
    /// tensor's is an error.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::zeros([2, 6]).reshape([3, 4]).shape(), [3, 4]);
    /// assert_eq!(Tensor::zeros([2, 6]).reshape([4, -1]).shape(), [4, 3]);
    /// ```
    #[doc(alias = "view")]
    #[track_caller]
    pub fn reshape(&self, shape: impl NewShape) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        match shape.new_shape(self.raw_shape()) {
            Ok(shape) => apply(Reshape(shape), std::slice::from_ref(self)),
            Err(error) => Tensor::failed(error.at_call(std::panic::Location::caller())),
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
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

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

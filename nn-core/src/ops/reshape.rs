//! Another shape of as many elements.

use crate::op::{Backward, Keeps, Op, apply};
use crate::{DType, Error, Result, Shape, Tensor, is_known};

struct Reshape(Shape);

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }

    fn output(&self, inputs: &[Tensor]) -> Result<(Shape, DType)> {
        let from = *inputs[0].raw_shape();
        let known = |s: &Shape| s.iter().filter(|&&d| is_known(d)).product::<usize>();
        let fits = match (from.is_known(), self.0.is_known()) {
            (true, true) => from.len() == self.0.len(),
            // With an unknown dimension on one side, the known ones need to divide what there is.
            (true, false) => known(&self.0) != 0 && from.len().is_multiple_of(known(&self.0)),
            (false, true) => known(&from) != 0 && self.0.len().is_multiple_of(known(&from)),
            (false, false) => true,
        };
        let one_unknown = |s: &Shape| s.iter().filter(|&&d| !is_known(d)).count() == 1;
        let same_batch = !from.is_known() && !self.0.is_known() && from.first() == self.0.first();
        // An unknown dimension may have taken in known ones ([_, 3, 4] as rows is [_, 4]), or give some back.
        let (a, b) = (known(&from).max(1), known(&self.0).max(1));
        let merged = a % b == 0 || b % a == 0;
        if !fits || (same_batch && one_unknown(&from) && one_unknown(&self.0) && !merged) {
            return Err(Error::shape(format!(
                "cannot reshape {from} to {}: {} elements cannot become {}",
                self.0,
                count(&from),
                count(&self.0)
            )));
        }
        Ok((self.0, inputs[0].dtype()))
    }

    fn forward(&self, inputs: &[Tensor], shape: Shape, _: DType) -> Result<Tensor> {
        Ok(inputs[0].view(shape, 0))
    }

    fn gradient(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![Some(at.upstream.reshape(*at.inputs[0].raw_shape()))])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

/// The number of elements for a message, of the known dimensions where one is not known.
fn count(shape: &Shape) -> String {
    match shape.is_known() {
        true => shape.len().to_string(),
        false => format!(
            "_ × {}",
            shape.iter().filter(|&&d| is_known(d)).product::<usize>()
        ),
    }
}

impl Tensor {
    /// The same elements, in row-major order, under another shape; no copy is made.
    ///
    /// A number of elements other than the tensor's is an error.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 6]).reshape([3, 4]).shape(), [3, 4]);
    /// ```
    #[track_caller]
    pub fn reshape(&self, shape: impl Into<Shape>) -> Tensor {
        apply(Reshape(shape.into()), std::slice::from_ref(self))
    }

    /// All elements in one dimension, `[n]`.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 6]).flatten().shape(), [12]);
    /// ```
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        self.flatten_from(0)
    }

    /// The dimensions from `axis` on flattened into one: `flatten_from(1)` leaves the batch, `[batch, …] → [batch, n]`.
    ///
    /// ```
    /// # use nn_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten_from(1).shape(), [2, 12]);
    /// ```
    #[track_caller]
    pub fn flatten_from(&self, axis: usize) -> Tensor {
        let shape = *self.raw_shape();
        if self.error().is_some() {
            return self.clone();
        }
        let (kept, rest) = shape.split_at(axis.min(shape.rank()));
        let mut dims = kept.to_vec();
        dims.push(Shape::new(rest).len());
        self.reshape(dims)
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
        let e = x.reshape([4]).ok().unwrap_err();
        assert!(
            e.to_string()
                .contains("cannot reshape [6] to [4]: 6 elements cannot become 4"),
            "{e}"
        );
    }

    #[test]
    fn an_unknown_batch_is_left_alone_but_the_rest_is_checked() {
        let x = Tensor::abstract_of([UNKNOWN, 28, 28], DType::F32);
        assert_eq!(
            x.reshape([x.shape()[0], 784]).shape().to_string(),
            "[_, 784]"
        );
        let e = x.reshape([x.shape()[0], 100]).ok().unwrap_err();
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

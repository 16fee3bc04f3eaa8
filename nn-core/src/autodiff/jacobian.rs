//! All derivatives of several numbers with respect to several others.

use crate::ops::stack;
use crate::{Error, GradientTape, Result, Shape, Tensor, with_float};

impl GradientTape {
    /// The derivative of every element of `target` with respect to every element of `source`: shape
    /// `[target…, source…]`. It costs one pass back through the tape for each element of the target.
    ///
    /// It is differentiable in turn, and uses up a tape that is not persistent.
    ///
    /// # Errors
    /// As [`GradientTape::gradient`]; a result of more than [`crate::MAX_RANK`] dimensions.
    ///
    /// ```
    /// use nn::{GradientTape, Tensor};
    /// let x = Tensor::from([1.0_f32, 2.0]);
    /// let tape = GradientTape::new();
    /// tape.watch(&x);
    /// let y = x.square();
    /// assert_eq!(tape.jacobian(&y, &x)?.to_vec::<f32>()?, [2.0, 0.0, 0.0, 4.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn jacobian(&self, target: &Tensor, source: &Tensor) -> Result<Tensor> {
        let shapes = (target.try_shape()?, source.try_shape()?);
        let shape = Shape::try_new(&[&shapes.0[..], &shapes.1].concat())?;
        self.ask_often(|| {
            let rows = self.pulled_back(target, source, value(target)?.num_elements())?;
            match rows.is_empty() {
                true => Ok(Tensor::full_of(shape, 0.0, source.dtype())),
                false => stack(rows, 0).reshape(shape).into_result(),
            }
        })
    }

    /// The derivatives within each example of a batch: of `target` `[batch, target…]` with respect to `source` `[batch, source…]`, shape
    /// `[batch, target…, source…]`. It costs one pass back through the tape for each element of one example's target.
    ///
    /// Each example's target may depend on its own source only; otherwise the derivatives with respect to the source of an
    /// example are summed over the batch.
    ///
    /// # Errors
    /// As [`GradientTape::jacobian`], and when the batches differ.
    ///
    /// ```
    /// use nn::{GradientTape, Tensor};
    /// let x = Tensor::from([[1.0_f32, 2.0], [3.0, 4.0]]);
    /// let tape = GradientTape::new();
    /// tape.watch(&x);
    /// let y = x.square();
    /// let jacobian = tape.batch_jacobian(&y, &x)?;
    /// assert_eq!(jacobian.shape(), [2, 2, 2]);
    /// assert_eq!(jacobian.to_vec::<f32>()?, [2.0, 0.0, 0.0, 4.0, 6.0, 0.0, 0.0, 8.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn batch_jacobian(&self, target: &Tensor, source: &Tensor) -> Result<Tensor> {
        let (to, from) = (target.try_shape()?, source.try_shape()?);
        let (Some((&batch, of)), Some((&same, by))) = (to.split_first(), from.split_first()) else {
            return Err(Error::shape(format!(
                "a batch of Jacobians needs [batch, …] on both sides, found {to} and {from}"
            )));
        };
        if batch != same {
            return Err(Error::shape(format!(
                "a batch of Jacobians needs the same batch on both sides, found {batch} in {to} and {same} in {from}"
            )));
        }
        let shape = Shape::try_new(&[&[batch], of, by].concat())?;
        self.ask_often(|| {
            value(target)?;
            let rows = self.pulled_back(target, source, Shape::new(of).num_elements())?;
            match rows.is_empty() {
                true => Ok(Tensor::full_of(shape, 0.0, source.dtype())),
                false => stack(rows, 1).reshape(shape).into_result(),
            }
        })
    }

    /// The gradient of every `n`-th element of the target, from each of the first `n` on.
    fn pulled_back(&self, target: &Tensor, source: &Tensor, n: usize) -> Result<Vec<Tensor>> {
        let row = |k: usize| {
            let upstream = with_float!(target.dtype(), T => Tensor::build(target.shape(), |out: &mut [T]| {
                out.iter_mut().enumerate().for_each(|(i, v)| *v = T::from(u8::from(i % n == k)));
            }));
            self.gradient_with(target, source, &upstream)
        };
        (0..n).map(row).collect()
    }
}

/// The target, if it has a value.
fn value(target: &Tensor) -> Result<&Tensor> {
    match target.is_abstract() {
        true => target.try_data::<f32>().map(|_| target),
        false => Ok(target),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{assert_close, check_gradient};
    use crate::{DType, GradientTape, Tensor, UNKNOWN};

    #[test]
    fn of_a_linear_function_is_its_matrix() {
        let (a, x) = (
            Tensor::arange(6).cast(DType::F64).reshape([2, 3]),
            Tensor::from([0.5, -1.0, 2.0]),
        );
        let tape = GradientTape::new();
        tape.watch(&x);
        let y = a.matmul(&x);
        assert_close(&tape.jacobian(&y, &x).unwrap(), &a, 0.0);
        let again = tape.jacobian(&y, &x).unwrap_err().to_string();
        assert!(again.contains("this tape has been used"), "{again}");
    }

    #[test]
    fn a_persistent_tape_answers_again() {
        let x = Tensor::from([[1.0_f64, 2.0, 3.0], [4.0, 5.0, 6.0]]);
        let tape = GradientTape::persistent();
        tape.watch(&x);
        let y = x.square().sum_axis(1);
        let full = tape.jacobian(&y, &x).unwrap();
        assert_eq!(full.shape(), [2, 2, 3]);
        let batch = tape.batch_jacobian(&y, &x).unwrap();
        assert_close(&batch, &(&x * 2.0), 0.0);
        for b in 0..2 {
            assert_close(
                &full.index_axis(0, b).index_axis(0, b),
                &batch.index_axis(0, b),
                0.0,
            );
        }
    }

    #[test]
    fn errors() {
        let x = Tensor::ones([2, 3]);
        let tape = GradientTape::persistent();
        tape.watch(&x);
        let y = x.sum_axis(0);
        let e = tape.batch_jacobian(&y, &x).unwrap_err().to_string();
        assert!(
            e.contains("the same batch on both sides, found 3 in [3] and 2 in [2, 3]"),
            "{e}"
        );
        assert!(tape.batch_jacobian(&y.sum(), &x).is_err());
        assert!(
            tape.jacobian(&x.reshape([1, 1, 1, 2, 3]), &x.reshape([1, 1, 2, 3]))
                .is_err()
        );
        assert!(tape.jacobian(&Tensor::from(1.0_f32), &x).is_err());
        assert!(
            tape.jacobian(&Tensor::abstract_of([UNKNOWN], DType::F32), &x)
                .is_err()
        );
        assert_eq!(
            tape.jacobian(&x.slice(0..0), &x).unwrap().shape(),
            [0, 3, 2, 3]
        );
    }

    #[test]
    fn gradient() {
        let jacobian = |x: &[Tensor]| {
            let tape = GradientTape::new();
            tape.watch(&x[0]);
            let y = x[0].square() * x[0].sum();
            tape.jacobian(&y, &x[0]).unwrap()
        };
        check_gradient(jacobian, &[&[3]]);
    }
}

//! How often each number is there.

use crate::ops::index::indices::as_indices;
use crate::ops::index::scatter_add;
use crate::{Error, Result, Tensor, floatx, is_known};

impl Tensor {
    /// How often each of 0, 1, 2 … is there: of whole numbers `[n]` counts (`i64`) `[greatest + 1]`; of rows `[batch, n]` those of each row.
    /// Negative numbers are an error. How many counts there are depends on the values, so it is an error while a model is traced.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0_i64, 2, 2]).bincount().to_vec::<i64>()?, [1, 0, 2]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bincount(&self) -> Tensor {
        self.bincount_with(0)
    }

    /// As [`Tensor::bincount`], at least `minlength` counts.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([0_i64, 2, 2]).bincount_with(4).to_vec::<i64>()?, [1, 0, 2, 0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bincount_with(&self, minlength: usize) -> Tensor {
        counted(self, None, minlength)
    }

    /// As [`Tensor::bincount`], where each element counts as its weight, of the same shape.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let y = Tensor::from([0_i64, 1, 1]).bincount_weighted(&Tensor::from([1.0_f32, 0.5, 0.25]), 0);
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 0.75]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn bincount_weighted(&self, weights: &Tensor, minlength: usize) -> Tensor {
        counted(self, Some(weights), minlength)
    }
}

/// The numbers and how many of them there are at least.
fn numbers(x: &Tensor) -> Result<(Tensor, usize)> {
    let shape = x.raw_shape();
    if !(1..=2).contains(&shape.rank()) {
        return Err(Error::rank(
            "bincount",
            1,
            "[n]",
            shape,
            "rows [batch, n] are counted one by one",
        ));
    }
    let x = as_indices("bincount", x)?;
    let values = x.try_data::<i64>()?;
    match values.iter().find(|v| **v < 0) {
        Some(wrong) => Err(Error::value(format!(
            "bincount counts numbers from 0 on, found {wrong}"
        ))),
        None => {
            let count = values
                .iter()
                .max()
                .map_or(0, |&greatest| greatest as usize + 1);
            Ok((x, count))
        }
    }
}

#[track_caller]
fn counted(x: &Tensor, weights: Option<&Tensor>, minlength: usize) -> Tensor {
    if let Some(failed) = [Some(x), weights]
        .into_iter()
        .flatten()
        .find(|t| t.error().is_some())
    {
        return failed.clone();
    }
    let (x, count) = match numbers(x) {
        Ok(found) => found,
        Err(error) => return x.fail("bincount", error),
    };
    let count = count.max(minlength);
    let shape = *x.raw_shape();
    let weights = match weights {
        Some(weights) if *weights.raw_shape() != shape => {
            let message = format!(
                "bincount of {shape} needs a weight for each element, found {}",
                weights.raw_shape()
            );
            return x.fail("bincount", Error::shape(message));
        }
        Some(weights) if weights.dtype().is_float() => weights.clone(),
        Some(weights) => weights.cast(floatx()),
        None => x.ones_like(),
    };
    match shape[..] {
        [rows, _] => {
            let Some(n) = rows.checked_mul(count).filter(|n| is_known(*n)) else {
                let message = format!(
                    "bincount of {shape} needs {count} counts for each row, which are too many"
                );
                return x.fail("bincount", Error::shape(message));
            };
            match n {
                0 => Tensor::full_of([rows, count], 0.0, weights.dtype()),
                n => {
                    // Every row counts in numbers of its own.
                    let own = x + Tensor::arange(rows).expand_dims(-1) * count;
                    scatter_add([n], &own, &weights).reshape([rows, count])
                }
            }
        }
        _ => scatter_add([count], &x, &weights),
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::testing::check_gradient;

    #[test]
    fn rows_and_errors() {
        let x = Tensor::from([[1_i64, 2], [2, 2]]);
        assert_eq!(x.bincount().to_vec::<i64>().unwrap(), [0, 1, 1, 0, 0, 2]);
        assert_eq!(
            Tensor::from([1_u8])
                .bincount_with(4)
                .to_vec::<i64>()
                .unwrap(),
            [0, 1, 0, 0]
        );
        assert_eq!(
            Tensor::from(Vec::<i64>::new())
                .bincount_with(2)
                .to_vec::<i64>()
                .unwrap(),
            [0, 0]
        );
        assert_eq!(Tensor::from(Vec::<i64>::new()).bincount().shape(), [0]);
        let e = Tensor::from([-1_i64])
            .bincount()
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("found -1"), "{e}");
        assert!(Tensor::ones([2]).bincount().error().is_some());
        assert!(x.bincount_weighted(&Tensor::ones([2]), 0).error().is_some());
    }

    #[test]
    fn gradient() {
        let numbers = Tensor::from([1_i64, 0, 1]);
        check_gradient(|x| numbers.bincount_weighted(&x[0], 3).square(), &[&[3]]);
    }
}

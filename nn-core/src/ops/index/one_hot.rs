//! Labels as rows of zeros with a single one.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec};
use crate::ops::fail::fail;
use crate::ops::index::indices::as_indices;
use crate::ops::shape::expand_dims::inserted;
use crate::{DType, Error, Result, Tensor, floatx, is_known, with_float};

struct OneHot {
    depth: usize,
}

impl Op for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("depth", &self.depth)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = inputs[0].raw_shape();
        Ok((shape.insert(shape.rank(), self.depth)?, floatx()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        Ok(Outputs::One(
            with_float!(dtype, T => Tensor::build(shape, |out: &mut [T]| {
                out.fill(0.0);
                for (row, &index) in out.chunks_exact_mut(self.depth.max(1)).zip(inputs[0].data::<i64>()) {
                    if let Some(one) = usize::try_from(index).ok().and_then(|i| row.get_mut(i)) {
                        *one = 1.0;
                    }
                }
            })),
        ))
    }

    fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(vec![None])
    }

    fn keeps(&self) -> Keeps {
        Keeps::SHAPES
    }
}

fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::one(a, inputs)?;
    match inputs[0].dtype() {
        DType::I64 => Ok(()),
        found @ (DType::F32 | DType::F64 | DType::U8 | DType::Bool) => {
            Err(Error::dtype(format!("needs i64 indices, found {found}")))
        }
    }
}

by_name!("one_hot", fits, |a| OneHot {
    depth: a.get("depth")?
});

impl Tensor {
    /// Each index (`i64`) as a row of `depth` zeros with a one at the index: `[…]` to `[…, depth]`, in the default float type. As
    /// Keras's `one_hot`.
    ///
    /// An index outside of `0..depth` gives a row of zeros, as in Keras. A depth of 0 and indices that are not integers are
    /// errors.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let rows = Tensor::from([1_i64, 0, -1]).one_hot(2);
    /// assert_eq!(rows.to_vec::<f32>()?, [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn one_hot(&self, depth: usize) -> Tensor {
        if self.error().is_some() {
            return self.clone();
        }
        match as_indices("one_hot", self) {
            Err(error) => fail("one_hot", error),
            Ok(_) if depth == 0 || !is_known(depth) => fail(
                "one_hot",
                Error::value(
                    "one_hot needs to know how many classes there are, at least 1 and fewer than 2³⁴",
                ),
            ),
            Ok(indices) => apply(OneHot { depth }, &[indices]),
        }
    }

    /// As [`Tensor::one_hot`], the new axis at `axis` of the result (counted from the end if negative).
    ///
    /// ```
    /// # use nn::Tensor;
    /// let columns = Tensor::from([1_i64, 0, 1]).one_hot_axis(2, 0);
    /// assert_eq!(columns.to_vec::<f32>()?, [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn one_hot_axis(&self, depth: usize, axis: isize) -> Tensor {
        match inserted(self.raw_shape(), axis, depth) {
            Ok(_) => self.one_hot(depth).moveaxis(-1, axis),
            Err(error) => self.fail("one_hot", error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn any_shape_gains_an_axis() {
        let labels = Tensor::abstract_of([UNKNOWN, 2], DType::U8);
        assert_eq!(labels.one_hot(10).shape().to_string(), "[_, 2, 10]");
        assert_eq!(
            Tensor::from(2_u8).one_hot(3).to_vec::<f32>().unwrap(),
            [0.0, 0.0, 1.0]
        );
        assert_eq!(
            Tensor::from([3_i64, 1]).one_hot(3).to_vec::<f32>().unwrap(),
            [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]
        );
    }

    #[test]
    fn the_axis_may_be_any() {
        let x = Tensor::abstract_of([UNKNOWN, 2], DType::I64);
        for (axis, shape) in [(0, "[10, _, 2]"), (1, "[_, 10, 2]"), (-1, "[_, 2, 10]")] {
            assert_eq!(x.one_hot_axis(10, axis).shape().to_string(), shape);
        }
        let e = x.one_hot_axis(10, 3).into_result().unwrap_err().to_string();
        assert!(e.contains("a new axis 3") && e.contains("`one_hot`"), "{e}");
    }

    #[test]
    fn errors() {
        let e = Tensor::from([1.0_f32])
            .one_hot(3)
            .into_result()
            .unwrap_err()
            .to_string();
        assert!(e.contains("one_hot needs i64 indices, found f32"), "{e}");
        assert!(Tensor::from([1_i64]).one_hot(0).error().is_some());
    }
}

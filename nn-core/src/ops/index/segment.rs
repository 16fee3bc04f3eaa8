//! Sums, maxima, minima and products of what belongs together.

use crate::graph::apply::apply;
use crate::graph::attributes::Attributes;
use crate::graph::by_name::{self, by_name};
use crate::graph::op::{Backward, Expected, Op, Outputs, Spec};
use crate::ops::elementwise::where_;
use crate::ops::index::indices::{as_indices, check_indices};
use crate::ops::index::scatter_add;
use crate::ops::reduce::reduction::summable;
use crate::{DType, Error, Result, Shape, Tensor, agree, with_number};
use nn_kernels::math::Number;

/// What is made of the elements of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Max,
    Min,
    Prod,
}

/// Of data `[m, …]` and `i64` numbers of segments `[m]`, none of them outside: `[count, …]`.
struct Segment {
    kind: Kind,
    count: usize,
}

fn fold<T: Number + crate::Element>(
    kind: Kind,
    x: &Tensor,
    ids: &[i64],
    inner: usize,
    out: &mut [T],
) {
    out.fill(match kind {
        Kind::Max => T::LOWEST,
        Kind::Min => T::HIGHEST,
        Kind::Prod => T::ONE,
    });
    if inner == 0 {
        return;
    }
    for (row, &id) in x.data::<T>().chunks_exact(inner).zip(ids) {
        let own = &mut out[id as usize * inner..][..inner];
        for (o, &v) in own.iter_mut().zip(row) {
            *o = match kind {
                Kind::Max => T::maximum(*o, v),
                Kind::Min => T::minimum(*o, v),
                Kind::Prod => T::product(*o, v),
            };
        }
    }
}

impl Op for Segment {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Max => "segment_max",
            Kind::Min => "segment_min",
            Kind::Prod => "segment_prod",
        }
    }

    fn attributes(&self) -> Attributes {
        Attributes::new().with("count", &self.count)
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        Ok((inputs[0].raw_shape().with(0, self.count), inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        check_indices(&inputs[1], &shape, 0)?;
        let (x, ids) = (&inputs[0], inputs[1].data::<i64>());
        let inner = Shape::new(&shape[1..]).num_elements();
        Ok(Outputs::One(
            with_number!(dtype, T => Tensor::build(shape, |out: &mut [T]| fold(self.kind, x, ids, inner, out))),
        ))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        let [x, ids] = [&at.inputs[0], &at.inputs[1]];
        let shape = x.raw_shape().with(0, self.count);
        let sums = |x: &Tensor| scatter_add(shape, ids, x);
        let upstream = at.upstream().take(ids, 0);
        let gradient = match self.kind {
            // Equal ones share.
            Kind::Max | Kind::Min => {
                let hits = x.equal(at.output().take(ids, 0)).cast(x.dtype());
                upstream * (&hits / sums(&hits).maximum(1.0).take(ids, 0))
            }
            Kind::Prod => {
                let zero = x.equal(0.0);
                let zeros = sums(&zero.cast(x.dtype())).take(ids, 0);
                let other = where_(&zero, 1.0, x);
                let product = segments(Kind::Prod, &other, ids, self.count).take(ids, 0);
                // Of the others: the product of all without a zero but for the one itself.
                let own = where_(&zero, zeros.equal(1.0), zeros.equal(0.0)).cast(DType::Bool);
                upstream * where_(own, product / other, 0.0)
            }
        };
        Ok(vec![Some(gradient), None])
    }
}

/// A number of a segment for each slice of the first axis.
fn fits(a: &Attributes, inputs: &[Tensor]) -> Result<()> {
    by_name::indexed(a, inputs)?;
    by_name::number(a, &inputs[..1])?;
    let (x, ids) = (inputs[0].raw_shape(), inputs[1].raw_shape());
    let counts = [x.first(), ids.first()];
    let fit = x.rank() > 0 && ids.rank() == 1 && counts[0] == counts[1];
    match fit {
        true => Shape::from([a.get::<usize>("count")?]).check(),
        false => Err(Error::shape(format!(
            "expected one number of a segment for each slice of {x}, found {ids}"
        ))),
    }
}

by_name!("segment_max", fits, |a| Segment {
    kind: Kind::Max,
    count: a.get("count")?
});
by_name!("segment_min", fits, |a| Segment {
    kind: Kind::Min,
    count: a.get("count")?
});
by_name!("segment_prod", fits, |a| Segment {
    kind: Kind::Prod,
    count: a.get("count")?
});

/// Reduces the slices of the first axis by their segment, of which none lies outside.
#[track_caller]
pub(crate) fn segments(kind: Kind, x: &Tensor, ids: &Tensor, count: usize) -> Tensor {
    apply(
        Segment { kind, count },
        &[x.cast(summable(x.dtype())), ids.clone()],
    )
}

/// The data, the segments with those that lie outside in one more at the end, and the number of segments.
fn checked(
    op: &'static str,
    x: &Tensor,
    ids: &Tensor,
    count: Option<usize>,
) -> Result<(Tensor, usize)> {
    let (shape, lead) = (x.raw_shape(), ids.raw_shape());
    if lead.rank() != 1 || shape.rank() == 0 || !agree(lead[0], shape[0]) {
        return Err(Error::shape(format!(
            "{op} of {shape} needs one number of a segment for each slice of the first axis, found {lead}"
        )));
    }
    let ids = as_indices(op, ids)?;
    let count = match count {
        Some(count) => count,
        None => ids
            .to_vec::<i64>()?
            .into_iter()
            .max()
            .map_or(0, |last| last.saturating_add(1).max(0) as usize),
    };
    // One more holds what belongs to no segment.
    Shape::from([count.saturating_add(1)]).check()?;
    let inside = ids.greater_equal(0).logical_and(ids.less(count));
    Ok((where_(inside, &ids, count), count))
}

#[track_caller]
fn reduce(
    op: &'static str,
    x: &Tensor,
    ids: &Tensor,
    count: Option<usize>,
    f: impl FnOnce(&Tensor, &Tensor, usize) -> Tensor,
) -> Tensor {
    if let Some(failed) = [x, ids].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    match checked(op, x, ids, count) {
        Ok((ids, count)) => f(x, &ids, count + 1).slice(0..count),
        Err(error) => x.fail(op, error),
    }
}

impl Tensor {
    /// The sums of the slices of the first axis that have the same number in `segments` (`i64`, `[n]`): `[n, …]` to `[count, …]`, 0 for
    /// a segment of none. Without a count it is one more than the greatest number. Slices whose number is negative or not below the
    /// count are left out, as in Keras.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 4.0]);
    /// let y = x.segment_sum(&Tensor::from([0_i64, 2, 0]), None);
    /// assert_eq!(y.to_vec::<f32>()?, [5.0, 0.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn segment_sum(&self, segments: &Tensor, count: Option<usize>) -> Tensor {
        reduce("segment_sum", self, segments, count, |x, ids, count| {
            let x = x.cast(summable(x.dtype()));
            scatter_add(x.raw_shape().with(0, count), ids, &x)
        })
    }

    /// The greatest elements of each segment, as [`Tensor::segment_sum`]; -∞ (of integers the least number) for a segment of none.
    /// Equal ones share the gradient.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 4.0]);
    /// let y = x.segment_max(&Tensor::from([0_i64, 1, 0]), None);
    /// assert_eq!(y.to_vec::<f32>()?, [4.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn segment_max(&self, segments: &Tensor, count: Option<usize>) -> Tensor {
        reduce("segment_max", self, segments, count, |x, ids, count| {
            self::segments(Kind::Max, x, ids, count)
        })
    }

    /// The least elements of each segment, as [`Tensor::segment_sum`]; ∞ (of integers the greatest number) for a segment of none. Equal
    /// ones share the gradient.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 4.0]);
    /// let y = x.segment_min(&Tensor::from([0_i64, 1, 0]), None);
    /// assert_eq!(y.to_vec::<f32>()?, [1.0, 2.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn segment_min(&self, segments: &Tensor, count: Option<usize>) -> Tensor {
        reduce("segment_min", self, segments, count, |x, ids, count| {
            self::segments(Kind::Min, x, ids, count)
        })
    }

    /// The products of each segment, as [`Tensor::segment_sum`]; 1 for a segment of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 4.0]);
    /// let y = x.segment_prod(&Tensor::from([0_i64, 1, 0]), Some(3));
    /// assert_eq!(y.to_vec::<f32>()?, [4.0, 2.0, 1.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn segment_prod(&self, segments: &Tensor, count: Option<usize>) -> Tensor {
        reduce("segment_prod", self, segments, count, |x, ids, count| {
            self::segments(Kind::Prod, x, ids, count)
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_number_of_a_segment_for_each_slice() {
        for (x, ids) in [
            (vec![4, 3], vec![0]),
            (vec![1], vec![0, 1]),
            (vec![4], vec![0, 1]),
        ] {
            let (x, ids) = (Tensor::ones(x), Tensor::from(ids));
            for found in [x.segment_sum(&ids, None), x.segment_max(&ids, None)] {
                let e = found.error().unwrap().to_string();
                assert!(
                    e.contains("needs one number of a segment for each slice"),
                    "{e}"
                );
            }
        }
    }

    use crate::testing::check_gradient;
    use crate::{DType, GradientTape, Tensor, UNKNOWN};

    #[test]
    fn what_lies_outside_is_left_out() {
        let x = Tensor::from([[1.0_f32], [2.0], [3.0], [4.0]]);
        let ids = Tensor::from([0_i64, -1, 2, 9]);
        let inf = f32::INFINITY;
        assert_eq!(
            x.segment_sum(&ids, Some(4)).to_vec::<f32>().unwrap(),
            [1.0, 0.0, 3.0, 0.0]
        );
        assert_eq!(
            x.segment_max(&ids, Some(4)).to_vec::<f32>().unwrap(),
            [1.0, -inf, 3.0, -inf]
        );
        assert_eq!(
            x.segment_min(&ids, Some(2)).to_vec::<f32>().unwrap(),
            [1.0, inf]
        );
        assert_eq!(x.segment_prod(&ids, None).shape(), [10, 1]);
        let bytes = Tensor::from([200_u8, 100]).segment_sum(&Tensor::from([0_i64, 0]), None);
        assert_eq!(bytes.to_vec::<i64>().unwrap(), [300]);
        assert!(
            Tensor::from([f32::NAN, 1.0])
                .segment_max(&Tensor::from([0_i64, 0]), None)
                .data::<f32>()[0]
                .is_nan()
        );
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(
            open.segment_max(&Tensor::abstract_of([UNKNOWN], DType::I64), Some(4))
                .shape(),
            [4, 3]
        );
        assert!(
            x.segment_sum(&Tensor::from([0_i64, 1]), None)
                .error()
                .is_some()
        );
    }

    #[test]
    fn equal_ones_share_and_zeros_are_exact() {
        let x = Tensor::from([1.0_f64, 1.0, 0.0, 3.0]);
        let ids = Tensor::from([0_i64, 0, 1, 1]);
        let gradient = |f: fn(&Tensor, &Tensor, Option<usize>) -> Tensor| {
            let tape = GradientTape::new();
            tape.watch(&x);
            tape.gradient(&f(&x, &ids, None), &x)
                .unwrap()
                .to_vec::<f64>()
                .unwrap()
        };
        assert_eq!(gradient(Tensor::segment_max), [0.5, 0.5, 0.0, 1.0]);
        assert_eq!(gradient(Tensor::segment_prod), [1.0, 1.0, 3.0, 0.0]);
    }

    #[test]
    fn gradient() {
        let ids = Tensor::from([0_i64, 2, 0, 5]);
        check_gradient(|x| x[0].segment_sum(&ids, Some(3)).square(), &[&[4, 2]]);
        check_gradient(
            |x| x[0].segment_max(&ids, Some(6)).slice(0..1).square(),
            &[&[4, 2]],
        );
        check_gradient(
            |x| x[0].segment_min(&ids, Some(6)).slice(2..3).square(),
            &[&[4, 2]],
        );
        check_gradient(|x| x[0].segment_prod(&ids, Some(3)).square(), &[&[4, 2]]);
    }
}

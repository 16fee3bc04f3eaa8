//! Quantiles: what a part of the elements does not exceed.

use crate::ops::elementwise::{float, where_};
use crate::ops::shape::stack;
use crate::{DType, Error, Shape, Tensor, is_known};

/// What a quantile between two elements is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum QuantileMethod {
    /// Between them in proportion: `a + (b - a) · part`.
    #[default]
    Linear,
    /// The lesser.
    Lower,
    /// The greater.
    Higher,
    /// Half way.
    Midpoint,
    /// The nearer, of two equally near ones the one at the even place.
    Nearest,
}

crate::spelled!(QuantileMethod);

impl Tensor {
    /// The element that a part `q` (0 to 1) of all elements does not exceed, with [`QuantileMethod::Linear`] between two; NaN if an
    /// element is. `q` is a number, or numbers in a tensor whose axes come first in the result. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// let x = Tensor::from([1.0_f32, 2.0, 3.0, 4.0, 5.0]);
    /// assert_eq!(x.quantile(0.25_f32).item::<f32>()?, 2.0);
    /// assert_eq!(x.quantile([0.5_f32, 1.0]).to_vec::<f32>()?, [3.0, 5.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn quantile(&self, q: impl Into<Tensor>) -> Tensor {
        let all: Vec<isize> = (0..self.raw_shape().rank() as isize).collect();
        quantile(self, q.into(), &all, false, QuantileMethod::Linear, false)
    }

    /// As [`Tensor::quantile`] along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn quantile_axis(&self, q: impl Into<Tensor>, axis: isize) -> Tensor {
        quantile(
            self,
            q.into(),
            &[axis],
            false,
            QuantileMethod::Linear,
            false,
        )
    }

    /// As [`Tensor::quantile`] over several axes with a given interpolation; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::{Tensor, ops::QuantileMethod};
    /// let x = Tensor::from([[1.0_f32, 2.0], [5.0, 8.0]]);
    /// let y = x.quantile_axes(0.5_f32, [1], true, QuantileMethod::Higher);
    /// assert_eq!(y.to_vec::<f32>()?, [2.0, 8.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn quantile_axes(
        &self,
        q: impl Into<Tensor>,
        axes: impl AsRef<[isize]>,
        keepdims: bool,
        interpolation: QuantileMethod,
    ) -> Tensor {
        quantile(
            self,
            q.into(),
            axes.as_ref(),
            keepdims,
            interpolation,
            false,
        )
    }

    /// The element that `q` percent (0 to 100) of all elements do not exceed: [`Tensor::quantile`] of `q / 100`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0_f32, 2.0, 3.0]).percentile(50.0_f32).item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn percentile(&self, q: impl Into<Tensor>) -> Tensor {
        self.quantile(percent(q.into()))
            .named("percentile", &[self])
    }

    /// As [`Tensor::percentile`] along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn percentile_axis(&self, q: impl Into<Tensor>, axis: isize) -> Tensor {
        self.quantile_axis(percent(q.into()), axis)
            .named("percentile", &[self])
    }

    /// As [`Tensor::percentile`] over several axes with a given interpolation; `keepdims` leaves them with size 1.
    #[track_caller]
    pub fn percentile_axes(
        &self,
        q: impl Into<Tensor>,
        axes: impl AsRef<[isize]>,
        keepdims: bool,
        interpolation: QuantileMethod,
    ) -> Tensor {
        self.quantile_axes(percent(q.into()), axes, keepdims, interpolation)
            .named("percentile", &[self])
    }

    /// The element in the middle of all, the mean of two if there are two; NaN if an element is. Integers are taken as `f32`.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0_f32, 1.0, 10.0, 2.0]).median().item::<f32>()?, 2.5);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn median(&self) -> Tensor {
        self.quantile(0.5).named("median", &[self])
    }

    /// As [`Tensor::median`] along one axis (counted from the end if negative), which is dropped.
    #[track_caller]
    pub fn median_axis(&self, axis: isize) -> Tensor {
        self.quantile_axis(0.5, axis).named("median", &[self])
    }

    /// As [`Tensor::median`] over several axes; `keepdims` leaves them with size 1.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::ones([2, 3, 4]).median_axes([0, -1], true).shape(), [1, 3, 1]);
    /// ```
    #[track_caller]
    pub fn median_axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
        self.quantile_axes(0.5, axes, keepdims, QuantileMethod::Linear)
            .named("median", &[self])
    }
}

fn percent(q: Tensor) -> Tensor {
    q.cast(DType::F64) / 100.0
}

/// The axes moved to the end as one, the shape that is left, and the shape with the axes of size 1.
fn rows(x: &Tensor, axes: &[isize]) -> crate::Result<(Tensor, Shape, Shape)> {
    let shape = *x.raw_shape();
    let mut mask = vec![false; shape.rank()];
    for &axis in axes {
        mask[shape.axis(axis)?] = true;
    }
    let ends: Vec<isize> = (0..axes.len() as isize)
        .map(|i| i - axes.len() as isize)
        .collect();
    let moved = x.moveaxis(axes, ends).into_result()?;
    let rest = Shape::new(&moved.raw_shape()[..shape.rank() - axes.len()]);
    let n = Shape::new(&moved.raw_shape()[rest.rank()..]).num_elements();
    if !is_known(n) {
        return Err(Error::shape(format!(
            "a quantile needs axes of known sizes, found {axes:?} of {shape}"
        )));
    }
    if n == 0 {
        return Err(Error::value(format!(
            "a quantile of no elements was asked for: {shape} has none along {axes:?}"
        )));
    }
    let kept: Vec<usize> = shape
        .iter()
        .zip(&mask)
        .map(|(&d, &gone)| if gone { 1 } else { d })
        .collect();
    Ok((
        moved.reshape(rest.insert(rest.rank(), n)?),
        rest,
        Shape::new(&kept),
    ))
}

/// Quantiles over axes; `skip_nan` leaves NaN out of the count.
#[track_caller]
pub(crate) fn quantile(
    x: &Tensor,
    q: Tensor,
    axes: &[isize],
    keepdims: bool,
    interpolation: QuantileMethod,
    skip_nan: bool,
) -> Tensor {
    if let Some(failed) = [x, &q].into_iter().find(|t| t.error().is_some()) {
        return failed.clone();
    }
    let x = float(x);
    let (rows, rest, kept) = match rows(&x, axes) {
        Ok(found) => found,
        Err(error) => return x.fail("quantile", error),
    };
    let fractions = match q.cast(DType::F64).to_vec::<f64>() {
        Ok(q) => q,
        Err(error) => return x.fail("quantile", error),
    };
    if let Some(wrong) = fractions.iter().find(|q| !(0.0..=1.0).contains(*q)) {
        let message =
            format!("a quantile is a part between 0 and 1 (0 and 100 percent), found {wrong}");
        return x.fail("quantile", Error::value(message));
    }
    let sorted = rows.sort();
    let n = rows.raw_shape()[rows.raw_shape().rank() - 1];
    // NaN sorts to the end.
    let count = match skip_nan {
        true => rows.isnan().logical_not().sum_axis(-1).cast(DType::F64),
        false => Tensor::full([], n as f64),
    };
    let parts = fractions.iter().map(|&q| {
        let place = (&count - 1.0).maximum(0.0) * q;
        // What rounding leaves of a whole place is none.
        let place = where_(
            (&place - place.round()).abs().less(1e-9 * n as f64),
            place.round(),
            &place,
        );
        let at = |place: Tensor| {
            let index = place.cast(DType::I64);
            match skip_nan {
                true => sorted
                    .take_along_axis(&index.expand_dims(-1), -1)
                    .squeeze(-1),
                false => sorted.take(&index, -1),
            }
        };
        let (low, high) = (place.floor(), place.ceil());
        match interpolation {
            QuantileMethod::Lower => at(low),
            QuantileMethod::Higher => at(high),
            QuantileMethod::Nearest => at(place.round()),
            QuantileMethod::Midpoint => {
                let (low, high) = (at(low), at(high));
                where_(low.equal(&high), &low, (&low + &high) * 0.5)
            }
            QuantileMethod::Linear => {
                let part = (&place - &low).cast(x.dtype());
                let (low, high) = (at(low), at(high));
                // Where nothing of the other counts, its infinity does not.
                let mixed = &low * (1.0 - &part) + &high * &part;
                where_(part.equal(0.0), &low, mixed)
            }
        }
    });
    let parts: Vec<Tensor> = parts.collect();
    let lost = match skip_nan {
        true => count.equal(0.0),
        false => rows.isnan().any_axis(-1),
    };
    let shape = if keepdims { kept } else { rest };
    let shaped = parts
        .iter()
        .map(|part| where_(&lost, f64::NAN, part).reshape(shape));
    let all: Vec<Tensor> = shaped.collect();
    match q.raw_shape().rank() {
        0 => all.into_iter().next().expect("one fraction"),
        1 if all.is_empty() => x.fail(
            "quantile",
            Error::value("no quantile was asked for: `q` is empty"),
        ),
        1 => stack(all, 0),
        _ => x.fail(
            "quantile",
            Error::rank(
                "quantile",
                1,
                "[fractions]",
                q.raw_shape(),
                "a number or a list of numbers is what Keras takes",
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::QuantileMethod;
    use crate::testing::check_gradient;
    use crate::{DType, Tensor, UNKNOWN};

    #[test]
    fn interpolations() {
        let x = Tensor::from([4.0_f64, 1.0, 3.0, 2.0]);
        use QuantileMethod::*;
        for (how, expected) in [
            (Linear, 2.2),
            (Lower, 2.0),
            (Higher, 3.0),
            (Midpoint, 2.5),
            (Nearest, 2.0),
        ] {
            let found = x.quantile_axes(0.4, [0], false, how).item::<f64>().unwrap();
            assert!((found - expected).abs() < 1e-12, "{how:?}: {found}");
        }
        assert_eq!(
            x.quantile_axes(0.5, [0], false, Nearest)
                .item::<f64>()
                .unwrap(),
            3.0
        );
    }

    #[test]
    fn nan_and_infinities() {
        let x = Tensor::from([[1.0, f32::NAN], [f32::INFINITY, 2.0]]);
        let y = x.median_axis(1);
        assert!(y.data::<f32>()[0].is_nan() && y.data::<f32>()[1] == f32::INFINITY);
        assert_eq!(x.quantile_axis(0.0, 1).data::<f32>()[1], 2.0);
    }

    #[test]
    fn shapes_and_errors() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        assert_eq!(x.quantile([0.1, 0.5, 0.9]).shape(), [3]);
        assert_eq!(
            x.quantile_axes([0.5], [0, -1], true, QuantileMethod::Linear)
                .shape(),
            [1, 1, 3, 1]
        );
        assert_eq!(x.median_axes([], false).shape(), [2, 3, 4]);
        assert_eq!(
            x.median_axis(1).to_vec::<f32>().unwrap(),
            [4.0, 5.0, 6.0, 7.0, 16.0, 17.0, 18.0, 19.0]
        );
        assert!(x.quantile(1.5).error().is_some() && x.quantile(f64::NAN).error().is_some());
        assert!(
            x.median_axis(3).error().is_some() && x.median_axes([0, 0], false).error().is_some()
        );
        assert!(Tensor::zeros([0]).median().error().is_some());
        let open = Tensor::abstract_of([UNKNOWN, 3], DType::F32);
        assert_eq!(open.median_axis(1).shape().to_string(), "[_]");
        assert!(open.median_axis(0).error().is_some());
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].quantile_axis([0.3, 0.8], 0).square(), &[&[4, 2]]);
        check_gradient(|x| x[0].median().square(), &[&[2, 3]]);
    }
}

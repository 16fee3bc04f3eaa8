//! Reductions that leave NaN out.

use crate::ops::elementwise::where_;
use crate::ops::reduce::norm::root;
use crate::ops::reduce::quantile::{QuantileMethod, quantile};
use crate::ops::shape::along::along;
use crate::{DType, Tensor, no_gradient};

/// Of a floating point tensor NaN exchanged for a number that changes nothing.
#[track_caller]
fn without_nan(x: &Tensor, number: f64) -> Tensor {
    match x.dtype().is_float() {
        true => where_(x.isnan(), number, x),
        false => x.clone(),
    }
}

/// All axes where none is named.
fn axes_of(x: &Tensor, axes: Option<&[isize]>) -> Vec<isize> {
    match axes {
        Some(axes) => axes.to_vec(),
        None => (0..x.raw_shape().rank() as isize).collect(),
    }
}

/// How many elements are no NaN.
#[track_caller]
fn count(x: &Tensor, axes: &[isize], keepdims: bool) -> Tensor {
    let dtype = x.dtype().float();
    x.isnan().logical_not().sum_axes(axes, keepdims).cast(dtype)
}

/// A maximum or minimum, NaN where all elements are.
#[track_caller]
fn max_min(x: &Tensor, axes: Option<&[isize]>, keepdims: bool, greatest: bool) -> Tensor {
    let axes = axes_of(x, axes);
    let filled = without_nan(
        x,
        if greatest {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        },
    );
    let found = match greatest {
        true => filled.max_axes(&axes, keepdims),
        false => filled.min_axes(&axes, keepdims),
    };
    match x.dtype().is_float() {
        true => where_(x.isnan().all_axes(&axes, keepdims), f64::NAN, found),
        false => found,
    }
}

#[track_caller]
fn mean(x: &Tensor, axes: &[isize], keepdims: bool) -> Tensor {
    without_nan(x, 0.0).sum_axes(axes, keepdims) / count(x, axes, keepdims)
}

#[track_caller]
fn var(x: &Tensor, axes: &[isize], keepdims: bool) -> Tensor {
    let x = crate::ops::elementwise::float(x);
    // NaN stays out; a deviation that is NaN for another reason, as of an infinity, does not.
    let is_nan = x.isnan();
    let kept = |deviations: Tensor| where_(&is_nan, 0.0, deviations);
    // As in `var`, what the mean is off is taken away from the deviations.
    let deviations = kept(&x - no_gradient(|| mean(&x, axes, true)));
    let off = deviations.sum_axes(axes, true) / count(&x, axes, true);
    kept(deviations - off).square().sum_axes(axes, keepdims) / count(&x, axes, keepdims)
}

macro_rules! nan_reductions {
    ($($(#[$doc:meta])* $all:ident $axis:ident $axes:ident: $f:expr;)*) => {
        impl Tensor {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $all(&self) -> Tensor {
                    let found: Tensor = $f(self, None, false);
                    found.named(stringify!($all), &[self])
                }

                #[doc = concat!("As [`Tensor::", stringify!($all), "`] over one axis (counted from the end if negative), which is dropped.")]
                #[track_caller]
                pub fn $axis(&self, axis: isize) -> Tensor {
                    let found: Tensor = $f(self, Some(&[axis]), false);
                    found.named(stringify!($all), &[self])
                }

                #[doc = concat!("As [`Tensor::", stringify!($all), "`] over several axes; `keepdims` leaves them with size 1.")]
                #[track_caller]
                pub fn $axes(&self, axes: impl AsRef<[isize]>, keepdims: bool) -> Tensor {
                    let found: Tensor = $f(self, Some(axes.as_ref()), keepdims);
                    found.named(stringify!($all), &[self])
                }
            )*
        }
    };
}

nan_reductions! {
    /// The sum of all elements but NaN, 0 of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nansum().item::<f32>()?, 3.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nansum nansum_axis nansum_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims|
        without_nan(x, 0.0).sum_axes(axes_of(x, axes), keepdims);

    /// The product of all elements but NaN, 1 of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0, f32::NAN, 2.0]).nanprod().item::<f32>()?, 6.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanprod nanprod_axis nanprod_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims|
        without_nan(x, 1.0).prod_axes(axes_of(x, axes), keepdims);

    /// The greatest of all elements but NaN, NaN if all are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nanmax().item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanmax nanmax_axis nanmax_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims| max_min(x, axes, keepdims, true);

    /// The least of all elements but NaN, NaN if all are.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nanmin().item::<f32>()?, 1.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanmin nanmin_axis nanmin_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims| max_min(x, axes, keepdims, false);

    /// The mean of all elements but NaN, NaN of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nanmean().item::<f32>()?, 1.5);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanmean nanmean_axis nanmean_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims| mean(x, &axes_of(x, axes), keepdims);

    /// The variance of all elements but NaN, NaN of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 3.0]).nanvar().item::<f32>()?, 1.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanvar nanvar_axis nanvar_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims| var(x, &axes_of(x, axes), keepdims);

    /// The standard deviation of all elements but NaN, NaN of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 5.0]).nanstd().item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanstd nanstd_axis nanstd_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims| root(&var(x, &axes_of(x, axes), keepdims));

    /// The median of all elements but NaN, NaN of none.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 5.0]).nanmedian().item::<f32>()?, 3.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    nanmedian nanmedian_axis nanmedian_axes: |x: &Tensor, axes: Option<&[isize]>, keepdims|
        quantile(x, Tensor::from(0.5), &axes_of(x, axes), keepdims, QuantileMethod::Linear, true);
}

impl Tensor {
    /// As [`Tensor::quantile_axes`], NaN left out; NaN if all elements are.
    ///
    /// ```
    /// # use nn::{Tensor, ops::QuantileMethod};
    /// let x = Tensor::from([1.0, f32::NAN, 2.0, 3.0]);
    /// assert_eq!(x.nanquantile_axes(0.5, [0], false, QuantileMethod::Linear).item::<f32>()?, 2.0);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nanquantile_axes(
        &self,
        q: impl Into<Tensor>,
        axes: impl AsRef<[isize]>,
        keepdims: bool,
        interpolation: QuantileMethod,
    ) -> Tensor {
        quantile(self, q.into(), axes.as_ref(), keepdims, interpolation, true)
            .named("nanquantile", &[self])
    }

    /// As [`Tensor::quantile`], NaN left out; NaN if all elements are.
    #[track_caller]
    pub fn nanquantile(&self, q: impl Into<Tensor>) -> Tensor {
        self.nanquantile_axes(q, axes_of(self, None), false, QuantileMethod::Linear)
    }

    /// As [`Tensor::percentile`], NaN left out; NaN if all elements are.
    #[track_caller]
    pub fn nanpercentile(&self, q: impl Into<Tensor>) -> Tensor {
        self.nanquantile(q.into().cast(DType::F64) / 100.0)
            .named("nanpercentile", &[self])
    }

    /// The running sum along an axis (counted from the end if negative) in which NaN counts as 0;
    /// without an axis as [`Tensor::cumsum`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nancumsum(0).to_vec::<f32>()?, [1.0, 1.0, 3.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nancumsum(&self, axis: impl Into<Option<isize>>) -> Tensor {
        without_nan(self, 0.0)
            .cumsum(axis)
            .named("nancumsum", &[self])
    }

    /// The running product along an axis (counted from the end if negative) in which NaN counts as 1;
    /// without an axis as [`Tensor::cumprod`].
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([3.0, f32::NAN, 2.0]).nancumprod(0).to_vec::<f32>()?, [3.0, 3.0, 6.0]);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nancumprod(&self, axis: impl Into<Option<isize>>) -> Tensor {
        without_nan(self, 1.0)
            .cumprod(axis)
            .named("nancumprod", &[self])
    }

    /// The position (`i64`) of the greatest element but NaN along an axis (counted from the end if negative); -1 where all are NaN, as in
    /// Keras. Without an axis, `None`, it is the position among all elements.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nanargmax(0).item::<i64>()?, 2);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nanargmax(&self, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let found = without_nan(&x, f64::NEG_INFINITY).argmax(axis);
        where_(x.isnan().all_axis(axis), -1, found).named("nanargmax", &[self])
    }

    /// The position (`i64`) of the least element but NaN along an axis (counted from the end if negative); -1 where all are NaN, as in
    /// Keras. Without an axis, `None`, it is the position among all elements.
    ///
    /// ```
    /// # use nn::Tensor;
    /// assert_eq!(Tensor::from([f32::NAN, 1.0, 2.0]).nanargmin(0).item::<i64>()?, 1);
    /// # Ok::<(), nn::Error>(())
    /// ```
    #[track_caller]
    pub fn nanargmin(&self, axis: impl Into<Option<isize>>) -> Tensor {
        let (x, axis) = along(self, axis.into());
        let found = without_nan(&x, f64::INFINITY).argmin(axis);
        where_(x.isnan().all_axis(axis), -1, found).named("nanargmin", &[self])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check_gradient;
    use crate::{GradientTape, Tensor};

    #[test]
    fn rows_of_nan_and_infinities() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let x = Tensor::from([[nan, nan], [nan, 3.0], [inf, 1.0]]);
        assert_eq!(x.nansum_axis(1).to_vec::<f64>().unwrap(), [0.0, 3.0, inf]);
        assert_eq!(x.nanprod_axis(1).to_vec::<f64>().unwrap(), [1.0, 3.0, inf]);
        for y in [
            x.nanmax_axis(1),
            x.nanmin_axis(1),
            x.nanmean_axis(1),
            x.nanmedian_axis(1),
        ] {
            assert!(y.data::<f64>()[0].is_nan());
            assert_eq!(y.data::<f64>()[1], 3.0);
        }
        // The variance of 1e6 + 0..6 among NaN, which a rounded mean would be off by.
        let large: Vec<f32> = (0..7000).map(|i| 1e6 + (i % 7) as f32).collect();
        let large = Tensor::from(large);
        let exact = (&large - 1e6).var().to_f64().unwrap();
        assert!((large.nanvar().to_f64().unwrap() - exact).abs() < 1e-4 * exact);
        let v = x.nanvar_axis(1);
        assert!(
            v.data::<f64>()[0].is_nan() && v.data::<f64>()[1] == 0.0 && v.data::<f64>()[2].is_nan()
        );
        assert_eq!(x.nanargmax(1).to_vec::<i64>().unwrap(), [-1, 1, 0]);
        assert_eq!(x.nanargmin(1).to_vec::<i64>().unwrap(), [-1, 1, 1]);
        assert_eq!(x.nanargmax(None).item::<i64>().unwrap(), 4);
        assert_eq!(x.nanargmin(None).item::<i64>().unwrap(), 5);
        let sums = x.nancumsum(None).to_vec::<f64>().unwrap();
        assert_eq!(sums, [0.0, 0.0, 0.0, 3.0, inf, inf]);
        let i = Tensor::from([3_i64, 1]);
        assert_eq!(
            (
                i.nanmax().item::<i64>().unwrap(),
                i.nansum().item::<i64>().unwrap()
            ),
            (3, 4)
        );
        assert_eq!(i.nanmean().item::<f32>().unwrap(), 2.0);
    }

    #[test]
    fn nothing_flows_to_nan() {
        let x = Tensor::from([1.0, f64::NAN, 4.0]);
        for f in [
            Tensor::nanmean,
            Tensor::nanstd,
            Tensor::nanmax,
            Tensor::nanmedian,
            Tensor::nanprod,
        ] {
            let tape = GradientTape::new();
            tape.watch(&x);
            let g = tape.gradient(&f(&x), &x).unwrap();
            assert!(g.data::<f64>()[1] == 0.0 && g.data::<f64>()[2].is_finite());
        }
    }

    #[test]
    fn gradient() {
        check_gradient(|x| x[0].nanvar_axis(1), &[&[2, 3]]);
        check_gradient(|x| x[0].nanmean_axes([0], true) * &x[0], &[&[2, 3]]);
        check_gradient(|x| x[0].nanquantile([0.3]).square(), &[&[4]]);
    }
}

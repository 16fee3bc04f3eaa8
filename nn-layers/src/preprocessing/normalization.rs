//! Features brought to mean 0 and variance 1.

use crate::ShapeError;
use crate::core::axes::Ints;
use crate::preprocessing::clean;
use crate::preprocessing::numbers::Numbers;
use nn_core::config::{ConfigValue, check_floats};
use nn_core::{
    DType, Error, Initializer, Module, Param, Result, Shape, Tensor, floatx, is_known, no_gradient,
};
use nn_derive::{Layer, model};
use serde_json::Value;

/// What a standard deviation is at least, so that nothing is divided by 0: Keras's epsilon.
const SMALLEST: f64 = 1e-7;

/// `y = (x - mean) / √variance`, with the mean and the variance of data that it was shown before ([`Normalization::adapt`]) or that were
/// given; with `invert` the way back, `y = x · √variance + mean`. A deviation below 1e-7 counts as that. In training and in inference alike:
/// nothing is learned in between.
///
/// Shapes: any; a mean and a variance for each index of `axis` (the last one). Buffers, unless both were given: `mean`, `variance`, of the
/// sizes of these axes, and `count`, which is 0 for ever.
///
/// Source: Keras's `Normalization`.
///
/// ```
/// use nn::{Layer, Normalization, Tensor};
/// let data = Tensor::from([[0.0_f32, 7.0, 4.0], [2.0, 9.0, 6.0], [0.0, 7.0, 4.0], [2.0, 9.0, 6.0]]);
/// let layer = Normalization::new();
/// layer.adapt(&data)?;
/// assert_eq!(layer.forward(Tensor::from([[0.0_f32, 7.0, 4.0]])).to_vec::<f32>()?, [-1.0, -1.0, -1.0]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct Normalization {
    #[config(default = Ints::new([-1]), no_builder)]
    axis: Ints,
    /// Whether it goes back from normalized numbers.
    #[config(default = false)]
    invert: bool,
    mean: Statistic<0>,
    variance: Statistic<1>,
    #[param(Count(Param::buffer(Initializer::Zeros)))]
    count: Count,
}

/// A number beside mean and variance that Keras keeps, sets to 0 and never reads: without it files and counts of parameters would
/// differ.
#[derive(Clone, Debug)]
struct Count(Param);

impl Module for Count {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn as_param(&self) -> Option<&Param> {
        Some(&self.0)
    }

    fn config(&self) -> Value {
        Value::Null
    }

    fn from_config(_: &Value) -> Result<Count> {
        Ok(Count(Param::buffer(Initializer::Zeros)))
    }
}

/// A mean (0 at first) or a variance (1 at first): given as a setting, or a buffer that [`Normalization::adapt`] fills.
#[derive(Clone, Debug)]
struct Statistic<const FIRST: u8> {
    given: Option<Numbers>,
    learned: Param,
}

impl<const FIRST: u8> Statistic<FIRST> {
    const fn new(given: Option<Numbers>) -> Statistic<FIRST> {
        let value = FIRST as f64;
        Statistic {
            given,
            learned: Param::buffer(Initializer::Constant { value }),
        }
    }

    /// Its values, in the form that broadcasts with an input of which some axes are kept.
    fn beside(&self, input: &Shape, kept: &[usize]) -> Result<Tensor> {
        let values = match &self.given {
            Some(numbers) => numbers.tensor(floatx()),
            None => self.learned.value(),
        };
        let mut dims = vec![1; input.rank()];
        // Aligned at the end, where fewer axes were given than are kept.
        for (&size, &axis) in values.try_shape()?.iter().rev().zip(kept.iter().rev()) {
            dims[axis] = size;
        }
        Ok(values.reshape(Shape::try_new(&dims)?))
    }
}

impl<const FIRST: u8> Module for Statistic<FIRST> {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn as_param(&self) -> Option<&Param> {
        self.given.is_none().then_some(&self.learned)
    }

    fn config(&self) -> Value {
        self.given.to_json()
    }

    fn from_config(config: &Value) -> Result<Statistic<FIRST>> {
        Ok(Statistic::new(Option::from_json(config)?))
    }
}

#[model(crate = nn_core)]
impl Normalization {
    /// A mean and a variance for each index of the last axis; 0 and 1 before [`Normalization::adapt`].
    pub const fn new() -> Normalization {
        Normalization::with_defaults(Statistic::new(None), Statistic::new(None))
    }

    /// A mean and a variance for each index of another axis.
    pub const fn axis(self, axis: isize) -> Normalization {
        self.axes([axis])
    }

    /// For each place along several axes; of none, `axes([])`, one mean and one variance for all numbers.
    pub const fn axes<const N: usize>(mut self, axes: [isize; N]) -> Normalization {
        self.axis = Ints::new(axes);
        self
    }

    /// With this mean and this variance for all numbers, instead of what [`Normalization::adapt`] finds.
    pub fn mean_and_variance(mut self, mean: f64, variance: f64) -> Normalization {
        self.mean.given = Some(Numbers::One(mean));
        self.variance.given = Some(Numbers::One(variance));
        self
    }

    /// With a mean and a variance for each index of the axis.
    pub fn means_and_variances(mut self, means: &[f64], variances: &[f64]) -> Normalization {
        self.mean.given = Some(Numbers::list(means));
        self.variance.given = Some(Numbers::list(variances));
        self
    }

    /// Which axes keep a mean and a variance for each index.
    const fn kept(&self, input: &Shape) -> Result<[bool; nn_core::MAX_RANK], ShapeError> {
        match self.axis.as_slice() {
            [] => Ok([false; nn_core::MAX_RANK]),
            _ => self.axis.mask("Normalization", input),
        }
    }

    /// The shape of the output, that of the input.
    ///
    /// # Errors
    /// When the input has no such axes.
    pub const fn output_shape(&self, input: &Shape) -> Result<Shape, ShapeError> {
        match self.kept(input) {
            Ok(_) => Ok(*input),
            Err(error) => Err(error),
        }
    }

    /// The kept axes, in order.
    fn kept_axes(&self, input: &Shape) -> Result<Vec<usize>> {
        let kept = self.kept(input)?;
        Ok((0..input.rank()).filter(|&axis| kept[axis]).collect())
    }

    fn build(&self, input: &Shape) -> Result<()> {
        let kept = self.kept_axes(input)?;
        check_floats("Normalization", "mean", &self.mean.given)?;
        check_floats("Normalization", "variance", &self.variance.given)?;
        self.count.0.build([])?;
        match (&self.mean.given, &self.variance.given) {
            (Some(mean), Some(variance)) => {
                let (dims, others) = (mean.dims()?, variance.dims()?);
                if dims != others || dims.len() > kept.len() {
                    return Err(Error::value(format!(
                        "mean and variance of a Normalization need the same shape, of at most one axis for each of the {} kept ones, found \
                         {dims:?} and {others:?}",
                        kept.len()
                    )));
                }
                mean.check_finite("Normalization", "mean")?;
                variance.check_finite("Normalization", "variance")?;
                if variance.any(|v| v < 0.0) {
                    return Err(Error::value(format!(
                        "the variance of a Normalization is a number from 0 on, found {variance:?}"
                    )));
                }
                for (&size, &axis) in dims.iter().rev().zip(kept.iter().rev()) {
                    if size != 1 && is_known(input[axis]) && size != input[axis] {
                        return Err(Error::shape(format!(
                            "a Normalization was given {size} means and variances for axis {axis} of {input}"
                        )));
                    }
                }
                Ok(())
            }
            (None, None) => {
                let mut dims = Vec::new();
                for &axis in &kept {
                    let size = input.dim(axis as isize)?;
                    dims.push(size);
                }
                let shape = Shape::try_new(&dims)?;
                if self.mean.learned.is_built() && self.mean.learned.shape() != shape {
                    return Err(Error::shape(format!(
                        "expected {} on the kept axes, found {shape} in {input}: a Normalization keeps the sizes of its first call",
                        self.mean.learned.shape()
                    )));
                }
                self.mean.learned.build(shape)?;
                self.variance.learned.build(shape)?;
                Ok(())
            }
            _ => Err(Error::value(
                "a Normalization was given one of mean and variance without the other; give both, or none and call `adapt`",
            )),
        }
    }

    fn call(&self, x: Tensor) -> Tensor {
        let x = x.cast(floatx());
        match self.statistics(&x.shape()) {
            Err(error) => Tensor::failed(error),
            Ok((mean, deviation)) if self.invert => x * deviation + mean,
            Ok((mean, deviation)) => (x - mean) / deviation,
        }
    }

    /// The mean and the standard deviation beside an input.
    fn statistics(&self, input: &Shape) -> Result<(Tensor, Tensor)> {
        let kept = self.kept_axes(input)?;
        let variance = self.variance.beside(input, &kept)?;
        let deviation = variance.sqrt().maximum(SMALLEST);
        Ok((self.mean.beside(input, &kept)?, deviation))
    }

    /// Takes the mean and the (biased) variance of data, whatever it had before: `[rows, ..]` as the layer is called with.
    ///
    /// # Errors
    /// Data of a shape that the layer does not take, numbers that are not finite or so large that their variance is not, and a layer whose mean and variance were given.
    pub fn adapt(&self, data: &Tensor) -> Result<()> {
        self.adapt_batches([data.clone()])
    }

    /// As [`Normalization::adapt`] of data that comes in batches, of any number of rows each.
    ///
    /// # Errors
    /// As [`Normalization::adapt`], and when there is no batch.
    pub fn adapt_batches(&self, batches: impl IntoIterator<Item = Tensor>) -> Result<()> {
        if self.mean.given.is_some() || self.variance.given.is_some() {
            return Err(Error::value(
                "a Normalization that was given mean and variance has nothing to adapt; make it without them",
            ));
        }
        let mut found: Option<(Tensor, Tensor)> = None;
        let mut count = 0;
        for batch in batches {
            let batch = clean::finite("Normalization", batch, floatx())?;
            let shape = batch.shape();
            let kept = self.kept_axes(&shape)?;
            let rest: Vec<usize> = (0..shape.rank()).filter(|a| !kept.contains(a)).collect();
            let more: usize = rest.iter().map(|&axis| shape[axis]).product();
            if more == 0 {
                continue;
            }
            let axes: Vec<isize> = rest.iter().map(|&axis| axis as isize).collect();
            let of = |f: &dyn Fn(&Tensor) -> Tensor| no_gradient(|| f(&batch)).into_result();
            let (mean, variance) = match axes.is_empty() {
                true => (batch.clone(), batch.zeros_like()),
                false => (
                    of(&|x| x.mean_axes(&axes, false))?,
                    of(&|x| x.var_axes(&axes, false))?,
                ),
            };
            count += more;
            found = Some(match found {
                None => (mean, variance),
                Some((so_far, spread)) => {
                    let weight = more as f64 / count as f64;
                    let rest = 1.0 - weight;
                    let both = &so_far * rest + &mean * weight;
                    let moved = (spread + (so_far - &both).square()) * rest;
                    let variance = moved + (variance + (mean - &both).square()) * weight;
                    (both.into_result()?, variance.into_result()?)
                }
            });
        }
        let Some((mean, variance)) = found else {
            return Err(Error::value(
                "a Normalization cannot adapt to no data; give at least one row",
            ));
        };
        let variances = variance.cast(DType::F64).to_vec::<f64>()?;
        if let Some(i) = variances.iter().position(|v| !v.is_finite()) {
            return Err(Error::value(format!(
                "a Normalization cannot adapt to numbers as large as those at index {i} of the axes that it keeps, {:?}: their variance \
                 is not finite; divide them by a constant first",
                self.axis.as_slice()
            )));
        }
        self.mean.learned.set_value(&mean)?;
        self.variance.learned.set_value(&variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;
    use nn_core::testing::assert_close;

    #[test]
    fn batches_give_what_all_at_once_gives() {
        let data = Tensor::from_vec(
            (0..60).map(|i| ((i * 37) % 60) as f32 * 0.1).collect(),
            [5, 4, 3],
        );
        for layer in [
            Normalization::new(),
            Normalization::new().axes([1, -1]),
            Normalization::new().axes([]),
        ] {
            let (whole, parts) = (layer.clone(), layer);
            whole.adapt(&data).unwrap();
            parts
                .adapt_batches([data.slice(0..2), data.slice(2..2), data.slice(2..5)])
                .unwrap();
            assert_close(&parts.forward(&data), &whole.forward(&data), 1e-5);
            let y = whole.forward(&data);
            assert!(y.mean().to_f64().unwrap().abs() < 1e-5);
            assert!((y.var().to_f64().unwrap() - 1.0).abs() < 1e-4);
        }
    }

    #[test]
    fn there_and_back_is_where_one_was() {
        let x = Tensor::from([[1.0_f32, 2.0], [3.0, 5.0]]);
        let there = Normalization::new();
        there.adapt(&x).unwrap();
        let copy = there.clone_model();
        assert_close(&copy.forward(&x), &there.forward(&x), 0.0);
        let back = copy.invert(true);
        assert_close(&back.forward(there.forward(&x)), &x, 1e-6);
    }

    #[test]
    fn data_that_is_not_finite_is_named_by_its_column() {
        let layer = Normalization::new();
        let good = Tensor::from([[1.0_f64, 2.0, 3.0], [3.0, 4.0, 4.0]]);
        layer.adapt(&good).unwrap();
        let before = layer.forward(&good);
        for (bad, part) in [
            (f64::NAN, "adapt to NaN: it stands in column 2, at [1, 2]"),
            (f64::NEG_INFINITY, "adapt to -inf: it stands in column 2"),
            (1e300, "adapt to 1e300, which f32 does not hold"),
            (3e38, "index 2 of the axes that it keeps, [-1]"),
        ] {
            let data = Tensor::from([[1.0_f64, 2.0, -bad.abs().min(3e38)], [3.0, 4.0, bad]]);
            let error = layer.adapt(&data).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            let batches = [good.clone(), data];
            let error = layer.adapt_batches(batches).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_close(&layer.forward(&good), &before, 0.0);
    }

    #[test]
    fn what_is_given_is_checked() {
        let error = |layer: Normalization| {
            layer
                .forward(Tensor::ones([2, 3]))
                .into_result()
                .unwrap_err()
                .to_string()
        };
        let given = Normalization::new().means_and_variances(&[1.0, 2.0], &[1.0, 1.0]);
        assert!(error(given.clone()).contains("2 means and variances for axis 1 of [2, 3]"));
        assert!(given.adapt(&Tensor::ones([2, 2])).is_err());
        assert!(error(Normalization::new().axis(2)).contains("axis 2 is out of range"));
        let config = serde_json::json!({"class_name": "Normalization", "config": {
            "axis": [-1], "invert": false, "mean": 1.0, "variance": null}});
        let half = Normalization::from_config(&config).unwrap();
        assert!(error(half).contains("one of mean and variance without the other"));
        assert!(Normalization::new().adapt(&Tensor::ones([0, 2])).is_err());
        let layer = Normalization::new();
        layer.adapt(&Tensor::ones([4, 2])).unwrap();
        assert!(error(layer).contains("expected [2] on the kept axes, found [3]"));
    }

    #[test]
    fn given_statistics_are_finite() {
        let x = Tensor::from([0.0_f32, 1.0]);
        for (mean, variance, name) in [
            (f64::INFINITY, f64::INFINITY, "mean"),
            (0.0, f64::INFINITY, "variance"),
            (1e39, 1.0, "mean"),
        ] {
            let layer = Normalization::new().mean_and_variance(mean, variance);
            let e = layer.forward(&x).into_result().unwrap_err().to_string();
            let words = format!("the `{name}` of Normalization is of finite numbers");
            assert!(e.contains(&words), "{e}");
        }
    }
}

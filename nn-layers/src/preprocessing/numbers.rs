//! A number, or a list of numbers, as a setting.

use crate::core::range::is_finite;
use nn_core::config::Floats;
use nn_core::{DType, Error, Result, Tensor};
use serde::{Deserialize, Serialize};

/// One number for all, or one for each channel (in lists within lists for several axes).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "Written")]
pub(crate) enum Numbers {
    One(f64),
    Each(Vec<Numbers>),
}

/// The forms in which they are written.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a list of numbers")]
enum Written {
    One(f64),
    Each(Vec<Numbers>),
    /// Keras's word for an array of NumPy.
    Array {
        config: Array,
    },
}

#[derive(Deserialize)]
struct Array {
    value: Numbers,
}

impl From<Written> for Numbers {
    fn from(written: Written) -> Numbers {
        match written {
            Written::One(number) => Numbers::One(number),
            Written::Each(numbers) => Numbers::Each(numbers),
            Written::Array { config } => config.value,
        }
    }
}

impl Floats for Numbers {
    fn any_nan(&self) -> bool {
        self.any(f64::is_nan)
    }
}

impl Numbers {
    pub fn list(numbers: &[f64]) -> Numbers {
        Numbers::Each(numbers.iter().copied().map(Numbers::One).collect())
    }

    /// Whether one of the numbers is such.
    pub fn any(&self, is_such: fn(f64) -> bool) -> bool {
        match self {
            Numbers::One(number) => is_such(*number),
            Numbers::Each(items) => items.iter().any(|item| item.any(is_such)),
        }
    }

    /// Checks that all stay finite in f32.
    ///
    /// # Errors
    /// When one does not, by the class and the setting.
    pub fn check_finite(&self, layer: &str, name: &str) -> Result<()> {
        match self.any(|number| !is_finite(number)) {
            false => Ok(()),
            true => Err(Error::value(format!(
                "the `{name}` of {layer} is of finite numbers, as f32 holds them, found {self:?}"
            ))),
        }
    }

    /// The lengths of the lists, outermost first; none for a number.
    ///
    /// # Errors
    /// When lists beside each other differ in length.
    pub fn dims(&self) -> Result<Vec<usize>> {
        let Numbers::Each(items) = self else {
            return Ok(Vec::new());
        };
        let mut inner = items.iter().map(Numbers::dims);
        let first = inner.next().transpose()?.unwrap_or_default();
        for dims in inner {
            if dims? != first {
                return Err(Error::value(
                    "lists within a list need the same length, found some that differ",
                ));
            }
        }
        Ok([vec![items.len()], first].concat())
    }

    /// As a tensor of one axis for each level of lists.
    pub fn tensor(&self, dtype: DType) -> Tensor {
        let mut values = Vec::new();
        self.collect(&mut values);
        match self.dims() {
            Ok(dims) => Tensor::from_vec(values, &dims[..]).cast(dtype),
            Err(error) => Tensor::failed(error),
        }
    }

    fn collect(&self, values: &mut Vec<f64>) {
        match self {
            Numbers::One(value) => values.push(*value),
            Numbers::Each(items) => items.iter().for_each(|item| item.collect(values)),
        }
    }
}

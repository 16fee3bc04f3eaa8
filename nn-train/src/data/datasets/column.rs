//! One column of a table on its way from texts to `f32`, without losing what tells its numbers apart.

use nn_core::config::beginning;
use nn_core::{Error, Result};
use nn_kernels::memory::{self, Refused};
use std::collections::HashMap;

/// From here on `f64` does not hold every whole number: 2⁵³.
const EXACT_F64: f64 = 9_007_199_254_740_992.0;

/// The error of a table that does not fit the memory.
pub(super) fn no_memory(refused: Refused) -> Error {
    Error::value(format!("{refused}; read fewer rows or columns at a time"))
}

/// The numbers of a column.
#[derive(Default)]
pub(super) struct Column {
    values: Vec<f64>,
    /// The digits of whole numbers that `f64` may have rounded, by what they became.
    rounded: HashMap<u64, String>,
    /// How many different numbers there were before they were standardized.
    standardized: Option<usize>,
}

impl Column {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    fn sorted(&self) -> Result<Vec<f64>> {
        let copy = memory::try_collected(self.values.iter().copied());
        let mut copy = copy.map_err(no_memory)?;
        copy.sort_unstable_by(f64::total_cmp);
        Ok(copy)
    }

    /// Adds a number.
    ///
    /// # Errors
    /// A text that is no finite number; one too small for `f64`; a whole number that `f64` cannot tell from another one of the column.
    /// Numbers with a fraction that become the same are the same: programs write one number with more digits or fewer.
    pub(super) fn push(&mut self, text: &str) -> Result<()> {
        let value: f64 = text
            .parse()
            .map_err(|_| Error::format(format!("`{}` is not a number", beginning(text))))?;
        if !value.is_finite() {
            // Only digits make a number that is too large; words mean infinities and NaN.
            return Err(Error::format(
                match text.contains(|c: char| c.is_ascii_digit()) {
                    true => format!("`{text}` is too large: numbers go up to 1.8e308"),
                    false => format!(
                        "`{text}` is not a finite number; leave such rows out, or fill them in"
                    ),
                },
            ));
        }
        let (mantissa, _) = text.split_once(['e', 'E']).unwrap_or((text, ""));
        if value == 0.0 && mantissa.contains(|c: char| matches!(c, '1'..='9')) {
            return Err(Error::format(format!(
                "`{text}` is too small, and would be 0: numbers go down to 4.9e-324; multiply the column by a constant"
            )));
        }
        if value.abs() >= EXACT_F64
            && let Some(whole) = digits(text)
        {
            let entry = self.rounded.entry(value.to_bits());
            let other = entry.or_insert_with(|| whole.to_string());
            if other != whole {
                return Err(Error::format(format!(
                    "{other} and {whole} become the same number: they have more digits than f64 holds; `ignore` the column if it is an id"
                )));
            }
        }
        memory::try_push(&mut self.values, value).map_err(no_memory)
    }

    /// Shifts and scales to mean 0 and (population) standard deviation 1; equal numbers become 0.
    ///
    /// # Errors
    /// Numbers so large that they have no standard deviation.
    pub(super) fn standardize(&mut self) -> Result<()> {
        let n = self.values.len() as f64;
        let first = self.values[0];
        self.standardized = Some(distinct(&self.sorted()?));
        if self.values.iter().all(|v| *v == first) {
            self.values.fill(0.0);
            return Ok(());
        }
        // Divided one by one, the sum does not overflow.
        let mean = self.values.iter().map(|v| v / n).sum::<f64>();
        let square = |v: &f64| (v - mean) * (v - mean) / n;
        let deviation = self.values.iter().map(square).sum::<f64>().sqrt();
        if !deviation.is_finite() || deviation == 0.0 {
            return Err(Error::format(
                "its numbers are too large or too small to be standardized; divide them by a constant first",
            ));
        }
        self.values
            .iter_mut()
            .for_each(|v| *v = (*v - mean) / deviation);
        Ok(())
    }

    /// Writes the numbers as `f32`.
    ///
    /// # Errors
    /// A number that is too large; different numbers that become the same: whole ones, or so many that half of the values are lost.
    pub(super) fn write<'a>(&self, to: impl Iterator<Item = &'a mut f32>) -> Result<()> {
        let mut exact = true;
        for (to, &value) in to.zip(&self.values) {
            *to = value as f32;
            if to.is_infinite() {
                return Err(Error::format(format!(
                    "{value:e} is too large for f32, whose numbers go up to 3.4e38; `standardize(true)` (inputs only) or divide the column"
                )));
            }
            exact &= f64::from(*to) == value;
        }
        if exact && self.standardized.is_none() {
            return Ok(());
        }
        let mut values = self.sorted()?;
        let (before, way_out) = match self.standardized {
            Some(before) => (
                before,
                "single numbers are very far out; clip or leave them out",
            ),
            None => {
                let whole = |v: &f64| v.fract() == 0.0;
                let pairs = values.windows(2);
                let mut lost = pairs.filter(|p| p[0] != p[1] && p[0] as f32 == p[1] as f32);
                if let Some(pair) = lost.find(|p| p.iter().all(whole)) {
                    return Err(Error::format(format!(
                        "{} and {} become the same number: f32 holds whole numbers up to 16777216; `standardize(true)` keeps the differences \
                         of inputs, and an id is better left out with `ignore`",
                        pair[0], pair[1]
                    )));
                }
                (
                    distinct(&values),
                    "`standardize(true)` keeps the differences of inputs; or subtract a constant first",
                )
            }
        };
        // Rounded, they are in order still.
        values.iter_mut().for_each(|v| *v = f64::from(*v as f32));
        let after = distinct(&values);
        match before > 1 && after * 2 <= before {
            false => Ok(()),
            true => Err(Error::format(format!(
                "of its {before} different numbers f32 can tell {after} apart: {way_out}"
            ))),
        }
    }
}

/// The digits of a whole number that is written out, `12` or `12.0`, from the first that is not 0 on.
fn digits(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches(['+', '-']);
    let is_whole = whole.bytes().all(|b| b.is_ascii_digit()) && fraction.bytes().all(|b| b == b'0');
    is_whole.then(|| whole.trim_start_matches('0'))
}

/// How many different numbers there are among some in order.
fn distinct(values: &[f64]) -> usize {
    let others = values.windows(2).filter(|p| p[0] != p[1]);
    values.len().min(1) + others.count()
}

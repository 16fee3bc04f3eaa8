//! Tables of numbers.

use super::read;
use crate::data::Dataset;
use nn_core::{Error, Result, Tensor};
use std::path::Path;

/// The largest file that is read, decompressed.
const LIMIT: u64 = 1 << 34;

/// How to read a CSV file of numbers (gzip or plain) with a header line.
///
/// ```
/// use nn_train::datasets::Csv;
/// let data = Csv::new().target("y").parse(b"a,b,y\n1,2,3\n4,5,6\n")?;
/// assert_eq!(data.x().to_vec::<f32>()?, [1.0, 2.0, 4.0, 5.0]);
/// assert_eq!(data.y().shape(), [2, 1]);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Csv {
    delimiter: u8,
    targets: Vec<String>,
    ignored: Vec<String>,
    standardize: bool,
}

impl Default for Csv {
    fn default() -> Csv {
        Csv::new()
    }
}

impl Csv {
    /// Comma-separated, every column an input.
    pub fn new() -> Csv {
        Csv {
            delimiter: b',',
            targets: Vec::new(),
            ignored: Vec::new(),
            standardize: false,
        }
    }

    /// The byte between two fields.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Csv {
        self.delimiter = delimiter;
        self
    }

    /// A column that is a target, not an input; several calls give several.
    #[must_use]
    pub fn target(mut self, column: impl Into<String>) -> Csv {
        self.targets.push(column.into());
        self
    }

    /// A column to leave out.
    #[must_use]
    pub fn ignore(mut self, column: impl Into<String>) -> Csv {
        self.ignored.push(column.into());
        self
    }

    /// Whether every input column is shifted and scaled to mean 0 and (population) standard deviation 1; a constant column becomes 0.
    #[must_use]
    pub fn standardize(mut self, standardize: bool) -> Csv {
        self.standardize = standardize;
        self
    }

    /// Reads a file: `x` is `[rows, inputs]`, `y` is `[rows, targets]`, both `f32`.
    ///
    /// # Errors
    /// When the file cannot be read; a column that is not there; a field that is not a number, with its line and column; a line with
    /// more or fewer fields than the header; no rows.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Dataset> {
        let path = path.as_ref();
        let bytes = read(path, LIMIT)?;
        self.parse(&bytes).map_err(|e| e.context(path.display()))
    }

    /// As [`Csv::read`], from bytes.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn parse(&self, bytes: &[u8]) -> Result<Dataset> {
        let malformed = |e: csv::Error| Error::format(e.to_string());
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .trim(csv::Trim::All)
            .from_reader(bytes);
        let header: Vec<String> = reader
            .headers()
            .map_err(malformed)?
            .iter()
            .map(str::to_string)
            .collect();
        for column in self.targets.iter().chain(&self.ignored) {
            if !header.contains(column) {
                return Err(Error::format(format!(
                    "there is no column `{column}`; the columns are {}",
                    header.join(", ")
                )));
            }
        }
        let targets: Vec<usize> = self
            .targets
            .iter()
            .filter_map(|t| header.iter().position(|h| h == t))
            .collect();
        let inputs: Vec<usize> = (0..header.len())
            .filter(|i| !targets.contains(i) && !self.ignored.contains(&header[*i]))
            .collect();
        if inputs.is_empty() {
            return Err(Error::format("no column is left for the inputs"));
        }
        let (mut x, mut y, mut rows) = (Vec::new(), Vec::new(), 0);
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            let number = |&i: &usize| {
                record[i].parse::<f32>().map_err(|_| {
                    Error::format(format!(
                        "line {line}, column `{}`: `{}` is not a number",
                        header[i], &record[i]
                    ))
                })
            };
            for i in &inputs {
                x.push(number(i)?);
            }
            for i in &targets {
                y.push(number(i)?);
            }
            rows += 1;
        }
        if rows == 0 {
            return Err(Error::format("there are no rows below the header"));
        }
        if self.standardize {
            standardize(&mut x, inputs.len());
        }
        let x = Tensor::from_vec(x, [rows, inputs.len()]);
        match targets.is_empty() {
            true => Dataset::inputs(x),
            false => Dataset::new(x, Tensor::from_vec(y, [rows, targets.len()])),
        }
    }
}

/// Shifts and scales every column to mean 0 and deviation 1.
fn standardize(x: &mut [f32], columns: usize) {
    let rows = (x.len() / columns) as f64;
    for c in 0..columns {
        let column = || x.iter().skip(c).step_by(columns).map(|&v| f64::from(v));
        let mean = column().sum::<f64>() / rows;
        let deviation = (column().map(|v| (v - mean).powi(2)).sum::<f64>() / rows).sqrt();
        let scale = if deviation > 0.0 {
            1.0 / deviation
        } else {
            0.0
        };
        for v in x.iter_mut().skip(c).step_by(columns) {
            *v = ((f64::from(*v) - mean) * scale) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_place() {
        let csv = Csv::new().target("y");
        let says = |text: &str, part: &str| {
            let e = csv.parse(text.as_bytes()).unwrap_err().to_string();
            assert!(e.contains(part), "{e}");
        };
        says("a,b\n1,2\n", "there is no column `y`; the columns are a, b");
        says("a,y\n1,2\nx,3\n", "line 3, column `a`: `x` is not a number");
        says("a,y\n1,2,3\n", "found record with 3 fields");
        says("a,y\n", "no rows");
        says("y\n1\n", "no column is left");
    }

    #[test]
    fn standardized_columns_have_mean_0_and_deviation_1() {
        let wine = super::super::wine_quality().unwrap();
        let x = wine.x();
        for c in 0..11 {
            let column: Vec<f64> = x
                .data::<f32>()
                .iter()
                .skip(c)
                .step_by(11)
                .map(|&v| f64::from(v))
                .collect();
            let mean = column.iter().sum::<f64>() / 1599.0;
            let deviation =
                (column.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 1599.0).sqrt();
            // Rounding to f32 of each of the numbers, which are of order 1.
            assert!(
                mean.abs() <= 1e-6 && (deviation - 1.0).abs() <= 1e-6,
                "{c}: {mean} {deviation}"
            );
        }
    }
}

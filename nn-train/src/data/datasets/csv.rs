//! Tables of numbers.

use super::column::{Column, no_memory};
use super::read;
use crate::data::Dataset;
use nn_core::{Error, Result, Tensor};
use nn_kernels::memory;
use std::collections::{HashMap, HashSet};
use std::iter::repeat_n;
use std::path::Path;

/// Bytes that a column takes beside its numbers: its name, its place, and memory for the first of them.
const COLUMN: usize = 512;

/// How to read a CSV file of numbers (gzip or plain), with a line of column names or without.
///
/// Fields are read as `f64`, standardized if asked, and become `f32` at the very end; a column of which that would make equal what is not is an
/// error.
///
/// ```
/// use nn::datasets::Csv;
/// let data = Csv::new().target("y").parse(b"a,b,y\n1,2,3\n4,5,6\n")?;
/// assert_eq!(data.x().to_vec::<f32>()?, [1.0, 2.0, 4.0, 5.0]);
/// assert_eq!(data.y().shape(), [2, 1]);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Csv {
    delimiter: u8,
    targets: Vec<String>,
    ignored: Vec<String>,
    standardize: bool,
    header: Option<bool>,
    limit: Option<u64>,
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
            header: None,
            limit: None,
        }
    }

    /// The byte between two fields (`,`); one that stands in names and numbers, or ends a line, is an error when a file is read.
    pub fn delimiter(mut self, delimiter: u8) -> Csv {
        self.delimiter = delimiter;
        self
    }

    /// A column that is a target, not an input; several calls give several.
    pub fn target(mut self, column: impl Into<String>) -> Csv {
        self.targets.push(column.into());
        self
    }

    /// A column to leave out.
    pub fn ignore(mut self, column: impl Into<String>) -> Csv {
        self.ignored.push(column.into());
        self
    }

    /// Whether every input column is shifted and scaled to mean 0 and (population) standard deviation 1; a constant column becomes 0.
    pub fn standardize(mut self, standardize: bool) -> Csv {
        self.standardize = standardize;
        self
    }

    /// Whether the first line has the names of the columns. Without them (`false`) the columns are called `0`, `1` and so on. Not said, there are
    /// names, and a first line of nothing but numbers is an error, for it is more likely a row.
    ///
    /// ```
    /// use nn::datasets::Csv;
    /// let data = Csv::new().header(false).target("2").parse(b"1,2,3\n4,5,6\n")?;
    /// assert_eq!((data.x().shape(), data.y().to_vec::<f32>()?), ([2, 2].into(), vec![3.0, 6.0]));
    /// # Ok::<(), nn::Error>(())
    /// ```
    pub fn header(mut self, header: bool) -> Csv {
        self.header = Some(header);
        self
    }

    /// The most bytes that are read, decompressed. Not said, a file may be of any size, and decompressed data 200 times as large as the file
    /// (at least 64 MiB): a small file that grows to gigabytes is more likely an attack.
    pub fn limit(mut self, bytes: u64) -> Csv {
        self.limit = Some(bytes);
        self
    }

    /// Reads a file: `x` is `[rows, inputs]`, `y` is `[rows, targets]`, both `f32`.
    ///
    /// # Errors
    /// When the file cannot be read, or is larger than the [limit](Csv::limit); a column that is not there, or whose name stands twice; a field that
    /// is not a finite number, with its line and column; a line with more or fewer fields than the first; numbers that `f32` cannot hold or
    /// tell apart; no rows.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Dataset> {
        let path = path.as_ref();
        let bytes = read(path, self.limit)?;
        self.parse(&bytes).map_err(|e| e.context(path.display()))
    }

    /// As [`Csv::read`], from bytes.
    ///
    /// # Errors
    /// As [`Csv::read`].
    pub fn parse(&self, bytes: &[u8]) -> Result<Dataset> {
        if self.delimiter.is_ascii_alphanumeric() || b"\"\r\n.+-_".contains(&self.delimiter) {
            return Err(Error::value(format!(
                "fields are told apart by a byte such as `,`, `;` or a tab, found {:?}",
                char::from(self.delimiter)
            )));
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::format("there is nothing in the file"));
        }
        // What a column takes beside its numbers; a file may have millions of them in a line.
        let ends = |b: &u8| matches!(b, b'\n' | b'\r');
        let first = bytes.split(ends).find(|line| !line.is_empty());
        let fields = first.unwrap_or_default().iter();
        let fields = 1 + fields.filter(|&&b| b == self.delimiter).count();
        drop(memory::room::<[u8; COLUMN]>(fields).map_err(no_memory)?);
        let malformed = |e: csv::Error| malformed(bytes, &e);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .trim(csv::Trim::All)
            .has_headers(self.header != Some(false))
            .from_reader(bytes);
        let names: Vec<String> = match self.header {
            // Without names this is the first row, which the reader keeps.
            Some(false) => (0..reader.headers().map_err(malformed)?.len())
                .map(|i| i.to_string())
                .collect(),
            _ => reader
                .headers()
                .map_err(malformed)?
                .iter()
                .map(str::to_string)
                .collect(),
        };
        let places = self.check_names(&names)?;
        let targets: Vec<usize> = self.targets.iter().map(|name| places[name]).collect();
        let other: HashSet<&String> = self.targets.iter().chain(&self.ignored).collect();
        let inputs: Vec<usize> = (0..names.len())
            .filter(|&i| !other.contains(&names[i]))
            .collect();
        if inputs.is_empty() {
            return Err(Error::format("no column is left for the inputs"));
        }
        let wanted: Vec<usize> = inputs.iter().chain(&targets).copied().collect();
        let mut columns: Vec<Column> = wanted.iter().map(|_| Column::default()).collect();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            for (column, &i) in columns.iter_mut().zip(&wanted) {
                column.push(&record[i]).map_err(|e| {
                    let line = line(bytes, record.position());
                    e.context(format!("line {line}, column `{}`", names[i]))
                })?;
            }
        }
        let rows = columns[0].len();
        if rows == 0 {
            return Err(Error::format("there are no rows below the header"));
        }
        let (x, y) = columns.split_at_mut(inputs.len());
        let named = |e: Error, i: usize| e.context(format!("column `{}`", names[i]));
        if self.standardize {
            for (column, &i) in x.iter_mut().zip(&inputs) {
                column.standardize().map_err(|e| named(e, i))?;
            }
        }
        let tensor = |columns: &[Column], places: &[usize]| {
            let zeros = repeat_n(0.0, rows * columns.len());
            let mut values = memory::try_collected(zeros).map_err(no_memory)?;
            for (k, (column, &i)) in columns.iter().zip(places).enumerate() {
                let to = values.iter_mut().skip(k).step_by(columns.len());
                column.write(to).map_err(|e| named(e, i))?;
            }
            Ok::<_, Error>(Tensor::from_vec(values, [rows, columns.len()]))
        };
        let x = tensor(x, &inputs)?;
        match targets.is_empty() {
            true => Dataset::inputs(x),
            false => Dataset::new(x, tensor(y, &targets)?),
        }
    }

    /// Where each column is. Refuses columns that are asked for and not there, a first line that is not one of names, and names that
    /// stand twice.
    fn check_names<'a>(&self, names: &'a [String]) -> Result<HashMap<&'a String, usize>> {
        let number = |name: &String| name.parse::<f64>().is_ok();
        // `1,,3` is a row with a hole. In `,1,2` the name of the first column is missing, as tables with numbered rows have it.
        let hole = |name: &String| matches!(name.trim(), "" | "NA" | "na" | "N/A" | "null" | "?");
        let numbers = names.iter().all(|name| number(name) || hole(name));
        if self.header.is_none() && numbers && names.first().is_some_and(number) {
            return Err(Error::format(format!(
                "the first line, `{}`, is all numbers, and would be lost as the names of the columns: say `.header(false)` if it is a row, \
                 `.header(true)` if these are names",
                names.join(&char::from(self.delimiter).to_string())
            )));
        }
        let ignored: HashSet<&String> = self.ignored.iter().collect();
        let mut places: HashMap<&String, usize> = HashMap::new();
        for (i, name) in names.iter().enumerate() {
            if let Some(first) = places.insert(name, i)
                && !ignored.contains(name)
            {
                return Err(Error::format(format!(
                    "columns {first} and {i} (from 0) are both called `{name}`, and one of them would be taken for the other: rename one"
                )));
            }
        }
        for column in self.targets.iter().chain(&self.ignored) {
            if !places.contains_key(column) {
                return Err(Error::format(format!(
                    "there is no column `{column}`; the columns are {}",
                    names.join(", ")
                )));
            }
        }
        Ok(places)
    }
}

/// The line of a record, from 1 on, as an editor counts them: the reader's own count stops before the end of the line above and before
/// empty lines.
fn line(bytes: &[u8], position: Option<&csv::Position>) -> usize {
    let start = position.map_or(0, |position| position.byte() as usize);
    let rest = bytes.get(start..).unwrap_or_default();
    let skipped = rest.iter().take_while(|b| b"\r\n".contains(b));
    let above = &bytes[..start.min(bytes.len()) + skipped.count()];
    let ends = |(i, byte): (usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => above.get(i + 1) != Some(&b'\n'),
        _ => false,
    };
    1 + above.iter().enumerate().filter(|&end| ends(end)).count()
}

fn malformed(bytes: &[u8], error: &csv::Error) -> Error {
    let line = line(bytes, error.position());
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            let start = error.position().map_or(0, |at| at.byte() as usize);
            let rest = bytes.get(start..).unwrap_or_default();
            let quotes = rest.iter().filter(|&&b| b == b'"').count();
            Error::format(format!(
                "line {line} has {len} fields, and the first line {expected_len}{}",
                match quotes % 2 {
                    0 => "",
                    _ => "; a quote that begins there or below is never closed",
                }
            ))
        }
        csv::ErrorKind::Utf8 { err, .. } => {
            Error::format(format!("line {line} is no text in UTF-8: {err}"))
        }
        _ => Error::format(error.to_string()),
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
        says("a,y\n1,2,3\n", "line 2 has 3 fields, and the first line 2");
        says("a,y\n1,2\n\"3,4\n5,6\n", "a quote that begins there");
        says("a,y\n", "no rows");
        says("y\n1\n", "no column is left");
    }

    fn x(csv: Csv, text: &str) -> Result<Vec<f32>> {
        csv.parse(text.as_bytes()).and_then(|d| d.x().to_vec())
    }

    #[track_caller]
    fn refused(csv: Csv, text: &str, part: &str) {
        let e = x(csv, text).unwrap_err().to_string();
        assert!(e.contains(part), "{e}");
    }

    #[test]
    fn numbers_are_standardized_before_they_are_rounded() {
        let csv = || Csv::new().target("y").standardize(true);
        let close = |found: Vec<f32>, expected: &[f32]| {
            assert_eq!(found.len(), expected.len());
            let near = |(a, b): (&f32, &f32)| (a - b).abs() <= 1e-6;
            assert!(found.iter().zip(expected).all(near), "{found:?}");
        };
        // Of n numbers at equal distances: ±1.3416408 and ±0.4472136 of four, ±1.2247449 and 0 of three.
        let times = "t,y\n1700000001,1\n1700000011,2\n1700000021,3\n1700000031,4\n";
        close(
            x(csv(), times).unwrap(),
            &[-1.341_640_8, -0.447_213_6, 0.447_213_6, 1.341_640_8],
        );
        let near = "t,y\n1000000.01,1\n1000000.02,2\n1000000.03,3\n";
        close(x(csv(), near).unwrap(), &[-1.224_744_9, 0.0, 1.224_744_9]);
        // A constant column becomes 0, whatever its sum is rounded to.
        assert_eq!(x(csv(), "a,y\n0.1,1\n0.1,2\n0.1,3\n").unwrap(), [0.0; 3]);
        close(x(csv(), "a,y\n1e39,1\n3e39,2\n").unwrap(), &[-1.0, 1.0]);
        refused(csv(), "a,y\n-1e308,1\n1e308,2\n1,2\n", "column `a`");
        // One number so far out that all others become the same.
        let far = "a,y\n1,1\n2,1\n3,1\n4,1\n1e30,1\n";
        refused(csv(), far, "column `a`");
    }

    #[test]
    fn what_f32_cannot_hold_or_tell_apart_is_an_error() {
        let csv = || Csv::new().target("y");
        refused(
            csv(),
            "id,y\n16777217,1\n16777216,2\n",
            "column `id`: 16777216 and 16777217",
        );
        refused(
            csv(),
            "t,y\n1000000.01,1\n1000000.02,2\n1000000.03,3\n",
            "standardize(true)",
        );
        refused(csv(), "a,y\n1e39,1\n", "column `a`: 1e39");
        refused(csv(), "a,y\n1,1e39\n", "column `y`: 1e39");
        let ids = "id,y\n9007199254740993,1\n9007199254740992,2\n";
        refused(csv().standardize(true), ids, "9007199254740993");
        refused(csv(), ids, "9007199254740993");
        // Written in another way, and longer than any integer.
        for (one, other) in [
            ("9007199254740993", "9007199254740992.0"),
            ("-9007199254740993.00", "-9007199254740992"),
            (
                "1000000000000000000000000000000000000000000000000001",
                "1000000000000000000000000000000000000000000000000002",
            ),
        ] {
            let ids = format!("id,y\n{one},1\n{other},2\n3,3\n");
            refused(csv().standardize(true), &ids, "column `id`");
            refused(csv().standardize(true), &ids, "become the same number");
        }
        // The same number twice, and one that is written with more digits than it has.
        let same = "id,y\n9007199254740993,1\n09007199254740993.0,2\n3,3\n";
        assert!(x(csv().standardize(true), same).is_ok());
        let same = "a,y\n0.1,1\n0.10000000000000000555,2\n3,3\n";
        assert_eq!(x(csv(), same).unwrap(), [0.1, 0.1, 3.0]);
        for (field, part) in [
            ("1e-400", "too small"),
            ("-0.25e-330", "too small"),
            ("1e400", "too large"),
            ("-1e400", "too large"),
            ("nan", "not a finite number"),
            ("inf", "not a finite number"),
            ("-Infinity", "not a finite number"),
            ("", "`` is not a number"),
            ("0x10", "not a number"),
        ] {
            for standardize in [false, true] {
                let csv = csv().standardize(standardize);
                refused(
                    csv,
                    &format!("a,y\n1,1\n{field},2\n3,3\n"),
                    "line 3, column `a`",
                );
                let csv = Csv::new().target("y").standardize(standardize);
                refused(csv, &format!("a,y\n1,1\n{field},2\n3,3\n"), part);
            }
        }
        // Rounding as such is none.
        let text = "a,y\n0.1,1\n0.2,1\n-1e-50,2\n16777216,3\n0e-400,4\n";
        assert_eq!(x(csv(), text).unwrap(), [0.1, 0.2, -0.0, 16_777_216.0, 0.0]);
    }

    #[test]
    fn a_first_row_is_not_lost_and_names_stand_once() {
        let rows = |csv: Csv, text: &str| csv.parse(text.as_bytes()).unwrap().len();
        let numbers = "1,2\n3,4\n5,6\n";
        refused(Csv::new(), numbers, "`1,2`, is all numbers");
        refused(Csv::new(), numbers, "`.header(false)`");
        refused(Csv::new(), "1,,3\n4,5,6\n", "`1,,3`, is all numbers");
        refused(Csv::new(), "1,NA,3\n4,5,6\n", "is all numbers");
        assert_eq!(rows(Csv::new().ignore(""), ",1,2\n0,3,4\n"), 1);
        assert_eq!(rows(Csv::new().header(false), numbers), 3);
        assert_eq!(rows(Csv::new().header(true).target("2"), numbers), 2);
        let data = Csv::new()
            .header(false)
            .target("1")
            .parse(numbers.as_bytes())
            .unwrap();
        assert_eq!(data.y().to_vec::<f32>().unwrap(), [2.0, 4.0, 6.0]);
        refused(Csv::new().header(false), "1,x\n", "line 1, column `1`: `x`");
        refused(
            Csv::new().target("y"),
            "y,a,y\n1,2,3\n",
            "columns 0 and 2 (from 0) are both called `y`",
        );
        refused(Csv::new(), "a,a\n1,2\n", "both called `a`");
        assert_eq!(x(Csv::new().ignore("a"), "a,b,a\n1,2,3\n").unwrap(), [2.0]);
        refused(
            Csv::new().header(false).target("7"),
            "1,2\n",
            "no column `7`; the columns are 0, 1",
        );
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

    #[test]
    fn an_error_names_the_line_that_an_editor_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let file = |lines: &[&str]| lines.join(end);
            for (lines, expected) in [
                (vec!["a,b", "1,2", "x,4"], "line 3, column `a`"),
                (
                    vec!["a,b", "1,2", "3,4", "5,y", "7,8"],
                    "line 4, column `b`",
                ),
                (vec!["a,b", "1,2", "", "x,4"], "line 4, column `a`"),
                (vec!["", "", "a,b", "x,2"], "line 4, column `a`"),
                (
                    vec!["a,b", "1,2", "", "", "3"],
                    "line 5 has 1 fields, and the first line 2",
                ),
            ] {
                let error = Csv::new().parse(file(&lines).as_bytes()).unwrap_err();
                let message = error.to_string();
                assert!(message.contains(expected), "{end:?} {lines:?}: {message}");
            }
        }
    }
}

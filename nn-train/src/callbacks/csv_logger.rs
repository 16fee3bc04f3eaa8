//! The history as a file that grows with every epoch.

use super::{Callback, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// Writes the scores of every epoch as a line of a CSV file, as Keras's `CSVLogger`.
///
/// The file is complete after every epoch, so that it can be read while training goes on.
///
/// ```
/// use nn::{Fit, callbacks::CSVLogger};
/// let fit = Fit::new().callback(CSVLogger::new("training.csv"));
/// ```
#[derive(Debug)]
#[must_use]
pub struct CSVLogger {
    path: PathBuf,
    append: bool,
    writer: Option<csv::Writer<File>>,
    columns: Vec<String>,
}

impl CSVLogger {
    /// Writes to a path; a file that is there is replaced when training begins.
    pub fn new(path: impl Into<PathBuf>) -> CSVLogger {
        CSVLogger {
            path: path.into(),
            append: false,
            writer: None,
            columns: Vec::new(),
        }
    }

    /// Whether lines are added to a file that is there already, under the columns that it has: a score without one is an error, and a column
    /// without a score stays empty.
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    fn write(&mut self, record: Vec<String>) -> Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let written = writer.write_record(record).map_err(|e| e.to_string());
        written
            .and_then(|()| writer.flush().map_err(|e| e.to_string()))
            .map_err(|e| Error::format(format!("{}: {e}", self.path.display())))
    }
}

impl Callback for CSVLogger {
    fn added_scores(&self) -> Option<&[&str]> {
        Some(&[])
    }

    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        let at = |e: std::io::Error| Error::io(&self.path, &e);
        let text = match self.append && self.path.is_file() {
            true => std::fs::read_to_string(&self.path).map_err(at)?,
            false => String::new(),
        };
        let mut options = File::options();
        match self.append {
            true => options.append(true).create(true),
            false => options.write(true).create(true).truncate(true),
        };
        let mut file = options.open(&self.path).map_err(at)?;
        if !text.is_empty() && !text.ends_with('\n') {
            // A process that was ended in the middle of a line: the next one begins anew.
            file.write_all(b"\n").map_err(at)?;
        }
        self.columns = columns(&text).map_err(|e| e.context(self.path.display()))?;
        self.writer = Some(csv::Writer::from_writer(file));
        Ok(())
    }

    fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        if self.columns.is_empty() {
            self.columns = scores.iter().map(|(name, _)| name.to_string()).collect();
            if run.is_unvalidated() {
                // Later epochs have a validation: its columns are made now.
                let names = self.columns.clone().into_iter();
                let measured = names.filter(|name| name != "learning_rate");
                self.columns
                    .extend(measured.map(|name| format!("val_{name}")));
            }
            let header = std::iter::once("epoch".to_string()).chain(self.columns.clone());
            self.write(header.collect())?;
        }
        if let Some((name, _)) = scores
            .iter()
            .find(|(name, _)| !self.columns.iter().any(|c| c == name))
        {
            return Err(Error::value(format!(
                "{} has no column `{name}`, only {}; log to another file, or without `append`",
                self.path.display(),
                self.columns.join(", ")
            )));
        }
        let mut record = vec![(run.epochs_trained() - 1).to_string()];
        let value = |name: &String| scores.get(name).map_or(String::new(), |v| v.to_string());
        record.extend(self.columns.iter().map(value));
        self.write(record)
    }
}

/// The names of the scores in a file that was written before; none of an empty one.
fn columns(text: &str) -> Result<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().map_err(|e| Error::format(e.to_string()))?;
    let mut names = names.iter();
    match names.next() {
        None => Ok(Vec::new()),
        Some("epoch") => Ok(names.map(str::to_string).collect()),
        Some(other) => Err(Error::format(format!(
            "the first column is `{other}` and not `epoch`: this is not the log of a training, and nothing is added to it"
        ))),
    }
}

//! The history as a file that grows with every epoch.

use super::path::check_log;
use super::{Callback, Run};
use crate::metrics::Scores;
use nn_core::{Error, Result};
use std::fs::File;
use std::path::PathBuf;

/// Writes the scores of every epoch as a line of a CSV file, as Keras's `CSVLogger`.
///
/// The file is complete after every epoch, so that it can be read while training goes on. It is opened for the first line: a `fit` that
/// fails before leaves the file from before as it was.
///
/// ```
/// use nn::{Fit, callbacks::CSVLogger};
/// let fit = Fit::new().callback(CSVLogger::new("training.csv").separator(';'));
/// ```
#[derive(Debug)]
#[must_use]
pub struct CSVLogger {
    path: PathBuf,
    separator: char,
    append: bool,
    writer: Option<csv::Writer<File>>,
    columns: Vec<String>,
}

impl CSVLogger {
    /// Writes to a path. A training that goes on, with a second `fit` or after loading, goes on in its file: where the first epoch is not
    /// epoch 0 and the file is the log of a training with the same columns, lines are added. Last lines of the epochs that are trained again,
    /// since the model was saved before them, are dropped. Otherwise a file that is there is replaced.
    pub fn new(path: impl Into<PathBuf>) -> CSVLogger {
        CSVLogger {
            path: path.into(),
            separator: ',',
            append: false,
            writer: None,
            columns: Vec::new(),
        }
    }

    /// What stands between the columns (Keras: a comma): a character of ASCII that is no quote, letter, digit, point or sign, and ends no line.
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// The separator as the byte that it is.
    fn checked_separator(&self) -> Result<u8> {
        let fits = |c: char| !c.is_ascii_alphanumeric() && !"\"\r\n.+-_".contains(c);
        match u8::try_from(self.separator) {
            Ok(byte) if byte.is_ascii() && fits(self.separator) => Ok(byte),
            _ => Err(Error::value(format!(
                "CSVLogger's `separator` is a character of ASCII that stands in no number or name, found {:?}",
                self.separator
            ))),
        }
    }

    /// Whether lines are added to a file that is there already in any case, under the columns that it has: a score without one is an error, and
    /// a column without a score stays empty.
    ///
    /// Where lines are added, a last line without its end, of a process that was ended while it wrote, is dropped.
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    /// The lines that are there already and stay.
    fn existing(&self, names: &[String], epoch: u64) -> Result<Log> {
        let read = |before| Log::read(&self.path, self.checked_separator()?, before);
        if self.append {
            return read(u64::MAX);
        }
        let log = match epoch {
            0 => None,
            _ => read(epoch).ok(),
        };
        let same = |log: &Log| {
            log.columns.len() == names.len() && names.iter().all(|n| log.columns.contains(n))
        };
        Ok(log.filter(same).unwrap_or_default())
    }

    /// Opens the file for its first line.
    fn open(&mut self, scores: &Scores, run: &Run<'_>) -> Result<()> {
        let mut names: Vec<String> = scores.iter().map(|(name, _)| name.to_string()).collect();
        if run.is_unvalidated() {
            // Later epochs have a validation: its columns are made now.
            let measured = names.iter().filter(|name| *name != "learning_rate");
            let validated: Vec<String> = measured.map(|name| format!("val_{name}")).collect();
            names.extend(validated);
        }
        let log = self.existing(&names, epoch(run))?;
        let is_new = log.columns.is_empty();
        self.columns = if is_new { names } else { log.columns };
        self.check(scores)?;
        let at = |e: std::io::Error| Error::io(&self.path, &e);
        let mut options = File::options();
        match is_new {
            true => options.write(true).create(true).truncate(true),
            false => options.append(true),
        };
        let file = options.open(&self.path).map_err(at)?;
        if !is_new && file.metadata().map_err(at)?.len() > log.whole {
            file.set_len(log.whole).map_err(at)?;
        }
        let mut columns = csv::WriterBuilder::new();
        let columns = columns.delimiter(self.checked_separator()?);
        self.writer = Some(columns.from_writer(file));
        match is_new {
            true => {
                let header = std::iter::once("epoch".to_string()).chain(self.columns.clone());
                self.write(header.collect())
            }
            false => Ok(()),
        }
    }

    /// Every score has a column.
    fn check(&self, scores: &Scores) -> Result<()> {
        let mut names = scores.iter().map(|(name, _)| name);
        match names.find(|name| !self.columns.iter().any(|c| c == name)) {
            None => Ok(()),
            Some(name) => Err(Error::value(format!(
                "{} has no column `{name}`, only {}; {}",
                self.path.display(),
                self.columns.join(", "),
                match self.append {
                    true => "log to another file, or without `append`",
                    false => "every epoch of a training needs the same scores",
                }
            ))),
        }
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

    fn writes_to(&self) -> Option<PathBuf> {
        Some(self.path.clone())
    }

    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.writer = None;
        check_log("CSVLogger", &self.path)?;
        let separator = self.checked_separator()?;
        match self.append {
            true => Log::read(&self.path, separator, u64::MAX).map(|_| ()),
            false => Ok(()),
        }
    }

    fn on_epoch_end(&mut self, _: usize, scores: &mut Scores, run: &mut Run<'_>) -> Result<()> {
        match self.writer {
            None => self.open(scores, run)?,
            Some(_) => self.check(scores)?,
        }
        let mut record = vec![epoch(run).to_string()];
        let value = |name: &String| scores.get(name).map_or(String::new(), |v| v.to_string());
        record.extend(self.columns.iter().map(value));
        self.write(record)
    }
}

/// The number of the epoch that has ended.
fn epoch(run: &Run<'_>) -> u64 {
    run.epochs_trained().saturating_sub(1)
}

/// What is there of a log.
#[derive(Default)]
struct Log {
    /// The names of the scores.
    columns: Vec<String>,
    /// The bytes of its lines that stay.
    whole: u64,
}

impl Log {
    /// What is there at a path, to the last line that has an end and is of an epoch before this one; nothing if there is no file.
    fn read(path: &std::path::Path, separator: u8, before: u64) -> Result<Log> {
        if !path.is_file() {
            return Ok(Log::default());
        }
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        let found = columns(&text, separator).map_err(|e| e.context(path.display()))?;
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.pop_if(|last| !last.ends_with('\n'));
        let again = |line: &str| {
            let first = line.split(char::from(separator)).next();
            first.is_some_and(|n| n.trim().parse().is_ok_and(|n: u64| n >= before))
        };
        while lines.pop_if(|last| again(last)).is_some() {}
        Ok(match lines.is_empty() {
            // The first line names the columns; without its end it does not name all.
            true => Log::default(),
            false => Log {
                columns: found,
                whole: lines.iter().map(|line| line.len() as u64).sum(),
            },
        })
    }
}

/// The names of the scores in a file that was written before; none of an empty one.
fn columns(text: &str, separator: u8) -> Result<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.delimiter(separator).from_reader(text.as_bytes());
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

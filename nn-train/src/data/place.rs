//! Which rows of a data set a batch holds, so that an error can name the row that somebody has to look at.

use nn_core::{Error, ErrorKind};
use std::sync::Arc;

/// The rows of a batch: some in a row, or some of an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    pub(super) order: Option<Arc<Vec<usize>>>,
    pub(super) start: usize,
}

impl Place {
    /// The row of the data set that is row `i` of the batch.
    fn row(&self, i: usize) -> usize {
        let at = self.start + i;
        self.order.as_ref().map_or(at, |order| order[at])
    }

    /// An error of a batch with the row of the data set that it is about, if it is about a value in one. `fails` tells whether a row of the
    /// batch, alone, makes the same mistake; it is asked for one row after the other until one does.
    pub(crate) fn name(
        &self,
        error: Error,
        rows: usize,
        fails: impl FnMut(&usize) -> bool,
    ) -> Error {
        // An error of the whole data set says so itself.
        if error.message().contains("of the data set") {
            return error;
        }
        let told = (0..rows).find(|i| error.message().contains(&format!("row {i} of the batch")));
        let found = match error.kind() {
            ErrorKind::Value | ErrorKind::DType => (0..rows).find(fails),
            _ => None,
        };
        let Some(i) = told.or(found) else {
            return error;
        };
        let row = self.row(i);
        let name = format!("row {row} of the data set");
        let in_batch = [format!("row {i} of the batch"), format!("at row {i} ")];
        match in_batch
            .iter()
            .find(|words| error.message().contains(*words))
        {
            Some(words) if words.starts_with("at") => {
                error.with_message(|m| m.replacen(words, &format!("at {name} "), 1))
            }
            Some(words) => error.with_message(|m| m.replacen(words, &name, 1)),
            None => error.hint(format!("it is in {name}")),
        }
    }
}

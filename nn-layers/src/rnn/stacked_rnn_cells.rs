//! Cells on top of each other.

use super::cell::{AnyCell, Cell, CellStep};
use nn_core::{Error, Tensor};
use nn_derive::{Layer, model};

/// Several cells as one: the output of each goes into the next, and each has states of its own.
///
/// Shapes: `[batch, features]` and the states of all cells in their order → the output of the last cell, and the new states likewise (Keras
/// has a list for each cell: here they are one list). In paths the cells have their positions as names: `cells.0.kernel`.
///
/// Source: Keras's `StackedRNNCells`.
///
/// ```
/// use nn::{GRUCell, LSTMCell, Layer, Module, RNN, StackedRNNCells, Tensor};
/// let cells = StackedRNNCells::new().add(LSTMCell::new(8)).add(GRUCell::new(4));
/// let rnn = RNN::new(cells);
/// assert_eq!(rnn.forward(Tensor::ones([2, 5, 3])).shape(), [2, 4]);
/// assert_eq!(rnn.parameters()[0].path(), "cell.cells.0.kernel");
/// ```
#[derive(Clone, Layer)]
#[model(crate = nn_core, debug)]
#[must_use]
pub struct StackedRNNCells {
    cells: Vec<AnyCell>,
}

impl StackedRNNCells {
    /// No cells yet.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> StackedRNNCells {
        StackedRNNCells { cells: Vec::new() }
    }

    /// With another cell on top.
    #[allow(clippy::should_implement_trait)] // as in `Sequential`; nothing is summed
    pub fn add<C: Cell>(mut self, cell: C) -> StackedRNNCells {
        self.cells.push(AnyCell::new(cell));
        self
    }
}

#[model(crate = nn_core)]
impl StackedRNNCells {
    fn call(&self, x: Tensor, states: Vec<Tensor>, training: bool) -> (Tensor, Vec<Tensor>) {
        through(&mut self.steps(training), x, states)
    }

    /// For each cell, how many states it has, and its steps.
    fn steps(&self, training: bool) -> Vec<(usize, CellStep<'_>)> {
        let cells = self.cells.iter();
        cells
            .map(|cell| (cell.state_size().len(), cell.over_sequence(training)))
            .collect()
    }
}

/// The steps of cells in their order.
fn through(
    steps: &mut [(usize, CellStep<'_>)],
    mut x: Tensor,
    states: Vec<Tensor>,
) -> (Tensor, Vec<Tensor>) {
    if steps.is_empty() {
        let error = "StackedRNNCells needs at least one cell: `StackedRNNCells::new().add(LSTMCell::new(64))`";
        return (Tensor::failed(Error::value(error)), states);
    }
    let expected: usize = steps.iter().map(|(count, _)| count).sum();
    if states.len() != expected {
        let error = Error::value(format!(
            "StackedRNNCells has {} cells with {expected} states together, found {}",
            steps.len(),
            states.len()
        ));
        return (Tensor::failed(error), states);
    }
    let mut states = states.into_iter();
    let mut after = Vec::with_capacity(expected);
    for (count, step) in steps {
        let (output, new) = step(x, states.by_ref().take(*count).collect());
        x = output;
        after.extend(new);
    }
    (x, after)
}

impl Cell for StackedRNNCells {
    fn state_size(&self) -> Vec<usize> {
        self.cells.iter().flat_map(Cell::state_size).collect()
    }

    fn output_size(&self) -> usize {
        self.cells.last().map_or(0, Cell::output_size)
    }

    fn initial_state(&self, batch_size: usize) -> Vec<Tensor> {
        let cells = self.cells.iter();
        cells
            .flat_map(|cell| cell.initial_state(batch_size))
            .collect()
    }

    fn over_sequence(&self, training: bool) -> CellStep<'_> {
        let mut steps = self.steps(training);
        Box::new(move |x, states| through(&mut steps, x, states))
    }
}

crate::register_cell!(StackedRNNCells);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RNN;
    use nn_core::Layer;

    #[test]
    fn no_cells_are_no_layer() {
        let rnn = RNN::new(StackedRNNCells::new());
        let error = rnn.forward(Tensor::ones([2, 3, 4])).into_result();
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("StackedRNNCells needs at least one cell"),
            "{error}"
        );
    }
}

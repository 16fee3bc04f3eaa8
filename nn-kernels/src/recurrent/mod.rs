//! Recurrent layers over whole sequences: SimpleRNN, LSTM and GRU, and their gradients.
//!
//! Rows of the batch do not see each other, so a task takes some rows through all steps of time and nobody waits between two steps.
//! A step is one product of `[input | 1 | state]` with the kernels and the bias stacked, packed once for all steps, and one pass
//! over its result (see `gates`). Going back, each step is a pass and a product too; the gradients of the weights are products
//! over all steps at the end.

mod backward;
mod forward;
mod gates;
#[cfg(test)]
mod tests;

pub use backward::{Gradients, Trail, backward};
pub use forward::{Kept, forward};

/// What a step computes. With x the input, h the state, W, U and b kernels and bias, and gates as columns of W, U and b:
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `h' = tanh(x·W + h·U + b)` (Elman 1990).
    Simple,
    /// `i, f, g, o = x·W + h·U + b`, `c' = σ(f)·c + σ(i)·tanh(g)`, `h' = σ(o)·tanh(c')` (Hochreiter and Schmidhuber 1997, with the
    /// forget gate of Gers et al. 2000).
    Lstm,
    /// `z, r = σ(x·W + b₀ + h·U + b₁)`, `g = tanh(x·W + b₀ + r·(h·U + b₁))`, `h' = z·h + (1 - z)·g` (Cho et al. 2014, v3 of the paper).
    Gru,
    /// `z, r = σ(x·W + h·U + b)`, `g = tanh(x·W + (r·h)·U + b)`, `h'` as above (v1 of the paper).
    GruResetBefore,
}

impl Cell {
    /// Columns of the kernels per unit.
    pub fn gates(self) -> usize {
        match self {
            Cell::Simple => 1,
            Cell::Lstm => 4,
            Cell::Gru | Cell::GruResetBefore => 3,
        }
    }

    /// Rows of the bias.
    pub fn biases(self) -> usize {
        if self == Cell::Gru { 2 } else { 1 }
    }

    /// How many states go from step to step.
    pub fn states(self) -> usize {
        if self == Cell::Lstm { 2 } else { 1 }
    }

    /// Numbers kept per unit and step: h'; i, f, g, o, c'; z, r, `h·U + b₁` of g, g; z, r, g.
    fn kept(self) -> usize {
        [1, 5, 4, 3][self as usize]
    }

    /// Gradients kept per unit and step: those of the gates before their functions, and for a GRU what the recurrent kernel of g
    /// needs: in the place before g the gradient of `h·U + b₁`, or after it `r·h`.
    fn deltas(self) -> usize {
        [1, 4, 4, 4][self as usize]
    }
}

/// Sizes of a run over sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// What a step computes.
    pub cell: Cell,
    /// Sequences.
    pub batch: usize,
    /// Steps.
    pub time: usize,
    /// Numbers of a step's input.
    pub features: usize,
    /// Numbers of a state.
    pub units: usize,
    /// From the last step to the first.
    pub go_backwards: bool,
    /// Whether all states h are wanted, in the order in which they are computed, or the last.
    pub sequences: bool,
    /// Whether the last state c is wanted too, behind them.
    pub carry: bool,
}

/// Multiply-adds that a task has at least, about 15 µs, unless it has all rows.
const TASK_WORK: usize = 1 << 20;

/// Rows of a task at least: enough for a tile, which costs as many loads as multiply-adds below 8 rows.
const TASK_ROWS: usize = 16;

/// Elements between the rows of gradients beyond what they hold, so that rows of a round size do not share cache sets.
const GAP: usize = 16;

impl Recurrence {
    /// Panics when the sizes are larger than memory could hold, so that no product of them overflows later; otherwise as [`Self::columns`].
    fn check(&self) -> usize {
        let product = |dims: &[usize]| {
            dims.iter()
                .try_fold(1_usize, |n, &d| n.checked_mul(d.max(1)))
        };
        // All weights and all that a step keeps or gives have no more rows and columns than these.
        let width = self
            .features
            .checked_add(self.units)
            .and_then(|n| n.checked_add(GAP));
        let sequences = [self.batch, self.time.saturating_add(2), 8];
        let fits = |rows: &[usize]| {
            let elements = product(rows)
                .zip(width)
                .and_then(|(rows, width)| rows.checked_mul(width));
            elements.is_some_and(|n| n <= isize::MAX as usize / 64)
        };
        assert!(
            fits(&sequences) && width.is_some_and(|width| fits(&[width, 8])),
            "recurrent: sizes larger than memory can hold: {self:?}"
        );
        self.columns()
    }

    /// Columns of kernels and bias.
    fn columns(&self) -> usize {
        self.cell.gates() * self.units
    }

    /// Length of `[input | 1 | state]`.
    fn width(&self) -> usize {
        self.features + 1 + self.units
    }

    /// States that a sequence gives.
    pub fn outputs(&self) -> usize {
        (if self.sequences { self.time } else { 1 }) + usize::from(self.carry)
    }

    /// Rows of the gradient of the weights: kernel, biases, recurrent kernel.
    pub fn weight_rows(&self) -> usize {
        self.features + self.cell.biases() + self.units
    }

    /// Elements of [`Kept::inputs`] and [`Kept::gates`], and of the gradients of the gates.
    pub fn kept_len(&self) -> [usize; 3] {
        let n = self.batch * self.time;
        [
            n * self.width(),
            n * self.cell.kept() * self.units,
            n * self.delta_stride(),
        ]
    }

    fn delta_stride(&self) -> usize {
        self.cell.deltas() * self.units + GAP
    }

    /// Rows of a task: all of few, so that the work pays for a thread.
    fn task_rows(&self) -> usize {
        let work = (self.time * self.width()).saturating_mul(self.columns());
        TASK_WORK.div_ceil(work.max(1)).max(TASK_ROWS)
    }

    /// Which element of the sequence a step takes.
    fn place(&self, step: usize) -> usize {
        match self.go_backwards {
            true => self.time - 1 - step,
            false => step,
        }
    }
}

/// The weights of a recurrent layer, row-major.
#[derive(Clone, Copy)]
pub struct Weights<'a, T> {
    /// `[features, gates · units]`.
    pub kernel: &'a [T],
    /// `[units, gates · units]`.
    pub recurrent: &'a [T],
    /// `[gates · units]`, for [`Cell::Gru`] `[2, 3 · units]`.
    pub bias: &'a [T],
}

impl<T> Weights<'_, T> {
    fn check(&self, r: &Recurrence) {
        let columns = r.check();
        let found = [self.kernel.len(), self.recurrent.len(), self.bias.len()];
        let expected = [
            r.features * columns,
            r.units * columns,
            r.cell.biases() * columns,
        ];
        assert!(
            found == expected,
            "recurrent: expected {expected:?} weights, found {found:?}"
        );
    }
}

/// The pieces of `data` that belong to the tasks: `per_row` elements for each of `rows` rows. Without data or elements, empty pieces.
fn pieces<T>(data: &[T], rows: usize, per_row: usize, tasks: usize) -> Vec<&[T]> {
    let step = rows * per_row;
    (0..tasks)
        .map(|task| &data[(task * step).min(data.len())..((task + 1) * step).min(data.len())])
        .collect()
}

/// As [`pieces`], to write.
fn pieces_mut<T>(mut data: &mut [T], rows: usize, per_row: usize, tasks: usize) -> Vec<&mut [T]> {
    let mut all = Vec::with_capacity(tasks);
    for _ in 0..tasks {
        let (piece, rest) = data.split_at_mut((rows * per_row).min(data.len()));
        all.push(piece);
        data = rest;
    }
    all
}

/// The first N parts of `units` elements of a row.
#[inline(always)]
fn parts<T, const N: usize>(row: &[T], units: usize) -> [&[T]; N] {
    std::array::from_fn(|k| &row[k * units..(k + 1) * units])
}

/// As [`parts`], to write.
#[inline(always)]
fn parts_mut<T, const N: usize>(row: &mut [T], units: usize) -> [&mut [T]; N] {
    let mut rest = row;
    std::array::from_fn(|_| {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(units);
        rest = behind;
        part
    })
}

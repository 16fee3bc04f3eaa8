//! Showing how training goes: a live bar on a terminal, lines elsewhere.

use crate::metrics::Scores;
use crate::training::bar::Bar;
use serde::{Deserialize, Serialize};
use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::time::{Duration, Instant};

/// How `fit` shows its progress. As text it is `auto` or the number that Keras has for it; `bar`, `lines` and `silent` are read too.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verbose {
    /// A bar if standard error is a terminal, lines otherwise.
    #[default]
    Auto,
    /// A live bar for every epoch; lines without the feature `progress`. Keras's 1.
    #[serde(rename = "1", alias = "bar")]
    Bar,
    /// One line for every epoch. Keras's 2.
    #[serde(rename = "2", alias = "lines")]
    Lines,
    /// Nothing. Keras's 0.
    #[serde(rename = "0", alias = "silent")]
    Silent,
}

/// Writes a line as a whole. Nobody reading it any more, or a full disk, is no reason to end a training: `println!` would panic.
pub(crate) fn show(mut to: impl Write, line: &str) {
    let _ = to.write_all(line.as_bytes()).and_then(|()| to.flush());
}

/// What an unoptimized build is told.
const UNOPTIMIZED: &str = "\
note: nn is compiled without optimization, which makes training some eighty times slower; use --release, or add to Cargo.toml

    [profile.dev.package]
    nn-core.opt-level = 3
    nn-kernels.opt-level = 3
    nn-train.opt-level = 3

";

/// Says once that training could be much faster.
fn hint_at_profile() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| show(io::stderr(), UNOPTIMIZED));
}

/// Between two updates of the bar.
const REDRAW: Duration = Duration::from_millis(80);

pub(crate) struct Progress {
    verbose: Verbose,
    epochs: usize,
    epoch: usize,
    batches: usize,
    bar: Option<Bar>,
    began: Instant,
    drawn: Instant,
}

impl Progress {
    pub(crate) fn new(verbose: Verbose, epochs: usize) -> Progress {
        let verbose = match verbose {
            Verbose::Auto if std::io::stderr().is_terminal() => Verbose::Bar,
            Verbose::Auto => Verbose::Lines,
            chosen => chosen,
        };
        if nn_kernels::UNOPTIMIZED && verbose != Verbose::Silent {
            hint_at_profile();
        }
        let now = Instant::now();
        Progress {
            verbose,
            epochs,
            epoch: 0,
            batches: 0,
            bar: None,
            began: now,
            drawn: now,
        }
    }

    pub(crate) fn begin_epoch(&mut self, epoch: usize, batches: usize) {
        self.epoch = epoch;
        self.batches = batches;
        self.began = Instant::now();
        if self.verbose == Verbose::Bar {
            let prefix = format!("Epoch {}/{}", epoch + 1, self.epochs);
            self.bar = Bar::new(prefix, batches);
        }
    }

    /// After a batch; the scores are computed only when they are drawn.
    pub(crate) fn batch(&mut self, done: usize, scores: impl FnOnce() -> Scores) {
        let Some(bar) = &self.bar else { return };
        if self.drawn.elapsed() >= REDRAW || done == self.batches {
            self.drawn = Instant::now();
            bar.draw(done, scores().to_string());
        }
    }

    pub(crate) fn end_epoch(&mut self, scores: &Scores) {
        let seconds = self.began.elapsed().as_secs_f64();
        let line = format!(
            "Epoch {}/{} - {seconds:.1}s - {scores}\n",
            self.epoch + 1,
            self.epochs
        );
        match (self.verbose, self.bar.take()) {
            (_, Some(bar)) => {
                bar.clear();
                show(io::stderr(), &line);
            }
            (Verbose::Bar | Verbose::Lines, None) => show(io::stdout(), &line),
            _ => {}
        }
    }

    /// Leaves the bar as it stands, when training ends with an error.
    pub(crate) fn abandon(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.abandon();
        }
    }
}

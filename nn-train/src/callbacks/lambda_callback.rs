//! A callback of functions.

use super::{Callback, Run};
use crate::Scores;
use nn_core::{Result, Tensor};
use std::fmt;

type OfTest<'a> = Box<dyn FnMut(&Scores, &mut Run<'_>) -> Result<()> + 'a>;
type OfRun<'a> = Box<dyn FnMut(&mut Run<'_>) -> Result<()> + 'a>;
type OfNumber<'a> = Box<dyn FnMut(usize, &mut Run<'_>) -> Result<()> + 'a>;
type OfScores<'a> = Box<dyn FnMut(usize, &Scores, &mut Run<'_>) -> Result<()> + 'a>;
type OfOutputs<'a> = Box<dyn FnMut(usize, &[Tensor], &mut Run<'_>) -> Result<()> + 'a>;
type OfEpoch<'a> = Box<dyn FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()> + 'a>;

/// Calls functions as training, an evaluation or a prediction goes on: of each kind the one that was given last.
///
/// Source: Keras's `LambdaCallback`.
///
/// ```
/// use nn::callbacks::LambdaCallback;
/// let (mut losses, mut batches) = (Vec::new(), 0);
/// let callback = LambdaCallback::new(|epoch, scores, _run| {
///     losses.push((epoch, scores.get("loss")));
///     Ok(())
/// })
/// .on_train_batch_end(|_batch, _scores, _run| {
///     batches += 1;
///     Ok(())
/// });
/// # drop(callback);
/// ```
#[derive(Default)]
#[must_use]
pub struct LambdaCallback<'a> {
    on_train_begin: Option<OfRun<'a>>,
    on_train_end: Option<OfRun<'a>>,
    on_epoch_begin: Option<OfNumber<'a>>,
    on_epoch_end: Option<OfEpoch<'a>>,
    on_train_batch_begin: Option<OfNumber<'a>>,
    on_train_batch_end: Option<OfScores<'a>>,
    on_test_begin: Option<OfRun<'a>>,
    on_test_end: Option<OfTest<'a>>,
    on_test_batch_begin: Option<OfNumber<'a>>,
    on_test_batch_end: Option<OfScores<'a>>,
    on_predict_begin: Option<OfRun<'a>>,
    on_predict_end: Option<OfRun<'a>>,
    on_predict_batch_begin: Option<OfNumber<'a>>,
    on_predict_batch_end: Option<OfOutputs<'a>>,
}

impl<'a> LambdaCallback<'a> {
    /// With a function that is called after every epoch: of its number, counted from 0 over all calls of `fit`, its scores, and the run.
    /// `LambdaCallback::default()` has none.
    pub fn new(
        on_epoch_end: impl FnMut(usize, &mut Scores, &mut Run<'_>) -> Result<()> + 'a,
    ) -> LambdaCallback<'a> {
        LambdaCallback {
            on_epoch_end: Some(Box::new(on_epoch_end)),
            ..LambdaCallback::default()
        }
    }
}

/// Shows which functions there are; a builder method for each, and the callback's method that calls it.
macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $Arg:ty),*);)*) => {
        impl<'a> LambdaCallback<'a> {
            $(
                $(#[$doc])*
                pub fn $name(mut self, f: impl FnMut($($Arg),*) -> Result<()> + 'a) -> Self {
                    self.$name = Some(Box::new(f));
                    self
                }
            )*
        }

        impl fmt::Debug for LambdaCallback<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let functions = [$((stringify!($name), self.$name.is_some())),*];
                let given = functions.iter().filter(|(_, given)| *given);
                f.write_str("LambdaCallback ")?;
                f.debug_set().entries(given.map(|(name, _)| *name)).finish()
            }
        }

        impl Callback for LambdaCallback<'_> {
            fn added_scores(&self) -> Option<&[&str]> {
                self.on_epoch_end.is_none().then_some(&[])
            }

            $(fn $name(&mut self, $($arg: $Arg),*) -> Result<()> {
                self.$name.as_mut().map_or(Ok(()), |f| f($($arg),*))
            })*
        }
    };
}

functions! {
    /// Before the first epoch.
    on_train_begin(run: &mut Run<'_>);
    /// After the last epoch, also if an error ended training.
    on_train_end(run: &mut Run<'_>);
    /// Before an epoch, with its number.
    on_epoch_begin(epoch: usize, run: &mut Run<'_>);
    /// After an epoch and its validation, with its number and scores; what is added to the scores is part of the history.
    on_epoch_end(epoch: usize, scores: &mut Scores, run: &mut Run<'_>);
    /// Before a batch of training, with its number.
    on_train_batch_begin(batch: usize, run: &mut Run<'_>);
    /// After a batch of training, with its number and the means so far.
    on_train_batch_end(batch: usize, scores: &Scores, run: &mut Run<'_>);
    /// Before a validation.
    on_test_begin(run: &mut Run<'_>);
    /// After a validation, with its scores.
    on_test_end(scores: &Scores, run: &mut Run<'_>);
    /// Before a batch of a validation, with its number.
    on_test_batch_begin(batch: usize, run: &mut Run<'_>);
    /// After a batch of a validation, with its number and the means so far.
    on_test_batch_end(batch: usize, scores: &Scores, run: &mut Run<'_>);
    /// Before a prediction.
    on_predict_begin(run: &mut Run<'_>);
    /// After a prediction, also if an error ended it.
    on_predict_end(run: &mut Run<'_>);
    /// Before a batch of a prediction, with its number.
    on_predict_batch_begin(batch: usize, run: &mut Run<'_>);
    /// After a batch of a prediction, with its number and all tensors that came out.
    on_predict_batch_end(batch: usize, outputs: &[Tensor], run: &mut Run<'_>);
}

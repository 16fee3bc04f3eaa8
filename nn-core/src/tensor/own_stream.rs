//! Random numbers of single layers.

use crate::tensor::stream::Stream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A stream of draws that belongs to one layer, which has a seed of its own: what it draws depends on nothing else that is drawn.
///
/// Clones go on with the same draws. In a step of a training ([`in_step`](super::random::in_step)) it draws by the number of the step and not by what
/// was drawn before: a training that was saved and loaded draws as one that went on.
///
/// ```
/// use nn::{Tensor, random::OwnStream};
/// let (a, b) = (OwnStream::new(7), OwnStream::new(7));
/// let draw = |stream: &OwnStream| stream.run(|| Tensor::random_uniform([3])).to_vec::<f32>();
/// assert_eq!(draw(&a)?, draw(&b)?);
/// assert_ne!(draw(&a)?, draw(&OwnStream::new(7))?);
/// # Ok::<(), nn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnStream {
    seed: u64,
    place: Arc<Mutex<Place>>,
}

/// How far a stream is.
#[derive(Debug, Default)]
struct Place {
    /// Draws outside of steps.
    draws: u64,
    /// The last step that drew, and its draws.
    step: Option<Step>,
    in_step: u64,
}

/// One run of a step of a training.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    number: u64,
    /// A step that is run again begins again.
    run: u64,
}

impl Step {
    pub(crate) fn new(number: u64) -> Step {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        Step {
            number,
            run: RUNS.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// Draws of a step are numbered from here on, far from those outside of steps.
const IN_STEPS: u64 = 1 << 63;

/// Room for the draws of one step.
const DRAWS: u64 = 1 << 24;

impl OwnStream {
    /// The stream of a seed, from its beginning.
    pub fn new(seed: u64) -> OwnStream {
        OwnStream {
            seed,
            place: Arc::default(),
        }
    }

    /// The next draw, which is taken; `step` is the one that runs, if one does.
    pub(crate) fn next(&self, step: Option<Step>) -> Stream {
        let mut place = self.place.lock().unwrap_or_else(|e| e.into_inner());
        let draw = match step {
            None => {
                place.draws += 1;
                place.draws - 1
            }
            Some(step) => {
                if place.step != Some(step) {
                    (place.step, place.in_step) = (Some(step), 0);
                }
                place.in_step += 1;
                IN_STEPS
                    | step
                        .number
                        .wrapping_mul(DRAWS)
                        .wrapping_add(place.in_step - 1)
            }
        };
        Stream {
            seed: self.seed,
            draw,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{current, set_seed, uniform};
    use crate::{DType, Tensor};

    #[test]
    fn a_graph_goes_on_with_a_layers_own_stream() {
        use crate::UNKNOWN;
        use crate::graph::trace::trace_with;
        let own = OwnStream::new(3);
        let call = |x: &Tensor| own.run(|| x + uniform(x.shape(), 0.0, 1.0, DType::F32));
        let open = vec![Tensor::abstract_of([UNKNOWN, 2], DType::F32)];
        let layer = crate::Param::new(crate::Initializer::Zeros);
        let graph = trace_with(&layer, open, true, |x| vec![call(&x[0])]).unwrap();
        let x = Tensor::zeros([4, 2]);
        let replay = || {
            let outputs = graph.replay(std::slice::from_ref(&x)).unwrap().outputs;
            outputs[0].to_vec::<f32>().unwrap()
        };
        let called = |own: &OwnStream| own.run(|| uniform([4, 2], 0.0, 1.0, DType::F32));
        let fresh = OwnStream::new(3);
        set_seed(1);
        assert_eq!(replay(), called(&fresh).to_vec::<f32>().unwrap());
        assert_eq!(
            call(&x).to_vec::<f32>().unwrap(),
            called(&fresh).to_vec::<f32>().unwrap()
        );
        assert_eq!(replay(), called(&fresh).to_vec::<f32>().unwrap());
        assert_eq!(
            current(),
            Stream::new(1),
            "the thread's stream is left alone"
        );
    }
}

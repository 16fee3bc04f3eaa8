//! Random numbers of single layers.

use crate::module::context;
use crate::random::Stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stream of draws that belongs to one layer, which has a seed of its own: what it draws depends on nothing else that is drawn.
///
/// Clones go on with the same draws.
///
/// ```
/// use nn_core::{Tensor, random::OwnStream};
/// let (a, b) = (OwnStream::new(7), OwnStream::new(7));
/// let draw = |stream: &OwnStream| stream.run(|| Tensor::random_uniform([3])).to_vec::<f32>();
/// assert_eq!(draw(&a)?, draw(&b)?);
/// assert_ne!(draw(&a)?, draw(&OwnStream::new(7))?);
/// # Ok::<(), nn_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnStream {
    seed: u64,
    draws: Arc<AtomicU64>,
}

impl OwnStream {
    /// The stream of a seed, from its beginning.
    pub fn new(seed: u64) -> OwnStream {
        OwnStream {
            seed,
            draws: Arc::default(),
        }
    }

    /// Runs `f`, in which everything random comes from this stream instead of the thread's. What a graph takes down of it draws from
    /// this stream too, whenever it runs.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Restore(Option<OwnStream>);
        impl Drop for Restore {
            fn drop(&mut self) {
                context::replace_own_stream(self.0.take());
            }
        }
        let _restore = Restore(context::replace_own_stream(Some(self.clone())));
        f()
    }

    /// The next draw, which is taken.
    pub(crate) fn next(&self) -> Stream {
        Stream {
            seed: self.seed,
            draw: self.draws.fetch_add(1, Ordering::Relaxed),
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

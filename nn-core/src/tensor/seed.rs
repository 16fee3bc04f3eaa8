//! The streams of random numbers that a thread draws from, and what draws from another one.

use crate::graph::observer;
use crate::module::context;
use crate::tensor::own_stream::{OwnStream, Step};
use crate::tensor::stream::Stream;

/// Fixes everything random on this thread: initialization, dropout, shuffling, splits.
///
/// ```
/// use nn::{Tensor, random::set_seed};
/// set_seed(7);
/// let a = Tensor::random_uniform([3]).to_vec::<f32>()?;
/// set_seed(7);
/// assert_eq!(a, Tensor::random_uniform([3]).to_vec::<f32>()?);
/// # Ok::<(), nn::Error>(())
/// ```
#[doc(alias = "manual_seed")]
#[doc(alias = "set_random_seed")]
pub fn set_seed(seed: u64) {
    context::replace_stream(Some(Stream::new(seed)));
}

/// The key of the thread's next draw.
pub fn next_key() -> u64 {
    next_stream().next_key()
}

/// The thread's stream at its next draw, which is taken. While a model is traced nothing is drawn.
pub(crate) fn next_stream() -> Stream {
    if observer::is_tracing() {
        return Stream::new(0);
    }
    if let Some(own) = context::own_stream() {
        return own.next(context::step());
    }
    let stream = current();
    context::replace_stream(Some(Stream {
        draw: stream.draw + 1,
        ..stream
    }));
    stream
}

/// Where an operation of a graph that runs again draws from: the stream of the layer that it was taken down of, or the thread's.
pub(crate) fn bound(own: Option<&OwnStream>, thread: Stream) -> Stream {
    own.map_or(thread, |own| own.next(context::step()))
}

impl OwnStream {
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
}

/// The running layer's own stream, if it draws from one.
pub(crate) fn own_stream() -> Option<OwnStream> {
    context::own_stream()
}

/// The thread's stream, which begins now if nothing was drawn yet.
pub(crate) fn current() -> Stream {
    match context::stream() {
        Some(stream) => stream,
        None => {
            use std::hash::{BuildHasher, RandomState};
            let stream = Stream::new(RandomState::new().hash_one(std::time::SystemTime::now()));
            context::replace_stream(Some(stream));
            stream
        }
    }
}

/// Runs `f` with the given stream as the thread's, and restores the thread's own afterwards.
pub fn with_stream<R>(stream: Stream, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Stream>);
    impl Drop for Restore {
        fn drop(&mut self) {
            context::replace_stream(self.0);
        }
    }
    let _restore = Restore(context::replace_stream(Some(stream)));
    f()
}

/// Runs `f` as the step of a training with this number: with the given stream as the thread's, while layers with a seed of their own draw by the
/// number of the step. Run again it draws the same.
///
/// ```
/// use nn::{Tensor, random::{OwnStream, Stream, in_step}};
/// let (a, b) = (OwnStream::new(7), OwnStream::new(7));
/// let draw = |own: &OwnStream, step| in_step(step, Stream::new(0), || own.run(|| Tensor::random_uniform([3]))).to_vec::<f32>();
/// draw(&a, 4)?;
/// assert_eq!(draw(&a, 5)?, draw(&b, 5)?); // b has not drawn before
/// assert_ne!(draw(&a, 5)?, draw(&b, 6)?);
/// # Ok::<(), nn::Error>(())
/// ```
pub fn in_step<R>(number: u64, stream: Stream, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Step>);
    impl Drop for Restore {
        fn drop(&mut self) {
            context::replace_step(self.0);
        }
    }
    let _restore = Restore(context::replace_step(Some(Step::new(number))));
    with_stream(stream, f)
}

//! Values that are computed when they are first read.
//!
//! An op whose result the next one often reads only once, element by element, may give a recipe instead of numbers. An op
//! that knows the recipe computes both at once and spares a pass over memory; to everybody else the tensor is
//! concrete, and reading it computes it.

use super::{State, Tensor, too_large};
use crate::{DType, Shape};
use nn_kernels::buffer::Buffer;
use std::any::Any;
use std::sync::{Arc, OnceLock};

/// How a deferred value comes about.
pub(crate) trait Recipe: Any + Send + Sync {
    /// The value. Readers that come at the same time each call it, and it must give all of them the same bits.
    fn compute(&self) -> Tensor;
}

/// A recipe, and its result once somebody has read it.
pub(super) struct Pending {
    recipe: Box<dyn Recipe>,
    value: OnceLock<Tensor>,
}

impl Pending {
    /// The value, computed by the first who asks. Nobody waits for another's computation: who asks meanwhile computes it as well, and
    /// the first result is everybody's.
    pub(super) fn value(&self) -> &Tensor {
        match self.value.get() {
            Some(value) => value,
            None => {
                let computed = self.recipe.compute();
                self.value.get_or_init(|| computed)
            }
        }
    }
}

impl Tensor {
    /// A tensor whose elements are computed when they are first read; failed if there is no memory for them, which nobody would expect of
    /// a reader.
    pub(crate) fn deferred(shape: Shape, dtype: DType, recipe: impl Recipe) -> Tensor {
        if let Err(refused) = Buffer::check(dtype, shape.len()) {
            return Tensor::failed(too_large(shape, dtype, refused));
        }
        let pending = Pending {
            recipe: Box::new(recipe),
            value: OnceLock::new(),
        };
        Tensor::from_inner(shape, dtype, State::Pending(Arc::new(pending)))
    }

    /// This tensor; the value of one that was deferred, which is computed now.
    pub(crate) fn computed(&self) -> Tensor {
        match &self.0.state {
            State::Pending(pending) => pending.value().clone(),
            _ => self.clone(),
        }
    }

    /// Whether this handle is the only one.
    pub(crate) fn is_sole(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// The recipe of a value that nobody has read yet, if it is of this kind.
    pub(crate) fn recipe<R: Recipe>(&self) -> Option<&R> {
        match &self.0.state {
            State::Pending(pending) if pending.value.get().is_none() => {
                (&*pending.recipe as &dyn Any).downcast_ref()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>);

    impl Recipe for Counted {
        fn compute(&self) -> Tensor {
            self.0.fetch_add(1, Ordering::Relaxed);
            Tensor::from([1.0_f32, 2.0])
        }
    }

    #[test]
    fn computed_once_when_read_and_shared_by_clones_and_views() {
        let count = Arc::new(AtomicUsize::new(0));
        let x = Tensor::deferred([2].into(), DType::F32, Counted(count.clone()));
        let mut copy = x.clone();
        assert!(x.is_concrete() && !x.is_unique() && x.recipe::<Counted>().is_some());
        assert_eq!((x.shape(), count.load(Ordering::Relaxed)), ([2].into(), 0));
        let view = x.reshape([2, 1]);
        assert_eq!(view.to_vec::<f32>().unwrap(), [1.0, 2.0]);
        assert!(x.try_data::<f64>().is_err() && x.recipe::<Counted>().is_none());
        copy.data_mut::<f32>().unwrap()[0] = 5.0;
        assert_eq!(copy.to_vec::<f32>().unwrap(), [5.0, 2.0]);
        assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 2.0]);
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    /// A recipe whose computation needs another reader to have begun: a reader that waited for the first would wait for ever.
    struct Together(std::sync::Barrier);

    impl Recipe for Together {
        fn compute(&self) -> Tensor {
            self.0.wait();
            Tensor::from([3.0_f32])
        }
    }

    #[test]
    fn readers_do_not_wait_for_each_other_and_see_one_value() {
        let recipe = Together(std::sync::Barrier::new(2));
        let x = Tensor::deferred([1].into(), DType::F32, recipe);
        let (a, b) = std::thread::scope(|scope| {
            let other = scope.spawn(|| x.data::<f32>());
            (x.data::<f32>(), other.join().unwrap())
        });
        assert_eq!((a, a.as_ptr()), (&[3.0_f32][..], b.as_ptr()));
    }
}

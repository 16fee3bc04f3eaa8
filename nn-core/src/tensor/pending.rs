//! Values that are computed when they are first read.
//!
//! An op whose result the next one often reads only once, element by element, may wait: an op of a fused pair
//! ([`crate::ops::fused`]) then computes both at once and spares a pass over memory; to everybody else the tensor is concrete, and reading it
//! computes it.

use super::{State, Tensor, too_large};
use crate::graph::apply::compute;
use crate::graph::op::{OpHandle, Spec, Wanted};
use crate::ops::fused;
use nn_kernels::buffer::Buffer;
use std::sync::{Arc, OnceLock};

/// An op with its inputs, and its result once somebody has read it.
pub(crate) struct Waiting {
    pub op: OpHandle,
    pub inputs: Vec<Tensor>,
    spec: Spec,
    value: OnceLock<Tensor>,
}

impl Waiting {
    /// The value. Threads that ask at the same time may each compute it, to the same bits, and one of them is kept: a thread that waited
    /// for another could hold up the very pool of threads that the other computes with.
    pub(super) fn value(&self) -> &Tensor {
        if let Some(value) = self.value.get() {
            return value;
        }
        // An input that was computed since may have failed, for want of memory or by its sizes.
        let computed = match self.inputs.iter().find_map(Tensor::error) {
            Some(error) => Err(error.clone()),
            None => compute(&*self.op, &self.inputs, &[self.spec], Wanted::ALL),
        };
        let value = match computed {
            Ok(outputs) => outputs.into_first(),
            Err(error) => Tensor::failed(error),
        };
        self.value.get_or_init(|| value)
    }
}

impl Tensor {
    /// The result of an op of one output that is computed when it is first read; failed if there is no memory for it, which nobody would
    /// expect of a reader.
    pub(crate) fn waiting(op: OpHandle, inputs: &[Tensor], spec: Spec) -> Tensor {
        if let Err(refused) = Buffer::check(spec.dtype, spec.shape.num_elements()) {
            return Tensor::failed(too_large(spec.shape, spec.dtype, refused));
        }
        // What these inputs wait for is computed now, unless they are a pair with this op: no chain gets longer than pairs reach.
        let second = op.name();
        let inputs = inputs.iter().map(|input| match input.waits() {
            Some(first) if fused::is_pair(first.op.name(), second) => input.clone(),
            _ => input.computed(),
        });
        let waiting = Waiting {
            inputs: inputs.collect(),
            op,
            spec,
            value: OnceLock::new(),
        };
        Tensor::from_inner(spec.shape, spec.dtype, State::Pending(Arc::new(waiting)))
    }

    /// This tensor; the value of one that waited, which is computed now.
    pub(crate) fn computed(&self) -> Tensor {
        match &self.inner.state {
            State::Pending(waiting) => waiting.value().clone(),
            _ => self.clone(),
        }
    }

    /// Whether this handle is the only one.
    pub(crate) fn is_sole(&self) -> bool {
        Arc::strong_count(&self.inner) == 1
    }

    /// What this value waits for, if nobody has read it yet.
    pub(crate) fn waits(&self) -> Option<&Waiting> {
        match &self.inner.state {
            State::Pending(waiting) if waiting.value.get().is_none() => Some(waiting),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DType;
    use crate::graph::op::{Backward, Expected, Op, Outputs};
    use crate::{Error, Result};
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counted(Arc<AtomicUsize>);

    impl Op for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }

        fn infer(&self, _: &[Tensor]) -> Result<Outputs<Spec>> {
            Ok(([2].into(), DType::F32).into())
        }

        fn forward(&self, _: &[Tensor], _: &Expected<'_>) -> Result<Outputs<Tensor>> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(Tensor::from([1.0_f32, 2.0]).into())
        }

        fn backward(&self, _: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
            Err(Error::gradient("no inputs"))
        }
    }

    #[test]
    fn computed_once_when_read_and_shared_by_clones_and_views() {
        let count = Arc::new(AtomicUsize::new(0));
        let spec = Spec {
            shape: [2].into(),
            dtype: DType::F32,
        };
        let x = Tensor::waiting(OpHandle::new(Counted(count.clone())), &[], spec);
        let mut copy = x.clone();
        assert!(x.is_concrete() && !x.is_unique() && x.waits().is_some());
        assert_eq!((x.shape(), count.load(Ordering::Relaxed)), ([2].into(), 0));
        let view = x.reshape([2, 1]);
        assert_eq!(view.to_vec::<f32>().unwrap(), [1.0, 2.0]);
        assert!(x.try_data::<f64>().is_err() && x.waits().is_none());
        copy.data_mut::<f32>().unwrap()[0] = 5.0;
        assert_eq!(copy.to_vec::<f32>().unwrap(), [5.0, 2.0]);
        assert_eq!(x.to_vec::<f32>().unwrap(), [1.0, 2.0]);
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn many_threads_of_one_pool_read_it_without_waiting_for_each_other() {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(4)
            .build()
            .unwrap();
        let (x, kernel) = (Tensor::ones([4, 9, 9, 8]), Tensor::ones([3, 3, 8, 8]));
        for _ in 0..50 {
            let y = crate::ops::conv2d(&x, &kernel, crate::ops::Conv2dOptions::default());
            assert!(y.waits().is_some());
            pool.install(|| {
                rayon::scope(|scope| {
                    for _ in 0..16 {
                        scope.spawn(|_| assert_eq!(y.data::<f32>()[0], 72.0));
                    }
                });
            });
        }
    }
}

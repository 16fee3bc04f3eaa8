//! What tapes record: entries, and the numbers of what they follow.

use crate::base::ids::IdMap;
use crate::graph::observer;
use crate::graph::op::OpHandle;
use crate::tensor::derived::Watch;
use crate::{Result, Tensor};
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) op: OpHandle,
    /// Where its inputs are in [`Record::inputs`].
    pub(crate) inputs: Range<usize>,
    /// Where its outputs are in [`Record::outputs`].
    pub(crate) outputs: Range<usize>,
    /// The user's line.
    pub(crate) location: &'static Location<'static>,
}

/// The number that a tape gives to a tensor that it follows, in order of appearance.
pub(crate) type Slot = u32;

/// The slot of what a tape does not follow.
pub(crate) const NONE: Slot = Slot::MAX;

#[derive(Default)]
pub(crate) struct Record {
    pub(crate) entries: Vec<Entry>,
    /// The inputs of all entries, one after the other.
    pub(crate) inputs: Vec<Tensor>,
    /// The slots of these.
    pub(crate) input_slots: Vec<Slot>,
    /// The outputs of all entries, one after the other.
    pub(crate) outputs: Vec<Tensor>,
    /// The slots of these, [`NONE`] of what is not followed: indices, and residuals.
    pub(crate) output_slots: Vec<Slot>,
    /// Everything that is watched or depends on something watched.
    pub(crate) slots: IdMap<Slot>,
    /// What is watched by the user's word.
    pub(crate) watches: Vec<Watch>,
}

/// What a tape and the thread's list of tapes share.
pub(crate) struct Shared {
    pub(crate) record: RefCell<Record>,
    /// Recording stops while this is not 0. Outside `record`, which is borrowed while gradients are computed.
    paused: Cell<u32>,
}

impl Record {
    pub(crate) fn watches(&self, tensor: &Tensor) -> bool {
        tensor.is_variable() || self.slots.contains_key(&tensor.id())
    }

    /// Follows a tensor by the user's word.
    pub(crate) fn watch(&mut self, tensor: &Tensor) {
        self.follow(tensor);
        self.watches.push(Watch::of(tensor));
    }

    /// The slot of a tensor that is followed from now on.
    pub(crate) fn follow(&mut self, tensor: &Tensor) -> Slot {
        let next = self.slots.len() as Slot;
        assert!(next < NONE, "a tape follows at most 2³² - 1 tensors");
        *self.slots.entry(tensor.id()).or_insert(next)
    }

    pub(crate) fn slot(&self, tensor: &Tensor) -> Slot {
        self.slots.get(&tensor.id()).copied().unwrap_or(NONE)
    }
}

thread_local! {
    static TAPES: RefCell<Vec<Rc<Shared>>> = const { RefCell::new(Vec::new()) };
    /// An empty record with the room that the last one needed: the next step of a training loop needs as much.
    static SPARE: RefCell<Record> = RefCell::default();
    /// How many tapes are recording, so that ops without a tape cost one read.
    static ACTIVE: Cell<usize> = const { Cell::new(0) };
    /// How many [`no_gradient`] run, one in the other.
    static DETACHED: Cell<usize> = const { Cell::new(0) };
    /// The number of this thread, 0 until somebody asks for it.
    static THREAD: Cell<u32> = const { Cell::new(0) };
}

/// The number of this thread, from 1 on.
pub(crate) fn this_thread() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    if THREAD.get() == 0 {
        THREAD.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    }
    THREAD.get()
}

impl Shared {
    /// What a tape shares that records from now on.
    pub(crate) fn begin() -> Rc<Shared> {
        let shared = Rc::new(Shared {
            record: RefCell::new(SPARE.take()),
            paused: Cell::new(0),
        });
        TAPES.with_borrow_mut(|tapes| tapes.push(shared.clone()));
        ACTIVE.set(ACTIVE.get() + 1);
        shared
    }

    /// Stops recording for good.
    pub(crate) fn end(self: &Rc<Shared>) {
        TAPES.with_borrow_mut(|tapes| {
            if let Some(i) = tapes.iter().position(|t| Rc::ptr_eq(t, self)) {
                tapes.remove(i);
                ACTIVE.set(ACTIVE.get() - 1);
            }
        });
    }

    /// Frees what is recorded, and leaves the room to the next tape.
    pub(crate) fn clear(&self) {
        let record = &mut *self.record.borrow_mut();
        record.entries.clear();
        record.entries.shrink_to(SPARE_ROOM);
        record.inputs.clear();
        record.inputs.shrink_to(SPARE_ROOM);
        record.input_slots.clear();
        record.input_slots.shrink_to(SPARE_ROOM);
        record.outputs.clear();
        record.outputs.shrink_to(SPARE_ROOM);
        record.output_slots.clear();
        record.output_slots.shrink_to(SPARE_ROOM);
        record.slots.clear();
        record.slots.shrink_to(SPARE_ROOM);
        record.watches.clear();
        // A thread that ends has no next tape.
        let _ = SPARE.try_with(|spare| std::mem::swap(&mut *spare.borrow_mut(), record));
    }
}

/// How many [`no_gradient`] run, one in the other.
pub(crate) fn detached() -> usize {
    DETACHED.get()
}

pub(crate) fn is_recording() -> bool {
    ACTIVE.get() > 0
}

/// Whether [`record`] would record an op of these inputs.
pub(crate) fn is_watched(inputs: &[Tensor]) -> bool {
    let watches = |tape: &Rc<Shared>| {
        tape.paused.get() == 0 && {
            let record = tape.record.borrow();
            inputs.iter().any(|t| record.watches(t))
        }
    };
    is_recording() && TAPES.with_borrow(|tapes| tapes.iter().any(watches))
}

/// Adds an op to every active tape that watches one of its inputs; `keep` gives it.
///
/// # Errors
/// When an input was computed on another thread from what may have a gradient.
pub(crate) fn record(
    keep: &mut dyn FnMut() -> OpHandle,
    inputs: &[Tensor],
    outputs: &[Tensor],
    location: &'static Location<'static>,
) -> Result<()> {
    TAPES.with_borrow(|tapes| {
        for tape in tapes {
            if tape.paused.get() > 0 {
                continue;
            }
            let mut record = tape.record.borrow_mut();
            let first = record.input_slots.len();
            for tensor in inputs {
                let slot = match tensor.is_variable() {
                    true => record.follow(tensor),
                    false => record.slot(tensor),
                };
                if slot == NONE
                    && let Some(error) = tensor.derived_elsewhere(this_thread())
                {
                    record.input_slots.truncate(first);
                    return Err(error);
                }
                record.input_slots.push(slot);
            }
            if record.input_slots[first..].iter().all(|&slot| slot == NONE) {
                record.input_slots.truncate(first);
                continue;
            }
            let op = keep();
            let keeps = op.keeps();
            observer::recorded(inputs, outputs, keeps);
            let kept_inputs = inputs.iter().enumerate();
            record
                .inputs
                .extend(kept_inputs.map(|(i, t)| kept(t, keeps.input(i))));
            let inputs = first..record.inputs.len();
            let followed = outputs.len() - op.residuals();
            let first = record.outputs.len();
            for (i, output) in outputs.iter().enumerate() {
                let slot = match i < followed && output.dtype().is_float() {
                    true => record.follow(output),
                    false => NONE,
                };
                record.output_slots.push(slot);
                record.outputs.push(kept(output, keeps.output(i)));
            }
            let outputs = first..record.outputs.len();
            record.entries.push(Entry {
                op,
                inputs,
                outputs,
                location,
            });
        }
        Ok(())
    })
}

/// Entries for which room is left to the next tape at most.
const SPARE_ROOM: usize = 1 << 14;

/// Elements up to which a tensor is kept whole: its memory costs less than an abstract tensor of it.
const SMALL: usize = 1024;

/// What a tape keeps of a tensor: not its mask, which gradients do not have.
fn kept(tensor: &Tensor, whole: bool) -> Tensor {
    match whole || (tensor.is_concrete() && tensor.raw_shape().num_elements() <= SMALL) {
        true => tensor.without_mask(),
        false => tensor.to_abstract(),
    }
}

/// Tapes that do not record while this lives.
pub(crate) struct Pause(Vec<Rc<Shared>>);

impl Pause {
    pub(crate) fn of(tapes: Vec<Rc<Shared>>) -> Pause {
        for tape in &tapes {
            tape.paused.set(tape.paused.get() + 1);
        }
        Pause(tapes)
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        for tape in &self.0 {
            tape.paused.set(tape.paused.get() - 1);
        }
    }
}

/// Runs `f` without recording on any tape: for what a layer updates on the side, such as moving statistics.
///
/// ```
/// # use nn::{GradientTape, Tensor, no_gradient};
/// let x = Tensor::from(2.0_f32);
/// let tape = GradientTape::new();
/// tape.watch(&x);
/// no_gradient(|| x.square());
/// assert!(tape.is_empty());
/// ```
#[doc(alias = "no_grad")]
pub fn no_gradient<R>(f: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            DETACHED.set(DETACHED.get() - 1);
        }
    }
    let _pause = Pause::of(TAPES.with_borrow(|tapes| tapes.clone()));
    DETACHED.set(DETACHED.get() + 1);
    let _leave = Leave;
    f()
}

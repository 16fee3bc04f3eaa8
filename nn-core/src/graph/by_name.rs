//! Ops made again from what they say about themselves: their name and settings. So a graph that was written down is read back.
//!
//! An op registers itself in its own file, with [`by_name!`]; nothing enumerates them.

use crate::graph::attributes::Attributes;
use crate::graph::op::OpHandle;
use crate::{DType, Error, Result, Shape, Tensor};

/// How an op of a name is made from its settings.
pub struct OpClass {
    /// What [`crate::op::Op::name`] answers.
    pub name: &'static str,
    /// Refuses inputs and settings that it would not be given by the function that applies it, which checks what the op itself takes for
    /// granted. A file may say anything.
    pub fits: fn(&Attributes, &[Tensor]) -> Result<()>,
    /// Makes it.
    pub make: fn(&Attributes) -> Result<OpHandle>,
}

inventory::collect!(OpClass);

/// Registers an op: its name, which inputs it takes, and how it is made from its attributes; `always`, or only in programs with the feature
/// `registry`, since what is registered is linked, used or not.
macro_rules! by_name {
    (always $name:expr, $fits:expr, |$attributes:pat_param| $op:expr) => {
        inventory::submit! {
            $crate::graph::by_name::class!($name, $fits, |$attributes| $op)
        }
    };
    ($name:expr, $fits:expr, |$attributes:pat_param| $op:expr) => {
        #[cfg(feature = "registry")]
        inventory::submit! {
            $crate::graph::by_name::class!($name, $fits, |$attributes| $op)
        }
        #[cfg(not(feature = "registry"))]
        const _: $crate::graph::by_name::OpClass =
            $crate::graph::by_name::class!($name, $fits, |$attributes| $op);
    };
}

macro_rules! class {
    ($name:expr, $fits:expr, |$attributes:pat_param| $op:expr) => {
        $crate::graph::by_name::OpClass {
            name: $name,
            fits: $fits,
            make: |$attributes| Ok($crate::graph::op::OpHandle::new($op)),
        }
    };
}
pub(crate) use {by_name, class};

/// Refuses another number of inputs, or inputs of other types.
fn check(inputs: &[Tensor], count: usize, takes: impl Fn(DType) -> bool) -> Result<()> {
    if inputs.len() != count {
        return Err(Error::value(format!(
            "takes {count} tensors, found {}",
            inputs.len()
        )));
    }
    match inputs.iter().find(|x| !takes(x.dtype())) {
        Some(x) => Err(Error::dtype(format!("does not take {}", x.dtype()))),
        None => Ok(()),
    }
}

fn any(_: DType) -> bool {
    true
}

/// Whether arithmetic is done with a type.
fn is_number(dtype: DType) -> bool {
    match dtype {
        DType::F32 | DType::F64 | DType::I64 => true,
        DType::U8 | DType::Bool => false,
    }
}

/// A tensor.
pub(crate) fn one(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 1, any)
}

/// A tensor of numbers.
pub(crate) fn number(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 1, is_number)
}

/// A tensor of floats.
pub(crate) fn float(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 1, DType::is_float)
}

/// A tensor with an axis.
pub(crate) fn axis(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 1, any)?;
    inputs[0].raw_shape().axis(-1).map(drop)
}

/// Two tensors of numbers, of one type.
pub(crate) fn alike(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 2, is_number)?;
    check(&inputs[1..], 1, |dtype| dtype == inputs[0].dtype())
}

/// Two tensors of one type, whichever.
pub(crate) fn alike_of_any_type(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 2, any)?;
    check(&inputs[1..], 1, |dtype| dtype == inputs[0].dtype())
}

/// So many tensors of floats, of one type.
pub(crate) fn same_floats(inputs: &[Tensor], count: usize) -> Result<()> {
    check(inputs, count, DType::is_float)?;
    check(inputs, count, |dtype| dtype == inputs[0].dtype())
}

/// So many tensors of `i64`.
pub(crate) fn integers(inputs: &[Tensor], count: usize) -> Result<()> {
    check(inputs, count, |dtype| dtype == DType::I64)
}

/// At least one bin, and no more than `i64` can count.
pub(crate) fn some_bins(a: &Attributes) -> Result<()> {
    check_bins("hashing", a.get("bins")?)
}

/// As [`some_bins`], for an operation by its name.
pub(crate) fn check_bins(who: &str, bins: usize) -> Result<()> {
    match bins {
        0 => Err(Error::value(format!("{who} needs at least 1 bin, found 0"))),
        _ if i64::try_from(bins).is_err() => Err(Error::value(format!(
            "the bins of {who} are i64, so that there are at most {}, found {bins}",
            i64::MAX
        ))),
        _ => Ok(()),
    }
}

/// A tensor of truth values.
pub(crate) fn truth(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 1, |dtype| dtype == DType::Bool)
}

/// Two tensors of truth values.
pub(crate) fn truths(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 2, |dtype| dtype == DType::Bool)
}

/// So many tensors.
pub(crate) fn several<const N: usize>(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, N, any)
}

/// A tensor, and indices.
pub(crate) fn indexed(_: &Attributes, inputs: &[Tensor]) -> Result<()> {
    check(inputs, 2, any)?;
    check(&inputs[1..], 1, |dtype| dtype == DType::I64)
}

/// Refuses an axis that a shape does not have.
pub(crate) fn has_axis(shape: &Shape, axis: usize) -> Result<()> {
    match axis < shape.rank() {
        true => Ok(()),
        false => Err(Error::shape(format!("{shape} has no axis {axis}"))),
    }
}

/// The op of a name with these settings, for these inputs.
///
/// # Errors
/// A name that no op has; a setting that is missing, of another type or makes no sense; inputs that the op does not take.
pub fn op_by_name(name: &str, attributes: &Attributes, inputs: &[Tensor]) -> Result<OpHandle> {
    let mut classes = inventory::iter::<OpClass>();
    match classes.find(|class| class.name == name) {
        Some(class) => (class.fits)(attributes, inputs)
            .and_then(|()| (class.make)(attributes))
            .map_err(|e| e.context(format!("the operation {name}"))),
        None if !cfg!(feature = "registry") => Err(Error::format(format!(
            "the operation {name} cannot be found by its name: this program is built without the feature `registry` of `nn-model`"
        ))),
        None => Err(Error::format(format!(
            "the operation {name} cannot be made from its name: it holds code of the program that ran it; write it inside of a layer"
        ))),
    }
}

//! What the functions of two tensors, element by element with broadcasting, have in common.

use crate::graph::apply::{apply, apply_static};
use crate::graph::op::{Backward, Expected, Keeps, Op, Outputs, Spec, all_axes};
use crate::{DType, Element, Error, Operand, Result, Shape, Tensor, with_float};
use nn_kernels::elementwise::{BroadcastLoop, Each, broadcast_zip};
use nn_kernels::math::Float;

/// A function of two numbers, with its derivatives.
pub(crate) trait Function: Copy + Send + Sync + 'static {
    const NAME: &'static str;
    /// Which inputs, and whether the result, [`Function::gradient`] reads.
    const KEEPS: Keeps;
    /// As [`Function::WIDE`](crate::ops::elementwise::map::Function::WIDE).
    const WIDE: bool = false;
    fn float<T: Float>(self, a: T, b: T) -> T;
    /// The same on integers, wrapping around.
    fn int(self, a: i64, b: i64) -> i64;
    /// Gradients with respect to both, which the engine sums back over broadcast dimensions.
    fn gradient(self, at: &Backward<'_>) -> [Option<Tensor>; 2];
}

pub(crate) struct Zip<F>(pub(crate) F);

/// A tensor of a function of the elements of two inputs, which broadcast to `shape`. Compiled once for all functions.
pub(crate) fn zipped<A: Element, B: Element>(
    inputs: &[Tensor],
    shape: Shape,
    f: &dyn BroadcastLoop<A, A, B>,
) -> Tensor {
    let [a, b] = [&inputs[0], &inputs[1]];
    Tensor::build(shape, |out| {
        let (a_dims, b_dims) = (a.raw_shape(), b.raw_shape());
        broadcast_zip(a.data(), a_dims, b.data(), b_dims, out, &shape, f);
    })
}

impl<F: Function> Op for Zip<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn infer(&self, inputs: &[Tensor]) -> Result<Outputs<Spec>> {
        let shape = broadcast(F::NAME, inputs)?;
        Ok((shape, inputs[0].dtype()).into())
    }

    fn forward(&self, inputs: &[Tensor], expected: &Expected<'_>) -> Result<Outputs<Tensor>> {
        let (shape, dtype) = expected.only();
        let f = self.0;
        Ok(Outputs::One(match dtype {
            DType::F32 | DType::F64 => with_float!(dtype, T => match const { F::WIDE } {
                true => zipped(inputs, shape, &Each::<_, true>(#[inline(always)] move |x: T, y: T| f.float(x, y))),
                false => zipped(inputs, shape, &Each::<_, false>(#[inline(always)] move |x: T, y: T| f.float(x, y))),
            }),
            DType::I64 | DType::U8 | DType::Bool => zipped(
                inputs,
                shape,
                &Each::<_, false>(move |x: i64, y: i64| f.int(x, y)),
            ),
        }))
    }

    fn backward(&self, at: &Backward<'_>) -> Result<Vec<Option<Tensor>>> {
        Ok(self.0.gradient(at).into())
    }

    fn keeps(&self) -> Keeps {
        F::KEEPS
    }

    fn mask_axes(&self, inputs: &[Tensor], i: usize) -> usize {
        all_axes(inputs, i)
    }
}

/// The shape that two inputs broadcast to.
pub(crate) fn broadcast(verb: &str, inputs: &[Tensor]) -> Result<Shape> {
    let (a, b) = (inputs[0].raw_shape(), inputs[1].raw_shape());
    a.broadcast(b).ok_or_else(|| Error::broadcast(verb, a, b))
}

/// Both operands in the type that arithmetic on them is done in: the wider one, at least `i64`.
#[track_caller]
pub(crate) fn promote(a: impl Operand, b: impl Operand) -> [Tensor; 2] {
    // A number takes its type from the tensor beside it, whichever side that is on.
    let a = a.operand(DType::Bool);
    let b = b.operand(a.dtype());
    let dtype = match a.dtype().promote(b.dtype()) {
        DType::U8 | DType::Bool => DType::I64,
        dtype @ (DType::F32 | DType::F64 | DType::I64) => dtype,
    };
    [a.cast(dtype), b.cast(dtype)]
}

/// Applies an op to both operands in one type. The op stands in a `static`, so that it is compiled in this crate: the operators and
/// methods of tensors take any [`Operand`], and the crates that compile those would each compile its kernels again.
#[track_caller]
pub(crate) fn binary(op: &'static dyn Op, a: impl Operand, b: impl Operand) -> Tensor {
    apply_static(op, &promote(a, b))
}

/// Applies a function to corresponding elements.
#[track_caller]
pub(crate) fn zip<F: Function>(f: F, a: impl Operand, b: impl Operand) -> Tensor {
    apply(Zip(f), &promote(a, b))
}

/// Implements an operator for every pair of tensor, reference, parameter and number that Rust's coherence rules allow.
macro_rules! operator {
    ($Trait:ident $method:ident, $f:expr) => {
        const _: () = {
        static OP: &dyn $crate::Op = &$crate::ops::elementwise::zip::Zip($f);
        impl<B: $crate::Operand> std::ops::$Trait<B> for $crate::Tensor {
            type Output = $crate::Tensor;
            #[track_caller]
            fn $method(self, other: B) -> $crate::Tensor {
                $crate::ops::elementwise::zip::binary(OP, self, other)
            }
        }
        impl<B: $crate::Operand> std::ops::$Trait<B> for &$crate::Tensor {
            type Output = $crate::Tensor;
            #[track_caller]
            fn $method(self, other: B) -> $crate::Tensor {
                $crate::ops::elementwise::zip::binary(OP, self, other)
            }
        }
        impl<B: $crate::Operand> std::ops::$Trait<B> for &$crate::Param {
            type Output = $crate::Tensor;
            #[track_caller]
            fn $method(self, other: B) -> $crate::Tensor {
                $crate::ops::elementwise::zip::binary(OP, self, other)
            }
        }
        $crate::ops::elementwise::zip::operator!(@scalar $Trait $method, f64, $crate::Tensor, &$crate::Tensor, &$crate::Param);
        $crate::ops::elementwise::zip::operator!(@scalar $Trait $method, i64, $crate::Tensor, &$crate::Tensor, &$crate::Param);
        };
    };
    (@scalar $Trait:ident $method:ident, $S:ty, $($B:ty),*) => {$(
        impl std::ops::$Trait<$B> for $S {
            type Output = $crate::Tensor;
            #[track_caller]
            fn $method(self, other: $B) -> $crate::Tensor {
                let other = $crate::Operand::operand(other, $crate::DType::Bool);
                let this = $crate::Operand::operand(self, other.dtype());
                $crate::ops::elementwise::zip::binary(OP, this, other)
            }
        }
    )*};
}
pub(crate) use operator;

/// `a += b` and its kin: the tensor becomes the result, as `a = a + b` would make it.
macro_rules! assign_operators {
    ($($Trait:ident $method:ident $operator:tt;)*) => {$(
        impl<B: Operand> std::ops::$Trait<B> for Tensor {
            #[track_caller]
            fn $method(&mut self, other: B) {
                *self = &*self $operator other;
            }
        }
    )*};
}
/// Operators that are methods under another name.
macro_rules! named_operators {
    ($($Trait:ident $method:ident $named:ident [$($Number:ty),*];)*) => {$(
        $(
            named_operators!(@number $Trait $method $named, $Number, Tensor);
            named_operators!(@number $Trait $method $named, $Number, &Tensor);
        )*
        impl<B: Operand> std::ops::$Trait<B> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: B) -> Tensor {
                self.$named(other)
            }
        }
        impl<B: Operand> std::ops::$Trait<B> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: B) -> Tensor {
                self.$named(other)
            }
        }
    )*};
    (@number $Trait:ident $method:ident $named:ident, $Number:ty, $Other:ty) => {
        impl std::ops::$Trait<$Other> for $Number {
            type Output = Tensor;
            #[track_caller]
            fn $method(self, other: $Other) -> Tensor {
                self.operand(other.dtype()).$named(other)
            }
        }
    };
}
named_operators! {
    Rem rem remainder [f64, i64];
    BitAnd bitand bits_and [i64, bool];
    BitOr bitor bits_or [i64, bool];
    BitXor bitxor bits_xor [i64, bool];
}

/// Of truth values the logical operation, of whole numbers the one on their bits, as in NumPy.
macro_rules! bits {
    ($($name:ident $logical:ident $bitwise:ident;)*) => {
        impl Tensor {
            $(
                #[track_caller]
                fn $name(&self, other: impl Operand) -> Tensor {
                    match (self.dtype(), other.own_dtype()) {
                        (DType::Bool, Some(DType::Bool)) => self.$logical(other),
                        _ => self.$bitwise(other),
                    }
                }
            )*
        }
    };
}
bits! {
    bits_and logical_and bitwise_and;
    bits_or logical_or bitwise_or;
    bits_xor logical_xor bitwise_xor;
}

impl std::ops::Not for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        match self.dtype() {
            DType::Bool => self.logical_not(),
            DType::F32 | DType::F64 | DType::I64 | DType::U8 => self.bitwise_not(),
        }
    }
}

impl std::ops::Not for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        !&self
    }
}

assign_operators! {
    AddAssign add_assign +;
    SubAssign sub_assign -;
    MulAssign mul_assign *;
    DivAssign div_assign /;
    RemAssign rem_assign %;
    BitAndAssign bitand_assign &;
    BitOrAssign bitor_assign |;
    BitXorAssign bitxor_assign ^;
}

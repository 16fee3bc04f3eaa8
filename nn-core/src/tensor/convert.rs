//! Tensors from and to Rust values.

use super::Tensor;
use crate::{Error, IntoInput, Shape};

// One impl a type: element types stand in another crate, which might make an element of an array as far as the compiler knows.
macro_rules! values {
    ($($t:ty),*) => {$(
        impl From<$t> for Tensor {
            fn from(value: $t) -> Tensor {
                Tensor::build(Shape::SCALAR, |out| out[0] = value)
            }
        }

        impl From<Vec<$t>> for Tensor {
            fn from(values: Vec<$t>) -> Tensor {
                Tensor::from_slice(&values, [values.len()])
            }
        }

        impl From<&[$t]> for Tensor {
            fn from(values: &[$t]) -> Tensor {
                Tensor::from_slice(values, [values.len()])
            }
        }

        impl<const N: usize> From<[$t; N]> for Tensor {
            fn from(values: [$t; N]) -> Tensor {
                Tensor::from_slice(&values, [N])
            }
        }

        impl<const N: usize, const M: usize> From<[[$t; M]; N]> for Tensor {
            fn from(values: [[$t; M]; N]) -> Tensor {
                Tensor::from_slice(values.as_flattened(), [N, M])
            }
        }

        impl<const N: usize, const M: usize, const L: usize> From<[[[$t; L]; M]; N]> for Tensor {
            fn from(values: [[[$t; L]; M]; N]) -> Tensor {
                Tensor::from_slice(values.as_flattened().as_flattened(), [N, M, L])
            }
        }

        impl<const N: usize, const M: usize, const L: usize, const K: usize> From<[[[[$t; K]; L]; M]; N]> for Tensor {
            fn from(values: [[[[$t; K]; L]; M]; N]) -> Tensor {
                let flat = values.as_flattened().as_flattened().as_flattened();
                Tensor::from_slice(flat, [N, M, L, K])
            }
        }

        impl From<Vec<Vec<$t>>> for Tensor {
            /// Rows of one length; others give a failed tensor.
            fn from(rows: Vec<Vec<$t>>) -> Tensor {
                from_rows(rows.len(), rows.iter().map(Vec::len), |columns| {
                    Tensor::from_slice(&rows.concat(), [rows.len(), columns])
                })
            }
        }

        impl From<Vec<Vec<Vec<$t>>>> for Tensor {
            /// Matrices of one shape; others give a failed tensor.
            fn from(matrices: Vec<Vec<Vec<$t>>>) -> Tensor {
                from_rows(matrices.len(), matrices.iter().map(Vec::len), |rows| {
                    let count = matrices.len() * rows;
                    let lengths = matrices.iter().flatten().map(Vec::len);
                    from_rows(count, lengths, |columns| {
                        let flat: Vec<$t> = matrices.iter().flatten().flatten().copied().collect();
                        Tensor::from_slice(&flat, [matrices.len(), rows, columns])
                    })
                })
            }
        }

        impl<const N: usize> From<Vec<[$t; N]>> for Tensor {
            fn from(rows: Vec<[$t; N]>) -> Tensor {
                Tensor::from_slice(rows.as_flattened(), [rows.len(), N])
            }
        }
    )*};
}
values!(f32, f64, i64, u8, bool);

/// Lists by reference, whatever is in them.
macro_rules! borrowed {
    ($($t:ty),*) => {$(
        borrowed! {
            @impl [] Vec<$t>;
            [] Vec<Vec<$t>>;
            [const N: usize] Vec<[$t; N]>;
            [const N: usize] [$t; N];
            [const N: usize, const M: usize] [[$t; M]; N];
            [const N: usize, const M: usize, const L: usize] [[[$t; L]; M]; N];
        }

        impl<const N: usize> From<&[[$t; N]]> for Tensor {
            fn from(rows: &[[$t; N]]) -> Tensor {
                Tensor::from(rows.to_vec())
            }
        }

        impl FromIterator<$t> for Tensor {
            /// A tensor of one axis.
            fn from_iter<I: IntoIterator<Item = $t>>(values: I) -> Tensor {
                Tensor::from(values.into_iter().collect::<Vec<$t>>())
            }
        }
    )*};
    (@impl $([$($parameters:tt)*] $t:ty;)*) => {$(
        impl<$($parameters)*> From<&$t> for Tensor {
            fn from(values: &$t) -> Tensor {
                Tensor::from(values.clone())
            }
        }
    )*};
}
borrowed!(f32, f64, i64, u8, bool, i8, i16, i32, u16, u32, u64, usize);

/// Whole numbers of the types that no tensor has: they become `i64`. One that is beyond it, from 2⁶³ on, gives a failed tensor.
macro_rules! whole {
    ($($t:ty),*) => {$(
        impl From<$t> for Tensor {
            fn from(value: $t) -> Tensor {
                widened(std::iter::once(value), Shape::SCALAR)
            }
        }

        impl From<Vec<$t>> for Tensor {
            fn from(values: Vec<$t>) -> Tensor {
                Tensor::from(&values[..])
            }
        }

        impl From<&[$t]> for Tensor {
            fn from(values: &[$t]) -> Tensor {
                widened(values.iter().copied(), [values.len()].into())
            }
        }

        impl<const N: usize> From<[$t; N]> for Tensor {
            fn from(values: [$t; N]) -> Tensor {
                widened(values.into_iter(), [N].into())
            }
        }

        impl<const N: usize, const M: usize> From<[[$t; M]; N]> for Tensor {
            fn from(values: [[$t; M]; N]) -> Tensor {
                widened(values.as_flattened().iter().copied(), [N, M].into())
            }
        }

        impl<const N: usize, const M: usize, const L: usize> From<[[[$t; L]; M]; N]> for Tensor {
            fn from(values: [[[$t; L]; M]; N]) -> Tensor {
                let flat = values.as_flattened().as_flattened();
                widened(flat.iter().copied(), [N, M, L].into())
            }
        }

        impl From<Vec<Vec<$t>>> for Tensor {
            /// Rows of one length; others give a failed tensor.
            fn from(rows: Vec<Vec<$t>>) -> Tensor {
                from_rows(rows.len(), rows.iter().map(Vec::len), |columns| {
                    widened(rows.iter().flatten().copied(), [rows.len(), columns].into())
                })
            }
        }

        impl<const N: usize> From<Vec<[$t; N]>> for Tensor {
            fn from(rows: Vec<[$t; N]>) -> Tensor {
                widened(rows.as_flattened().iter().copied(), [rows.len(), N].into())
            }
        }
    )*};
}
whole!(i8, i16, i32, u16, u32, u64, usize);

fn widened<T: TryInto<i64> + Copy + std::fmt::Display>(
    values: impl Iterator<Item = T>,
    shape: Shape,
) -> Tensor {
    let mut wide = Vec::new();
    for value in values {
        match value.try_into() {
            Ok(number) => wide.push(number),
            Err(_) => {
                return Tensor::failed(Error::value(format!(
                    "whole numbers in tensors are i64, which has no {value}"
                )));
            }
        }
    }
    Tensor::from_slice(&wide, shape)
}

/// What `make` makes of the length that all rows have; a failed tensor if they differ.
fn from_rows(
    count: usize,
    mut lengths: impl Iterator<Item = usize>,
    make: impl FnOnce(usize) -> Tensor,
) -> Tensor {
    let Some(first) = lengths.next() else {
        return make(0);
    };
    match lengths.enumerate().find(|(_, length)| *length != first) {
        None => make(first),
        Some((i, length)) => Tensor::failed(Error::shape(format!(
            "expected {count} rows of one length, found {first} values in row 0 and {length} in row {}; pad them first",
            i + 1
        ))),
    }
}

/// Numbers as they are written go into layers too: `model.predict([[1.0, 2.0]])`. Of the float types it is `f32` alone, so that a
/// literal is one.
macro_rules! inputs {
    ($($t:ty),*) => {$(
        inputs! {
            @impl [const N: usize] [$t; N];
            [const N: usize, const M: usize] [[$t; M]; N];
            [const N: usize, const M: usize, const L: usize] [[[$t; L]; M]; N];
            [const N: usize, const M: usize, const L: usize, const K: usize] [[[[$t; K]; L]; M]; N];
            [] Vec<$t>;
            [] Vec<Vec<$t>>;
            [] Vec<Vec<Vec<$t>>>;
            [const N: usize] Vec<[$t; N]>;
        }
    )*};
    (@impl $([$($parameters:tt)*] $t:ty;)*) => {$(
        impl<$($parameters)*> IntoInput<Tensor> for $t {
            fn into_input(self) -> Tensor {
                self.into()
            }
        }
    )*};
}
inputs!(f32, i64);

impl std::iter::Sum for Tensor {
    /// The sum of all, which broadcast; of none 0.
    fn sum<I: Iterator<Item = Tensor>>(tensors: I) -> Tensor {
        tensors
            .reduce(|sum, t| sum + t)
            .unwrap_or_else(|| Tensor::from(0.0_f32))
    }
}

impl<'a> std::iter::Sum<&'a Tensor> for Tensor {
    fn sum<I: Iterator<Item = &'a Tensor>>(tensors: I) -> Tensor {
        tensors.cloned().sum()
    }
}

impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Tensor {
        tensor.clone()
    }
}

impl Tensor {
    /// Whether two tensors share their memory (a clone, a reshape, a slice of rows).
    pub fn shares_memory(&self, other: &Tensor) -> bool {
        match (self.buffer(), other.buffer()) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }
}

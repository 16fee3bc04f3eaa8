//! What a model is fed with on the whole: [`IntoTensors`].

use crate::Tensor;

/// A tensor, or a tuple, array, slice or `Vec` of tensors, by value or reference, or a struct under `#[derive(Tensors)]`: the inputs or the
/// targets of a model, as `fit` takes them.
///
/// ```
/// use nn::{IntoTensors, Tensor};
/// let (wide, deep) = (Tensor::ones([8, 5]), Tensor::ones([8, 6]));
/// assert_eq!((&wide, &deep).into_tensors().len(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tensor, nor a tuple, array or `Vec` of tensors",
    label = "expected tensors"
)]
pub trait IntoTensors {
    /// All of them, in order.
    fn into_tensors(self) -> Vec<Tensor>;
}

impl IntoTensors for Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl IntoTensors for &Tensor {
    fn into_tensors(self) -> Vec<Tensor> {
        vec![self.clone()]
    }
}

impl<T: IntoTensors> IntoTensors for Vec<T> {
    fn into_tensors(self) -> Vec<Tensor> {
        self.into_iter().flat_map(T::into_tensors).collect()
    }
}

impl IntoTensors for &[Tensor] {
    fn into_tensors(self) -> Vec<Tensor> {
        self.to_vec()
    }
}

impl<T: IntoTensors, const N: usize> IntoTensors for [T; N] {
    fn into_tensors(self) -> Vec<Tensor> {
        self.into_iter().flat_map(T::into_tensors).collect()
    }
}

macro_rules! tuple {
    ($($T:ident $i:tt),+) => {
        impl<$($T: IntoTensors),+> IntoTensors for ($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                let mut all = Vec::new();
                $(all.extend(self.$i.into_tensors());)+
                all
            }
        }
        impl<$($T: Clone + IntoTensors),+> IntoTensors for &($($T,)+) {
            fn into_tensors(self) -> Vec<Tensor> {
                self.clone().into_tensors()
            }
        }
    };
}
tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);

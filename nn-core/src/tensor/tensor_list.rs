//! Several tensors that go into an operation together.

use super::Tensor;
use std::borrow::Borrow;

/// Several tensors together, by value or reference: an array, a slice, a `Vec` or an iterator of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of tensors",
    label = "expected several tensors together, as `[a, b]`",
    note = "tensors that are joined are one argument, an array or a `Vec` of them: `concatenate([a, b], -1)`, `stack([&a, &b], 0)`, \
            `einsum(\"ij,jk->ik\", [&a, &b])`"
)]
pub trait TensorList {
    /// The tensors, in order.
    fn into_list(self) -> Vec<Tensor>;
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator<Item: Entry>> TensorList for I {
    fn into_list(self) -> Vec<Tensor> {
        self.into_iter().map(Entry::into_tensor).collect()
    }
}

/// One of them. A slice of references, `&[&a, &b]`, has references to references.
pub trait Entry {
    /// The tensor.
    fn into_tensor(self) -> Tensor;
}

#[diagnostic::do_not_recommend]
impl<T: Borrow<Tensor>> Entry for T {
    fn into_tensor(self) -> Tensor {
        self.borrow().clone()
    }
}

#[diagnostic::do_not_recommend]
impl Entry for &&Tensor {
    fn into_tensor(self) -> Tensor {
        (*self).clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;
    use crate::ops::{concatenate, einsum, hstack, meshgrid_with, stack};
    use std::collections::VecDeque;
    use std::sync::Arc;

    #[test]
    #[expect(
        clippy::needless_borrows_for_generic_args,
        reason = "that they may be lent is what is tested"
    )]
    fn tensors_may_be_held_in_any_way() {
        let (a, b) = (Tensor::ones([2, 3]), Tensor::zeros([2, 3]));
        let shape = |joined: Tensor| joined.shape().to_string();
        let owned = vec![a.clone(), b.clone()];
        let held: Vec<&Tensor> = owned.iter().collect();
        for joined in [
            concatenate([&a, &b], 0),
            concatenate(&[&a, &b], 0),
            concatenate([a.clone(), b.clone()], 0),
            concatenate(&[a.clone(), b.clone()], 0),
            concatenate(&owned, 0),
            concatenate(&owned[..], 0),
            concatenate(held.as_slice(), 0),
            concatenate(&held, 0),
            concatenate(held.iter(), 0),
            concatenate(held, 0),
            concatenate(owned.iter().map(|t| t.relu()), 0),
            concatenate([Arc::new(a.clone()), Arc::new(b.clone())], 0),
            concatenate(VecDeque::from(owned), 0),
        ] {
            assert_eq!(shape(joined), "[4, 3]");
        }
        assert_eq!(shape(stack(&[&a, &b], 0)), "[2, 2, 3]");
        assert_eq!(shape(hstack(&[&a, &b])), "[2, 6]");
        assert_eq!(shape(einsum("ij,kj->ik", &[&a, &b])), "[2, 2]");
        assert_eq!(meshgrid_with(&[&a, &b], false).len(), 2);
    }
}

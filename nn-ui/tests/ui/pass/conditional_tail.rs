//! A block under a condition at the end of `call` is as it is in a plain function.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(3)]
    dense: Dense,
}

#[rustfmt::skip]
#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        #[cfg(target_os = "none")]
        { self.dense(x).relu() }
        #[cfg(not(target_os = "none"))]
        { self.dense(x) }
    }
}

/// A plain argument may have to do with tensors.
#[derive(Clone, Default)]
struct Context<T>(std::marker::PhantomData<T>);

#[model(new())]
struct OfContext {
    #[layer(3)]
    dense: Dense,
}

#[model]
impl OfContext {
    fn call(&self, x: Tensor, _: &Context<Tensor>) -> Tensor {
        self.dense(x)
    }
}

pub fn main() {
    let x = Tensor::ones([1, 4]);
    assert_eq!(Net::new().forward(&x).shape(), [1, 3]);
    assert_eq!(OfContext::new().dense(&x).shape(), [1, 3]);
}

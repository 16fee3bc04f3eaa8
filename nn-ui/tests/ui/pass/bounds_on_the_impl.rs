//! A struct that says nothing about its type parameter: the bounds are where `call` needs them.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Layer)]
struct Net<A> {
    inner: Vec<A>,
    #[model(skip)]
    marker: std::marker::PhantomData<A>,
}

#[model]
impl<A: Layer<Input = Tensor, Output = Tensor>> Net<A> {
    fn call(&self, x: Tensor) -> Tensor {
        self.inner(x)
    }
}

pub fn main() {
    let net = Net {
        inner: vec![Dense::new(3), Dense::new(1)],
        marker: std::marker::PhantomData,
    };
    assert_eq!(net.forward(Tensor::ones([2, 5])).shape(), [2, 1]);
    let _ = net.marker;
}

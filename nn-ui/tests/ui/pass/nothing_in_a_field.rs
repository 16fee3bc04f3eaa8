//! A type parameter that only marks the struct.
#![deny(warnings)]

use nn::prelude::*;
use std::marker::PhantomData;
struct Train;
#[derive(Layer)]
struct Typed<S: Send + Sync + 'static> {
    dense: Dense,
    state: PhantomData<S>,
}
#[model]
impl<S: Send + Sync + 'static> Typed<S> {
    fn call(&self, x: Tensor) -> Tensor {
        self.dense(x)
    }
}
pub fn main() {
    let t = Typed::<Train> {
        dense: Dense::new(2),
        state: PhantomData,
    };
    assert_eq!(t.forward(Tensor::ones([1, 3])).shape(), [1, 2]);
}

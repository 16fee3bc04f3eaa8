//! A generated constructor makes what holds nothing, and what is no part of the model, without being told.
#![deny(warnings)]

use nn::prelude::*;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Mutex;
pub struct Marker;
#[model(input = [4], new())]
pub struct Net<T, U> {
    #[layer(4)]
    a: Dense,
    p: PhantomData<T>,
    f: PhantomData<fn() -> U>,
    u: (),
    #[model(skip)]
    n: Option<String>,
    #[model(skip)]
    k: usize,
    #[model(skip)]
    v: Vec<f32>,
    #[model(skip)]
    m: Mutex<BTreeMap<String, usize>>,
    #[model(skip)]
    t: (bool, f32),
}
#[model]
impl<T, U> Net<T, U> {
    fn call(&self, x: Tensor) -> Tensor {
        let _ = (&self.n, self.k, &self.v, &self.m, self.t);
        self.a(x)
    }
}
pub fn main() {
    let n = Net::<Marker, u8>::new();
    let x = Tensor::ones([1, 4]);
    assert_eq!(n.forward(&x).shape(), [1, 4]);
    let c = n.clone_model();
    let _ = c.predict(&x).unwrap();
    let mut m = n.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    let _ = m
        .fit((&x, &x), Fit::new().verbose(Verbose::Silent))
        .unwrap();
}

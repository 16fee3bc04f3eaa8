//! Models, which can be trained, whose structs say nothing about their type parameters.
#![deny(warnings)]

use nn::prelude::*;
use std::marker::PhantomData;
pub struct Marker;
#[model(input = [4])]
pub struct Net<T> {
    a: Dense,
    p: PhantomData<T>,
    #[model(skip)]
    n: Option<String>,
}
#[model]
impl<T> Net<T> {
    pub const fn new() -> Self {
        Net {
            a: Dense::new(4),
            p: PhantomData,
            n: None,
        }
    }
    fn call(&self, x: Tensor) -> Tensor {
        let _ = &self.n;
        self.a(x)
    }
}
impl<T> Default for Net<T> {
    fn default() -> Self {
        Net::new()
    }
}
#[model]
pub struct Two<A, B> {
    a: A,
    b: B,
    c: Vec<A>,
}
#[model]
impl<A, B> Two<A, B>
where
    A: Layer<Input = Tensor, Output = Tensor>,
    B: Layer<Input = Tensor, Output = Tensor>,
{
    fn call(&self, x: Tensor) -> Tensor {
        let mut y = self.b(self.a(x));
        for c in &self.c {
            y = c.forward(y);
        }
        y
    }
}
#[derive(Layer)]
pub struct Three<A> {
    a: A,
}
#[model]
impl<A: Layer<Input = Tensor, Output = Tensor>> Three<A> {
    fn call(&self, x: Tensor) -> Tensor {
        self.a(x)
    }
}
pub fn main() {
    let n = Net::<Marker>::new();
    let x = Tensor::ones([1, 4]);
    assert_eq!(n.forward(&x).shape(), [1, 4]);
    let t = Two {
        a: Dense::new(3),
        b: Three { a: n },
        c: vec![Dense::new(4)],
    };
    let _ = t;
    let t = Two {
        a: Dense::new(4),
        b: ReLU::new(),
        c: vec![Dense::new(4)],
    };
    assert_eq!(t.forward(&x).shape(), [1, 4]);
    let mut m = t.compile(Compile::new(Adam::new(1e-3), MeanSquaredError::new()));
    let _ = m
        .fit((&x, &x), Fit::new().verbose(Verbose::Silent))
        .unwrap();
    println!("{}", m.summary([4]).unwrap());
}

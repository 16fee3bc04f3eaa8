//! What holds a layer is made of its arguments: `Option`, `Box`, `Arc`, `Vec` with a number, arrays of these.
#![deny(warnings)]

use nn::prelude::*;
use std::sync::Arc;

const DEPTH: usize = 2;

// All parts can be made in `const` code: the compiler follows them.
#[model(input = [6], new(units: usize = 3))]
struct Constant {
    #[layer(units)]
    maybe: Option<Dense>,
    #[layer(None)]
    never: Option<Dense>,
    #[layer(units, activation = Activation::Relu)]
    grid: [[Dense; DEPTH]; 2],
    #[layer(4)]
    maybes: [Option<Dense>; DEPTH],
}

#[model]
impl Constant {
    fn call(&self, x: Tensor) -> Tensor {
        self.maybes(self.grid(self.never(self.maybe(x))))
    }
}

#[model(input = [6], new(units: usize = 3, depth: usize = 2))]
struct Heap {
    #[layer(units)]
    boxed: Box<Dense>,
    #[layer(Dense::new(units).use_bias(false))]
    written_out: Box<Dense>,
    #[layer(units, use_bias = false; depth)]
    list: Vec<Dense>,
    #[layer(units; 2)]
    boxes: Vec<Box<Dense>>,
    #[layer(units)]
    shared: Arc<Dense>,
    #[layer]
    empty: Vec<Dense>,
}

#[model]
impl Heap {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.written_out(self.boxed(x));
        self.empty(self.shared(self.boxes(self.list(x))))
    }
}

pub fn main() {
    let x = Tensor::ones([2, 6]);
    let net = Constant::new(5);
    assert_eq!(net.forward(&x).shape(), [2, 4]);
    assert_eq!(net.grid[1][1].forward(Tensor::ones([2, 5])).shape(), [2, 5]);
    assert!(net.never.is_none() && net.maybe.is_some());

    let net = Heap::new(5, 3);
    assert_eq!(net.forward(&x).shape(), [2, 5]);
    assert_eq!(
        (net.list.len(), net.boxes.len(), net.empty.len()),
        (3, 2, 0)
    );
    assert_eq!(Heap::default().clone_model().forward(&x).shape(), [2, 3]);
}

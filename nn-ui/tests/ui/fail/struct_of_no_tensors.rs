use nn::prelude::*;

#[derive(Clone, Tensors)]
enum Output {
    One(Tensor),
    Two(Tensor, Tensor),
}

fn main() {}

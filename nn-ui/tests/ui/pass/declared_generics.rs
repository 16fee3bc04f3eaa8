//! Declared models with type parameters, const parameters and where-clauses, concrete in the model that is checked.
#![deny(warnings)]

use nn::prelude::*;

trait Plain: Layer<Input = Tensor, Output = Tensor> {}
impl<L: Layer<Input = Tensor, Output = Tensor>> Plain for L {}

#[model(new(first: A, second: B, width: usize))]
struct Two<A: Plain, B, const N: usize>
where
    B: Layer<Input = Tensor, Output = Tensor>,
{
    first: A,
    second: B,
    #[layer(width)]
    rest: [Dense; 2],
    #[layer(N)]
    last: Dense,
}

#[model]
impl<A: Plain, B, const N: usize> Two<A, B, N>
where
    B: Layer<Input = Tensor, Output = Tensor>,
{
    fn call(&self, x: Tensor) -> Tensor {
        // What the type parameters give is not known, and fits whatever it is added to.
        let y = self.second(self.first(&x));
        self.last(self.rest(y + x))
    }
}

#[model(input = [6], new())]
struct Net {
    #[layer(Dense::new(3), Dense::new(6), 5)]
    two: Two<Dense, Dense, 2>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.two(x)
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT.to_string(), "_");
    assert_eq!(Net::default().forward(Tensor::ones([4, 6])).shape(), [4, 2]);
    let other = Two::<ReLU, Dense, 7>::new(ReLU::new(), Dense::new(6), 3);
    other.build([6]).unwrap();
    assert_eq!(other.parameters().len(), 8);
}

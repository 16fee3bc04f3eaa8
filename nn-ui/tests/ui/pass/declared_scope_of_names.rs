//! Local variables and fields with the names of everything that the shape rules know.
#![deny(warnings)]

use nn::prelude::*;

#[model(input = [4], new())]
struct Net {
    #[layer(4)]
    relu: Dense,
    #[layer(4)]
    softmax: Dense,
    #[layer(4)]
    ask: Dense,
    #[layer(4)]
    locate: Dense,
    #[layer(4)]
    value: Dense,
}

#[model]
impl Net {
    fn call(&self, input: Tensor) -> Tensor {
        let shape = self.relu(&input);
        let reshape = self.softmax(&shape);
        let answer = self.ask(reshape);
        let concatenate = self.locate(&answer);
        let statics = self.value(concatenate);
        let branch = statics + shape;
        let left = &branch;
        let out = left.clone();
        let net = [&out, left];
        let at = net[0] + net[1];
        nn::concatenate([&at, &out], -1)
    }
}

pub fn main() {
    assert_eq!(Net::OUTPUT, [8]);
    assert_eq!(Net::new().forward(Tensor::ones([3, 4])).shape(), [3, 8]);
}
